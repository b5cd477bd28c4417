/** What was said last, for five seconds: Z takes it back, or the button in its message. */
import { html } from '../ui.js';
import { dropUndo, SAYS_OF_UNDO, toast, wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { Key } from './single_keys.js';

const UNDO_MS = 5000;

/** @typedef {{send: () => Promise<unknown>, done: string, holds?: () => boolean}} Back
 * `done`: said once it is taken back. `holds`: whether it can be, from signals; once it could, and cannot any
 * more, it is forgotten. */

let last = /** @type {Back|null} */ (null);

/** @param {string} words what was done @param {Back} back */
export function undoable(words, back) {
  const mine = { ...back };
  let held = false; // the answer may come before the change itself
  const holds = () => {
    const still = mine.holds ? mine.holds() : true;
    if (held && !still && last === mine) last = null;
    held ||= still;
    return still;
  };
  last = mine;
  setTimeout(() => {
    if (last === mine) last = null;
  }, UNDO_MS);
  const more = {
    label: html`${t.undo} <${Key} of="Z"/>`,
    act: () => {
      last = mine;
      undo();
    },
    ms: UNDO_MS,
  };
  toast(words, 'ok', more, holds);
}

/** @returns {boolean} whether there was something to undo */
export function undo() {
  const was = last;
  if (!was) return false;
  last = null;
  dropUndo();
  was.send().then(
    () => toast(was.done, 'ok'),
    (error) => toast(wordsOf(error, SAYS_OF_UNDO), 'warn'),
  );
  return true;
}
