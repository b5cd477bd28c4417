/** An incident ends: closed with a reason, and opened again. */
import { html, signal } from '../ui.js';
import { ClosedBar } from '../closed.js';
import { Dialog } from '../dialog.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { ContactState } from '../states.js';
import { act, boundLayer, centre, incident, layer, pending } from './context.js';

const LAYER = 'close incident';
/** What is chosen and typed, of one incident. */
const chosen = signal({ of: '', reason: '', comment: '' });

/** The open incident in view. */
const open = () => (incident.value?.state === 'open' ? incident.value : null);
boundLayer(LAYER, () => open()?.id);

/** Nothing keeps it open. @param {Incident} of */
export const canEnd = (of) =>
  of.state === 'open' && !of.callback && of.contacts.every((c) => c.state === ContactState.ENDED);

export function askEnd() {
  const of = incident.peek();
  if (!of) return;
  chosen.value = { of: of.id, reason: '', comment: '' };
  layer.value = LAYER;
}

/** @param {Incident} of */
export async function reopen(of) {
  if (await act('reopen_incident', { incident: of.id })) toast(t.ending.reopened(of.number), 'ok');
}

/** @param {Incident} of */
async function end(of) {
  const { reason, comment } = chosen.peek();
  if (!reason) {
    toast(t.ending.choose(centre.peek()?.close_reasons?.length ?? 0));
    return;
  }
  if (!(await act('close_incident', { incident: of.id, reason, comment }))) return;
  layer.value = null;
  toast(
    t.ending.done(of.number),
    'ok',
    { label: t.ending.reopen, act: () => reopen(of), ms: 8000 },
    () => incident.value?.id !== of.id || incident.value.state === 'closed', // no more, once it is open again
  );
}

/** In the incident's head, when nothing keeps it open. @param {{of: Incident}} props */
export const EndButton = ({ of }) =>
  canEnd(of)
    ? html`<button class="small" aria-haspopup="dialog" onClick=${askEnd}>${t.ending.button}</button>`
    : null;

/** Over a closed incident. @param {{of: Incident}} props */
export const Reopen = ({ of }) => html`<${ClosedBar} of=${of}>
  <button class="small" disabled=${pending.value.reopen_incident} onClick=${() => reopen(of)}>
    ${pending.value.reopen_incident ? t.ending.reopening : t.ending.reopen}
  </button>
</${ClosedBar}>`;

/** @param {string} reason */
const choose = (reason) => {
  chosen.value = { ...chosen.peek(), reason };
};

/** 1 to 9 choose, also where their empty comment has the focus; Enter closes.
 * @param {Incident} of @returns {(e: On<KeyboardEvent>) => void} */
const keysOf = (of) => (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
  const target = /** @type {HTMLElement} */ (e.target);
  const box = target.tagName === 'INPUT' ? /** @type {HTMLInputElement} */ (target) : null;
  const reason = /^[1-9]$/.test(e.key) && centre.peek()?.close_reasons?.[Number(e.key) - 1];
  if (reason && !box?.value) {
    choose(reason.code);
    const radios = e.currentTarget.querySelectorAll('[role="radio"]');
    if (!box) /** @type {HTMLElement|undefined} */ (radios[Number(e.key) - 1])?.focus(); // for Enter
  } else if (e.key === 'Enter' && (box || target.matches('[role="radio"]'))) void end(of);
  else return;
  e.preventDefault();
};

function CloseIncidentDialog() {
  const of = open();
  if (layer.value !== LAYER || !of || chosen.value.of !== of.id) return null;
  const shut = () => {
    layer.value = null;
  };
  return html`<${Dialog} title=${t.ending.title(of.number)} close=${shut} class="enddialog">
    <div class="stack" onKeyDown=${keysOf(of)}>
      <p class="muted">${of.title || t.incident.untitled}</p>
      <div class="choices" role="radiogroup" aria-label=${t.ending.why}>
        ${(centre.value?.close_reasons ?? []).map(
          (reason, i) => html`<button
            key=${reason.code}
            role="radio"
            autofocus=${i === 0}
            aria-checked=${String(chosen.value.reason === reason.code)}
            class=${chosen.value.reason === reason.code ? 'on' : ''}
            onClick=${() => choose(reason.code)}>
            <kbd>${i + 1}</kbd>
            <span>${reason.word}</span>
          </button>`,
        )}
      </div>
      <input
        aria-label=${t.ending.comment}
        placeholder=${t.ending.comment}
        maxlength="500"
        value=${chosen.value.comment}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
          chosen.value = { ...chosen.peek(), comment: e.currentTarget.value };
        }}/>
      <p class="faint t1">${t.ending.after}</p>
      <div class="row">
        <span class="grow"></span>
        <button onClick=${shut}>${t.ending.keep} <kbd>Esc</kbd></button>
        <button class="primary" disabled=${pending.value.close_incident} onClick=${() => end(of)}>
          ${pending.value.close_incident ? t.ending.closing : html`${t.ending.button} <kbd>↵</kbd>`}
        </button>
      </div>
    </div>
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const CLOSE_INCIDENT = {
  body: CloseIncidentDialog,
  commands: () => {
    const of = incident.value;
    if (!of) return [];
    return of.state === 'open'
      ? [[t.ending.title(of.number), '', askEnd]]
      : [[t.ending.again(of.number), '', () => reopen(of)]];
  },
};
