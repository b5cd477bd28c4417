/** Writing to somebody of the incident in view, whether or not they ever wrote. Whom it goes to stands above
 * the box, who reads it under it; what is typed is at the server within two seconds. */
import { computed, effect, html, newId, signal, useLayoutEffect, useRef, useState } from '../ui.js';
import { roleWord } from '../contact.js';
import { Icon } from '../icons.js';
import { MOST, segments } from '../segments.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { actAsking } from './ask_next.js';
import { call, centre, incident, link, onLive, outbox, pending, select, work } from './context.js';
import { Unsafe } from './person.js';
import { joined, SnippetButton, snippetKey, unfilled } from './snippets.js';
import { ASKS, AskSure } from './sure.js';
import { tab } from './tabs.js';

/** What is being written: to which address of which incident. */
const writing = signal(/** @type {{incident: string, address: string}|null} */ (null));
export const writingIn = computed(() => {
  const of = incident.value;
  return !!of && of.state === 'open' && writing.value?.incident === of.id;
});
/** What is sent again is the same message: its key stays until it is sent. @type {Map<string, string>} */
const keys = new Map();

/** @typedef {{p: Party, a: Address, why: string}} Way one address; `why`: nothing can be sent there */

/** @param {Address} a */
const whyNot = (a) =>
  a.opted_out
    ? t.firstWords.out
    : a.kind === 'email'
      ? centre.value?.email_ready === false
        ? t.composer.emailOff
        : ''
      : (a.no_text ?? '');

/** @param {Incident} of @returns {Way[]} */
const waysOf = (of) => of.parties.flatMap((p) => (p.addresses ?? []).map((a) => ({ p, a, why: whyNot(a) })));

/** @param {Party} p */
const named = (p) => [p.name || t.incident.nobody, roleWord(p.role)].filter(Boolean).join(', ');

/** Who reads it, with the side they are on. @param {Party} p */
export const readBy = (p) => {
  const more = [roleWord(p.role), p.side && t.addParty.of[p.side]].filter(Boolean).join(', ');
  return p.name ? `${p.name}${more ? ` (${more})` : ''}` : t.incident.nobody;
};

/** @param {string} address */
export function writeTo(address) {
  const of = incident.peek();
  if (!of) return;
  writing.value = { incident: of.id, address };
}
const leave = () => {
  writing.value = null;
};

/** Whom I have just written to: their conversation comes to the front as soon as it is there. A call stays in
 * front, so does another incident, and so does whatever has been typed or chosen since. */
const wrote = signal(/** @type {{incident: string, address: string}|null} */ (null));
effect(() => {
  const it = wrote.value;
  const of = incident.value;
  if (!it) return;
  const seen = of?.id === it.incident && !call.value ? of : null;
  const mine = (/** @type {{id: string}} */ one) => work.value.some((c) => c.id === one.id);
  const theirs = seen?.contacts.find((one) => one.address === it.address && mine(one));
  if (!seen || theirs) wrote.value = null;
  if (theirs) select(theirs.id);
});
const HELD = new Set(['Control', 'Meta', 'Alt', 'Shift']);
for (const type of ['keydown', 'pointerdown', 'input'])
  document.addEventListener(
    type,
    (e) => {
      if (!(e instanceof KeyboardEvent) || !(e.repeat || HELD.has(e.key))) wrote.value = null;
    },
    true,
  );

/** Everybody in view who can be written to. @returns {import('./overlays.js').Command[]} */
export const writeCommands = () =>
  incident.value?.state === 'open'
    ? waysOf(incident.value)
        .filter(({ why }) => !why)
        .map(({ p, a }) => [wordsOf(a)[1](p.name || a.masked, a.masked), '', () => writeTo(a.id)])
    : [];

/** @param {Address} a */
const wordsOf = (a) =>
  a.kind === 'phone'
    ? /** @type {const} */ ([t.firstWords.text, t.firstWords.textTo])
    : /** @type {const} */ ([t.firstWords.mail, t.firstWords.mailTo]);

