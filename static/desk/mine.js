/** My incidents: what is overdue first, then by when it is due, then what nobody planned. */
import { computed, effect, html, memo, signal } from '../ui.js';
import { now, serverTime } from '../clock.js';
import { Sev } from '../icons.js';
import { Until } from '../timers.js';
import { handedWords } from './hand_offs.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { hints, incidentId, link, onLive, openFound, state, work } from './context.js';

const SOON_MS = 150; // several changes are one question
const AFTER_MS = 1000;
const AGAIN_MS = 3000;

const rows = signal(/** @type {MineRow[]} */ ([]));
const team = signal(/** @type {MineRow[]} */ ([]));
/** Which of the two lists. */
const shown = signal(/** @type {'mine'|'team'} */ ('mine'));
const more = signal(false);
const failed = signal(false);
/** What was said to be due, and what was long due when this page came. @type {Set<string>} */
const told = new Set();
let known = false;
let timer = 0;
let asked = 0; // an older answer that comes late says what was

/** @param {MineRow} row */
const keyOf = (row) => `${row.id} ${row.next?.due}`;

/** Due by now and to be done. @param {MineRow} row @param {number} at */
const isOver = (row, at) => !!row.next && row.next.due <= at;

/** @param {number} [ms] */
function ask(ms = SOON_MS) {
  clearTimeout(timer);
  timer = window.setTimeout(async () => {
    if (link.status.peek() !== 'live') return; // asked again once it is
    const mine = ++asked;
    try {
      const found = await link.send('mine');
      if (mine !== asked) return;
      if (!known) for (const row of found.rows) if (isOver(row, serverTime())) told.add(keyOf(row));
      known = true;
      rows.value = found.rows;
      team.value = found.team;
      more.value = found.more;
      failed.value = false;
    } catch {
      if (mine !== asked) return;
      failed.value = true;
      ask(AGAIN_MS);
    }
  }, ms);
}

export function followMine() {
  onLive.add(() => ask(0));
  hints.set('mine_changed', () => ask());
  // Whatever comes into hand may have become mine by it.
  const held = computed(() => work.value.map((c) => c.incident).join());
  effect(() => {
    if (held.value) ask(AFTER_MS);
  });
}

/** How many are overdue; drawn anew only as that changes. */
const over = computed(() => rows.value.filter((row) => isOver(row, now.value)).length);
const teamOver = computed(() => team.value.filter((row) => isOver(row, now.value)).length);

/** What is overdue, then an emergency or urgent one of which nobody has said what is next.
 * @param {MineRow} row @returns {number} */
const rank = (row) => (isOver(row, now.peek()) ? 0 : row.next ? 2 : row.severity < 3 ? 1 : 3);

/** In hand it stands below already, until something is planned in it. @param {MineRow} row */
const apart = (row) => !!row.next || work.value.every((c) => c.incident !== row.id);

const order = computed(() => {
  over.value; // one that has become overdue moves up
  return rows.value
    .filter(apart)
    .sort((a, b) => rank(a) - rank(b) || (a.next?.due ?? 0) - (b.next?.due ?? 0) || a.severity - b.severity);
});

const Card = memo(
  (
    /** @type {{row: MineRow, on: boolean, does: string, handed: string, late: boolean}} */ {
      row,
      on,
      does,
      handed,
      late,
    },
  ) => html`<li>
    <button
      class=${`card ${on ? 'on' : ''}`}
      aria-current=${on ? 'true' : undefined}
      onClick=${() => openFound(row.id)}>
      <span class="between">
        <span class="row">
          <${Sev} level=${row.severity} class="t1"/> <span class="mono t1">${row.number}</span>
        </span>
        ${row.next && html`<b class=${late ? 's1' : 'muted'}>
          <${Until} at=${row.next.due} left=${t.next.left} over=${t.next.over}/>
        </b>`}
      </span>
      <span class="b cut">${row.title}</span>
      <span class=${`t1 cut ${row.next || row.severity > 2 ? 'muted' : 's2'}`}>
        ${handed && html`<b>${handed}</b>${' · '}`}
        ${row.next ? row.next.what : t.mine.unplanned}
        ${does && ` · ${does}`}
      </span>
    </button>
  </li>`,
);

/** @param {{of: 'mine'|'team', n: number, late: number}} props */
const Tab = ({ of, n, late }) => html`<button
  class="quiet tab"
  aria-pressed=${String(shown.value === of)}
  onClick=${() => {
    shown.value = of;
  }}>
  ${t.mine[of]} · ${n} ${late > 0 && html`<b class="s1 t1">${t.mine.overdue(late)}</b>`}
</button>`;

/** Whose it is, in the team; who does it, if that is not said by the list.
 * @param {MineRow} row @param {string|undefined} me @param {boolean} ofTeam */
function doesIt(row, me, ofTeam) {
  if (ofTeam) return row.owner_name ?? '';
  return row.next && row.next.agent !== me ? t.mine.theirs(row.next.agent_name) : '';
}

export function Mine() {
  const mine = order.value;
  const theirs = team.value;
  const me = state.value.me?.id;
  if (!mine.length && !theirs.length && !failed.value) return null;
  const ofTeam = shown.value === 'team' && theirs.length > 0;
  return html`<section class="panel mine" aria-label=${t.mine.mine}>
    <div class="head">
      ${theirs.length
        ? html`
            <${Tab} of="mine" n=${mine.length} late=${over.value}/>
            <${Tab} of="team" n=${theirs.length} late=${teamOver.value}/>
          `
        : html`
            <h2>${t.mine.mine} · ${mine.length}</h2>
            ${over.value > 0 && html`<b class="s1 t1">${t.mine.overdue(over.value)}</b>`}
          `}
    </div>
    ${failed.value && html`<p class="muted t1 pad">${t.mine.failed}</p>`}
    <ul class="scroll">
      ${(ofTeam ? theirs : mine).map(
        (row) => html`<${Card}
          key=${row.id}
          row=${row}
          on=${row.id === incidentId.value}
          does=${doesIt(row, me, ofTeam)}
          handed=${ofTeam ? '' : handedWords(row.id)}
          late=${isOver(row, now.peek())}/>`,
      )}
    </ul>
    ${!ofTeam && more.value && html`<p class="faint t0 pad">${t.mine.more}</p>`}
  </section>`;
}

// What becomes due is a message, which is said, too: an eye that is on a note sees it.
effect(() => {
  const at = now.value;
  const me = state.peek().me?.id;
  for (const row of rows.value) {
    if (!row.next || row.next.agent !== me || !isOver(row, at) || told.has(keyOf(row))) continue;
    told.add(keyOf(row));
    toast(t.next.dueNow(row.next.what, row.number), 'warn');
  }
});
