/** Who asks for help, above everything on the board. */
import { helpsOf } from '../help.js';
import { open } from '../in_view.js';
import { signal } from '../ui.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { askOpen } from '../desk/restrict.js';
import { link, state, wordOf } from './context.js';
import { sit } from './ears.js';
import { steer } from './steer.js';

const waits = signal(false);

/** One thing at a time. @param {() => Promise<unknown>} act */
async function once(act) {
  if (waits.peek()) return;
  waits.value = true;
  try {
    await act();
  } finally {
    waits.value = false;
  }
}

export const { Helps, follow: followHelps } = helpsOf({
  link,
  state,
  wordOf,
  send: (what, fields) => once(() => steer(what, fields, SAYS_OF_UNDO)),
  listen: (help) => {
    const c = state.peek().contacts[help.contact ?? ''];
    return c && once(() => sit(c, 'listen'));
  },
  open,
  ask: askOpen,
  pending: () => waits.value,
});
