/** A promised call is moved to another time. */
import { html, signal, useState } from './ui.js';
import { isoDay, momentOf, onDay, There } from './call_times.js';
import { serverTime } from './clock.js';
import { whoOf } from './contact.js';
import { Dialog } from './dialog.js';
import { hourMinute, nextAt } from './format.js';
import { act, boundLayer, layer, pending } from './in_view.js';
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
  const [time, setTime] = useState(hourMinute(of.due));
  const [day, setDay] = useState('');
  const [note, setNote] = useState('');
  const [why, refuse] = useState(''); // it is night there by then
  const busy = pending.value.move_callback;
  const at = day ? onDay(day, time) : nextAt(time, serverTime());
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
      <div class="row wraps">
        <label class="row">
          ${t.promised.at}
          <input
            type="time"
            autofocus
            value=${time}
            onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setTime(e.currentTarget.value)}/>
        </label>
        <input
          type="date"
          aria-label=${t.promised.day}
          min=${isoDay(serverTime())}
          value=${day}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setDay(e.currentTarget.value)}/>
        ${at !== null && html`<b>${momentOf(at)}</b>`}
        ${at !== null &&
        (of.zones.length ? of.zones : ['']).map(
          (zone) => html`<${There} key=${zone} at=${at} zone=${zone}/>`,
        )}
      </div>
      ${why && html`
        <p class="s2 b" role="alert">⚠ ${why}. ${l.moveWhy}</p>
        <div class="row">
          <input
            class="grow"
            maxlength="160"
            aria-label=${l.moveNote}
            placeholder=${l.moveNote}
            value=${note}
            onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setNote(e.currentTarget.value)}/>
          <button type="button" disabled=${busy || !note.trim()} onClick=${() => go(['night'])}>
            ${l.moveAnyway}
          </button>
        </div>
      `}
      <div class="row end">
        <button type="button" onClick=${shut}>${t.incident.shut}</button>
        <button class="primary" disabled=${busy || at === null}>${l.moveGo}</button>
      </div>
    </form>
  </${Dialog}>`;
}

export const MoveCallback = () =>
  layer.value === LAYER && asked.value ? html`<${Move} key=${asked.value.contact} of=${asked.value}/>` : null;
