/** Finding an incident that is not in hand: searched for, opened in the middle without a contact. */
import { effect, html, signal, useEffect, useRef, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { IncidentState, SevOf } from '../closed.js';
import { Icon } from '../icons.js';
import { Since } from '../timers.js';
import { wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { useAsked } from '../why.js';
import { askTake, takeOf } from './pull_dialog.js';
import { browsed, call, centre, closeFound, layer, link, offer, openFound, state } from './context.js';
import { joined } from './consult.js';
import { Key, keyNow } from './single_keys.js';
import { ContactState } from '../states.js';

const TYPING_MS = 120;
const RECENT = 5;
const RECENT_AGAIN_MS = 3000;
const FILTERS = ['', 'open', 'mine', 'abandoned'];

/** /desk#incident=… opens it. @param {string} hash */
export const incidentOf = (hash) => /^#incident=([\w-]{1,32})$/.exec(hash)?.[1] ?? null;

/** The address of the page says which incident was opened by hand: a link, and kept over a reload. */
export function followHash() {
  const open = () => {
    const [id, taken] = [incidentOf(location.hash), takeOf(location.hash)];
    if (id) openFound(id);
    if (taken) {
      history.replaceState(null, '', location.pathname + location.search);
      askTake(taken);
    }
  };
  open();
  window.addEventListener('hashchange', open);
  effect(() => {
    const hash = browsed.value ? `#incident=${browsed.value}` : '';
    if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname + location.search);
  });
}

/** What happened last, in words. @param {IncidentRow} row */
function lastWords({ last }) {
  if (!last) return '';
  const what = last.direction === 'out' ? t.find.ours[last.channel] : t.channels[last.channel];
  const how =
    last.state === ContactState.ENDED ? t.find.outcomes[last.outcome ?? ''] : t.contactStates[last.state];
  return `${what} · ${how ?? last.state}`;
}

/** Words with what was found marked. @param {{parts: HitParts}} props */
const Marked = ({ parts }) => html`<bdi>
  ${parts.map(([text, hit], i) => (hit ? html`<mark key=${i} class="hit">${text}</mark>` : text))}
</bdi>`;

/** @param {{row: IncidentRow}} props */
export const Found = ({ row }) => html`<span class="found">
  <${SevOf} of=${row}/>
  <b class="cut">
    ${row.marks?.title ? html`<${Marked} parts=${row.marks.title}/>` : row.title || t.incident.untitled}
  </b>
  <span class="faint t1 when"><${Since} at=${row.touched_at}/> ${t.incident.ago}</span>
  <span class="muted t1 cut facts">
    <span class="mono">${row.number}</span>
    ${' '}
    ${row.state === 'closed' ? html`<${IncidentState} of=${row}/>${' '}` : ''}·${' '}
    ${row.marks?.who ? html`<${Marked} parts=${row.marks.who}/>` : row.who}
    ${row.last
      ? html` · ${row.channels.map((ch) => html`<${Icon} key=${ch} name=${ch}/>`)} ${lastWords(row)}`
      : ''}
    ${row.owner_name ? ` · ${t.incident.owner} ${row.owner_name}` : ''}
  </span>
  ${row.hit
    ? html`<span class="t1 cut facts hitline">
        <span class="faint">
          ${t.find.of[row.hit.of]}
          ${row.hit.at === null ? '' : html` <${Since} at=${row.hit.at}/> ${t.incident.ago}`}
        </span>
        ${' '}
        <${Marked} parts=${row.hit.parts}/>
      </span>`
    : ''}
</span>`;

/** Asks the centre; an answer that was overtaken by a later question changes nothing. */
function useFound() {
  const [found, setFound] = useState(
    /** @type {FoundPage} */ ({ rows: [], next: null, fault: '', asked: false }),
  );
  const turn = useRef(0);
  const ask = async (/** @type {string} */ q, /** @type {string} */ filter, before = '') => {
    const mine = (turn.current += 1);
    try {
      const answer = await link.send('incidents', { q, filter, before });
      if (mine !== turn.current) return;
      setFound((was) => ({
        rows: [...(before ? was.rows : []), ...(answer?.rows ?? [])],
        next: answer?.next ?? null,
        searched: answer?.searched,
        fault: '',
        asked: true,
      }));
    } catch (error) {
      if (mine === turn.current) setFound((was) => ({ ...was, fault: wordsOf(error), asked: true }));
    }
  };
  return { found, ask };
}

/** Below Ready, where nothing is open: what was touched last. */
export function Recent() {
  const { found, ask } = useFound();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (found.asked) setTurn(1); // once more: what was done just before may not have been in the record
  }, [found.asked]);
  useAsked(
    link.status.value === 'live' ? 'recent' : null,
    () => ask('', ''),
    `${state.value.seq} ${turn}`,
    undefined,
    RECENT_AGAIN_MS,
  );
  return html`<div class="recent" role="group" aria-label=${t.find.recent}>
    <div class="between">
      <h2>${t.find.recent}</h2>
      <button
        class="small"
        onClick=${() => {
          layer.value = 'find';
        }}>
        ${t.find.button} <${Key} of="/"/>
      </button>
    </div>
    ${found.rows.length
      ? html`<ul>
          ${found.rows
            .slice(0, RECENT)
            .map(
              (row) => html`<li key=${row.id}>
                <button class="foundrow" onClick=${() => openFound(row.id)}><${Found} row=${row}/></button>
              </li>`,
            )}
        </ul>`
      : html`<p class="faint t1">${found.fault || (found.asked ? t.find.noneYet : t.find.asking)}</p>`}
  </div>`;
}

