/** The one order of all waiting contacts, and the place that each is told. Pure, like model.js. */
import { stateOf } from './states.js';

/** A caller whom the carrier has elsewhere, and who may be taken here all the same: an S1 that no agent sent
 * there. @param {Contact} c */
export const stands = (c) =>
  stateOf(c).overlaid === true && c.severity === 1 && c.direction !== 'out' && c.outside?.kind !== 'transfer';

/** All waiting contacts in routing order: by score, then arrival, then id, as the index itself orders them.
 * @param {PageState} state @returns {Contact[]} */
export const inOrder = (state) =>
  Object.values(state.contacts)
    .filter((c) => stateOf(c).in_order || stands(c))
    .sort((a, b) => a.score - b.score || a.arrived_at - b.arrived_at || (a.id < b.id ? -1 : 1));

/** Equal text for equal skills or needs. @param {Record<string, number>} skills */
const signature = (skills) =>
  Object.keys(skills)
    .sort()
    .map((name) => `${name}=${skills[name]}`)
    .join();

/** What each who waits is told as their place (docs/routing.md, "Position"): 1 + those before them whom
 * an agent on duty could take as well as them; nobody on duty could take them: all before them. Counted
 * by kinds of needs and of skills, which stay few where contacts and agents are many.
 * @param {PageState} state @returns {Record<string, number>} */
export function places(state) {
  const crew = Object.values(state.agents).filter((a) => a.choice === 'ready' && a.presence === 'online');
  const profiles = [...new Map(crew.map((a) => [signature(a.skills), a.skills])).values()];
  /** @typedef {{able: number[], can: Uint8Array, before: number, shares: Map<Kind, boolean>}} Kind */
  /** @type {Map<string, Kind>} */
  const kinds = new Map();
  /** @type {Record<string, number>} */
  const found = {};
  for (const c of inOrder(state)) {
    const needs = c.needs ?? {};
    const name = signature(needs);
    let mine = kinds.get(name);
    if (!mine) {
      const can = Uint8Array.from(profiles, (skills) =>
        Number(Object.keys(needs).every((skill) => (skills[skill] ?? 0) >= needs[skill])),
      );
      kinds.set(
        name,
        (mine = { able: [...can.keys()].filter((i) => can[i]), can, before: 0, shares: new Map() }),
      );
    }
    let place = 1;
    for (const other of kinds.values()) {
      let shares = mine.shares.get(other);
      if (shares === undefined)
        mine.shares.set(other, (shares = !mine.able.length || mine.able.some((i) => other.can[i] === 1)));
      if (shares) place += other.before;
    }
    found[c.id] = place;
    mine.before += 1;
  }
  return found;
}
