/** The open incidents, for supervisors: what is overdue first, then what is urgent and unplanned. */
import { computed, html, memo, signal } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { now } from '../clock.js';
import { Until } from '../timers.js';
import { wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { useAsked } from '../why.js';
import { hints, link, onLive, tabOf, wordOf } from './context.js';
import { OpenButton } from '../desk/restrict.js';
import { IncidentButton } from './drawer.js';

const AGAIN_MS = 2000;
const FILTERS = /** @type {const} */ (['', 'overdue', 'nobodys', 'severe']);
const filter = signal(/** @type {typeof FILTERS[number]} */ (''));
const found = signal(/** @type {Results['open_incidents']|null} */ (null));
const fault = signal('');
/** Who of it is overdue, as one word: the list is drawn anew as that changes, not with the clock. */
const late = computed(() =>
  (found.value?.rows ?? [])
    .filter((row) => row.next && row.next.due <= now.value)
    .map((row) => row.id)
    .join(' '),
);
/** How often the centre said that the list has changed. */
const moved = signal(0);

async function ask() {
  if (tabOf.peek() !== 'incidents') return;
  const asked = filter.peek();
  try {
    const list = await link.send('open_incidents', { filter: asked });
    if (filter.peek() !== asked) return;
    found.value = list;
    fault.value = '';
  } catch (error) {
    if (/** @type {Fault} */ (error).code !== 'offline') fault.value = wordsOf(error);
  }
}
onLive.add(ask);
hints.set('mine_changed', () => {
  moved.value += 1;
});

/** @param {{row: MineRow, late: boolean}} props */
const Due = ({ row: { next }, late }) =>
  next
    ? html`<b class=${late ? 's1' : 'muted'}>
        <${Until} at=${next.due} left=${t.next.left} over=${t.next.over}/>
      </b>`
    : null;

const Row = memo((/** @type {{row: MineRow, late: boolean}} */ { row, late }) => {
  const next = row.next ? [row.next.what, row.next.agent_name].filter(Boolean).join(' · ') : t.mine.unplanned;
  return html`<div role="row" class=${`tr oi ${late ? 'hot1' : ''}`}>
    <span role="cell"><${Sev} level=${row.severity} word=${wordOf(row.severity)}/></span>
    <span role="cell">
      ${row.hidden
        ? html`<${OpenButton} of=${{ incident: row.id }}/>`
        : html`<${IncidentButton} id=${row.id} no=${row.number} who=${row.title}/>`}
    </span>
    <span role="cell" class="stack tight" title=${`${row.title}\n${next}`}>
      <b class="cut">
        ${row.hidden ? html`<${Icon} name="lock"/> ${t.restricted.word}` : row.title || t.incident.untitled}
      </b>
      <span class=${`t1 cut ${row.next ? '' : 'muted'}`}>${next}</span>
    </span>
    <span role="cell" class="cut">
      ${row.owner_name ?? html`<b class="s2">${t.openIncidents.nobody}</b>`}
    </span>
    <span role="cell"><${Due} row=${row} late=${late}/></span>
    <span role="cell" class="muted">${t.statuses[row.status] ?? row.status}</span>
  </div>`;
});

export function OpenIncidents() {
  useAsked(`open ${filter.value}`, ask, moved.value, undefined, AGAIN_MS);
  const list = found.value?.filter === filter.value ? found.value : null;
  const rows = list?.rows ?? [];
  const overdue = late.value.split(' ');
  const { counts } = found.value ?? {};
  const o = t.openIncidents;
  return html`
    <div class="row coshead t1" role="group" aria-label=${o.which}>
      ${FILTERS.map(
        (one) => html`<button
          key=${one}
          class="small"
          aria-pressed=${String(filter.value === one)}
          onClick=${() => {
            filter.value = one;
          }}>
          ${o.filters[one]}
          ${counts ? ` · ${counts[one || 'all']}` : ''}
        </button>`,
      )}
      ${list?.more && html`<span class="muted">${o.more(rows.length)}</span>`}
    </div>
    <div class=${`rows scroll ${rows.length ? '' : 'none'}`} role="table" tabindex="0" aria-label=${o.tab}>
      <div role="rowgroup" class="thead">
        <div role="row" class="tr th oi">
          ${o.cols.map((x) => html`<span key=${x} role="columnheader">${x}</span>`)}
        </div>
      </div>
      <div role="rowgroup">
        ${rows.map((row) => html`<${Row} key=${row.id} row=${row} late=${overdue.includes(row.id)}/>`)}
      </div>
    </div>
    ${fault.value
      ? html`<p class="empty">${o.failed} ${fault.value}</p>`
      : !list
        ? html`<p class="empty">${o.asking}</p>`
        : !rows.length && html`<p class="empty">${o.none}</p>`}
  `;
}
