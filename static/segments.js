/**
 * How many text-message segments a reply takes (3GPP TS 23.038, GSM 7-bit default alphabet).
 * GSM-7: 160 alone, 153 each when joined; UCS-2: 70 and 67 UTF-16 units. The extension
 * characters count two; neither an escape pair nor a surrogate pair is ever split over two segments.
 */

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ' +
    '!"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = new Set('\f^{}\\[~]|€');

/** Units that one text may have, as the carrier and router/core/text_length.py count them. */
export const MOST = 1600;

/**
 * @param {string} text
 * @returns {{alphabet: 'GSM-7'|'UCS-2', units: number, segments: number, odd: string[]}}
 *   units used, segments needed, and the characters that force UCS-2 (at most five, for a hint)
 */
export function segments(text) {
  const odd = [...new Set([...text].filter((c) => !BASIC.has(c) && !EXTENDED.has(c)))];
  const wide = odd.length > 0;
  const cost = (/** @type {string} */ c) => (wide ? c.length : EXTENDED.has(c) ? 2 : 1);
  const [alone, joined] = wide ? [70, 67] : [160, 153];
  let units = 0;
  for (const c of text) units += cost(c);
  let count = units ? 1 : 0;
  if (units > alone) {
    let room = joined;
    for (const c of text) {
      const n = cost(c);
      if (n > room) {
        count += 1;
        room = joined;
      }
      room -= n;
    }
  }
  return { alphabet: wide ? 'UCS-2' : 'GSM-7', units, segments: count, odd: odd.slice(0, 5) };
}
