/** The machine stays awake while somebody here may be rung or talks: a laptop that sleeps misses both. */
import { effect } from '../ui.js';
import { call, me, offer } from './context.js';

/** @type {WakeLockSentinel|null} */
let lock = null;
let asking = false;

const needed = () => me.value?.choice === 'ready' || !!call.value || !!offer.value;

/** The browser gives it up by itself while the page is hidden, and may refuse it (a battery that is low). */
async function hold() {
  if (lock || asking || document.hidden || !navigator.wakeLock) return;
  asking = true;
  try {
    const mine = (lock = await navigator.wakeLock.request('screen'));
    mine.addEventListener('release', () => {
      if (lock === mine) lock = null;
    });
  } catch {
    /* it sleeps as it always would */
  } finally {
    asking = false;
  }
  if (!needed()) letSleep();
}

function letSleep() {
  void lock?.release();
  lock = null;
}

/** Follows what the agent does. */
export function followAwake() {
  effect(() => (needed() ? void hold() : letSleep()));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && needed()) void hold();
  });
}
