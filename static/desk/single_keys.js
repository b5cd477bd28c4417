/** Keys that are one letter, digit or mark (WCAG 2.1.4): whoever dictates, or whose hand falls on them, turns
 * them off, on this machine. Then, and while one talks, each of them needs Alt; Enter and Esc stay. */
import { computed, html, signal } from '../ui.js';
import { letterOf, singleKeys } from '../single_keys.js';
import { t } from '../strings/en.js';
import { talking } from './consult.js';

/** They need Alt now. */
export const chorded = computed(() => !singleKeys.value || !!talking.value);

/** Where what is typed goes into the words, or chooses there. */
export const FIELDS = 'input, textarea, select, [role="menu"]';
/** One of these has the focus: what is chosen beside it, as in the wrap-up, needs Alt meanwhile. */
const inField = signal(false);
/** The wrap-up's own boxes while they are empty: a digit chooses there, too. */
const CHOOSES = '.wrap input:placeholder-shown';
const BESIDE_IT = /^[1-9xy]$/i;

export function watchFields() {
  let down = false; // nothing moves under a mouse that is about to click it
  const look = () => {
    const at = document.activeElement;
    if (!down) inField.value = !!at?.closest(FIELDS) && !at.matches(CHOOSES);
  };
  const press = (/** @type {boolean} */ on) => () => {
    down = on;
    setTimeout(look); // after the click
  };
  for (const type of ['focusin', 'focusout', 'input'])
    document.addEventListener(type, () => setTimeout(look), true);
  document.addEventListener('pointerdown', press(true), true);
  for (const type of ['pointerup', 'pointercancel']) document.addEventListener(type, press(false), true);
}

/** @param {string} key */
export const needsAlt = (key) => chorded.value || (inField.value && BESIDE_IT.test(key));

/** What two of them are with Alt: Alt J brings three together and Alt R calls somebody, and no key that is
 * pressed a moment too late may do that. @type {Record<string, string>} */
const WITH_ALT = { r: 'a', j: 'k' };
const SINGLE_OF = Object.fromEntries(Object.entries(WITH_ALT).map(([key, chord]) => [chord, key]));

/** @param {string} key @returns {string} as it is to be pressed now */
export const keyNow = (key) =>
  key && needsAlt(key) ? t.keys.withAlt((WITH_ALT[key.toLowerCase()] ?? key).toUpperCase()) : key;

/** Drawn anew as that changes. @param {{of: string | number}} props */
export const Key = ({ of }) => html`<kbd>${keyNow(String(of))}</kbd>`;

/** The single key that a chord stands for. @param {KeyboardEvent} e @returns {string} empty: none */
export function singleOf(e) {
  const letter = letterOf(e);
  return e.key === 'Dead' ? '' : (SINGLE_OF[letter] ?? (WITH_ALT[letter] ? '' : letter));
}
