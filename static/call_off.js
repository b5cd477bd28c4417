/** A promised call that nobody has to make any more: called off with a reason, which the audit keeps, and
 * taken back for five seconds. A supervisor may say as well that they were reached in another way. */
import { html, signal } from './ui.js';
import { Dialog } from './dialog.js';
import { act, boundLayer, layer, link, pending, state } from './in_view.js';
import { SAYS_OF_UNDO, toast, wordsOf } from './toasts.js';
import { t } from './strings/en.js';

const LAYER = 'call off';
const LETTERS = 200;
const UNDO_MS = 5000;

/** @typedef {(fields: object, how: {says: ReadonlySet<string>}) => Promise<unknown>} Cancel */
/** `cancel`: as a desk sends it, which asks what is next; `undoable`: desk/undo.js, which has a key for it.
 * @typedef {{contact: string, who: string, cancel?: Cancel,
 *   undoable?: typeof import('./desk/undo.js').undoable}} Of */

const asked = signal(/** @type {Of|null} */ (null));
/** It stays while the desk asks what is next. */
const said = signal({ reason: '', reached: false });
boundLayer(LAYER, () => asked.value?.contact);
const shut = () => {
  layer.value = null;
};

/** @param {Of} of */
export function askCallOff(of) {
  asked.value = of;
  said.value = { reason: '', reached: false };
  layer.value = LAYER;
}

/** @type {Cancel} */
const cancel = (fields, how) => act('cancel_callback', fields, how);

/** @param {Of} of @param {string} words */
function tell({ contact, undoable }, words) {
  const send = () => link.send('not_needed_undo', { contact });
  const done = t.promised.noUndone;
  if (undoable) return undoable(words, { send, done });
  const back = () =>
    send().then(
      () => toast(done, 'ok'),
      (error) => toast(wordsOf(error, SAYS_OF_UNDO), 'warn'),
    );
  return toast(words, 'ok', { label: t.undo, act: back, ms: UNDO_MS });
}

/** @param {Of} of */
async function go(of) {
  const { reached } = said.peek();
  const reason = said.peek().reason.trim();
  if (!reason) return;
  const { contact } = of;
  const says = SAYS_OF_UNDO;
  const done = reached
    ? await act('not_needed', { contact, through: null, reason }, { says })
    : await (of.cancel ?? cancel)({ contact, reason }, { says });
  if (!done) return;
  if (layer.peek() === LAYER) shut();
  tell(of, reached ? t.promised.noDone : t.promised.offDone);
}

/** @param {{of: Of}} props */
function Form({ of }) {
  const w = t.callOff;
  const { reason, reached } = said.value;
  const busy = pending.value.cancel_callback ?? pending.value.not_needed;
  const supervisor = state.value.me?.permissions.includes('queue.steer');
  return html`<${Dialog} title=${w.title(of.who)} close=${shut} class="calloff">
    <form
      class="stack"
      onSubmit=${(/** @type {SubmitEvent} */ e) => {
        e.preventDefault();
        void go(of);
      }}>
      <p class="muted">${w.lead}</p>
      <input
        autofocus
        aria-label=${w.reason}
        placeholder=${w.reason}
        maxlength=${LETTERS}
        value=${reason}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
          said.value = { reason: e.currentTarget.value, reached };
        }}/>
      ${supervisor && html`<label class="row">
        <input
          type="checkbox"
          checked=${reached}
          onChange=${() => {
            said.value = { reason, reached: !reached };
          }}/>
        ${w.reached}
      </label>`}
      <div class="row end">
        <button type="button" onClick=${shut}>${w.keep} <kbd>Esc</kbd></button>
        <button class="primary" disabled=${busy || !reason.trim()}>${w.go} <kbd>↵</kbd></button>
      </div>
    </form>
  </${Dialog}>`;
}

export const CallOff = () =>
  layer.value === LAYER && asked.value ? html`<${Form} key=${asked.value.contact} of=${asked.value}/>` : null;
