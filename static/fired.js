// @ts-check
/** Which words made it urgent, and who said them where. Pure. */

/** As triage reads (router/core/triage.py): small letters, no accents, plain apostrophes. @param {string} text */
const folded = (text) => text.normalize('NFKD').toLowerCase().replaceAll('’', "'").replace(/\p{M}/gu, '').replace(/\s+/g, ' ');

/** emergency words: “xylitol” → xylitol. @param {string|null|undefined} rule @returns {string[]} */
export const firedWords = (rule) => [...(rule ?? '').matchAll(/“([^”]+)”/g)].map((m) => m[1]);

/** The newest line of theirs in which the words stand that fired; null when they stand in what the
 * card shows anyway, or nowhere here.
 * @param {any[]} lines @param {string|null|undefined} rule @param {string|null|undefined} shown */
export function whereFired(lines, rule, shown) {
  const words = firedWords(rule).map(folded);
  const has = (/** @type {string|null|undefined} */ text) => words.some((w) => folded(text ?? '').includes(w));
  if (!words.length || has(shown)) return null;
  return [...lines].reverse().find((line) => line.kind === 'message' && line.direction === 'in' && (has(line.text) || has(line.subject))) ?? null;
}
