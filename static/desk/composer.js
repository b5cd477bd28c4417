/** The answer by text or email. What is typed is a draft at the server within two seconds. */
import { effect, html, newId, signal, useEffect, useRef, useState } from '../ui.js';
import { whoOf } from '../contact.js';
import { asideItems, isAside } from '../snooze.js';
import { hourMinute } from '../format.js';
import { Icon } from '../icons.js';
import { MenuButton } from '../menu.js';
import { MOST, segments } from '../segments.js';
import { t } from '../strings/en.js';
import { toast, untell } from '../toasts.js';
import { actAsking, asksOf } from './ask_next.js';
import { talking } from './consult.js';
import { act, centre, layer, link, offer, onAccept, onLive, outbox, pending, selected } from './context.js';
import { FirstWords, readBy, writingIn } from './first_words.js';
import { FIELDS, Key } from './single_keys.js';
import { Unsafe } from './person.js';
import { joined, SnippetButton, snippetKey, unfilled } from './snippets.js';
import { ASKS, AskSure } from './sure.js';
import { handable, openTransfer } from './transfer.js';
import { tab } from './tabs.js';
import { Writes } from './writes.js';
import { ContactState, stateOf } from '../states.js';

const SAVE_MS = 1200;

/** @type {{current: HTMLTextAreaElement|null}} */
export const replyBox = { current: null };
const saved = signal(/** @type {'' | 'saving' | 'saved' | 'local'} */ (''));

/** What this page typed and has not sent, by contact, with the key under which it goes out once. It
 * outlives the box: the incident in view is older than the draft that was saved since.
 * @type {Map<string, {text: string, key: string}>} */
const typedHere = new Map();
effect(() => {
  if (tab.value === 'elsewhere') typedHere.clear();
}); // goes on there: that draft is the newer one

/** R was pressed before the box was there, or a text is being taken: the letters that follow wait here.
 * @type {{current: {contact: string, letters: string, until: number}|null}} */
const wanted = { current: null };
const BOX_MS = 3000; // the box opens within, or its letters are shortcuts again

/** @param {string} contact empty: whichever comes */
export function wantBox(contact) {
  wanted.current = { contact, letters: '', until: performance.now() + BOX_MS };
}

/** Words are typed into another field. */
const typesElsewhere = () => {
  const at = document.activeElement;
  return !!at?.closest(FIELDS) && at !== replyBox.current;
};

/** A text or mail that is taken is answered: what is typed next is the answer's. Not while one talks, whose
 * letters are notes. */
onAccept.add((c, taken) => {
  if (taken === false && wanted.current?.contact === c.id) wanted.current = null;
  if (taken !== undefined || c.channel === 'voice' || talking.peek()) return;
  replyBox.current?.blur(); // what follows is not the one before's
  wantBox(c.id);
});

/** Letters after R, or after a text is taken, are the answer's, also before its box is there.
 * @param {KeyboardEvent} e */
export function waits(e) {
  const next = wanted.current;
  if (!next || MODIFIERS.has(e.key)) return false;
  if (e.key === 'Enter' && !offer.peek() && performance.now() <= next.until) return true; // pressed twice
  if (performance.now() > next.until || (e.key !== 'Backspace' && e.key.length !== 1)) {
    wanted.current = null;
    return false;
  }
  next.letters = e.key === 'Backspace' ? next.letters.slice(0, -1) : next.letters + e.key;
  return true;
}
const MODIFIERS = new Set(['Shift', 'CapsLock', 'AltGraph']);

/** @param {Contact} contact @param {string} text */
async function saveDraft(contact, text) {
  saved.value = 'saving';
  try {
    await link.send('draft', { incident: contact.incident, contact: contact.id, text });
    outbox.done(`draft:${contact.id}`, text);
    saved.value = 'saved';
  } catch {
    saved.value = 'local';
  }
}

// Drafts that had not arrived when the link broke.
onLive.add(() => {
  for (const [id, entry] of Object.entries(outbox.all())) {
    if (!id.startsWith('draft:')) continue;
    link.send('draft', { incident: entry.incident, contact: entry.contact, text: entry.text }).then(
      () => outbox.done(id, entry.text),
      () => {},
    );
  }
});

