/** What an agent's last check of their sound found, for desk and board. */
import { exactTime, timeOfDay } from './format.js';
import { Icon } from './icons.js';
import { t } from './strings/en.js';
import { html } from './ui.js';

/** @param {SoundCheck} check */
const wordOf = (check) => t.check.board.words[check.verdict];

/** A line that is faster is not told apart: it carries two hundred calls. */
export const MOST_KBPS = 20_000;
/** @param {number} kbps */
export const mbitOf = (kbps) =>
  kbps >= MOST_KBPS ? t.check.least(MOST_KBPS / 1000) : (kbps / 1000).toFixed(1);

/** The lines in an agent's drawer. @param {SoundCheck} check @returns {string[]} */
export const checkTold = (check) => [
  t.check.board.told(wordOf(check), timeOfDay(check.at)),
  ...check.faults.map((fault) => t.check.faults[fault]),
  ...(check.up_kbps == null || check.down_kbps == null
    ? []
    : [t.check.speed(mbitOf(check.up_kbps), mbitOf(check.down_kbps))]),
];

/** Something is wrong. @param {SoundCheck|null} check @returns {check is SoundCheck} */
export const isBad = (check) => !!check && check.verdict !== 'good';

/** The mark in their row: only where something is wrong. @param {{check: SoundCheck|null}} props */
export const CheckMark = ({ check }) =>
  isBad(check)
    ? html`<span
        class=${`row t0 cut ${check.verdict === 'poor' ? 's1' : 's2'}`}
        title=${`${exactTime(check.at)}\n${checkTold(check).join('\n')}`}>
        <${Icon} name="warn"/>
        <span class="lines2">${t.check.board.short(wordOf(check))}</span>
      </span>`
    : null;
