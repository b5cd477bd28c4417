/** The incoming offer: unmistakable by sound, shape, colour and words. */
import { html, signal, useEffect, useLayoutEffect, useRef, useSignalEffect } from '../ui.js';
import { Marks, addressOf, roleWord, whoOf } from '../contact.js';
import { Speaks } from '../speaks.js';
import { Icon, Sev } from '../icons.js';
import { now, serverTime } from '../clock.js';
import { secondsLeft } from '../format.js';
import { kindOf } from '../model.js';
import { reasonText } from '../reasons.js';
import { Seconds, Threshold, Until } from '../timers.js';
import { WhyButton } from '../why.js';
import { announce } from '../announce.js';
import { whereFired } from '../emergency_words.js';
import { Because, isUnsure, Marked } from '../grounds.js';
import { t } from '../strings/en.js';
import {
  accept,
  centre,
  decline,
  incident,
  incidentId,
  link,
  me,
  offer,
  pending,
  tooSoon,
  wordOf,
} from './context.js';
import { askedFirst } from './consult.js';
import { GlanceAtOffer } from './severity.js';
import { Key } from './single_keys.js';

/** @param {{from: number, until: number}} props */
function Ring({ from, until }) {
  const arc = useRef(/** @type {HTMLElement|null} */ (null));
  const draw = () =>
    arc.current?.style.setProperty(
      'stroke-dashoffset',
      String(100 - 100 * Math.max(0, Math.min(1, (until - now.value) / Math.max(1, until - from)))),
    );
  useSignalEffect(draw);
  useEffect(draw, [from, until]);
  return html`<div class="ring">
    <svg viewBox="0 0 44 44" aria-hidden="true">
      <circle class="track" cx="22" cy="22" r="19"/>
      <circle ref=${arc} class="arc" cx="22" cy="22" r="19" pathLength="100"/>
    </svg>
    <b><${Seconds} at=${until}/><small>s</small></b>
  </div>`;
}

/** First looks at incidents that ring here while another one is open.
 * @type {Signal<Record<string, Peek>>} */
const peeks = signal({});

/** @typedef {{title: string, lines: Said[], open: boolean}} History */

/** What is known of the incident that rings: the open one, or a first look. Nothing takes the focus.
 * @param {Contact} c @returns {History|null} */
function useHistory(c) {
  const open = incident.value?.id === c.incident ? incident.value : null;
  useEffect(() => {
    const { incident: id } = c;
    if (!id || incidentId.peek() === id) return;
    link.send('peek', { incident: id }).then(
      (found) => {
        peeks.value = { [id]: found };
      },
      () => {},
    );
  }, [c.incident, c.about]);
  if (open) return { title: open.title, lines: open.timeline ?? [], open: true };
  const peek = peeks.value[c.incident ?? ''];
  return peek ? { title: peek.title, lines: peek.lines, open: false } : null;
}

const SHOWN = 2;
/** @param {{line: Said}} props */
const Line = ({ line }) => html`<li>
  <${Icon} name=${line.kind === 'note' ? 'note' : (line.channel ?? 'event')} class="faint"/>
  <span class="said"><b>${line.who}</b> ${line.text}</span>
</li>`;

/** What it is, the words that made it urgent, and, of an incident that is not open, the last words.
 * It comes a moment after the card and so stands below the buttons: they never move under a hand.
 * @param {{of: History, c: Contact}} props */
const Peek = ({ of, c }) => {
  const fired = c.channel === 'voice' ? null : whereFired(of.lines, c.rule, c.about);
  const own = (/** @type {Said} */ line) =>
    // What rings was not before it.
    line.contact === c.id && (line.kind === 'call' || line.channel === 'email');
  const lines = of.open
    ? []
    : of.lines
        .filter((line) => line.text && line.text !== c.about && line !== fired && !own(line))
        .slice(-SHOWN);
  if (!fired && of.open) return null;
  const said = c.about?.replace(/\s*…$/, '') ?? '';
  const mail = of.open
    ? ''
    : (of.lines.findLast((line) => own(line) && line.channel === 'email')?.text ?? '');
  const says = mail.startsWith(`${said}: `) ? mail.slice(said.length + 2) : mail === said ? '' : mail;
  // Until somebody names it, the title is their first words.
  const title = of.title?.replace(/\s*…$/, '') ?? '';
  const named = title && !of.open && !said.startsWith(title) && !(said && title.startsWith(said));
  if (!fired && !named && !lines.length && !says) return null;
  return html`<div class="peek">
    ${named && html`<b>${of.title}</b>`}
    ${fired && html`<div class="said">
      <span class="t0">${t.offer.saidBefore}</span> <b>“<${Marked}
          text=${fired.text || fired.subject || ''}
          words=${c.grounds?.why}/>”</b>
    </div>`}
    ${says && !fired && html`<div class="said"><span class="t0">${t.offer.says}</span> ${says}</div>`}
    ${lines.length > 0 && html`
      <span class="t0">${t.offer.before}</span>
      <ul>${lines.map((line) => html`<${Line} key=${line.id} line=${line}/>`)}</ul>
    `}
  </div>`;
};

/** Rings, notifies and flashes the title for as long as an offer stands.
 * @param {Contact} contact @param {number} expires */
