/** Whether somebody is at this page: a key, a pointer, an act, or in a call their own voice, within the last
 * 15 s. It is asked for after a missed offer alone, and kept nowhere. */

const WITHIN_MS = 15_000;
const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel'];

let last = -Infinity;

/** They did something just now. */
export const acted = () => {
  last = performance.now();
};

export const active = () => performance.now() - last < WITHIN_MS;

export function watchActivity() {
  for (const sign of SIGNS) addEventListener(sign, acted, { capture: true, passive: true });
}
