/** Notes while talking: each line is kept within two seconds, with its moment in the call. */
import { html, newId, signal, useEffect, useLayoutEffect, useRef, useState } from '../ui.js';
import { dayAndTime, exactTime, hourMinute, offsetText } from '../format.js';
import { now, serverTime } from '../clock.js';
import { t } from '../strings/en.js';
import { Icon } from '../icons.js';
import { usePinned } from '../pinned.js';
import { firstOf } from '../contact.js';
import { groupedNotes } from './folds.js';
import {
  call,
  incident,
  link,
  offer,
  onLive,
  openFound,
  outbox,
  select,
  selected,
  state,
} from './context.js';
import { Key } from './single_keys.js';

const SAVE_MS = 900;
const AGAIN_MS = 5000;

/** `of`: the incident, or the call that the record does not have yet.
 * @type {{current: HTMLTextAreaElement|null, of: string|null|undefined}} */
export const noteBox = { current: null, of: null };
const saved = signal(/** @type {'' | 'saving' | 'saved' | 'local'} */ (''));

/** @typedef {{id: string, incident: string|null, contact: string|null, text: string, at: number,
 *   who: string|null, offset_ms: number|null}} Flying */
/** Lines the server has not shown back yet, so that none blinks away between Enter and its echo.
 * @type {Signal<Flying[]>} */
const flying = signal([]);

/** Notes of this page that the centre was sent. @type {Set<string>} */
const sent = new Set();
let again = 0;
/** What could not be saved is tried again until it is: the record may be away for a while. */
function saveAgain() {
  again = 0;
  waiting = null; // a note of its own
  for (const [id, entry] of Object.entries(outbox.all()))
    if (id.startsWith('note:')) void save(/** @type {import('./context.js').TypedNote} */ (entry));
}

/** `incident` is null of a call that the record does not have yet; `at`: when the line was begun.
 * @param {import('./context.js').TypedNote} entry */
async function save(entry) {
  saved.value = 'saving';
  sent.add(entry.note);
  try {
    await link.send('note', {
      incident: entry.incident,
      contact: entry.contact,
      note: entry.note,
      text: entry.text,
      ago_ms: Math.max(0, Math.round(serverTime() - (entry.at || serverTime()))),
    });
    outbox.done(`note:${entry.note}`, entry.text);
    saved.value = 'saved';
  } catch {
    saved.value = 'local';
    again ||= window.setTimeout(saveAgain, AGAIN_MS);
  }
}

onLive.add(saveAgain);

/** Typed while the notes of its call were not in view yet: it is in them as soon as they are, and saved
 * without them. @type {import('./context.js').TypedNote|null} */
let waiting = null;

/** What somebody types beside a field while they talk.
 * @param {string} key @param {Contact} c
 * @returns {boolean} false: the browser gives it to what has the focus */
export function intoNotes(key, c) {
  const edits = waiting && (key === ' ' || key === 'Backspace');
  if (!edits && (key === ' ' || !/^(?:.|[^\x00-\x7f]+|Dead)$/u.test(key))) return false;
  const of = c.incident ?? c.id;
  if (noteBox.current?.isConnected && noteBox.of === of) {
    noteBox.current.focus();
    return false;
  }
  const mine = call.peek()?.id === c.id;
  if (mine) select(c.id);
  else if (c.incident) openFound(c.incident);
  else return false;
  if (key === 'Dead') return false;
  if (!waiting || (waiting.incident ?? waiting.contact) !== of)
    waiting = {
      note: newId(),
      incident: c.incident ?? null,
      contact: mine ? c.id : null,
      text: '',
      at: serverTime(),
    };
  waiting.text = key === 'Backspace' ? waiting.text.slice(0, -1) : waiting.text + key;
  outbox.put(`note:${waiting.note}`, waiting);
  again ||= window.setTimeout(saveAgain, AGAIN_MS);
  return true;
}

/** @param {string|null|undefined} of */
function waited(of) {
  const first = waiting && (waiting.incident ?? waiting.contact) === of ? waiting : null;
  if (first) waiting = null;
  return first;
}

