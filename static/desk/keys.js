/** The keyboard of the desk. Letters belong to a text field while one has the focus; what changes a call or
 * an offer needs Alt, but for Enter, which answers: words typed beside a field never do it, and with Alt it
 * works in one. While one talks, what is typed beside a field goes into the notes: all other keys need Alt,
 * too. */
import { announce } from '../announce.js';
import { letterOf, singleKeys } from '../single_keys.js';
import { t } from '../strings/en.js';
import {
  accept,
  browsed,
  call,
  closeFound,
  decline,
  handed,
  hold,
  leavable,
  leaveMessage,
  layer,
  link,
  offer,
  pending,
  select,
  step,
  tooSoon,
  work,
} from './context.js';
import { BUDDY_KEYS } from './buddy.js';
import { gone, takeBack } from './returned.js';
import { CONSULT_KEYS, asked, declineAsked, joined, talking } from './consult.js';
import { openDial } from './dial.js';
import { HELP_KEYS } from './help.js';
import { handedDone } from './handed.js';
import { INTERPRETER_KEYS } from './interpreter.js';
import { replyBox, waits, wantBox } from './composer.js';
import { stillNeededKey } from './callback_dialog.js';
import { explain } from './waiting_dialog.js';
import { dialogKey } from './dialogs.js';
import { intoNotes, noteBox } from './notes.js';
import { keypadKey, toggleMute } from './phonebar.js';
import { redial } from './redial.js';
import { askSeverity, asksWhy, glanceKey, severityKey, strayKey } from './severity.js';
import { FIELDS, chorded, needsAlt, singleOf, watchFields } from './single_keys.js';
import { undo } from './undo.js';
import { handable, openTransfer } from './transfer.js';
import { VOLUME_KEYS } from './volume.js';
import { choiceKey, finish, wrapping } from './wrapup.js';
import { ContactState } from '../states.js';

const GUARD_MS = 200; // an Enter already on its way when the ring began is not an answer
let rangAt = 0;
let pointed = false; // the mouse moved last, not Tab

export function bindKeys() {
  watchFields();
  let ringing = '';
  offer.subscribe((o) => {
    const id = o ? `${o.contact.id}:${o.fence}` : '';
    if (id && id !== ringing) rangAt = performance.now();
    ringing = id;
  });
  document.addEventListener(
    'pointerdown',
    () => {
      pointed = true;
    },
    true,
  );
  document.addEventListener(
    'keydown',
    (e) => {
      if (e.key === 'Tab') pointed = false;
    },
    true,
  );
  document.addEventListener('keydown', onKey, true);
}

/** @param {KeyboardEvent} e */
function onKey(e) {
  if (e.isComposing || link.status.peek() === 'locked') return;
  const target = /** @type {HTMLElement} */ (e.target);
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
    layer.value = layer.peek() === 'commands' ? null : 'commands';
    return e.preventDefault();
  }
  const writes = e.getModifierState('AltGraph'); // a letter: on some machines it counts as Ctrl and Alt
  if (!writes && e.altKey && !e.ctrlKey && !e.metaKey && (ofTheCall(e) || withAlt(e))) return stop(e);
  if (!writes && (e.ctrlKey || e.metaKey || e.altKey)) return;
  if (layer.peek()) {
    if (!e.repeat && (severityKey(e.key) || choiceKey(e))) stop(e);
    return;
  }
  if (strayKey(e)) return stop(e);
  const ring = offer.peek() && e.key === 'Enter';
  const emptyBox = target === replyBox.current && !replyBox.current.value; // nothing to break into lines
  if (target.closest?.(FIELDS) && !(ring && emptyBox)) {
    if (!e.repeat && !offer.peek() && !chorded.peek() && choiceKey(e)) stop(e);
    return;
  }
  if (waits(e)) return stop(e);
  if (ring) {
    // Who went to a button by keyboard presses it; one that a mouse clicked before holds no Enter back.
    if (target.closest?.('.offer button') || (!pointed && target.matches?.('button, a, summary'))) return;
    if (!e.repeat && !early()) void accept(); // a key held down since before the ring answers nothing
    return stop(e);
  }
  if (e.key === 'Enter') {
    const c = wrapping();
    const held = !pointed && target.closest?.('button, a'); // who went there by keyboard presses it
    if (!c && handed.peek() && !held) {
      void handedDone();
      return stop(e);
    }
    if (c && (!held || target.getAttribute?.('role') === 'radio')) {
      void finish(c);
      stop(e);
    }
    return;
  }
  if (keypadKey(e)) return stop(e);
  if (e.repeat) return;
  const c = talking.peek();
  const does =
    e.key === 'Escape'
      ? glanceKey(e.key, early) || escape()
      : (target.getAttribute?.('role') === 'radio' && choiceKey(e)) || // who went there chooses there
        (c ? intoNotes(e.key, c) : singleKeys.peek() && letters(e, e.key));
  if (does) stop(e);
}

