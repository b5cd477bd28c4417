/** What was refused until one is sure, with the reason: called, or not. */
import { html, signal } from '../ui.js';
import { Dialog } from '../dialog.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, layer } from './context.js';

const LAYER = 'sure';
/** Codes for which the centre asks first. */
export const ASKS = new Set(['unsafe', 'other_side']);

/** @typedef {{why: string, go: () => unknown}} Question */
const question = signal(/** @type {Question|null} */ (null));

/** What they are sure of already. @param {object} fields @returns {string[]} */
const known = (fields) => /** @type {{sure?: string[]}} */ (fields).sure ?? [];

/** An intent that reaches somebody; where the centre asks first, the person is asked here, and it is sent
 * once more. @template {string} K @param {K} what @param {object} fields
 * @param {(fields: object) => unknown} again what is done when they are sure
 * @param {(fault: Fault) => boolean} [own] whether whoever asks has dealt with it */
export async function actSure(what, fields, again, own) {
  return act(what, fields, {
    onFault: (fault) => {
      if (own?.(fault)) return undefined;
      if (!ASKS.has(fault.code ?? ''))
        return toast(fault.message ?? '', fault.code === 'taken' ? 'info' : 'warn');
      question.value = {
        why: fault.message ?? '',
        go: () => again({ ...fields, sure: [...known(fields), fault.code] }),
      };
      layer.value = LAYER;
    },
  });
}

/** Under the box of a message: why it was not sent. @param {{ask: Question}} props */
export const AskSure = ({ ask }) => html`<p class="s2 b t1 row" role="alert">
  <span class="grow">⚠ ${ask.why}</span>
  <button class="small" onClick=${ask.go}>${t.sure.send}</button>
</p>`;

const shut = () => {
  layer.value = null;
  question.value = null;
};

function SureDialog() {
  const asked = question.value;
  if (layer.value !== LAYER || !asked) return null;
  return html`<${Dialog} title=${t.sure.title} close=${shut}>
    <p>⚠ ${asked.why}</p>
    <div class="row">
      <span class="grow"></span>
      <button autofocus onClick=${shut}>${t.sure.no}</button>
      <button
        onClick=${() => {
          shut();
          void asked.go();
        }}>
        ${t.sure.call}
      </button>
    </div>
  </${Dialog}>`;
}

export const SURE = { body: SureDialog };