/** @typedef {{subject: string, text: string}} Begun */
const NOTHING = { subject: '', text: '' };
/** What was typed or sent here: the incident in view may be older. @type {Map<string, Begun>} */
const typedHere = new Map();
const SAVE_MS = 1200;
effect(() => {
  if (tab.value === 'elsewhere') typedHere.clear();
}); // goes on there: that draft is the newer one

/** @param {Incident} of @param {Address} a */
const idOf = (of, a) => `first:${of.id}:${a.id}`;

/** What is begun to this address and not sent. @param {Incident|null} of @param {Address} a */
const begunAt = (of, a) =>
  of ? (typedHere.get(idOf(of, a)) ?? outbox.all()[idOf(of, a)] ?? of.first_drafts?.[a.id]) : undefined;

/** Beside an address. @param {{p: Party, a: Address}} props */
export function WriteButton({ p, a }) {
  const why = whyNot(a);
  const [word, of] = wordsOf(a);
  const begun = writing.value?.address !== a.id && !!begunAt(incident.value, a)?.text;
  const says = `${of(p.name || a.masked, a.masked)}${begun ? ` (${t.firstWords.begun})` : ''}`;
  return html`<button
    class="small"
    disabled=${!!why}
    title=${why || says}
    aria-label=${says}
    onClick=${() => writeTo(a.id)}>
    ${a.kind === 'phone' ? html`<${Icon} name="sms"/>` : word}
    ${begun && html` <b>${t.firstWords.begun}</b>`}
  </button>`;
}

/** @param {string} id @param {string} incident @param {string} address */
async function save(id, incident, address) {
  const words = typedHere.get(id) ?? NOTHING;
  try {
    await link.send('draft', { incident, contact: null, address, ...words });
    outbox.done(id, words.text);
  } catch {
    // It is kept here, and goes with the next letter, or once the link is back.
  }
}
onLive.add(() => {
  for (const [id, { incident: of, text, address, subject }] of Object.entries(outbox.all())) {
    if (!id.startsWith('first:') || !address) continue;
    link
      .send('draft', { incident: of, contact: null, address, text, subject: subject ?? '' })
      .then(() => outbox.done(id, text))
      .catch(() => {});
  }
});

