/** One desk per browser rings and talks: the holder of a Web Lock. Another tab may take it over. */
import { signal } from '../ui.js';
import { session } from '../store.js';

const LOCK = 'holdfast-desk';
const RELOAD_MS = 700;

/** 'asking' | 'mine' | 'elsewhere' */
export const tab = signal('asking');
/** The desk was opened on another machine; this tab still holds the lock of this browser. */
let holding = false;

/** The centre gave the desk to another window, perhaps on another machine: be still until asked. */
export let moved = () => {};
/** Take the desk over from the tab that has it. */
export let takeOver = () => {};

/** @param {() => void} onMine @param {() => void} onLost */
export function holdTab(onMine, onLost) {
  if (!navigator.locks) {
    tab.value = 'mine';
    onMine();
    return;
  } // plain http: no calls there anyway
  const mine = () => {
    tab.value = 'mine';
    session.set('desk', true);
    onMine();
  };
  moved = () => {
    tab.value = 'elsewhere';
    session.drop('desk');
    onLost();
  };
  const held = () =>
    new Promise(() => {
      // held for as long as the page lives, or until stolen
      holding = true;
      mine();
    });
  const lost = () => {
    holding = false;
    if (tab.peek() === 'mine') moved();
  };
  takeOver = () => {
    if (holding) mine();
    else void navigator.locks.request(LOCK, { steal: true }, held).catch(lost);
  };
  void navigator.locks
    .request(LOCK, { ifAvailable: true }, (lock) => {
      if (lock) return held();
      // After a reload the old page may still be letting go: ask in line, and say "elsewhere" only
      // when that takes long. When the other tab closes, the desk comes here by itself.
      setTimeout(
        () => {
          if (tab.peek() === 'asking') tab.value = 'elsewhere';
        },
        session.get('desk') ? RELOAD_MS : 0,
      );
      void navigator.locks.request(LOCK, {}, () => (tab.peek() === 'mine' ? null : held())).catch(lost);
      return null;
    })
    .catch(lost);
}
