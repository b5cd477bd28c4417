/** The grounds of a severity: the words that decided, how sure, or that somebody should glance. */
import { html } from './ui.js';
import { decided } from './emergency_words.js';
import { t } from './strings/en.js';

/** An S2 that may be an S1. @param {Contact} c */
export const isUnsure = (c) => c?.grounds?.unsure === true && c.severity === 2;

/** Doubt: shape, word and colour. */
export const Unsure = () => html`<span class="unsure">
  <svg viewBox="0 0 14 14" aria-hidden="true">
    <path d="M7 .9 13.100 7 7 13.100 .9 7z" fill="none" stroke="currentColor" stroke-width="1.600"/>
    <path
      d="M5.300 5.600a1.700 1.700 0 1 1 2.500 1.500c-.6.3-.8.6-.8 1.100 M7 9.300v1.100"
      fill="none"
      stroke="currentColor"
      stroke-width="1.300"/>
  </svg>
  ${t.grounds.unsure}
</span>`;

/** A text with the words underlined that decided.
 * @param {{text: string, words: string[]|null|undefined}} props */
export const Marked = ({ text, words }) =>
  words?.length
    ? decided(text, words).map((part, i) =>
        part.hit ? html`<mark key=${i} class="hit">${part.text}</mark>` : part.text,
      )
    : text;

const FIVE = [1, 2, 3, 4, 5];
/** @param {{sure: number}} props */
const Sure = ({ sure }) => html`<span class=${`sure ${sure >= 80 ? 'ok' : 's2'}`}>
  <span class="five" aria-hidden="true">
    ${FIVE.map((n) => html`<i key=${n} class=${sure > (n - 1) * 20 ? 'on' : ''}></i>`)}
  </span>
  ${t.grounds.sure(sure)}
</span>`;

/** The words as they stand beside each other in what is shown. @param {Contact} c @returns {string[]} */
function chips(c) {
  const why = c.grounds?.why ?? [];
  const parts = decided(c.about ?? '', why)
    .filter((part) => part.hit)
    .map((part) => part.text.toLowerCase());
  const shown = parts.join(' ').split(/\s+/).length;
  return shown >= why.join(' ').split(/\s+/).length ? [...new Set(parts)] : why;
}

/** S1 because [not breathing] [now] · 97 % sure; of a list of the centre its name.
 * @param {{c: Contact}} props */
export function Because({ c }) {
  if (!c.grounds) return null;
  const { sure, unsure } = c.grounds;
  const why = chips(c);
  return html`<div class="because">
    <span class="t1">${why.length ? t.grounds.because(c.severity) : t.grounds.byWords(c.severity)}</span>
    ${why.map((word) => html`<span key=${word} class=${`chip s${c.severity}`}>${word}</span>`)}
    ${unsure
      ? html`<${Unsure}/>`
      : sure === undefined
        ? html`<span class="t1">${t.grounds.rule(c.rule.split(': “')[0])}</span>`
        : html`<${Sure} sure=${sure}/>`}
  </div>`;
}

/** The same in one line, how sure first: where there is little room, words are cut. @param {Contact} c */
export function becauseText(c) {
  if (!c.grounds) return c.rule;
  const { why, sure, unsure } = c.grounds;
  if (sure === undefined && !unsure) return c.rule;
  return [unsure || sure === undefined ? t.grounds.unsure : t.grounds.sure(sure), why.join(' · ')]
    .filter(Boolean)
    .join(' · ');
}
