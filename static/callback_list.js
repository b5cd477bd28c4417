/** The promised calls that nobody has made yet, for desk and board: overdue first, then what is due, then by
 * when it will be. Asked for while it is looked at, and again when the centre says that it has changed. */
import { computed, effect, html, memo, signal, useComputed, useEffect } from './ui.js';
import { clockThere } from './call_times.js';
import { now } from './clock.js';
import { whoOf } from './contact.js';
import { exactTime, hourMinute } from './format.js';
import { askGive } from './give_callback.js';
import { Icon, Sev } from './icons.js';
import { incident, layer, link, openFound, state, wordOf } from './in_view.js';
import { MenuButton } from './menu.js';
import { askMove } from './move_callback.js';
import { Stands } from './stands.js';
import { ContactState } from './states.js';
import { Until } from './timers.js';
import { wordsOf } from './toasts.js';
import { t } from './strings/en.js';

const AGAIN_MS = 2000;
const MINUTE_MS = 60_000;
/** @typedef {keyof typeof t.callbackList.filters} Filter */

const found = signal(/** @type {Results['callbacks']|null} */ (null));
const fault = signal('');
const looked = signal(0); // lists that show it
const filter = signal(/** @type {Filter|null} */ (null));
let timer = 0;
let asked = 0; // an older answer that comes late says what was

/** Asks, if it is looked at. */
export async function askCallbacks() {
  clearTimeout(timer);
  if (!looked.peek() || link.status.peek() !== 'live') return;
  const mine = ++asked;
  try {
    const list = await link.send('callbacks');
    if (mine !== asked) return;
    found.value = list;
    fault.value = '';
  } catch (error) {
    if (mine !== asked || /** @type {Fault} */ (error).code === 'offline') return;
    fault.value = wordsOf(error);
    timer = window.setTimeout(askCallbacks, AGAIN_MS);
  }
}

/** @param {CallbackRow} row @param {number} at */
const isLate = (row, at) => row.late_at < at && !row.stands && row.state !== ContactState.DIALING;
/** Overdue, due, later. @param {CallbackRow} row @param {number} at */
const rank = (row, at) => (isLate(row, at) ? 0 : row.due <= at ? 1 : 2);

/** The rank of each, as one word: the list is drawn anew as that changes, not with the clock. */
const ranks = computed(() => (found.value?.rows ?? []).map((row) => rank(row, now.value)).join(''));

/** @type {Record<Filter, (row: CallbackRow, at: number, me: string|undefined) => boolean>} */
const FITS = {
  '': () => true,
  mine: (row, _at, me) => row.owner === me || (row.by === me && !row.owner),
  due: (row, at) => row.due <= at,
  overdue: isLate,
  nobodys: (row) => !row.owner,
  severe: (row) => row.severity <= 2,
};

/** Whatever it is done with: the incident comes into view, then this. @param {string} id
 * @param {(of: Incident) => void} then */
export function inView(id, then) {
  layer.value = null;
  openFound(id);
  const stop = effect(() => {
    const of = incident.value;
    if (of?.id !== id) return;
    setTimeout(() => {
      stop();
      then(of);
    }, 0);
  });
}

/** When it is due, and what is left of that. @param {{row: CallbackRow, late: boolean}} props */
function Due({ row, late }) {
  const l = t.callbackList;
  if (row.stands) return html`<${Stands} of=${row.stands} until=${row.until} name=${row.stands.agent_name}/>`;
  if (row.state === ContactState.DIALING)
    return html`<b class="accent">${l.dials(row.agents.join(', '))}</b>`;
  return html`
    <b class=${late ? 's1' : ''} title=${exactTime(row.due)}>
      ${late
        ? html`▲ <${Until} at=${row.late_at} over=${l.over}/>`
        : html`<${Until} at=${row.due} left=${l.left} over=${l.since}/>`}
    </b>
    <span class="muted cut">
      ${row.agents.length ? l.rings(row.agents.join(', ')) : row.place ? l.place(hourMinute(row.place)) : ''}
    </span>
  `;
}

/** Where they are, now or when it is due. @param {{row: CallbackRow}} props */
function Theirs({ row }) {
  const l = t.callbackList;
  const text = useComputed(() => {
    const at = Math.floor(now.value / MINUTE_MS) * MINUTE_MS;
    const later = row.due > at + MINUTE_MS;
    const clocks = new Set(row.zones.map((zone) => clockThere(later ? row.due : at, zone)));
    clocks.delete('');
    if (!clocks.size) return l.unknown;
    return (later ? l.then : l.now)([...clocks].join(l.or));
  });
  return html`<span title=${row.zones.join(l.or)}>${text}</span>`;
}

/** @typedef {{row: CallbackRow, late: boolean, call: (row: CallbackRow) => Shown,
 *   off: (row: CallbackRow) => unknown}} RowProps */
