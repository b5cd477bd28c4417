/** Whether what a receiver says back has the next action and the what-if in it. A hint for whoever reads
 * along, and never a gate: it looks for words and times, and understands nothing. Pure. */

/** Words that carry nothing. */
const EMPTY = new Set(
  `about after again also and any are before but for from has have her his how into its just not now
   off out over she soon than that the their them then there they this until was were what when where which
   will with would you your`.split(/\s+/),
);

/** Letters and digits alone, in small letters, without accents. @param {string} text */
const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** "14:38" and "2.15" are times; other dots and colons end words. @param {string} text */
const timesOf = (text) =>
  [...plain(text).matchAll(/\b(\d{1,2})[:.h](\d{2})\b/g)].map(([, h, m]) => `${Number(h)}:${m}`);

/** The words that carry something, each by its beginning: "calls" is "calling". @param {string} text */
const rootsOf = (text) =>
  new Set(
    (plain(text).match(/[\p{L}\p{N}]+/gu) ?? [])
      .filter((word) => word.length > 2 && !/^\d+$/.test(word) && !EMPTY.has(word))
      .map((word) => word.slice(0, 5)),
  );

/** At least two of its words, or the only one. @param {string} part @param {string} said */
function shares(part, said) {
  const wanted = rootsOf(part);
  const have = [...rootsOf(said)];
  const hits = [...wanted].filter((root) =>
    have.some((one) => one.startsWith(root) || root.startsWith(one)),
  ).length;
  return wanted.size > 0 && hits >= Math.min(2, wanted.size);
}

/** @param {string} said the read-back
 * @param {{actions: string, what_if: string}} parts
 * @returns {{actions: boolean, whatIf: boolean}} what is in the words */
export function saidBack(said, parts) {
  const times = timesOf(parts.actions);
  const told = timesOf(said);
  return {
    actions: shares(parts.actions, said) && (!times.length || times.some((time) => told.includes(time))),
    whatIf: shares(parts.what_if, said),
  };
}
