/**
 * Server time in the page. Every message but `reply` carries the server's `now`; from then on
 * performance.now() counts. The page's own wall clock is never asked: it may be minutes off.
 *
 * A message that was held up on its way makes the server look late, so the estimate moves up at
 * once and down only slowly; a jump (sleep, a frozen tab) is taken as it is.
 */
import { signal } from './vendor/signals-core.mjs';

const JUMP_MS = 1500;
const SLOWLY = 0.1;

/** @param {number|null} offset @param {number} now @param {number} at @returns {number} */
export function nextOffset(offset, now, at) {
  const seen = now - at;
  if (offset === null || seen > offset || offset - seen > JUMP_MS) return seen;
  return offset + (seen - offset) * SLOWLY;
}

/** @type {number|null} */
let offset = null;

/** Server time as the page last ticked it (ms since 1970); 0 before the first message. */
export const now = signal(0);

/** @param {number} serverNow */
export function heard(serverNow) {
  offset = nextOffset(offset, serverNow, performance.now());
  if (!now.peek()) now.value = serverTime();
}

/** @returns {number} */
export const serverTime = () => (offset === null ? 0 : performance.now() + offset);

/** One tick for every timer on the page: 250 ms in sight, 1 s while hidden. */
export function startTicking() {
  let timer = 0;
  const tick = () => {
    if (offset !== null) now.value = serverTime();
  };
  const pace = () => {
    clearInterval(timer);
    timer = window.setInterval(tick, document.hidden ? 1000 : 250);
    tick();
  };
  document.addEventListener('visibilitychange', pace);
  pace();
}
