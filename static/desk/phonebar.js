/** The phone bar: who, how long, how it sounds, and what can be done with the call. */
import { Trainee } from './buddy.js';
import { cls, computed, effect, html, signal, useLayoutEffect, useRef } from '../ui.js';
import { Bars, Both, absentOf, look, mendOf, toldAgent, worse } from '../call_sound.js';
import { Fault, Marks, addressOf, roleWord, whoOf } from '../contact.js';
import { Speaks } from '../speaks.js';
import { Interpreter } from './interpreter.js';
import { keepFocus, lend } from '../focus.js';
import { mineWords, speaksTo } from '../heard.js';
import { Icon, Sev } from '../icons.js';
import { Since } from '../timers.js';
import { t } from '../strings/en.js';
import * as phone from '../softphone.js';
import { faultWords } from '../network.js';
import {
  aPerson,
  machineOf,
  act,
  call,
  centre,
  hangUp,
  hold,
  layer,
  leavable,
  leaveMessage,
  me,
  pending,
  seat,
  wordOf,
  lineOf,
} from './context.js';
import { emergencies, Emergencies } from './emergencies.js';
import { joined } from './consult.js';
import { DialButton } from './dial.js';
import { HelpButton } from './help.js';
import { Redial } from './redial.js';
import { handable, openTransfer } from './transfer.js';
import { ContactState } from '../states.js';

export const keypadOpen = signal(false);
const keypad = computed(() => keypadOpen.value && call.value?.state === ContactState.ACTIVE);
const tones = signal('');

export const toggleMute = () => {
  if (call.peek() || joined.peek()) phone.setMuted(!phone.muted.peek());
};

const PAUSE = ',';
const PAUSE_MS = 2000; // as telephones have it
/** A row of keys goes out in its order, and ends with its call.
 * @type {{of?: string, sent: Promise<unknown>}} */
let row = { sent: Promise.resolve() };
effect(() => {
  const of = call.value?.id;
  if (of === row.of) return;
  row = { of, sent: Promise.resolve() };
  tones.value = '';
  keypadOpen.value = false;
});

/** @param {string} key */
function tone(key) {
  const mine = row;
  tones.value = (tones.peek() + key).slice(-24);
  mine.sent = mine.sent.then(() => {
    if (mine !== row || !mine.of) return undefined;
    if (key === PAUSE) return new Promise((done) => setTimeout(done, PAUSE_MS));
    void act('digits', { contact: mine.of, digits: key }, { key: `digit${performance.now()}` });
    return undefined;
  });
}

