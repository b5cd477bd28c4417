/** Why a contact rings at an agent, or rang at the one who has it now, in words. */
import { t } from './strings/en.js';

/** {"vet": 3, "en": 1} → "needs en, vet 3+". @param {Record<string, number>|undefined} needs
 * @param {number} step of its ladder: a later one that needs nothing came after one that did */
const needsWords = (needs, step) => {
  const names = Object.entries(needs ?? {})
    .map(([name, level]) => (level > 1 ? `${name} ${level}+` : name))
    .sort();
  return names.length ? t.reason.needs(names.join(', ')) : step ? t.reason.widened : t.reason.anybody;
};

/** In one line; empty when nothing was decided about this agent. `here`: it is said to them.
 * @param {Contact} c @param {string|null|undefined} agent @param {boolean} [here] @returns {string} */
export function reasonText(c, agent, here = false) {
  const one = c.reason?.chosen?.[agent ?? ''];
  if (!one) return '';
  if (one.why) return t.reason.chosen[one.why]?.(one.by_name ?? one.by ?? '') ?? one.why;
  return [
    needsWords(one.needs, one.step ?? 0) + (one.step ? t.reason.step(one.step + 1) : ''),
    one.named && t.reason.named,
    one.cost > 0 ? t.causes.costs[one.cost] : !one.named && t.reason.longest,
    one.displaces && t.reason[here ? 'displacesHere' : 'displaces'],
  ]
    .filter(Boolean)
    .join('; ');
}
