/** How far guidance was followed today, and the incidents behind the figure. */
import { html, computed } from '../ui.js';
import { now } from '../clock.js';
import { percent } from '../format.js';
import { useAsked } from '../why.js';
import { t } from '../strings/en.js';
import { link } from './context.js';
import { IncidentButton } from './drawer.js';

const AGAIN_MS = 15_000;
const quarter = computed(() => Math.floor(now.value / AGAIN_MS));

export function GuidanceToday() {
  const of = useAsked('guidance', () => link.send('guidance_followed', { days: 1 }), quarter.value);
  if (!of?.stars) return null;
  return html`<details class="figs">
    <summary>${t.guidance.today(percent(of.asked / of.stars), of.asked, of.stars, of.left)}</summary>
    <ul aria-label=${t.guidance.list}>
      ${of.rows.map(
        (row) => html`<li key=${`${row.incident} ${row.card}`} class="row">
          <${IncidentButton} id=${row.incident} no=${row.number} who=${row.card}/>
          <span>${row.card}</span>
          <span class="muted">${t.guidance.row(row.asked, row.stars, row.left)}</span>
        </li>`,
      )}
    </ul>
  </details>`;
}
