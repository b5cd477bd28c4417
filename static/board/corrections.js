/** People's corrections of triage, for supervisors: before and after, the words, who and when. */
import { html, memo, signal } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { exactTime, hourMinute } from '../format.js';
import { Since } from '../timers.js';
import { wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { useAsked } from '../why.js';
import { link, onLive, state, tabOf } from './context.js';
import { IncidentButton } from './drawer.js';

/** Corrections may come while this is read: asked for again when something moved, at most this often. */
const AGAIN_MS = 3000;
const days = signal(7);
const found = signal(/** @type {Results['corrections']|null} */ (null));
const fault = signal('');

async function ask() {
  if (tabOf.peek() !== 'corrections') return;
  const asked = days.peek();
  try {
    const list = await link.send('corrections', { days: asked });
    if (days.peek() === asked) {
      found.value = list;
      fault.value = '';
    }
  } catch (error) {
    if (/** @type {Fault} */ (error).code !== 'offline') fault.value = wordsOf(error);
  }
}
onLive.add(ask);

const Row = memo(
  (/** @type {{row: CorrectionRow}} */ { row }) => html`<div role="row" class="tr co">
    <span role="cell" class="row wasis">
      <span class="sr">${t.corrections.wasIs(row.was, row.is)}</span>
      <span class="row" aria-hidden="true"><${Sev} level=${row.was}/>→<${Sev} level=${row.is}/></span>
    </span>
    <span role="cell" class="cut" title=${row.text}>
      <${Icon} name=${row.channel}/>
      <span class="sr">${t.channels[row.channel]}</span> ${row.text}
    </span>
    <span role="cell" class="muted">${t.corrections.kinds[row.kind] ?? row.kind}</span>
    <span role="cell"><${IncidentButton} id=${row.incident} no=${row.incident_no} who=${row.by}/></span>
    <span role="cell" class="cut">${row.by}</span>
    <span role="cell" title=${exactTime(row.at)}>
      ${Date.now() - row.at > 86_400_000
        ? html`<${Since} at=${row.at}/> ${t.incident.ago}`
        : hourMinute(row.at)}
    </span>
  </div>`,
);

/** @param {{n: number, word: string, tone?: string}} props */
const Figure = ({ n, word, tone = '' }) => html`<span>
  <b class=${`t3 ${tone}`}>${n.toLocaleString('en-US')}</b> ${word}
</span>`;

export function Corrections() {
  useAsked(`last ${days.value}`, ask, state.value.seq, undefined, AGAIN_MS);
  const list = found.value?.days === days.value ? found.value : null;
  const rows = list?.rows ?? [];
  const raised = rows.filter((r) => r.is < r.was);
  const lowered = rows.filter((r) => r.is > r.was);
  const c = t.corrections;
  return html`
    <div class="row coshead t1">
      <span class="muted">${c.of}</span>
      ${[7, 90].map(
        (n) => html`<button
          key=${n}
          class="small"
          aria-pressed=${String(days.value === n)}
          onClick=${() => {
            days.value = n;
          }}>
          ${c.days(n)}
        </button>`,
      )}
      <span class="grow"></span>
      <a class="button small" href=${`/api/corrections.csv?days=${days.value}`} download>${c.export}</a>
    </div>
    ${list && html`<div class="row figures">
      <${Figure} n=${list.triaged} word=${c.triaged}/>
      <${Figure}
        n=${rows.length}
        word=${c.corrected(
          list.triaged && rows.length ? ((100 * rows.length) / list.triaged).toFixed(1) : '',
        )}/>
      <${Figure}
        n=${raised.length}
        tone=${raised.length ? 's1' : ''}
        word=${c.raised(raised.filter((r) => r.is === 1).length)}/>
      <${Figure} n=${lowered.length} word=${c.lowered(lowered.filter((r) => r.was === 1).length)}/>
    </div>`}
    <div class=${`rows scroll ${rows.length ? '' : 'none'}`} role="table" tabindex="0" aria-label=${c.title}>
      <div role="rowgroup" class="thead">
        <div role="row" class="tr th co">
          ${[c.cols.was, c.cols.words, c.cols.kind, c.cols.incident, c.cols.by, c.cols.at].map(
            (x) => html`<span key=${x} role="columnheader">${x}</span>`,
          )}
        </div>
      </div>
      <div role="rowgroup">${rows.map((row) => html`<${Row} key=${row.id} row=${row}/>`)}</div>
    </div>
    ${fault.value
      ? html`<p class="empty">
          ${c.failed}
          <br/>
          ${fault.value}
          <br/>
          <br/>
          <button onClick=${ask}>${c.again}</button>
        </p>`
      : !list
        ? html`<p class="empty">${c.asking}</p>`
        : rows.length === 0 && html`<p class="empty">${c.none}</p>`}
  `;
}
