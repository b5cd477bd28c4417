/** What was typed into a dialog about an incident: whatever takes the dialog away, a call or another
 * incident, leaves it; whoever closes it, or is done with it, forgets it. */
import { useState } from '../ui.js';

/** Of one dialog, by incident. @template T @returns {Map<string, T>} */
export const keptBy = () => new Map();

/** As `useState`, with what was typed before, as `again` has it; and how it is forgotten.
 * @template T @param {Map<string, T>} kept @param {string} id @param {() => T} blank
 * @param {(typed: T) => T} [again] @returns {[T, (now: T) => void, () => void]} */
export function useKept(kept, id, blank, again = (typed) => typed) {
  const [said, put] = useState(() => {
    const typed = kept.get(id);
    return typed ? again(typed) : blank();
  });
  const say = (/** @type {T} */ now) => {
    kept.set(id, now);
    put(now);
  };
  return [said, say, () => kept.delete(id)];
}

/** Fields that are typed over, and as they were shown before: an order says both, so that the centre can
 * tell when a colleague was quicker.
 * @template {Record<string, string>} T @typedef {{said: T, before: T}} Edit */

/** With what it is now: a field that nobody typed over is that; the others stay.
 * @template {Record<string, string>} T @param {Edit<T>} edit @param {T} now @returns {Edit<T>} */
export function onto(edit, now) {
  const said = { ...now };
  const before = { ...now };
  for (const name of /** @type {(keyof T)[]} */ (Object.keys(now))) {
    if (edit.said[name].trim() === edit.before[name]) continue;
    said[name] = edit.said[name];
    before[name] = edit.before[name];
  }
  return { said, before };
}