/** @param {{n: NoteLine, onEdit: (n: NoteLine) => void}} props */
const Line = ({ n, onEdit }) => html`<li>
  <button
    class="noteline"
    title=${`${exactTime(n.at)} · ${n.who ?? ''} · ${t.notes.edit}`}
    onClick=${() => onEdit(n)}>
    <span class="mono faint">${n.offset_ms != null ? offsetText(n.offset_ms) : hourMinute(n.at)}</span>
    <span class="words">${n.text}</span>
  </button>
</li>`;

/** What notes are written into: an incident, or a call that the record does not have yet.
 * @typedef {{id: string|null, number: string, title: string, timeline: TimelineEntry[],
 *   contacts: Pick<Incident['contacts'][number], 'id'|'channel'|'arrived_at'|'answered_at'>[]}} Into */

/** @param {number} at */
const moment = (at) =>
  (new Date(at).toDateString() === new Date(serverTime()).toDateString() ? hourMinute : dayAndTime)(at);

/** "Call 14:02, Ana": what these notes were written in, since when, and by whom.
 * @param {import('./folds.js').NoteGroup} group @param {Into} of */
function headOf(group, of) {
  const c = of.contacts.find((one) => one.id === group.contact);
  const what = c ? t.notes.during[c.channel] : t.notes.during.none;
  const at = moment(c ? (c.answered_at ?? c.arrived_at) : group.notes[0].at);
  return [`${what} ${at}`, group.who && firstOf(group.who)].filter(Boolean).join(', ');
}

/** @param {{of: Into, contact: Contact|null}} props */
function Pad({ of, contact }) {
  const [first] = useState(() => waited(of.id ?? contact?.id));
  const [id, setId] = useState(() => first?.note ?? newId());
  const [text, setText] = useState(first?.text ?? '');
  const timer = useRef(0);
  const list = useRef(/** @type {HTMLElement|null} */ (null));
  const notes = (of.timeline ?? []).filter((e) => e.kind === 'note');
  const shown = new Set(notes.map((n) => n.id));
  const live = useRef({ id, text, shown });
  live.current = { id, text, shown };
  const begun = useRef(first?.at ?? 0);
  const entry = () => ({
    note: live.current.id,
    incident: of.id,
    contact: contact?.id ?? null,
    text: live.current.text,
    at: begun.current,
  });
  /** Words; or that a note which the centre has is empty now. */
  const toSave = () => {
    const it = live.current;
    return !!it.text.trim() || sent.has(it.id) || it.shown.has(it.id);
  };
  const flush = () => {
    clearTimeout(timer.current);
    timer.current = 0;
    if (toSave()) void save(entry());
  };
  useEffect(() => {
    const leave = () => flush();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      if (timer.current) flush();
    };
  }, []);
  useLayoutEffect(() => {
    if (!first) return;
    noteBox.current?.focus();
    noteBox.current?.setSelectionRange(first.text.length, first.text.length);
    timer.current = window.setTimeout(flush, SAVE_MS);
  }, []);
  const missing = flying.value.filter(
    (n) => (n.incident ? n.incident === of.id : n.contact === contact?.id) && !shown.has(n.id),
  );
  useEffect(() => {
    // Shown back: from here on it is where the incident says, and moved with it.
    if (flying.peek().some((n) => shown.has(n.id)))
      flying.value = flying.peek().filter((n) => !shown.has(n.id));
  }, [of.timeline]);
  const scrolled = usePinned(list, []);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [notes.length, missing.length, of.id]);
  const typed = (/** @type {string} */ value) => {
    setText(value);
    begun.current = value ? begun.current || serverTime() : 0;
    live.current = { id, text: value, shown };
    outbox.put(`note:${id}`, entry());
    if (!value.trim()) flying.value = flying.peek().filter((n) => n.id !== id);
    if (!toSave()) {
      outbox.done(`note:${id}`, value);
      saved.value = '';
      return;
    }
    saved.value = 'saving';
    if (!timer.current) timer.current = window.setTimeout(flush, SAVE_MS);
  };
  const nextLine = () => {
    if (!toSave()) return;
    const words = !!text.trim();
    flying.value = [
      ...flying
        .peek()
        .filter((n) => n.id !== id)
        .slice(-40),
      ...(words ? [line()] : []),
    ];
    flush();
    begun.current = 0;
    setId(newId());
    setText('');
  };
  /** As it is shown until the server shows it back. @returns {Flying} */
  const line = () => ({
    id,
    incident: of.id,
    contact: contact?.id ?? null,
    text,
    at: begun.current || now.peek(),
    who: state.peek().me?.name ?? null,
    offset_ms:
      contact?.channel === 'voice' && contact.answered_at
        ? Math.max(0, (begun.current || now.peek()) - contact.answered_at)
        : null,
  });
  const edit = (/** @type {NoteLine} */ n) => {
    nextLine();
    setId(n.id);
    setText(n.text ?? '');
    noteBox.current?.focus();
  };
  const lines = [...notes, ...missing].filter((n) => n.id !== id);
  return html`
    <div
      ref=${list}
      class="lines scroll"
      tabindex="0"
      role="region"
      aria-label=${t.notes.lines}
      onScroll=${scrolled}>
      ${lines.length
        ? groupedNotes(lines).map(
            (group) => html`<section key=${group.key}>
              <h3 class="t0 muted">${headOf(group, of)}</h3>
              <ol>${group.notes.map((n) => html`<${Line} key=${n.id} n=${n} onEdit=${edit}/>`)}</ol>
            </section>`,
          )
        : html`<p class="faint t1 hint">
            ${t.notes.none[contact?.channel === 'voice' ? 'voice' : 'other']}
          </p>`}
    </div>
    <textarea
      class="pad"
      ref=${(/** @type {HTMLTextAreaElement|null} */ el) => {
        noteBox.current = el;
        noteBox.of = of.id ?? contact?.id;
      }}
      rows="3"
      aria-label=${of.id ? t.notes.labelOf(of.number) : t.notes.label}
      placeholder=${t.notes.placeholder[contact?.channel === 'voice' ? 'voice' : 'other']}
      value=${text}
      onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) => typed(e.currentTarget.value)}
      onBlur=${() => {
        if (timer.current) flush();
      }}
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key === 'Enter' && !e.shiftKey && !e.altKey && !e.isComposing) {
          e.preventDefault();
          nextLine();
        }
        if (e.key === 'Escape') e.currentTarget.blur();
      }}></textarea>
  `;
}

