/** Keys that are one letter, digit or mark (WCAG 2.1.4): whoever dictates, or whose hand falls on them, turns
 * them off. Kept on this machine; Enter, Esc and whatever has Alt or Ctrl stay. */
import { effect, signal } from '../ui.js';
import { local } from '../store.js';

export const singleKeys = signal(local.get('singleKeys') !== false);

export function toggleSingleKeys() {
  singleKeys.value = !singleKeys.peek();
  local.set('singleKeys', singleKeys.peek());
}

/** What says such a key is hidden while it does nothing. */
export const followSingleKeys = () =>
  effect(() => {
    document.documentElement.classList.toggle('nosingle', !singleKeys.value);
  });
