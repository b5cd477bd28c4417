/** S1 contacts that wait, above everything at every desk; one who pauses is asked whether they are ready. */
import { html, useComputed } from '../ui.js';
import { ringsForS1 } from '../agent.js';
import { now } from '../clock.js';
import { SevShape } from '../icons.js';
import { waitingCount } from '../model.js';
import { t } from '../strings/en.js';
import { centre, layer, link, me, offer, pending, state } from './context.js';
import { goReady, starting } from './duty.js';

/** One that is answered at once is not announced to those who work. */
const SOON_MS = 5_000;

export function Emergencies() {
  const agent = me.value;
  const n = waitingCount(state.value.tally, 1);
  const late = useComputed(
    () => now.value - (state.value.tally?.waiting?.[1]?.oldest ?? Infinity) >= SOON_MS,
  );
  const paused = agent?.choice === 'paused';
  const atPeace = paused && !ringsForS1(agent, centre.value);
  const ringsHere = offer.value?.contact.severity === 1;
  if (!n || !agent || atPeace || ringsHere || link.status.value !== 'live') return null;
  if (!paused && !late.value) return null;
  const going = starting.value || !!pending.value.ready;
  return html`<div class="emergencies" role="status">
    <${SevShape} level=${1}/>
    <b>${t.emergencies.wait(n)}</b>
    ${paused
      ? html`
          <span>${t.emergencies.ready}</span>
          <button class="small" disabled=${going} onClick=${goReady}>
            ${going ? t.top.getting : t.top.goReady}
          </button>
        `
      : html`<button
          class="small"
          aria-haspopup="dialog"
          onClick=${() => {
            layer.value = 'line';
          }}>
          ${t.emergencies.who}
        </button>`}
  </div>`;
}