/** @param {'park'|'unpark'} what @param {{contact: string, until?: number|null}} fields */
async function park(what, fields) {
  if ((await act(what, fields)) && what === 'park')
    toast(t.aside.done(fields.until ? hourMinute(fields.until) : ''), 'ok');
}

/** The box is done with: the focus goes to the timeline, where the words now stand and every key acts
 * (J, R, Enter for what rings); unless it was taken elsewhere meanwhile. */
function goOn() {
  const at = document.activeElement;
  if (at && at !== document.body && !at.closest('.comp')) return;
  /** @type {HTMLElement|null} */ (document.querySelector('.mid .tl'))?.focus({ preventScroll: true });
}

/** @param {{c: Contact, of: Incident}} props */
function Editor({ c, of }) {
  const start = () =>
    typedHere.get(c.id)?.text ?? outbox.all()[`draft:${c.id}`]?.text ?? of.drafts?.[c.id] ?? '';
  const [text, setText] = useState(start);
  const [ask, setAsk] = useState(/** @type {{why: string, go: () => unknown}|null} */ (null));
  const timer = useRef(0);
  const key = useRef(typedHere.get(c.id)?.key ?? newId());
  const latest = useRef(text);
  latest.current = text;
  useEffect(
    () => () => {
      if (timer.current) {
        clearTimeout(timer.current);
        void saveDraft(c, latest.current);
      }
    },
    [],
  );
  useEffect(() => {
    saved.value = '';
    const first = wanted.current;
    wanted.current = null;
    if (!first || (first.contact && first.contact !== c.id) || typesElsewhere()) return;
    replyBox.current?.focus();
    if (first.letters) typed(text + first.letters);
  }, []);
  const typed = (/** @type {string} */ value) => {
    setText(value);
    setAsk(null);
    untell(t.composer.empty);
    latest.current = value;
    typedHere.set(c.id, { text: value, key: key.current });
    outbox.put(`draft:${c.id}`, { incident: c.incident, contact: c.id, text: value });
    saved.value = 'saving';
    if (!timer.current)
      timer.current = window.setTimeout(() => {
        timer.current = 0;
        void saveDraft(c, latest.current);
      }, SAVE_MS);
  };
  const send = async (/** @type {'wait'|'close'} */ then, /** @type {string[]} */ sure = []) => {
    const words = text.trim();
    if (!words) {
      toast(t.composer.empty);
      return;
    }
    if (tooLong) {
      toast(tooLong);
      return;
    }
    clearTimeout(timer.current);
    timer.current = 0;
    setAsk(null);
    const role = reader?.role ?? '';
    const answer = { contact: c.id, text: words, then, key: key.current, role, sure };
    const asks = asksOf(c, t.next.proposals.message);
    if (await actAsking('reply', answer, asks, { onFault: (no) => refused(no, then, sure) })) {
      key.current = newId();
      outbox.done(`draft:${c.id}`, latest.current);
      typedHere.delete(c.id);
      latest.current = '';
      setText('');
      saved.value = '';
      toast(`${t.composer.sent} ${then === 'wait' ? t.composer.waits : t.composer.takenCare}`, 'ok');
      goOn();
    } else void saveDraft(c, latest.current); // refused: the words stay, and are saved
  };
  const refused = (
    /** @type {Fault} */ no,
    /** @type {'wait'|'close'} */ then,
    /** @type {string[]} */ sure,
  ) => {
    if (!ASKS.has(no.code ?? '')) return toast(no.message ?? '', no.code === 'taken' ? 'info' : 'warn');
    setAsk({ why: no.message ?? '', go: () => send(then, [...sure, no.code ?? '']) });
  };
  const with_ = of.contacts.find((one) => one.id === c.id);
  const reader = of.parties.find((p) => p.id === with_?.party);
  const unsafe = reader?.addresses?.find((a) => a.id === with_?.address && a.unsafe);
  const put = (/** @type {string} */ words) => {
    typed(joined(text, words));
    replyBox.current?.focus();
  };
  const sms = c.channel === 'sms';
  const s = sms ? segments(text.trim()) : null;
  const optedOut =
    sms &&
    of.parties?.some(
      (p) => p.name === c.who?.name && p.addresses?.some((a) => a.kind === 'phone' && a.opted_out),
    );
  const mailOff = c.channel === 'email' && centre.value && centre.value.email_ready === false;
  const open = unfilled(text);
  const tooLong =
    s && s.units > MOST ? t.composer.tooLong(s.units, MOST) : open[0] ? t.snippets.fill(open) : '';
  const blocked = optedOut || mailOff;
  const sending = pending.value.reply;
  return html`<div class="comp">
    ${isAside(c) && html`<div class="promised s3">
      <${Icon} name="callback"/>
      <div class="grow"><b>${t.aside.bar(hourMinute(c.until))}</b></div>
      <button
        class="small"
        disabled=${pending.value.unpark}
        onClick=${() => park('unpark', { contact: c.id })}>
        ${t.aside.back}
      </button>
    </div>`}
    <div class="between">
      <label class="b" for="reply">
        <${Icon} name=${c.channel}/> ${t.composer.label[sms ? 'sms' : 'email'](whoOf(c))} <${Key} of="R"/>
      </label>
      <span class="faint t1" title=${s?.odd.length ? t.composer.ucs2(s.odd.join(' ')) : ''}>
        ${s?.odd.length ? html`<span class="s2">${t.composer.ucs2(s.odd.join(''))}</span> · ` : ''}
        ${s && text ? t.composer.count(s.units, MOST, s.segments) : ''}
        ${saved.value && `${s && text ? ' · ' : ''}${t.composer[saved.value]}`}
      </span>
    </div>
    <${Writes} c=${c}/>
    <textarea
      id="reply"
      ref=${(/** @type {HTMLTextAreaElement|null} */ el) => {
        replyBox.current = el;
      }}
      rows=${sms ? 3 : 6}
      value=${text}
      disabled=${blocked}
      readOnly=${sending}
      onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) => typed(e.currentTarget.value)}
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
          e.preventDefault();
          void send('wait');
        }
        if (e.key === 'Escape') e.currentTarget.blur();
        snippetKey(e, with_?.address, put);
      }}></textarea>
    ${blocked && html`<p class="s2 b t1">
      ${optedOut ? t.composer.optedOut(whoOf(c)) : t.composer.emailOff}
    </p>`}
    <p class="t1 reads">
      ${unsafe ? html`<${Unsafe} a=${unsafe}/>` : '✓'}
      ${' '}
      ${t.composer.only(reader ? readBy(reader) : whoOf(c))}
    </p>
    ${ask && html`<${AskSure} ask=${ask}/>`}
    ${tooLong && html`<p class="s2 b t1" role="status">✕ ${tooLong}</p>`}
    <div class="acts">
      <${SnippetButton} address=${with_?.address} put=${put}/>
      ${handable.value?.id === c.id && html`<button class="quiet" onClick=${openTransfer}>${t.transfer
          .button} …</button>`}
      ${c.state === ContactState.ACTIVE && html`<${MenuButton}
        class="quiet"
        name=${t.aside.button}
        label=${html`${t.aside.button}<${Icon} name="down"/>`}
        items=${asideItems(c, park)}/>`}
      <button
        class="quiet"
        onClick=${() => {
          layer.value = 'close';
        }}>
        ${t.composer.drop}
      </button>
      <div class="row">
        <button disabled=${sending || blocked || tooLong} onClick=${() => send('close')}>
          ${t.composer.close}
        </button>
        <button class="primary" disabled=${sending || blocked || tooLong} onClick=${() => send('wait')}>
          ${sending ? t.composer.sending : html`${t.composer.wait} <kbd>Ctrl ↵</kbd>`}
        </button>
      </div>
    </div>
  </div>`;
}

/** @param {{of: Incident}} props */
export function Composer({ of }) {
  const c = selected.value;
  if (writingIn.value) return html`<${FirstWords} of=${of}/>`;
  if (!c || c.incident !== of.id) return null;
  if (c.channel === 'voice') return null;
  if (!stateOf(c).taken) return null;
  return html`<${Editor} key=${c.id} c=${c} of=${of}/>`;
}
