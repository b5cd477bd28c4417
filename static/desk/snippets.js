/** What is written often: found by its word, filled by the centre for whoever reads it, in their language. */
import { html, signal, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { hasAll, wordsIn } from '../fold.js';
import { t } from '../strings/en.js';
import { act, incident, layer, pending } from './context.js';

const LAYER = 'snippets';
const FIELD = /\{(?:name|reference|agent|line)\}/g;

/** Fields that nobody filled: they are marked, and never sent. @param {string} text */
export const unfilled = (text) => [...new Set(text.match(FIELD) ?? [])];

/** @typedef {(text: string, subject: string) => void} Put takes the words that were chosen */
const open = signal(/** @type {{rows: Snippet[], put: Put}|null} */ (null));

/** @param {string|undefined} address of whoever reads it @param {Put} put */
export async function openSnippets(address, put) {
  const of = incident.peek();
  if (!of || !address) return;
  const told = await act('snippets', { incident: of.id, address });
  if (!told) return;
  open.value = { rows: told.rows, put };
  layer.value = LAYER;
}

/** In the box of a message. @param {{address: string|undefined, put: Put}} props */
export const SnippetButton = ({ address, put }) => html`<button
  type="button"
  class="quiet"
  aria-haspopup="dialog"
  disabled=${!address || pending.value.snippets}
  onClick=${() => openSnippets(address, put)}>
  ${t.snippets.button} <kbd>Ctrl ;</kbd>
</button>`;

/** Ctrl ; in that box. @param {On<KeyboardEvent>} e @param {string|undefined} address @param {Put} put */
export function snippetKey(e, address, put) {
  if (e.key !== ';' || !(e.ctrlKey || e.metaKey)) return;
  e.preventDefault();
  void openSnippets(address, put);
}

/** What is chosen stands behind what was typed. @param {string} before @param {string} words */
export const joined = (before, words) => (before.trim() ? `${before.trimEnd()}\n${words}` : words);

const shut = () => {
  layer.value = null;
  open.value = null;
};

/** @param {{rows: Snippet[], put: Put}} props */
function List({ rows, put }) {
  const [typed, setTyped] = useState('');
  const words = wordsIn(typed);
  const titled = (/** @type {Snippet} */ one) => hasAll(one.word, words);
  const found = rows
    .filter((one) => hasAll(`${one.word} ${one.text}`, words))
    .sort((a, b) => Number(titled(b)) - Number(titled(a))); // those found by their title first
  /** @param {Snippet} one */
  const choose = (one) => {
    shut();
    put(one.text, one.subject);
  };
  /** @param {On<SubmitEvent>} e */
  const first = (e) => {
    e.preventDefault();
    if (found.length) choose(found[0]);
  };
  return html`<${Dialog} title=${t.snippets.title} close=${shut} class="snippets">
    <form class="stack" onSubmit=${first}>
      <input
        autofocus
        autocomplete="off"
        aria-label=${t.snippets.find}
        placeholder=${t.snippets.find}
        value=${typed}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setTyped(e.currentTarget.value)}/>
      <ul class="stack tight">
        ${found.map(
          (one) => html`<li key=${one.name}>
            <button type="button" class="snippet" onClick=${() => choose(one)}>
              <b>${one.word}</b> <span class="faint t1">${one.language}</span>
              ${one.missing.length > 0 && html`<span class="s2 t1"> ${t.snippets.missing(
                  one.missing,
                )}</span>`}
              <span class="muted t1 cut">${one.text}</span>
            </button>
          </li>`,
        )}
      </ul>
      ${!found.length && html`<p class="faint">${rows.length ? t.snippets.none : t.snippets.noneAtAll}</p>`}
    </form>
  </${Dialog}>`;
}

function SnippetDialog() {
  const it = open.value;
  return layer.value === LAYER && it ? html`<${List} rows=${it.rows} put=${it.put}/>` : null;
}

export const SNIPPETS = { body: SnippetDialog };
