/** What became of today's callbacks, by how severe each was and how it came to be, and the incidents behind
 * each figure. */
import { html, computed } from '../ui.js';
import { now } from '../clock.js';
import { Sev } from '../icons.js';
import { useAsked } from '../why.js';
import { t } from '../strings/en.js';
import { link } from './context.js';
import { IncidentButton } from './drawer.js';

const AGAIN_MS = 15_000;
const quarter = computed(() => Math.floor(now.value / AGAIN_MS));

export function CallbacksKept() {
  const of = useAsked('callbacks kept', () => link.send('callbacks_kept', { days: 1 }), quarter.value);
  if (!of?.rows.length) return null;
  return html`<details class="figs">
    <summary>${t.callbackList.kinds}</summary>
    <ul aria-label=${t.callbackList.kinds}>
      ${of.rows.map((row) => {
        const kind = t.callbackKinds[row.kind] ?? row.kind;
        return html`<li key=${`${row.severity} ${row.kind}`} class="row wraps">
          <${Sev} level=${row.severity}/> <span>${kind}</span>
          <b>${t.callbackList.became(row.kept, row.late, row.gave_up)}</b>
          ${row.incidents.map(
            (one) => html`<${IncidentButton} key=${one.id} id=${one.id} no=${one.number} who=${kind}/>`,
          )}
        </li>`;
      })}
    </ul>
  </details>`;
}
