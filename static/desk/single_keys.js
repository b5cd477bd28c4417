/** Keys that are one letter, digit or mark (WCAG 2.1.4): whoever dictates, or whose hand falls on them, turns
 * them off, on this machine. Then, and while one talks, each of them needs Alt; Enter and Esc stay. */
import { computed, html } from '../ui.js';
import { letterOf, singleKeys } from '../single_keys.js';
import { t } from '../strings/en.js';
import { talking } from './consult.js';

/** They need Alt now. */
export const chorded = computed(() => !singleKeys.value || !!talking.value);

/** What two of them are with Alt: Alt J brings three together and Alt R calls somebody, and no key that is
 * pressed a moment too late may do that. @type {Record<string, string>} */
const WITH_ALT = { r: 'a', j: 'k' };
const SINGLE_OF = Object.fromEntries(Object.entries(WITH_ALT).map(([key, chord]) => [chord, key]));

/** @param {string} key @returns {string} as it is to be pressed now */
export const keyNow = (key) =>
  chorded.value && key ? t.keys.withAlt((WITH_ALT[key.toLowerCase()] ?? key).toUpperCase()) : key;

/** Drawn anew as that changes. @param {{of: string | number}} props */
export const Key = ({ of }) => html`<kbd>${keyNow(String(of))}</kbd>`;

/** The single key that a chord stands for. @param {KeyboardEvent} e @returns {string} empty: none */
export function singleOf(e) {
  const letter = letterOf(e);
  return e.key === 'Dead' ? '' : (SINGLE_OF[letter] ?? (WITH_ALT[letter] ? '' : letter));
}
