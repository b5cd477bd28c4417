// @ts-check
/** The incoming offer: unmistakable by sound, shape, colour and words. */
import { html, useEffect, useRef, useSignalEffect } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { now, serverTime } from '../clock.js';
import { secondsLeft } from '../format.js';
import { Seconds, Threshold } from '../timers.js';
import { announce } from '../announce.js';
import { t } from '../strings/en.js';
import { accept, decline, offer, pending, centre } from './context.js';
import { startRing, stopRing } from './ring.js';

/** @param {any} c */
export const whoOf = (c) => c.who?.name || c.who?.address || '?';
/** The address, where the name does not already say it. @param {any} c */
export const addressOf = (c) => (c.who?.name && c.who.name !== c.who.address ? c.who.address : '');
/** What they reached, in words. @param {any} c */
export const lineOf = (c) => centre.value?.lines?.find((l) => l.name === c.line)?.word ?? c.queue;
/** Why the sound or the line fails, in words, with the time to come back. @param {{c: any}} props */
export const Fault = ({ c }) => html`<span>${t.faults[c.fault] ?? c.fault}${c.until && c.fault in t.faults ? html` <${Seconds} at=${c.until}/> ${t.faultLeft}` : ''}</span>`;
/** @param {number} level */
export const wordOf = (level) => centre.value?.severities?.find((s) => s.level === level)?.word ?? t.severities[level];

function Ring({ from, until }) {
  const arc = useRef(null);
  const draw = () => arc.current?.style.setProperty('stroke-dashoffset', String(100 - 100 * Math.max(0, Math.min(1, (until - now.value) / Math.max(1, until - from)))));
  useSignalEffect(draw);
  useEffect(draw, [from, until]);
  return html`<div class="ring"><svg viewBox="0 0 44 44" aria-hidden="true"><circle class="track" cx="22" cy="22" r="19"/><circle ref=${arc} class="arc" cx="22" cy="22" r="19" pathLength="100"/></svg>
    <b><${Seconds} at=${until}/><small>s</small></b></div>`;
}

/** Rings, notifies and flashes the title for as long as an offer stands. */
function useAlarm(contact, expires) {
  useEffect(() => {
    const who = whoOf(contact);
    const word = wordOf(contact.severity);
    startRing(contact.severity);
    announce(t.offer.speak(contact.severity, word, t.channels[contact.channel], who, secondsLeft(expires - serverTime())), 'assertive');
    const title = document.title;
    const flash = setInterval(() => { document.title = document.title === title ? t.offer.flash(contact.severity, who) : title; }, 800);
    document.title = t.offer.flash(contact.severity, who);
    /** @type {Notification|null} */
    let note = null;
    const show = () => {
      if (note || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
      // No words of the person's message: notifications show on locked screens.
      note = new Notification(t.offer.notify(contact.severity, word, who), { tag: contact.id, requireInteraction: true, body: t.offer.title[contact.channel] });
      note.onclick = () => { window.focus(); note?.close(); };
    };
    show();
    document.addEventListener('visibilitychange', show);
    return () => {
      stopRing();
      clearInterval(flash);
      document.title = title;
      note?.close();
      document.removeEventListener('visibilitychange', show);
    };
  }, [contact.id, contact.severity]);
}

function Card({ ring }) {
  const { contact: c, expires } = ring;
  useAlarm(c, expires);
  const answering = pending.value.accept;
  const declining = pending.value.decline;
  return html`<section class=${`offer o${c.severity}`} aria-label=${t.offer.title[c.channel]}>
    <div class="row"><div class="grow stack tight"><${Sev} level=${c.severity} word=${wordOf(c.severity)} class="loud"/>
      <span class="row kind"><${Icon} name=${c.channel}/>${t.offer.title[c.channel]}</span></div>
      <${Ring} from=${c.state_at} until=${expires}/></div>
    <div><div class="who">${whoOf(c)}</div>
      <div class="muted">${[c.who?.role, addressOf(c)].filter(Boolean).join(' · ')}${c.incident_no && html`<br/>${c.incident_no}`}</div></div>
    ${c.about && c.about !== c.rule && html`<div class="about">“${c.about}”</div>`}
    <dl class="whys">${c.rule && html`<div><dt>${t.offer.why}</dt><dd>${c.rule}</dd></div>`}
      ${(c.why || c.order_why) && html`<div><dt>${t.offer.whyYou}</dt><dd>${c.why || c.order_why}</dd></div>`}</dl>
    <div class="row"><button class="answer grow" disabled=${answering || declining} onClick=${accept}>${answering ? t.offer.answering : html`${t.offer.answer[c.channel]} <kbd>↵</kbd>`}</button>
      <button disabled=${answering || declining} onClick=${decline}>${declining ? t.offer.declining : html`${t.offer.decline} <kbd>D</kbd>`}</button></div>
    <div class="t0 hint">${t.offer.typing}</div>
    <${Threshold} at=${expires} before=${5000} text=${t.offer.left(5)} how="assertive"/>
  </section>`;
}

export const Offer = () => (offer.value ? html`<${Card} key=${`${offer.value.contact.id}:${offer.value.fence}`} ring=${offer.value}/>` : null);
