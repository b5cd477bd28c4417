/** A promised call is moved to another time. */
import { html, signal, useState } from './ui.js';
import { momentOf } from './call_times.js';
import { whoOf } from './contact.js';
import { Dialog } from './dialog.js';
import { act, boundLayer, layer, pending } from './in_view.js';
import { asTyped, AtNight, MomentFields, typedMoment } from './moment_fields.js';
import { toast } from './toasts.js';
import { t } from './strings/en.js';

const LAYER = 'move callback';
/** Which one. */
const asked = signal(/** @type {CallbackRow|null} */ (null));
boundLayer(LAYER, () => asked.value?.contact);
const shut = () => {
  layer.value = null;
};

/** @param {CallbackRow} row */
export function askMove(row) {
  asked.value = row;
  layer.value = LAYER;
}

/** @param {{of: CallbackRow}} props */
function Move({ of }) {
  const l = t.callbackList;
  const [typed, type] = useState(asTyped(of.due));
  const [note, setNote] = useState('');
  const [why, refuse] = useState(''); // it is night there by then
  const busy = pending.value.move_callback;
  const at = typedMoment(typed);
  /** @param {string[]} sure */
  const go = async (sure = []) => {
    if (at === null || busy) return;
    refuse('');
    const onFault = (/** @type {Fault} */ no) =>
      no.code === 'night' ? refuse(no.message ?? '') : toast(no.message ?? '', 'warn');
    const fields = { contact: of.contact, at: Math.round(at), note, sure };
    if (!(await act('move_callback', fields, { onFault }))) return;
    shut();
    toast(l.moved(momentOf(at)), 'ok');
  };
  return html`<${Dialog} title=${l.moveTitle(whoOf(of))} close=${shut}>
    <p class="muted">${l.moveLead}</p>
    <form
      class="stack"
      onSubmit=${(/** @type {SubmitEvent} */ e) => {
        e.preventDefault();
        void go();
      }}>
      <${MomentFields} zones=${of.zones} typed=${typed} say=${type} focus/>
      ${why && html`<${AtNight}
        why=${why}
        note=${note}
        say=${setNote}
        busy=${busy}
        word=${l.moveAnyway}
        go=${() => go(['night'])}/>`}
      <div class="row end">
        <button type="button" onClick=${shut}>${t.incident.shut}</button>
        <button class="primary" disabled=${busy || at === null}>${l.moveGo}</button>
      </div>
    </form>
  </${Dialog}>`;
}

export const MoveCallback = () =>
  layer.value === LAYER && asked.value ? html`<${Move} key=${asked.value.contact} of=${asked.value}/>` : null;
