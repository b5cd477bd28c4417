/** Which words made it urgent, and who said them where. Pure. */
import { folded } from './fold.js';

/** emergency words: “xylitol” → xylitol. @param {string|null|undefined} rule @returns {string[]} */
export const firedWords = (rule) => [...(rule ?? '').matchAll(/“([^”]+)”/g)].map((m) => m[1]);

/** The newest line of theirs in which the words stand that fired; null when they stand in what the
 * card shows anyway, or nowhere here.
 * @template {Said} L @param {L[]} lines @param {string|null|undefined} rule
 * @param {string|null|undefined} shown */
export function whereFired(lines, rule, shown) {
  const words = firedWords(rule).map(folded);
  const has = (/** @type {string|null|undefined} */ text) =>
    words.some((w) => folded(text ?? '').includes(w));
  if (!words.length || has(shown)) return null;
  return (
    [...lines]
      .reverse()
      .find(
        (line) => line.kind === 'message' && line.direction === 'in' && (has(line.text) || has(line.subject)),
      ) ?? null
  );
}

/** A word as the model reads it: no apostrophes, nothing that cannot be seen, no letter more than twice;
 * or an emoji.
 * @param {string} word */
const bare = (word) =>
  folded(word)
    .replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]/gu, '')
    .replace(/(.)\1{2,}/gu, '$1$1');
/** What may stand in one word: letters, figures, accents, apostrophes, and what cannot be seen.
 * An emoji is one. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}\p{Cf}'’‘ʼ`´]*|\p{Extended_Pictographic}/gu;

/** The text in pieces, each a hit or not: the phrases as folded words, wherever they stand.
 * @param {string} text @param {string[]} phrases @returns {{text: string, hit: boolean}[]} */
export function decided(text, phrases) {
  const words = [...text.matchAll(WORD)].map((m) => ({
    at: m.index,
    end: m.index + m[0].length,
    word: bare(m[0]),
  }));
  const wanted = phrases
    .map((phrase) => [...phrase.matchAll(WORD)].map((m) => bare(m[0])).filter(Boolean))
    .filter((phrase) => phrase.length);
  /** @type {[number, number][]} */
  const hits = [];
  for (const phrase of wanted) {
    for (let i = 0; i + phrase.length <= words.length; i += 1) {
      if (phrase.every((word, n) => words[i + n].word === word))
        hits.push([words[i].at, words[i + phrase.length - 1].end]);
    }
  }
  hits.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  for (let i = hits.length - 1; i > 0; i -= 1) {
    // "went" and "limp" beside each other are one
    if (hits[i][0] >= hits[i - 1][1] && /^\s+$/.test(text.slice(hits[i - 1][1], hits[i][0])))
      hits.splice(i - 1, 2, [hits[i - 1][0], hits[i][1]]);
  }
  const parts = [];
  let at = 0;
  for (const [from, to] of hits) {
    if (from < at) continue; // inside one that is marked
    if (from > at) parts.push({ text: text.slice(at, from), hit: false });
    parts.push({ text: text.slice(from, to), hit: true });
    at = to;
  }
  if (at < text.length || !parts.length) parts.push({ text: text.slice(at), hit: false });
  return parts;
}
