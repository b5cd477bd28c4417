/** One of a few, by mouse or by its digit, with a line of words beside it; Enter does it. */
import { html } from '../ui.js';
import { Wrong } from './wrong.js';

/** @typedef {{code: string, word: unknown}} Option */

/** Its digit chooses one, also where the empty line has the focus; Enter does it.
 * @param {Option[]} options @param {(code: string) => void} choose @param {() => void} go
 * @param {boolean} needs words: they are said next
 * @returns {(e: On<KeyboardEvent>) => void} */
const keysOf = (options, choose, go, needs) => (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || e.isComposing) return;
  const target = /** @type {HTMLElement} */ (e.target);
  const box = target.tagName === 'INPUT' ? /** @type {HTMLInputElement} */ (target) : null;
  const one = /^[1-9]$/.test(e.key) && options[Number(e.key) - 1];
  if (one && !box?.value) {
    choose(one.code);
    const next = e.currentTarget.querySelectorAll(needs ? 'input' : '[role="radio"]');
    // Enter does it there.
    if (!box) /** @type {HTMLElement|undefined} */ (next[needs ? 0 : Number(e.key) - 1])?.focus();
  } else if (e.key === 'Enter' && (box || target.matches('[role="radio"]'))) go();
  else return;
  e.preventDefault();
};

/** @param {{
 *   options: Option[], label: string, chosen: string, choose: (code: string) => void, go: () => void,
 *   words: string, say: (words: string) => void, wordsLabel: string, needs?: boolean, children?: Shown,
 *   fault?: {at: 'choice'|'words', words: string}|null,
 * }} props */
export const Choices = ({
  options,
  label,
  chosen,
  choose,
  go,
  words,
  say,
  wordsLabel,
  needs = false,
  children,
  fault = null,
}) => html`<div class="stack" onKeyDown=${keysOf(options, choose, go, needs)}>
  <div class="choices" role="radiogroup" aria-label=${label}>
    ${options.map(
      (one, i) => html`<button
        key=${one.code}
        role="radio"
        autofocus=${i === 0}
        aria-checked=${String(chosen === one.code)}
        class=${chosen === one.code ? 'on' : ''}
        onClick=${() => choose(one.code)}>
        <kbd>${i + 1}</kbd>
        <span>${one.word}</span>
      </button>`,
    )}
  </div>
  <${Wrong} words=${fault?.at === 'choice' && fault.words}/>
  <input
    aria-label=${wordsLabel}
    placeholder=${wordsLabel}
    maxlength="500"
    value=${words}
    onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => say(e.currentTarget.value)}/>
  <${Wrong} words=${fault?.at === 'words' && fault.words}/>
  ${children}
</div>`;