const filter = signal('');

/** The list with its search field. */
function Finder() {
  const [q, setQ] = useState('');
  const [at, setAt] = useState(0);
  const { found, ask } = useFound();
  const timer = useRef(0);
  const list = useRef(/** @type {HTMLElement|null} */ (null));
  const began = useRef(call.peek()?.id);
  const shut = () => {
    layer.value = null;
  };
  useEffect(() => {
    void ask(q, filter.peek());
    return () => clearTimeout(timer.current);
  }, []);
  useEffect(() => {
    if (call.value && call.value.id !== began.current) shut();
  }, [call.value?.id]); // a call comes to the front
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, found.rows]);
  const typed = (/** @type {string} */ value) => {
    setQ(value);
    setAt(0);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void ask(value, filter.peek()), TYPING_MS);
  };
  const only = (/** @type {string} */ value) => {
    filter.value = value;
    setAt(0);
    clearTimeout(timer.current);
    void ask(q, value);
  };
  const { rows, next } = found;
  const chosen = Math.min(at, rows.length - 1);
  const open = (/** @type {IncidentRow|undefined} */ row) => {
    if (row) {
      shut();
      openFound(row.id);
    }
  };
  const move = (/** @type {number} */ to) => {
    setAt(Math.max(0, Math.min(rows.length - 1, to)));
    if (to >= rows.length && next) void ask(q, filter.peek(), next).then(() => setAt(to));
  };
  const keys = (/** @type {KeyboardEvent} */ e) => {
    const to = new Map([
      ['ArrowDown', chosen + 1],
      ['ArrowUp', chosen - 1],
      ['PageDown', chosen + 6],
      ['PageUp', chosen - 6],
    ]).get(e.key);
    if (to !== undefined) {
      move(to);
      e.preventDefault();
    }
    if (e.key === 'Enter' && !e.altKey) {
      e.preventDefault();
      open(rows[chosen]);
    }
  };
  return html`<${Dialog} title=${t.find.title} close=${shut} class="commands finder">
    <input
      autofocus
      type="search"
      role="combobox"
      aria-expanded="true"
      aria-controls="foundlist"
      aria-activedescendant=${rows.length ? `found${chosen}` : undefined}
      aria-label=${t.find.label}
      placeholder=${t.find.label}
      maxlength="100"
      autocomplete="off"
      spellcheck=${false}
      value=${q}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => typed(e.currentTarget.value)}
      onKeyDown=${keys}/>
    <div class="between">
      <div class="row" role="group" aria-label=${t.find.filter}>
        ${FILTERS.map(
          (f) => html`<button
            key=${f}
            class="small"
            aria-pressed=${String(filter.value === f)}
            onClick=${() => only(f)}>
            ${t.find.filters[f]}
          </button>`,
        )}
      </div>
      <span class="faint t1" role="status">
        ${found.fault
          ? html`<span class="s2 b">${found.fault}</span>`
          : !found.asked
            ? t.find.asking
            : rows.length
              ? t.find.count(rows.length, !!next)
              : q.trim()
                ? t.find.none
                : filter.value
                  ? t.find.noneHere
                  : t.find.noneYet}
      </span>
    </div>
    <ul ref=${list} id="foundlist" class="scroll" role="listbox" aria-label=${t.find.title}>
      ${rows.map(
        (row, i) => html`<li
          key=${row.id}
          id=${`found${i}`}
          role="option"
          aria-selected=${String(i === chosen)}
          onClick=${() => open(row)}>
          <${Found} row=${row}/>
        </li>`,
      )}
    </ul>
    <div class="between">
      ${next
        ? html`<button class="small" onClick=${() => ask(q, filter.peek(), next)}>${t.find.more}</button>`
        : html`<span></span>`}
      <span class="faint t0">
        ${found.searched
          ? t.find.searched(found.searched.done, found.searched.total)
          : offer.value
            ? t.offer.typing
            : t.find.hint}
      </span>
    </div>
  </${Dialog}>`;
}

export const FindDialog = () =>
  layer.value === 'find' && link.status.value !== 'locked' ? html`<${Finder}/>` : null;

/** On top of an incident that was opened by hand. */
export const FoundBar = () => html`<div class="donebar calm">
  <${Icon} name="find"/>
  <span class="grow">
    ${centre.value && state.value.incident?.timeline
      ? joined.value
        ? t.consult.mine.bar
        : t.find.bar
      : t.incident.loading}
  </span>
  <button class="small" onClick=${closeFound}>${t.incident.hide} <kbd>Esc</kbd></button>
</div>`;

const openFind = () => {
  layer.value = 'find';
  return true;
};

/** @type {import('./dialogs.js').Row} */
export const FIND = {
  body: FindDialog,
  key: '/',
  opens: openFind,
  help: () => t.find.help,
  commands: () => [[t.find.title, keyNow('/'), openFind]],
};
