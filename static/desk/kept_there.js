/** What is typed at a desk is kept at the centre, too, for another machine. */
import { link, onLive } from './context.js';

const SAVED_MS = 1000;
/** What the centre has not kept yet, by what is typed; and when it goes there. */
/** @type {Map<string, [string, Record<string, unknown>]>} */
const owed = new Map();
/** @type {Map<string, number>} */
const timers = new Map();

/** @param {string} id */
async function send(id) {
  stop(id);
  const it = owed.get(id);
  if (!it) return;
  try {
    await link.send(...it);
    if (owed.get(id) === it) owed.delete(id);
  } catch {
    // It goes with the next letter, or once the link is back.
  }
}
onLive.add(() => {
  for (const id of owed.keys()) void send(id);
});

/** @param {string} id */
function stop(id) {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** What is typed is kept at the centre, too, for another machine: a second after a letter, however long one
 * goes on typing. @param {string} id @param {string} intent @param {Record<string, unknown>} fields
 * @param {{now?: boolean}} [how] `now`: at once */
export function keepThere(id, intent, fields, { now = false } = {}) {
  owed.set(id, [intent, fields]);
  if (now) void send(id);
  else if (!timers.has(id)) timers.set(id, window.setTimeout(send, SAVED_MS, id));
}

/** An act has it by now. @param {string} id */
export function keptThere(id) {
  stop(id);
  owed.delete(id);
}
