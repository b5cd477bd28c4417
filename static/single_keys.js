/** The switch for keys that are one letter, digit or mark (WCAG 2.1.4), on this machine: of the desk and the
 * board. */
import { signal } from './ui.js';
import { local } from './store.js';
import { t } from './strings/en.js';

export const singleKeys = signal(local.get('singleKeys') !== false);

export function toggleSingleKeys() {
  singleKeys.value = !singleKeys.peek();
  local.set('singleKeys', singleKeys.peek());
}

/** In the user’s menu. @returns {MenuItem} */
export const singleKeysItem = () => ({
  label: t.keys.menu,
  checked: singleKeys.value,
  box: true,
  act: toggleSingleKeys,
});

/** Which letter, digit or mark it is: with Alt some machines write another one, there its place counts.
 * @param {KeyboardEvent} e */
export const letterOf = (e) =>
  /^[a-z0-9/?]$/i.test(e.key)
    ? e.key.toLowerCase()
    : e.code === 'Slash'
      ? e.shiftKey
        ? '?'
        : '/'
      : (/^(?:Key|Digit)(.)$/.exec(e.code)?.[1] ?? '').toLowerCase();