function useAlarm(contact, expires) {
  useEffect(() => {
    const who = whoOf(contact);
    const word = wordOf(contact.severity);
    const kind = kindOf(contact);
    const left = secondsLeft(expires - serverTime());
    const said = t.offer.speak(contact.severity, word, t.channels[kind] ?? t.promised.word, who, left);
    announce(isUnsure(contact) ? `${said} ${t.offer.speakUnsure}` : said, 'assertive');
    const title = document.title;
    const flash = setInterval(() => {
      document.title = document.title === title ? t.offer.flash(contact.severity, who) : title;
    }, 800);
    document.title = t.offer.flash(contact.severity, who);
    /** @type {Notification|null} */
    let note = null;
    const show = () => {
      if (note || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted')
        return;
      // No words of the person's message: notifications show on locked screens.
      note = new Notification(t.offer.notify(contact.severity, word, who), {
        tag: contact.id,
        requireInteraction: true,
        body: t.offer.title[kind],
      });
      note.onclick = () => {
        window.focus();
        note?.close();
      };
    };
    show();
    document.addEventListener('visibilitychange', show);
    return () => {
      clearInterval(flash);
      document.title = title;
      note?.close();
      document.removeEventListener('visibilitychange', show);
    };
  }, [contact.id, contact.severity]);
}

/** @param {{ring: Ring}} props */
function Card({ ring }) {
  const { contact: c, expires } = ring;
  useAlarm(c, expires);
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), []); // its column may be scrolled
  const answering = pending.value.accept;
  const declining = pending.value.decline;
  const of = useHistory(c);
  const kind = kindOf(c);
  return html`<section ref=${box} class=${`offer o${c.severity}`} aria-label=${t.offer.title[kind]}>
    <div class="row">
      <div class="grow stack tight">
        <${Sev} level=${c.severity} word=${wordOf(c.severity)} class="loud"/>
        <span class="row kind"><${Icon} name=${kind}/>${t.offer.title[kind]}</span>
      </div>
      <${Ring} from=${c.state_at} until=${expires}/>
    </div>
    <div>
      <div class="who">${whoOf(c)}</div>
      <div class="muted">${[roleWord(c.who?.role), addressOf(c)].filter(Boolean).join(' · ')}</div>
      <div class="row t0 marks">
        <${Speaks} c=${c} centre=${centre.value} who=${me.value}/>
        <${Marks} who=${c.who}/>
      </div>
      ${c.incident_no && html`<div class="muted">${c.incident_no}</div>`}
      ${kind === 'callback' && c.callback && html`
        <div class="t1 b">
          ${c.callback.by_name && `${t.promised.asked(c.callback.by_name)} · `}
          <${Until} at=${c.not_before ?? c.arrived_at} over=${t.promised.over}/>
          ${c.callback.tried > 1 ? ` · ${t.promised.tryOf(c.callback.tried, c.callback.tries)}` : ''}
        </div>
        <div class="t1">
          ${[t.callbackKinds[c.callback.kind], c.callback.note].filter(Boolean).join(' · ')}
        </div>
      `}
    </div>
    ${c.about && c.about !== c.rule && !c.about.endsWith(c.who?.address ?? '\n') && html`<div
      class="about">“<${Marked} text=${c.about} words=${c.grounds?.why}/>”</div>`}
    <${Because} c=${c}/>
    ${c.provisional && html`<div class="t1 s2 b"><${Icon} name="warn"/> ${t.record.offer}</div>`}
    <dl class="whys">
      ${c.rule && !c.grounds && kind !== 'callback' && html`<div>
        <dt>${t.offer.why}</dt>
        <dd class="b">${c.rule}</dd>
      </div>`}
      ${reasonText(c, me.value?.id, true) && html`<div>
        <dt>${t.offer.whyYou}</dt>
        <dd>
          ${reasonText(c, me.value?.id, true)} <${WhyButton} c=${c}>
            ${t.why.button} <${Key} of="W"/>
          </${WhyButton}>
        </dd>
      </div>`}
    </dl>
    ${isUnsure(c) && html`<${GlanceAtOffer} c=${c} busy=${answering || declining}/>`}
    <div class="row">
      <button class="answer grow" disabled=${answering || declining} onClick=${accept}>
        ${answering ? t.offer.answering : html`${t.offer.answer[kind]} <kbd>↵</kbd>`}
      </button>
      <button disabled=${answering || declining} onClick=${decline}>
        ${declining ? t.offer.declining : html`${t.offer.decline} <kbd>Alt D</kbd>`}
      </button>
    </div>
    <div class=${tooSoon.value === `${c.id}:${ring.fence}` ? 't1 b hint' : 't0 hint'}>
      ${tooSoon.value === `${c.id}:${ring.fence}`
        ? t.offer.again
        : askedFirst.value
          ? t.offer.beside
          : t.offer.typing}
    </div>
    ${of && html`<${Peek} of=${of} c=${c}/>`}
    <${Threshold} at=${expires} before=${5000} text=${t.offer.left(5)} how="assertive"/>
  </section>`;
}

export const Offer = () =>
  offer.value
    ? html`<${Card} key=${`${offer.value.contact.id}:${offer.value.fence}`} ring=${offer.value}/>`
    : null;
