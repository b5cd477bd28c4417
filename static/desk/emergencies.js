/** S1 contacts that wait, above everything at every desk; one who pauses is asked whether they are ready.
 * Their place is always there, so that nothing moves under the pointer: the phone bar, and in a call the
 * count of who waits (topbar.js). */
import { computed, html } from '../ui.js';
import { ringsForS1 } from '../agent.js';
import { now } from '../clock.js';
import { SevShape } from '../icons.js';
import { waitingCount } from '../model.js';
import { t } from '../strings/en.js';
import { centre, layer, link, me, offer, pending, state } from './context.js';
import { goReady, starting } from './duty.js';

/** One that is answered at once is not announced to those who work. */
const SOON_MS = 5_000;

const late = computed(() => now.value - (state.value.tally?.waiting?.[1]?.oldest ?? Infinity) >= SOON_MS);

/** How many are to be told here. */
export const emergencies = computed(() => {
  const agent = me.value;
  if (!agent || link.status.value !== 'live' || offer.value?.contact.severity === 1) return 0;
  const paused = agent.choice === 'paused';
  const told = paused ? ringsForS1(agent, centre.value) : late.value;
  return told ? waitingCount(state.value.tally, 1) : 0;
});

export function Emergencies() {
  const n = emergencies.value;
  const paused = me.value?.choice === 'paused';
  const going = starting.value || !!pending.value.ready;
  return html`<div class="emergencies" role="status">
    <${SevShape} level=${1}/>
    <b>${t.emergencies.wait(n)}</b>
    ${paused
      ? html`
          <span>${t.emergencies.ready}</span>
          <button class="end" disabled=${going} onClick=${goReady}>
            ${going ? t.top.getting : t.top.goReady}
          </button>
        `
      : html`<button
          aria-haspopup="dialog"
          onClick=${() => {
            layer.value = 'line';
          }}>
          ${t.emergencies.who}
        </button>`}
  </div>`;
}