/** What changes a call, with Alt.
 * @type {Record<string, {when: () => boolean, does: () => void, repeats?: boolean}>} */
const OF_THE_CALL = {
  KeyM: { when: () => !!(call.peek() || joined.peek()), does: toggleMute },
  KeyH: { when: () => !!call.peek(), does: () => void hold() },
  KeyC: { when: () => !call.peek() && !joined.peek() && !layer.peek(), does: openDial },
  KeyD: {
    when: () => !!(offer.peek() ?? asked.peek()),
    does: () => {
      if (!offer.peek()) declineAsked();
      else if (!early()) void decline();
    },
  },
  KeyL: { when: () => !!leavable(call.peek()), does: () => void leaveMessage() },
  KeyR: { when: () => !call.peek() && !joined.peek(), does: () => void redial() },
  KeyT: { when: () => !!handable.peek() && !layer.peek(), does: openTransfer },
  ...CONSULT_KEYS,
  ...INTERPRETER_KEYS,
  KeyO: { ...CONSULT_KEYS.KeyO, when: () => !asksWhy() && CONSULT_KEYS.KeyO.when() },
  ...BUDDY_KEYS,
  ...HELP_KEYS,
  ...VOLUME_KEYS,
};

/** @param {KeyboardEvent} e @returns {boolean} whether it is one of these, and there is something to do */
function ofTheCall(e) {
  const letter = letterOf(e);
  const key = OF_THE_CALL[/[a-z]/.test(letter) ? `Key${letter.toUpperCase()}` : e.key];
  // Alt and an arrow open a list.
  if (!key?.when() || (key.repeats && /** @type {Element} */ (e.target).closest?.('select'))) return false;
  if (!e.repeat || key.repeats) key.does();
  return true;
}

/** What is else a single key, also in a field. @param {KeyboardEvent} e */
function withAlt(e) {
  const key = !layer.peek() && !e.repeat && singleOf(e);
  return !!key && needsAlt(key) && letters(e, key);
}

function escape() {
  if (!browsed.peek()) return false;
  closeFound();
  return true;
}

/** A key so soon was on its way before anybody could have seen the ring: it is not taken for an
 * answer, but never dropped in silence. */
export function early() {
  if (performance.now() - rangAt > GUARD_MS) return false;
  const o = offer.peek();
  tooSoon.value = o ? `${o.contact.id}:${o.fence}` : '';
  announce(t.offer.again, 'assertive');
  return true;
}

/** @param {KeyboardEvent} e @param {string} key */
function letters(e, key) {
  if (glanceKey(key, early) || choiceKey(e, key) || stillNeededKey(key, wrapping())) return true;
  switch (key.toLowerCase()) {
    case 'w':
      if (offer.peek() || !askSeverity()) explain();
      return true;
    case 'z':
      return undo();
    case 'n':
      noteBox.current?.focus();
      return true;
    case 'r': {
      if (replyBox.current?.isConnected) {
        replyBox.current.focus();
        return true;
      }
      const text = work.peek().find((c) => c.channel !== 'voice' && c.state === ContactState.ACTIVE);
      if (!text && !pending.peek().accept) return true;
      wantBox(text?.id ?? '');
      if (text) select(text.id);
      return true;
    }
    case 'b':
      if (!gone.peek().length) return false;
      void takeBack();
      return true;
    case 'j':
      step(1);
      return true;
    case 'k':
      step(-1);
      return true;
    case '?':
      layer.value = 'help';
      return true;
    default:
      return dialogKey(key);
  }
}

/** @param {KeyboardEvent} e */
function stop(e) {
  e.preventDefault();
  e.stopPropagation();
}
