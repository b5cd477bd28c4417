// @ts-check
/** The keyboard of the desk. Letters belong to a text field while one has the focus. */
import { accept, decline, hold, layer, link, offer, select, step, work } from './context.js';
import { replyBox } from './composer.js';
import { noteBox } from './notes.js';
import { toggleMute } from './phonebar.js';
import { choose, finish, wrapping } from './wrapup.js';

const GUARD_MS = 200; // an Enter already on its way when the ring began is not an answer
let rangAt = 0;

export function bindKeys() {
  let ringing = '';
  offer.subscribe((o) => {
    const id = o ? `${o.contact.id}:${o.fence}` : '';
    if (id && id !== ringing) rangAt = performance.now();
    ringing = id;
  });
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
  if (offer.peek() && e.altKey && e.key === 'Enter') { void accept(); return stop(e); }
  if (e.ctrlKey || e.metaKey || e.altKey || layer.peek()) return;
  if (target.closest?.('input, textarea, select, [role="menu"]')) return;
  if (offer.peek() && e.key === 'Enter') {
    if (target.closest?.('.offer button')) return; // Enter on "Decline" declines
    if (performance.now() - rangAt > GUARD_MS) void accept();
    return stop(e);
  }
  if (e.key === 'Enter') {
    const c = wrapping();
    if (c && !target.closest?.('button, a') || (c && target.getAttribute?.('role') === 'radio')) { void finish(c); stop(e); }
    return;
  }
  if (e.repeat) return;
  const done = letters(e.key);
  if (done) stop(e);
}

/** @param {string} key */
function letters(key) {
  if (/^[1-9]$/.test(key)) return choose(Number(key) - 1);
  switch (key.toLowerCase()) {
    case 'a': if (!offer.peek()) return false; void accept(); return true;
    case 'd': if (!offer.peek()) return false; void decline(); return true;
    case 'm': toggleMute(); return true;
    case 'h': void hold(); return true;
    case 'n': noteBox.current?.focus(); return true;
    case 'r': {
      const text = work.peek().find((c) => c.channel !== 'voice' && c.state === 'active');
      if (!replyBox.current?.isConnected && text) select(text.id);
      setTimeout(() => replyBox.current?.focus(), replyBox.current?.isConnected ? 0 : 150);
      return true;
    }
    case 'j': step(1); return true;
    case 'k': step(-1); return true;
    case '?': layer.value = 'help'; return true;
    default: return false;
  }
}

/** @param {KeyboardEvent} e */
function stop(e) { e.preventDefault(); e.stopPropagation(); }
