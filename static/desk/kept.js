/** What was typed into a dialog about an incident: whatever takes the dialog away, a call or another
 * incident, leaves it; whoever closes it, or is done with it, forgets it. */
import { useState } from '../ui.js';

/** Of one dialog, by incident. @template T @returns {Map<string, T>} */
export const keptBy = () => new Map();

/** As `useState`, with what was typed before; and how it is forgotten.
 * @template T @param {Map<string, T>} kept @param {string} id @param {() => T} blank
 * @returns {[T, (now: T) => void, () => void]} */
export function useKept(kept, id, blank) {
  const [said, put] = useState(() => kept.get(id) ?? blank());
  const say = (/** @type {T} */ now) => {
    kept.set(id, now);
    put(now);
  };
  return [said, say, () => kept.delete(id)];
}
