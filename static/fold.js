/** Words for comparing: what is typed without accents finds a name that has them. Pure. */

/** As triage reads (router/core/triage.py): small letters, no accents, plain apostrophes.
 * @param {string} text */
export const folded = (text) =>
  text.normalize('NFKD').toLowerCase().replaceAll('’', "'").replace(/\p{M}/gu, '').replace(/\s+/g, ' ');

/** What is looked for, word by word. @param {string} typed */
export const wordsIn = (typed) => folded(typed).split(' ').filter(Boolean);

/** Has it all of them? @param {string} text @param {string[]} words as wordsIn gives them */
export const hasAll = (text, words) => words.every((w) => folded(text).includes(w));