/** The incident into which the words go, always by name; and louder while another one rings.
 * @param {{of: Into}} props */
function Into({ of }) {
  const rings = offer.value && offer.value.contact.incident !== of.id;
  if (!of.id) return html`<p class="into cut t1 s2 b">${t.notes.intoCall}</p>`;
  return html`<p
    class=${`into cut t1 ${rings ? 's2 b' : 'muted'}`}
    title=${t.notes.into(of.number, of.title)}>
    ${rings ? html`<${Icon} name="warn"/> ${t.notes.notThat(of.number)}` : t.notes.into(of.number, of.title)}
  </p>`;
}

export function Notes() {
  const early = selected.value && !selected.value.incident ? selected.value : null;
  const of = early ? { id: null, number: '', title: '', timeline: [], contacts: [early] } : incident.value;
  const c = early ?? (selected.value?.incident === of?.id ? selected.value : null);
  return html`<section class="panel notes" aria-label=${t.notes.title}>
    <div class="head">
      <h2>${t.notes.title} <${Key} of="N"/></h2>
      <span class=${`t0 ${saved.value === 'local' ? 's2 b' : 'faint'}`} role="status">
        ${saved.value && `${saved.value === 'saved' ? '✓ ' : ''}${t.notes[saved.value]}`}
      </span>
    </div>
    ${of && html`<${Into} of=${of}/>`}
    ${of
      ? html`<${Pad} key=${of.id ?? c?.id} of=${of} contact=${c}/>`
      : html`<p class="empty">${t.notes.noIncident}</p>`}
  </section>`;
}
