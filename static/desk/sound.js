/** Microphone and speaker: which, how loud, and what is wrong with them. */
import { html, useEffect, useRef, useSignalEffect } from '../ui.js';
import { Icon } from '../icons.js';
import { Dialog } from '../dialog.js';
import { t } from '../strings/en.js';
import * as phone from '../softphone.js';
import { layer } from './context.js';
import { faultWords, goReady, secure } from './duty.js';
import { ringOn, ringOnce } from './ring.js';
import { Quality } from './phonebar.js';

function Level() {
  const bar = useRef(/** @type {HTMLElement|null} */ (null));
  useSignalEffect(() => {
    bar.current?.style.setProperty('--p', String(phone.level.value));
  });
  return html`<div class="bar level ok" role="img" aria-label=${t.sound.level}><i ref=${bar}></i></div>`;
}

/** @param {string} kind @param {string} word */
const choices = (kind, word) => {
  const all = phone.devices.value.filter(
    (d) => d.kind === kind && d.deviceId && d.deviceId !== 'default' && d.deviceId !== 'communications',
  );
  return [{ deviceId: 'default', label: t.sound.standard }, ...all].map(
    (d, i) => html`<option key=${d.deviceId} value=${d.deviceId}>${d.label || `${word} ${i}`}</option>`,
  );
};

export function SoundCard() {
  useEffect(() => {
    void phone.listDevices();
  }, []);
  if (!secure) {
    return html`<div class="sound warn" role="alert">
      <h2 class="s2"><${Icon} name="warn"/> ${t.sound.insecureTitle}</h2>
      <p>${t.sound.insecure}</p>
    </div>`;
  }
  const fault = phone.fault.value;
  const open = !['off', 'failed', 'asking'].includes(phone.path.value);
  return html`<div class="sound" role="group" aria-label=${t.sound.title}>
    <div class="between"><h2>${t.sound.title}</h2><${Quality}/></div>
    ${fault && html`<div class="fault" role="alert">
      <b class="s2"><${Icon} name="warn"/> ${faultWords(fault)[0]}</b>
      <span>${faultWords(fault)[1]}</span>
      <button class="small" onClick=${goReady}>${t.incident.retry}</button>
    </div>`}
    <label class="pick">
      <${Icon} name="mic"/>
      <span>${t.sound.mic}</span>
      <select
        value=${phone.micId.value}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => phone.switchMic(e.currentTarget.value)}>
        ${choices('audioinput', t.sound.mic)}
      </select>
    </label>
    ${open ? html`<${Level}/>` : html`<p class="faint t1">${t.sound.idle}</p>`}
    <label class="pick">
      <${Icon} name="speaker"/>
      <span>${t.sound.speaker}</span>
      <select
        value=${phone.speakerId.value}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => {
          void phone.switchSpeaker(e.currentTarget.value);
          void ringOn(e.currentTarget.value);
        }}>
        ${choices('audiooutput', t.sound.speaker)}
      </select>
    </label>
    <div class="between">
      <span class="faint t1">${t.sound.echo}</span>
      <button class="small" onClick=${ringOnce}>${t.sound.test}</button>
    </div>
    ${open && 'Notification' in window && Notification.permission !== 'granted' && html`<p class="faint t1">
      ${t.sound.notAllowed}
    </p>`}
  </div>`;
}

export const SoundDialog = () =>
  layer.value === 'sound' || layer.value === 'insecure'
    ? html`<${Dialog}
        title=${t.sound.title}
        close=${() => {
          layer.value = null;
        }}>
        <${SoundCard}/>
        <div class="row">
          <span class="grow"></span>
          <button
            onClick=${() => {
              layer.value = null;
            }}>
            ${t.help.close}
          </button>
        </div>
      </${Dialog}>`
    : null;
