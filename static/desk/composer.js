// @ts-check
/** The answer by text or email. What is typed is a draft at the server within two seconds. */
import { html, newId, signal, useEffect, useRef, useState } from '../ui.js';
import { Icon } from '../icons.js';
import { segments } from '../segments.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import { act, centre, layer, link, onLive, outbox, pending, selected } from './context.js';
import { whoOf } from './offer.js';

const SAVE_MS = 1200;

/** @type {{current: HTMLTextAreaElement|null}} */
export const replyBox = { current: null };
const saved = signal(/** @type {'' | 'saving' | 'saved' | 'local'} */ (''));

/** @param {any} contact @param {string} text */
async function saveDraft(contact, text) {
  saved.value = 'saving';
  try {
    await link.send('draft', { incident: contact.incident, contact: contact.id, text });
    outbox.done(`draft:${contact.id}`, text);
    saved.value = 'saved';
  } catch { saved.value = 'local'; }
}

// Drafts that had not arrived when the link broke.
onLive.add(() => {
  for (const [id, entry] of Object.entries(outbox.all())) {
    if (!id.startsWith('draft:')) continue;
    link.send('draft', { incident: entry.incident, contact: entry.contact, text: entry.text }).then(() => outbox.done(id, entry.text), () => {});
  }
});

function Editor({ c, of }) {
  const start = () => outbox.all()[`draft:${c.id}`]?.text ?? of.drafts?.[c.id] ?? '';
  const [text, setText] = useState(start);
  const timer = useRef(0);
  const key = useRef(newId());
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => () => { if (timer.current) { clearTimeout(timer.current); void saveDraft(c, latest.current); } }, []);
  useEffect(() => { saved.value = ''; }, [c.id]);
  const typed = (value) => {
    setText(value);
    outbox.put(`draft:${c.id}`, { incident: c.incident, contact: c.id, text: value });
    saved.value = 'saving';
    if (!timer.current) timer.current = window.setTimeout(() => { timer.current = 0; void saveDraft(c, latest.current); }, SAVE_MS);
  };
  const send = async (then) => {
    const words = text.trim();
    if (!words) { toast(t.composer.empty); return; }
    clearTimeout(timer.current);
    timer.current = 0;
    if (await act('reply', { contact: c.id, text: words, then, key: key.current })) {
      key.current = newId();
      outbox.done(`draft:${c.id}`, latest.current);
      setText('');
      saved.value = '';
      toast(`${t.composer.sent} ${then === 'wait' ? t.composer.waits : t.composer.takenCare}`, 'ok');
    }
  };
  const sms = c.channel === 'sms';
  const s = sms ? segments(text) : null;
  const optedOut = sms && of.parties?.some((p) => p.name === c.who?.name && p.addresses?.some((a) => a.kind === 'phone' && a.opted_out));
  const mailOff = c.channel === 'email' && centre.value && centre.value.email_ready === false;
  const blocked = optedOut || mailOff;
  const sending = pending.value.reply;
  return html`<div class="comp">
    <div class="between"><label class="b" for="reply"><${Icon} name=${c.channel}/> ${t.composer.label[c.channel](whoOf(c))} <kbd>R</kbd></label>
      ${s && html`<span class="faint t1" title=${s.odd.length ? t.composer.ucs2(s.odd.join(' ')) : ''}>${s.odd.length ? html`<span class="s2">${t.composer.ucs2(s.odd.join(''))}</span> · ` : ''}${text ? t.composer.count(s.units, s.limit, s.segments) : ''}</span>`}</div>
    <textarea id="reply" ref=${(el) => { replyBox.current = el; }} rows=${sms ? 3 : 6} value=${text} disabled=${blocked} readOnly=${sending} onInput=${(e) => typed(e.currentTarget.value)}
      onKeyDown=${(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); void send('wait'); } if (e.key === 'Escape') e.currentTarget.blur(); }}></textarea>
    ${blocked && html`<p class="s2 b t1">${optedOut ? t.composer.optedOut(whoOf(c)) : t.composer.emailOff}</p>`}
    <div class="row"><span class="faint t1 grow cut">${{ saving: t.composer.saving, saved: t.composer.saved, local: t.composer.local }[saved.value] ?? t.composer.only(whoOf(c))}</span>
      <button class="quiet" onClick=${() => { layer.value = 'close'; }}>${t.composer.drop}</button>
      <button disabled=${sending || blocked} onClick=${() => send('close')}>${t.composer.close}</button>
      <button class="primary" disabled=${sending || blocked} onClick=${() => send('wait')}>${sending ? t.composer.sending : html`${t.composer.wait} <kbd>Ctrl ↵</kbd>`}</button></div></div>`;
}

/** @param {{of: any}} props */
export function Composer({ of }) {
  const c = selected.value;
  if (!c || c.incident !== of.id) return null;
  if (c.channel === 'voice') return null;
  if (c.state !== 'active' && c.state !== 'parked') return null;
  return html`<${Editor} key=${c.id} c=${c} of=${of}/>`;
}
