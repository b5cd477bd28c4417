/** Microphone and speaker: which, how loud, and what is wrong with them. */
import { cls, html, useEffect } from '../ui.js';
import { Icon } from '../icons.js';
import { Dialog } from '../dialog.js';
import { checkTold } from '../sound_check.js';
import { t } from '../strings/en.js';
import { SAME, choose, chosen, devices, inUse, listDevices, missing, offered } from '../devices.js';
import { MicLevel } from '../mic_level.js';
import * as phone from '../softphone.js';
import { serverTime } from '../clock.js';
import { call, layer, me } from './context.js';
import { isDue, open as openCheck } from './check.js';
import { VOICE } from './check_run.js';
import { goReady, readyForTexts, secure, starting, textsOnly } from './duty.js';
import { faultWords } from '../network.js';
import { HeadsetPick } from './headset.js';
import { ringOnce } from './ring.js';
import { Loudness } from './volume.js';
import { Quality } from './phonebar.js';

const AWAY = 'away';

/** @typedef {import('../devices.js').Use} Use */

/** Which device, and that the chosen one is away.
 * @param {{use: Use, icon: string, word: string, onPick: (id: string) => unknown}} props */
function Pick({ use, icon, word, onPick }) {
  const choice = chosen[use].value;
  const away = missing(use);
  const first = [
    ...(use === 'ring' ? [{ deviceId: SAME, label: t.sound.same }] : []),
    { deviceId: 'default', label: t.sound.standard },
  ];
  const value = use === 'ring' && choice.id === SAME ? SAME : away ? AWAY : inUse(use);
  return html`
    <label class="pick">
      <${Icon} name=${icon}/>
      <span>${word}</span>
      <select
        aria-label=${word}
        value=${value}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => onPick(e.currentTarget.value)}>
        ${away && html`<option value=${AWAY} disabled>${t.sound.away(away)}</option>`}
        ${[...first, ...offered(devices.value, use)].map(
          (d, i) => html`<option key=${d.deviceId} value=${d.deviceId}>${d.label || `${word} ${i}`}</option>`,
        )}
      </select>
    </label>
    ${away && html`<p class="s2 t1" role="status">${t.sound.awayHint}</p>`}
  `;
}

/** The check before a shift, and what the last one found. @param {{due?: boolean}} props */
const CheckRow = ({ due = false }) => {
  const last = me.value?.check;
  return html`<div class=${cls('row', due && 'due')}>
    <button class="small" onClick=${openCheck} disabled=${!!call.value}>${t.check.button}</button>
    <span class="muted t1">${last && !due ? checkTold(last).join(' ') : t.check.offer}</span>
  </div>`;
};

export function SoundCard() {
  useEffect(() => {
    void listDevices();
  }, []);
  if (!secure) {
    return html`<div class="sound warn" role="alert">
      <h2 class="s2"><${Icon} name="warn"/> ${t.sound.insecureTitle}</h2>
      <p>${t.sound.insecure}</p>
      <button onClick=${readyForTexts}>${t.sound.textsOnly}</button>
    </div>`;
  }
  const fault = phone.fault.value;
  const due = isDue(me.value, serverTime());
  const open = !['off', 'failed', 'asking'].includes(phone.path.value);
  return html`<div class="sound" role="group" aria-label=${t.sound.title}>
    <div class="between"><h2>${t.sound.title}</h2><${Quality} opens=${false}/></div>
    ${fault && html`<div class="fault" role="alert">
      <b class="s2"><${Icon} name="warn"/> ${faultWords(fault)[0]}</b>
      <span>${faultWords(fault)[1]}</span>
      <span class="row">
        <button class="small" onClick=${goReady}>${t.incident.retry}</button>
        ${me.value?.choice !== 'ready' && html`<button class="small" onClick=${readyForTexts}>
          ${t.sound.textsOnly}
        </button>`}
      </span>
    </div>`}
    ${!fault && textsOnly.value && me.value?.choice === 'ready' && html`<button
      class="small"
      disabled=${starting.value}
      onClick=${goReady}>
      ${t.sound.calls}
    </button>`}
    ${due && html`<${CheckRow} due/>`}
    <${Pick} use="mic" icon="mic" word=${t.sound.mic} onPick=${phone.switchMic}/>
    ${open ? html`<${MicLevel}/>` : !fault && html`<p class="faint t1">${t.sound.idle}</p>`}
    <${Pick} use="speaker" icon="speaker" word=${t.sound.speaker} onPick=${phone.switchSpeaker}/>
    <${Loudness} which="talk"/>
    <${Pick}
      use="ring"
      icon="voice"
      word=${t.sound.ring}
      onPick=${(/** @type {string} */ id) => choose('ring', id)}/>
    <${Loudness} which="ring"/>
    <${HeadsetPick}/>
    ${!due && html`<${CheckRow}/>`}
    <div class="row">
      <button class="small" onClick=${() => phone.playThere(VOICE)}>${t.sound.testSpeaker}</button>
      <button class="small" onClick=${ringOnce}>${t.sound.test}</button>
    </div>
    <p class="faint t1">${t.sound.echo}</p>
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

/** @type {import('./dialogs.js').Row} */
export const SOUND = {
  body: SoundDialog,
  commands: () => [
    [
      t.menu.sound,
      '',
      () => {
        layer.value = 'sound';
      },
      t.commands.sound,
    ],
  ],
};
