/** The wrap-up of a call that was handed on: time for notes, and done. How it ended is said by whoever
 * has it. */
import { html } from '../ui.js';
import { TargetBar, Threshold, Until } from '../timers.js';
import { t } from '../strings/en.js';
import { act, browsed, handed, handedIncident, incidentId, lastCall, pending, select } from './context.js';

export const handedDone = () => act('handed_done');

export function Handed() {
  const it = handed.value;
  const title = lastCall.value?.id === it?.contact && lastCall.value?.taken ? t.handed.taken : t.handed.title;
  const elsewhere = handedIncident.value && (browsed.value ?? incidentId.value) !== handedIncident.value;
  return (
    it &&
    html`<section class="panel sec wrap" aria-label=${title}>
      <div class="between">
        <h2>${title}</h2>
        <b class="s3"><${Until} at=${it.until} left=${t.wrapup.left}/></b>
      </div>
      <${TargetBar} from=${it.at} to=${it.until} class="s3"/>
      <${Threshold} at=${it.until} before=${10_000} text=${t.wrapup.soon}/>
      <p class="muted">${t.handed.lead}</p>
      <div class="row">
        ${elsewhere && html`<button class="small" onClick=${() => select(null)}>${t.handed.show}</button>`}
        <span class="grow"></span>
        <button class="primary" disabled=${pending.value.handed_done} onClick=${handedDone}>
          ${t.wrapup.done} <kbd>↵</kbd>
        </button>
      </div>
    </section>`
  );
}