const Row = memo((/** @type {RowProps} */ { row, late, call, off }) => {
  const l = t.callbackList;
  const who = whoOf(row);
  const kind = t.callbackKinds[row.kind] ?? row.kind;
  const by = !row.by_name || row.kind === 'key' || row.kind === 'voicemail' ? '' : l.by(row.by_name);
  const last = t.callbackLast[row.last ?? ''] ?? row.last;
  const tries = row.tried > 1 ? `${t.promised.tryOf(row.tried, row.tries)}: ${last}` : '';
  return html`<div role="row" class=${`cb ${late ? 'hot1' : ''}`}>
    <span role="cell"><${Sev} level=${row.severity} word=${wordOf(row.severity)}/></span>
    <span role="cell" class="two" title=${[who, row.who?.address, row.title].filter(Boolean).join('\n')}>
      <b class="cut">${who}</b>
      <span class="cut"><span class="mono">${row.number}</span> <span class="muted">${row.title}</span></span>
    </span>
    <span role="cell" class="two" title=${[kind, by, tries, row.note].filter(Boolean).join('\n')}>
      <span class="cut">${kind} <span class="muted">${by}</span></span>
      <span class="cut">
        ${tries && html`<b class="s2">${tries}</b>${row.note && ' · '}`}
        <span class="muted">${row.note}</span>
      </span>
    </span>
    <span role="cell" class="two"><${Due} row=${row} late=${late}/></span>
    <span role="cell">${!row.hidden && html`<${Theirs} row=${row}/>`}</span>
    <span role="cell" class="two">
      ${row.owner_name
        ? html`
            <span class="cut">${row.owner_name}</span>
            ${!row.owner_here && html`<span class="muted cut" title=${l.awayWhy}>${l.away}</span>`}
          `
        : html`<b class="s2">${l.nobody}</b>`}
    </span>
    <span role="cell" class="row">
      ${row.hidden
        ? html`<span class="muted" title=${t.restricted.hidden}><${Icon} name="lock"/></span>`
        : call(row)}
      ${!row.hidden && html`<${MenuButton}
        class="small"
        align="right"
        name=${l.moreOf(who)}
        title=${l.more}
        label="…"
        items=${[
          { label: l.open, act: () => inView(row.incident, () => {}) },
          ...(row.state === ContactState.DIALING
            ? []
            : [
                { label: l.move, act: () => askMove(row) },
                { label: l.give, act: () => askGive(row) },
                { label: t.promised.off, act: () => off(row) },
              ]),
        ]}/>`}
    </span>
  </div>`;
});

/** `call`: the button of a row; `off`: calls it off.
 * @param {{filters: readonly Filter[], call: RowProps['call'], off: RowProps['off']}} props */
export function CallbackList({ filters, call, off }) {
  useEffect(() => {
    looked.value += 1;
    const stop = effect(() => {
      if (link.status.value === 'live') void askCallbacks();
    });
    return () => {
      stop();
      looked.value -= 1;
    };
  }, []);
  const l = t.callbackList;
  const me = state.value.me?.id;
  ranks.value; // drawn anew as one becomes due, or late
  const at = now.peek();
  const all = found.value?.rows ?? [];
  const only = filter.value && filters.includes(filter.value) ? filter.value : filters[0];
  const rows = all
    .filter((row) => FITS[only](row, at, me))
    .sort((a, b) => {
      const [x, y] = [rank(a, at), rank(b, at)];
      return x - y || (x === 2 ? a.due - b.due : a.severity - b.severity || a.late_at - b.late_at);
    });
  return html`
    <div class="row wraps coshead t1" role="group" aria-label=${l.which}>
      ${filters.map(
        (one) => html`<button
          key=${one}
          class="small"
          aria-pressed=${String(only === one)}
          onClick=${() => {
            filter.value = one;
          }}>
          ${l.filters[one]} · ${all.filter((row) => FITS[one](row, at, me)).length}
        </button>`,
      )}
      ${found.value?.more && html`<span class="muted">${l.first(all.length)}</span>`}
    </div>
    <div class=${`cbs scroll ${rows.length ? '' : 'none'}`} role="table" tabindex="0" aria-label=${l.tab}>
      <div role="rowgroup" class="thead">
        <div role="row" class="cb th">
          ${l.cols.map((x) => html`<span key=${x} role="columnheader">${x}</span>`)}
        </div>
      </div>
      <div role="rowgroup">
        ${rows.map(
          (row) => html`<${Row}
            key=${row.contact}
            row=${row}
            late=${isLate(row, at)}
            call=${call}
            off=${off}/>`,
        )}
      </div>
    </div>
    ${fault.value
      ? html`<p class="empty">${l.failed} ${fault.value}</p>`
      : !found.value
        ? html`<p class="empty">${l.asking}</p>`
        : !rows.length && html`<p class="empty">${l.none}</p>`}
  `;
}
