/** Finding an incident: the list with its search field, of the desk and the board. */
import { html, signal, useEffect, useRef, useState } from './ui.js';
import { Dialog } from './dialog.js';
import { IncidentState, SevOf } from './closed.js';
import { Icon } from './icons.js';
import { Since } from './timers.js';
import { wordsOf } from './toasts.js';
import { t } from './strings/en.js';
import { ContactState } from './states.js';

const TYPING_MS = 120;
const FILTERS = ['', 'open', 'mine', 'abandoned'];

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

/** Asks the centre; an answer that was overtaken by a later question changes nothing.
 * @param {Link} link */
export function useFound(link) {
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

const filter = signal('');

/** The list with its search field. `hint`: what stands below it, if not how it is used.
 * @param {{link: Link, shut: () => void, open: (id: string) => void, hint?: Shown}} props */
export function Finder({ link, shut, open: opens, hint = '' }) {
  const [q, setQ] = useState('');
  const [at, setAt] = useState(0);
  const { found, ask } = useFound(link);
  const timer = useRef(0);
  const list = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    void ask(q, filter.peek());
    return () => clearTimeout(timer.current);
  }, []);
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
      opens(row.id);
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
        ${found.searched ? t.find.searched(found.searched.done, found.searched.total) : hint || t.find.hint}
      </span>
    </div>
  </${Dialog}>`;
}
