/** Writing to somebody of the incident in view, whether or not they ever wrote. Whom it goes to stands above
 * the box, who reads it under it; what is typed is kept on this computer until it is sent. */
import { computed, html, newId, signal, useLayoutEffect, useRef, useState } from '../ui.js';
import { roleWord } from '../contact.js';
import { Icon } from '../icons.js';
import { MOST, segments } from '../segments.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { actAsking } from './ask_next.js';
import { centre, incident, outbox, pending } from './context.js';
import { Unsafe } from './person.js';
import { joined, SnippetButton, snippetKey, unfilled } from './snippets.js';
import { ASKS, AskSure } from './sure.js';

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

/** Beside an address. @param {{p: Party, a: Address}} props */
export function WriteButton({ p, a }) {
  const why = whyNot(a);
  const [word, of] = wordsOf(a);
  return html`<button
    class="small"
    disabled=${!!why}
    title=${why || of(p.name || a.masked, a.masked)}
    aria-label=${of(p.name || a.masked, a.masked)}
    onClick=${() => writeTo(a.id)}>
    ${a.kind === 'phone' ? html`<${Icon} name="sms"/>` : word}
  </button>`;
}

/** @param {{of: Incident, way: Way, ways: Way[]}} props */
function Box({ of, way, ways }) {
  const { p, a } = way;
  const id = `first:${of.id}:${a.id}`;
  const sms = a.kind === 'phone';
  const [text, put] = useState(() => outbox.all()[id]?.text ?? '');
  const [subject, setSubject] = useState('');
  const [waits, setWaits] = useState(true);
  const [fault, setFault] = useState(/** @type {Fault|null} */ (null));
  const [sures, setSures] = useState(/** @type {string[]} */ ([]));
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => box.current?.focus(), []);
  const type = (/** @type {string} */ words) => {
    put(words);
    setFault(null);
    setSures([]);
    outbox.put(id, { incident: of.id, contact: null, text: words });
  };
  const s = sms ? segments(text.trim()) : null;
  const open = unfilled(`${subject} ${text}`);
  const tooLong =
    s && s.units > MOST ? t.composer.tooLong(s.units, MOST) : open[0] ? t.snippets.fill(open) : '';
  const put_ = (/** @type {string} */ words, /** @type {string} */ about) => {
    type(joined(text, words));
    if (about && !subject) setSubject(about);
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
    outbox.done(id, text);
    toast(`${t.composer.sent} ${waits ? t.composer.waits : ''}`, 'ok');
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
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
        setSubject(e.currentTarget.value);
        setFault(null);
      }}
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