/** Whatever is typed beside a field while it is open is the keypad's. @param {KeyboardEvent} e */
export function keypadKey(e) {
  if (!keypad.peek()) return false;
  if (e.key === 'Escape') keypadOpen.value = false;
  else if (e.key === ' ' || !/^(?:.|[^\x00-\x7f]+|Dead)$/u.test(e.key)) return false;
  const key = e.key === 'p' || e.key === 'P' ? PAUSE : e.key;
  if (!e.repeat && /^[0-9*#,]$/.test(key)) tone(key);
  return true;
}

function Keypad() {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(
    () => (box.current ? lend(box.current, box.current.querySelector('button')) : undefined),
    [],
  );
  return html`<div ref=${box} class="keypad panel" role="group" aria-label=${t.phone.keypad}>
    <div class="tones mono" aria-label=${t.phone.tones}>${tones.value || ' '}</div>
    ${[...'123456789*0#'].map(
      (d) => html`<button key=${d} aria-label=${t.phone.keyOf(d)} onClick=${() => tone(d)}>${d}</button>`,
    )}
    <div class="faint t0 hint">${t.phone.keypadHint}</div>
  </div>`;
}

/** @type {Record<ReturnType<typeof phone.quality>, number>} */
const BARS = { good: 4, checking: 1, lost: 0, connecting: 1, blocked: 0, off: 0 };

/** @type {Record<ReturnType<typeof phone.quality>, string>} */
const TONES = { good: 'ok', checking: 's2', lost: 's1', connecting: 'muted', blocked: 's1', off: 'muted' };

/** Is something heard just now? Words about the call promise no more. */
export const soundGoesOn = () => BARS[phone.quality()] > 1;

const openSound = () => {
  layer.value = 'sound';
};

/** The sign of the sound, which opens what can be done about it; `opens` is false where that is open.
 * @param {{opens: boolean, title: string, tone: string, words: unknown, n: number}} props */
const Sign = ({ opens, title, tone, words, n }) => {
  const inside = html`
    <span class=${tone}><${Bars} n=${n}/></span>
    <span class=${cls('words', tone)}>${words}</span>
  `;
  return opens
    ? html`<button
        type="button"
        class="quiet quality"
        title=${[title, t.quality.opens].filter(Boolean).join('. ')}
        onClick=${openSound}>
        ${inside}
      </button>`
    : html`<span class="quality" title=${title}>${inside}</span>`;
};

/** How it sounds: with a call as the centre judges it, else whether the path to it stands.
 * @param {{opens?: boolean}} props */
export function Quality({ opens = true }) {
  const q = phone.quality();
  const s = phone.stats.value;
  const c = call.value;
  const told = q === 'good' && c ? toldAgent(c) : null;
  if (q === 'blocked')
    return html`<${Sign}
      opens
      title=${faultWords('path').join(' ')}
      tone="s1"
      n=${0}
      words=${html`<b>${t.quality.blocked}</b>`}/>`;
  const figures = s ? `${s.rtt_ms} ms · ${(s.loss * 100).toFixed(1)} %` : '';
  if (!told || !c)
    return html`<${Sign}
      opens=${opens}
      title=${s ? t.quality.detail(s.rtt_ms, (s.loss * 100).toFixed(1), s.jitter_ms) : ''}
      tone=${TONES[q]}
      n=${BARS[q]}
      words=${html`
        <b>${t.quality[q]}</b>
        <span class="faint">${figures && BARS[q] > 1 ? figures : (t.quality.hint[q] ?? '')}</span>
      `}/>`;
  const [word, why] = told;
  const { bars, tone } = look(worse(c)?.is ?? 'good');
  const tip = opens ? 'soundtip' : 'soundtip-here';
  return html`<span class="anchor sounds">
    <button
      type="button"
      class="quiet quality"
      aria-describedby=${tip}
      onClick=${opens ? openSound : undefined}
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key === 'Escape') e.currentTarget.blur();
      }}>
      <span class=${tone}><${Bars} n=${bars}/></span>
      <span class="words">
        <b class=${cls(why === '' ? 'wraps' : 'cut', tone)}>${word}</b>
        ${why !== '' && html`<span class="faint cut">${why ?? figures}</span>`}
      </span>
    </button>
    <${Both} c=${c} id=${tip}/>
  </span>`;
}

/** @param {{c: Contact}} props */
function Hint({ c }) {
  if (phone.playBlocked.value)
    return html`<span class="callhint s2"><${Icon} name="speaker"/>${t.sound.playBlocked}</span>`;
  if (c.fault) return html`<span class="callhint s2"><${Icon} name="warn"/><${Fault} c=${c}/></span>`;
  if (worse(c)?.is === 'missing')
    return html`<span class="callhint s1" role="alert"><${Icon} name="warn"/>${mendOf(c)}</span>`;
  if (absentOf(c))
    return html`<span class="callhint s1" role="alert"><${Icon} name="warn"/>${absentOf(c)}</span>`;
  if (c.sound?.caller?.dead && !phone.muted.value)
    return html`<span class="callhint s2" role="status"><${Icon} name="micOff"/>${t.hears.dead}</span>`;
  if (phone.talkingMuted.value)
    return html`<span class="callhint s1" role="status">
      <${Icon} name="micOff"/>
      ${t.phone.talkingMuted}
    </span>`;
  if (c.state === ContactState.CONNECTING)
    return html`<span class="callhint accent" role="status">${t.phone.connecting}</span>`;
  if (c.state === ContactState.DIALING)
    return html`<span class="callhint accent" role="status">
      ${(t.phone.progress[c.progress ?? ''] ?? t.phone.dialTo)(whoOf(c))}
    </span>`;
  if (c.held)
    return html`<span class="callhint s3" role="status"><${Icon} name="hold"/>${t.phone.held}</span>`;
  if (phone.muted.value)
    return html`<span class="callhint s2"><${Icon} name="micOff"/>${t.phone.muted}</span>`;
  const machine = machineOf(c);
  if (machine)
    return html`<button type="button" class="callhint s2" title=${t.machine.person} onClick=${aPerson}>
      <${Icon} name="warn"/>
      ${machine}
    </button>`;
  return html`<${Interpreter}/>`;
}

export const Mute = ({ hint = true }) => {
  const on = phone.muted.value;
  return html`<button
    type="button"
    title=${t.keys.named(on ? t.phone.unmute : t.phone.mute, 'Alt M')}
    aria-pressed=${String(on)}
    onClick=${toggleMute}>
    <${Icon} name=${on ? 'micOff' : 'mic'}/>
    ${on ? t.phone.unmute : t.phone.mute}
    ${hint && html` <kbd>Alt M</kbd>`}
  </button>`;
};
/** @param {{c: Contact}} props */
const End = ({ c }) => html`<button
  type="button"
  class="end"
  disabled=${pending.value.hang_up}
  onClick=${hangUp}>
  <${Icon} name="end"/>
  ${c.state === ContactState.ACTIVE ? t.phone.hangUp : t.phone.cancel}
</button>`;

/** The call while something lies over the bar: who, how long, mute and hang up.
 * @param {{c: Contact}} props */
export const MuteAndEnd = ({ c }) => html`<div class="row callin">
  <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
  <b class="cut">${whoOf(c)}</b>
  <span class="grow muted"><${Since} at=${c.state_at}/></span>
  <${Mute} hint=${false}/>
  <${End} c=${c}/>
</div>`;

/** Beside an agent: what of me is heard there, and the way out.
 * @param {{of: {c: Contact, mode: BesideMode}}} props */
const Seat = ({ of: { c, mode } }) => html`
  <span class="row accent b" role="status">
    <${Icon} name=${mode === 'listen' ? 'speaker' : 'mic'}/>
    ${mineWords(c, mode, c.agent_name ?? '')}
  </span>
  <button disabled=${pending.value.leave_beside} onClick=${() => act('leave_beside')}>
    ${t.beside.leave}
  </button>
`;

export function PhoneBar() {
  const c = call.value;
  if (!c && joined.value) return null; // their bar has it
  if (!c) {
    const told = emergencies.value > 0;
    return html`<div class=${cls('phonebar idle', told && 'told')} role="region" aria-label=${t.phone.bar}>
      ${told
        ? html`<${Emergencies}/>`
        : !seat.value && html`<span class="faint row"><${Icon} name="voice"/>${t.phone.none}</span>`}
      ${seat.value && html`<${Seat} of=${seat.value}/>`}
      <${Trainee}/>
      <span class="grow"></span>
      <${Redial}/>
      <${DialButton}/>
      <${HelpButton}/>
      <${Quality}/>
    </div>`;
  }
  const active = c.state === ContactState.ACTIVE;
  return html`<div
    class=${`phonebar live o${c.severity}`}
    role="region"
    aria-label=${t.phone.bar}
    onMouseDown=${keepFocus}>
    <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
    <div class="who">
      <span class="b cut">${whoOf(c)} <span class="muted n">${roleWord(c.who?.role)}</span></span>
      ${c.beside.length
        ? html`<span class="accent b t0 sees" role="status">
            ${c.beside.map(
              (one) => html`<span key=${one.agent}>${t.beside.sees[one.mode](one.name, speaksTo(c))}</span>`,
            )}
          </span>`
        : html`<span class="faint t0 cut">${[addressOf(c), lineOf(c)].filter(Boolean).join(' · ')}</span>`}
    </div>
    <span class="timer" title=${t.phone.timer}><${Since} at=${c.state_at}/></span>
    <${Quality}/>
    <${Hint} c=${c}/>
    <span class="grow row t0 marks">
      <${Speaks} c=${c} centre=${centre.value} who=${me.value}/>
      <${Marks} who=${c.who}/>
    </span>
    <${Mute}/>
    <button
      title=${t.keys.named(c.held ? t.phone.unhold : t.phone.hold, 'Alt H')}
      aria-pressed=${String(!!c.held)}
      disabled=${!active || pending.value[`hold:${!c.held}`]}
      onClick=${hold}>
      <${Icon} name="hold"/>
      ${c.held ? t.phone.unhold : t.phone.hold} <kbd>Alt H</kbd>
    </button>
    <span class="anchor">
      <button
        aria-expanded=${String(keypadOpen.value)}
        disabled=${!active}
        onClick=${() => {
          keypadOpen.value = !keypadOpen.peek();
        }}>
        <${Icon} name="keypad"/>
        ${t.phone.keypad}
      </button>
      ${keypad.value && html`<${Keypad}/>`}
    </span>
    ${leavable(c) && html`<button
      class="leave"
      title=${t.machine.why}
      disabled=${pending.value.leave_message}
      onClick=${leaveMessage}>
      ${t.machine.leave} <kbd>Alt L</kbd>
    </button>`}
    <button
      title=${t.keys.named(t.transfer.button, 'Alt T')}
      disabled=${handable.value?.id !== c.id}
      onClick=${openTransfer}>
      <${Icon} name="transfer"/>
      ${t.transfer.button} <kbd>Alt T</kbd>
    </button>
    <${HelpButton}/>
    <${End} c=${c}/>
  </div>`;
}
