/** An incident ends: closed with a reason, and opened again. */
import { html, signal } from '../ui.js';
import { ClosedBar } from '../closed.js';
import { Dialog } from '../dialog.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { ContactState } from '../states.js';
import { Choices } from './choices.js';
import { askMerge } from './merge.js';
import { act, boundLayer, centre, incident, layer, pending } from '../in_view.js';

const LAYER = 'close incident';
/** What is chosen and typed, of one incident. */
const chosen = signal({ of: '', reason: '', comment: '' });
/** What is wrong with that, at its field. */
const fault = signal(/** @type {{at: 'choice'|'words', words: string}|null} */ (null));
/** @param {Partial<typeof chosen.value>} now */
const put = (now) => {
  fault.value = null;
  chosen.value = { ...chosen.peek(), ...now };
};

/** The open incident in view. */
const open = () => (incident.value?.state === 'open' ? incident.value : null);
boundLayer(LAYER, () => open()?.id);

/** Nothing keeps it open. @param {Incident} of */
export const canEnd = (of) =>
  of.state === 'open' && !of.callback && of.contacts.every((c) => c.state === ContactState.ENDED);

export function askEnd() {
  const of = incident.peek();
  if (!of) return;
  put({ of: of.id, reason: '', comment: '' });
  layer.value = LAYER;
}

/** @param {{id: string, number: string}} of */
export async function reopen(of) {
  if (await act('reopen_incident', { incident: of.id })) toast(t.ending.reopened(of.number), 'ok');
}

/** @param {{id: string, number: string}} of @param {string} reason @param {string} comment
 * @param {(fault: Fault) => void} [onFault] */
export async function resolve(of, reason, comment, onFault) {
  if (!(await act('close_incident', { incident: of.id, reason, comment }, { onFault }))) return false;
  tellEnded(of, { resolved: true });
  return true;
}

/** What came of resolving it. @param {{id: string, number: string}} of @param {Resolving} told */
export function tellEnded(of, { resolved = false, why = '' }) {
  if (!resolved) return toast(why);
  toast(
    t.ending.done(of.number),
    'ok',
    { label: t.ending.reopen, act: () => reopen(of), ms: 8000 },
    () => incident.value?.id !== of.id || incident.value.state === 'closed', // no more, once it is open again
  );
}

/** @param {Incident} of */
async function end(of) {
  const { reason, comment } = chosen.peek();
  if (!reason) {
    fault.value = { at: 'choice', words: t.ending.choose(centre.peek()?.close_reasons?.length ?? 0) };
    return;
  }
  const refused = (/** @type {Fault} */ no) => {
    fault.value = { at: 'words', words: no.message ?? '' };
  };
  if (await resolve(of, reason, comment, refused)) layer.value = null;
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

function CloseIncidentDialog() {
  const of = open();
  if (layer.value !== LAYER || !of || chosen.value.of !== of.id) return null;
  const shut = () => {
    layer.value = null;
  };
  return html`<${Dialog} title=${t.ending.title(of.number)} close=${shut} class="enddialog">
    <p class="muted">${of.title || t.incident.untitled}</p>
    <${Choices}
      options=${centre.value?.close_reasons ?? []}
      label=${t.ending.why}
      chosen=${chosen.value.reason}
      choose=${(/** @type {string} */ reason) => put({ reason })}
      fault=${fault.value}
      go=${() => end(of)}
      words=${chosen.value.comment}
      say=${(/** @type {string} */ comment) => put({ comment })}
      wordsLabel=${t.ending.comment}>
      <p class="faint t1">${t.ending.after}</p>
      <div class="row">
        ${chosen.value.reason === 'duplicate' && html`<button aria-haspopup="dialog" onClick=${askMerge}>
          ${t.ending.merge}
        </button>`}
        <span class="grow"></span>
        <button onClick=${shut}>${t.ending.keep} <kbd>Esc</kbd></button>
        <button class="primary" disabled=${pending.value.close_incident} onClick=${() => end(of)}>
          ${pending.value.close_incident ? t.ending.closing : html`${t.ending.button} <kbd>↵</kbd>`}
        </button>
      </div>
    </${Choices}>
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
