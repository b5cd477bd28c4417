/** What is heard by this board: the sound of the call beside whose agent somebody sits, on this very page. To
 * listen needs no microphone; to speak asks for one. */
import { computed, effect, html, signal } from '../ui.js';
import { Icon } from '../icons.js';
import { mineWords } from '../heard.js';
import { session } from '../store.js';
import { t } from '../strings/en.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import * as phone from '../softphone.js';
import { toldOf } from '../network.js';
import { centre, link, onLive, onMoved, state } from './context.js';
import { steer } from './steer.js';

/** Until a new connection knows whether they still sit there. */
const PATIENCE_MS = 5000;

/** This page hears it, or is about to; kept over a reload. */
const here = signal(!!session.get('ears'));
/** @param {boolean} on */
const hereIs = (on) => {
  here.value = on;
  if (on) session.set('ears', true);
  else session.drop('ears');
};

/** The call that is heard by a board of theirs, this one or another. */
export const seat = computed(() => {
  const { me, contacts } = state.value;
  for (const c of Object.values(contacts)) {
    const mine = c.beside.find((one) => one.agent === me?.id && one.board);
    if (mine) return { c, mode: mine.mode };
  }
  return null;
});

/** Who has that call now. */
const nameThere = computed(() => state.value.agents[seat.value?.c.agent ?? '']?.name ?? '');

function deafen() {
  hereIs(false);
  phone.stop();
}

/** The page’s sound, with a microphone or without; why not is told. @param {BesideMode} mode */
async function hear(mode) {
  hereIs(true);
  phone.useRelay(!!centre.peek()?.relay);
  if (await phone.start(mode !== 'listen')) return true;
  toast(toldOf(phone.fault.peek()), 'warn');
  if (!seat.peek()) deafen();
  return false;
}

/** Sits down there, or does something else there. @param {Contact} c @param {BesideMode} mode */
export async function sit(c, mode) {
  isBack = false;
  const quieter = mode === 'listen' && phone.micLive(); // it goes when nobody expects to hear them
  if (!quieter && !(await hear(mode))) return false;
  const done = await steer('sit_beside', { contact: c.id, mode }, SAYS_OF_UNDO);
  if (done && quieter) await hear(mode);
  if (!done && !seat.peek()) deafen();
  return !!done;
}

/** What they do themselves, and by which they no longer sit there: that is no news to them.
 * @param {'leave_beside'|'take_call'} what @param {object} fields @param {ReadonlySet<string>} [says] */
export async function goBy(what, fields, says) {
  left = true;
  const done = !!(await steer(what, fields, says));
  left = done && !!seat.peek();
  return done;
}

/** @returns {Promise<boolean>} */
export async function leave() {
  const done = await goBy('leave_beside', {});
  if (done) deafen();
  return done;
}

/** They have said themselves that they leave. */
let left = false;

/** By a new connection this page is another one to the centre, and so is its sound. */
let isNew = true;
/** They sit there, and say so again as soon as the sound of this page is up: nobody else knows. */
let isBack = false;
let waits = 0;

/** After each snapshot: they go on hearing it. The first of a new worker may know of no call yet. */
async function goOn() {
  clearTimeout(waits);
  const at = seat.peek();
  if (!here.peek() || !isNew) return;
  if (!at) {
    waits = window.setTimeout(over, PATIENCE_MS);
    return;
  }
  isNew = false;
  phone.stop();
  isBack = true;
  await hear(at.mode); // or later, if the centre is slow: the page goes on trying
}

function sitAgain() {
  const at = seat.peek();
  if (isBack && here.peek() && at) void sit(at.c, at.mode);
}

/** It ended without their word. */
function over() {
  if (!here.peek()) return;
  deafen();
  if (!left) toast(t.beside.over, 'info');
}

/** Follows what the centre says of it. */
export function followEars() {
  phone.wire(
    (what, fields, within) => link.send(what, fields, within),
    () => here.peek() && !!seat.peek(),
    () => true, // nobody need speak: a caller on hold is not heard, and an agent may be silent
  );
  onLive.add(() => void goOn());
  onMoved.add(deafen);
  effect(() => {
    if (link.status.value !== 'live') isNew = true;
  });
  effect(() => {
    if (phone.path.value === 'up') sitAgain();
  });
  followWhoHears();
  let was = false;
  effect(() => {
    const sits = !!seat.value;
    if (link.status.peek() !== 'live') return;
    if (was && !sits) over();
    if (!sits) left = false;
    was = sits;
  });
}

/** The call is another agent’s now: whoever speaks there is told who hears them from now on. */
function followWhoHears() {
  let before = { call: '', agent: '' };
  effect(() => {
    const { c, mode } = seat.value ?? {};
    const name = nameThere.value;
    if (!c || !mode) before = { call: '', agent: '' };
    if (!c?.agent || !mode || !name) return;
    const other = before.call === c.id && before.agent !== c.agent;
    before = { call: c.id, agent: c.agent };
    if (other) toast(t.beside.nowWith(name, mode), mode === 'listen' ? 'info' : 'warn');
  });
}

/** What is wrong with the sound here, in words. */
const trouble = () =>
  phone.playBlocked.value
    ? t.beside.press
    : phone.path.value === 'up'
      ? ''
      : phone.path.value === 'broken'
        ? t.quality.lost
        : t.quality.connecting;

/** In the board’s bar, while they sit there. */
export function Ears() {
  const at = seat.value;
  if (!at) return null;
  const wrong = here.value ? trouble() : t.beside.otherPage;
  return html`<span class="row ears" role="region" aria-label=${t.beside.bar}>
    <span class="row accent b cut" role="status">
      <${Icon} name=${at.mode === 'listen' ? 'speaker' : 'mic'}/>
      <span class="cut">${mineWords(at.c, at.mode, nameThere.value)}</span>
      ${wrong && html`<span class="s2">· ${wrong}</span>`}
    </span>
    <button class="small" onClick=${leave}>${t.beside.leave}</button>
  </span>`;
}