/** @param {{of: Incident, way: Way, ways: Way[]}} props */
function Box({ of, way, ways }) {
  const { p, a } = way;
  const id = idOf(of, a);
  const sms = a.kind === 'phone';
  const [begun] = useState(() => begunAt(of, a) ?? NOTHING);
  const [text, put] = useState(begun.text);
  const [subject, setSubject] = useState(begun.subject ?? '');
  const timer = useRef(0);
  const [waits, setWaits] = useState(true);
  const [fault, setFault] = useState(/** @type {Fault|null} */ (null));
  const [sures, setSures] = useState(/** @type {string[]} */ ([]));
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => box.current?.focus(), []);
  const keep = (/** @type {Begun} */ words) => {
    setFault(null);
    setSures([]);
    typedHere.set(id, words);
    outbox.put(id, { incident: of.id, contact: null, address: a.id, ...words });
    if (!timer.current)
      timer.current = window.setTimeout(() => {
        timer.current = 0;
        void save(id, of.id, a.id);
      }, SAVE_MS);
  };
  const type = (/** @type {string} */ words) => {
    put(words);
    keep({ subject, text: words });
  };
  const about = (/** @type {string} */ words) => {
    setSubject(words);
    keep({ subject: words, text });
  };
  const s = sms ? segments(text.trim()) : null;
  const open = unfilled(`${subject} ${text}`);
  const tooLong =
    s && s.units > MOST ? t.composer.tooLong(s.units, MOST) : open[0] ? t.snippets.fill(open) : '';
  const put_ = (/** @type {string} */ words, /** @type {string} */ title) => {
    const more = { subject: subject || title || '', text: joined(text, words) };
    put(more.text);
    setSubject(more.subject);
    keep(more);
    box.current?.focus();
  };
  const busy = pending.value.write_first;
  const send = async (/** @type {string[]} */ sure = []) => {
    if (!text.trim()) return setFault({ code: 'bad_request', message: t.composer.empty });
    if (!sms && !subject.trim()) return setFault({ code: 'bad_request', message: t.firstWords.noSubject });
    if (tooLong || busy) return;
    setSures(sure);
    setFault(null);
    if (!keys.has(id)) keys.set(id, newId());
    const letter = {
      incident: of.id,
      address: a.id,
      text: text.trim(),
      subject: sms ? '' : subject.trim(),
      then: waits ? 'wait' : 'close',
      key: keys.get(id),
      role: p.role,
      sure,
    };
    const asks = { of, proposal: t.next.proposals.message };
    if (!(await actAsking('write_first', letter, asks, { says: SAYS_OF_UNDO, onFault: setFault }))) return;
    keys.delete(id);
    clearTimeout(timer.current);
    outbox.done(id, text);
    typedHere.set(id, NOTHING);
    void save(id, of.id, a.id); // behind what may still be on its way
    toast(`${t.firstWords.sent(p.name || a.masked)} ${waits ? t.composer.waits : ''}`, 'ok');
    if (waits) wrote.value = { incident: of.id, address: a.id };
    leave();
  };
  const onKeyDown = (/** @type {On<KeyboardEvent>} */ e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      void send();
    }
    if (e.key === 'Escape') e.currentTarget.blur();
    snippetKey(e, a.id, put_);
  };
  return html`<div class="comp first" role="group" aria-label=${t.firstWords.title(p.name)}>
    <div class="between">
      <label class="b">
        <${Icon} name=${sms ? 'sms' : 'email'}/> ${t.firstWords.to}
        <select
          value=${a.id}
          disabled=${busy}
          onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => writeTo(e.currentTarget.value)}>
          ${ways.map(
            (one) => html`<option key=${one.a.id} value=${one.a.id} disabled=${!!one.why}>
              ${named(one.p)} · ${one.a.masked}
            </option>`,
          )}
        </select>
      </label>
      <span class="faint t1">
        ${s?.odd.length ? html`<span class="s2">${t.composer.ucs2(s.odd.join(''))}</span> · ` : ''}
        ${s && text ? t.composer.count(s.units, MOST, s.segments) : ''}
      </span>
    </div>
    ${!sms && html`<input
      aria-label=${t.firstWords.subject}
      placeholder=${t.firstWords.subject}
      maxlength="200"
      value=${subject}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => about(e.currentTarget.value)}
      onKeyDown=${onKeyDown}/>`}
    <textarea
      ref=${box}
      aria-label=${t.firstWords.words}
      rows=${sms ? 3 : 6}
      value=${text}
      readOnly=${busy}
      onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) => type(e.currentTarget.value)}
      onKeyDown=${onKeyDown}></textarea>
    ${fault || tooLong
      ? ASKS.has(fault?.code ?? '') && !tooLong
        ? html`<${AskSure}
            ask=${{ why: fault?.message ?? '', go: () => send([...sures, fault?.code ?? '']) }}/>`
        : html`<p class="s2 b t1" role="alert">✕ ${tooLong || fault?.message}</p>`
      : html`<p class="t1 reads">
          ${a.unsafe ? html`<${Unsafe} a=${a}/>` : '✓'} ${t.firstWords.only(readBy(p))}
        </p>`}
    <div class="acts">
      <label class="row t1">
        <input
          type="checkbox"
          checked=${waits}
          onChange=${(/** @type {On<Event, HTMLInputElement>} */ e) => setWaits(e.currentTarget.checked)}/>
        ${t.firstWords.waits}
      </label>
      <${SnippetButton} address=${a.id} put=${put_}/>
      <div class="row">
        <button onClick=${leave}>${t.firstWords.leave}</button>
        <button class="primary" disabled=${busy || !!tooLong} onClick=${() => send()}>
          ${busy ? t.composer.sending : html`${t.firstWords.send} <kbd>Ctrl ↵</kbd>`}
        </button>
      </div>
    </div>
  </div>`;
}

/** @param {{of: Incident}} props */
export function FirstWords({ of }) {
  const ways = waysOf(of);
  const way = ways.find(({ a }) => a.id === writing.value?.address);
  return way ? html`<${Box} key=${way.a.id} of=${of} way=${way} ways=${ways}/>` : null;
}
