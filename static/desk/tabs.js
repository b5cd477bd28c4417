// @ts-check
/** One desk per browser rings and talks: the holder of a Web Lock. Another tab may take it over. */
import { signal } from '../ui.js';
import { session } from '../store.js';

const LOCK = 'holdfast-desk';
const RELOAD_MS = 700;

/** 'asking' | 'mine' | 'elsewhere' */
export const tab = signal('asking');
/** @type {() => void} */
let release = () => {};

/** @param {() => void} onMine @param {() => void} onLost */
export function holdTab(onMine, onLost) {
  if (!navigator.locks) { tab.value = 'mine'; onMine(); return; } // plain http: no calls there anyway
  const held = () => new Promise((done) => {
    release = () => done(undefined);
    tab.value = 'mine';
    session.set('desk', true);
    onMine();
  });
  const lost = () => {
    if (tab.peek() !== 'mine') return;
    tab.value = 'elsewhere';
    session.drop('desk');
    onLost();
  };
  const ask = (/** @type {LockOptions} */ options) =>
    navigator.locks.request(LOCK, options, (lock) => (lock ? held() : null));
  takeOver = () => { void ask({ steal: true }).catch(lost); };
  // After a reload the old page may still be letting go: wait a moment before saying "elsewhere".
  const wait = session.get('desk') ? RELOAD_MS : 120;
  ask({ signal: AbortSignal.timeout(wait) }).catch((error) => {
    if (tab.peek() === 'mine') lost();
    else if (error.name === 'TimeoutError' || error.name === 'AbortError') tab.value = 'elsewhere';
  });
}

export let takeOver = () => {};
export const letGo = () => release();
