/** The check before a shift, as it is seen: one question at a time, and a verdict in words and numbers. */
import { cls, html, useEffect, useLayoutEffect, useRef, useState } from '../ui.js';
import { Icon } from '../icons.js';
import { Dialog } from '../dialog.js';
import { timeOfDay } from '../format.js';
import { MicLevel } from '../mic_level.js';
import { mbitOf } from '../sound_check.js';
import { t } from '../strings/en.js';
import { call, layer, me, offer } from './context.js';
import { goReady } from './duty.js';
import { begin, found, lasts, play, say, step, stop } from './check_run.js';

/** @type {import('./check_run.js').Step[]} */
const ORDER = ['speaker', 'ring', 'speak', 'heard', 'rush', 'network'];
const FRESH_MS = 12 * 3_600_000;
const TICK_MS = 100;

/** @typedef {'mic'|'speaker'|'ring'|'back'|'network'|'speed'} RowName */
/** @type {Record<RowName, SoundCheck['faults']>} */
const ROWS = {
  mic: ['no_mic', 'silent', 'quiet', 'loud'],
  speaker: ['no_speaker', 'not_heard'],
  ring: ['no_ring'],
  back: ['comes_back'],
  network: ['no_path', 'loss_up', 'loss_down', 'jitter', 'far'],
  speed: ['slow_up', 'slow_down'],
};

/** What the agent said, and nothing was measured of. @type {RowName[]} */
const SAID = ['speaker', 'ring'];

/** Nothing was checked for this shift, and nobody is in it yet. @param {Agent|null} a @param {number} now */
export const isDue = (a, now) => !!a && a.choice !== 'ready' && now - (a.check?.at ?? 0) > FRESH_MS;

export function open() {
  step.value = 'start';
  layer.value = 'check';
}

/** How far what goes on is. */
function Progress() {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const { until, ms } = lasts.value;
  const done = Math.max(0, Math.min(1, 1 - (until - performance.now()) / ms));
  return html`<progress
    value=${done}
    max="1"
    aria-label=${t.check.steps[/** @type {'speak'} */ (step.value)]}></progress>`;
}

/** @param {SoundCheck} c @param {RowName} row @returns {string} */
function told(c, row) {
  const share = (/** @type {number|null} */ lost) => ((lost ?? 0) * 100).toFixed(1);
  const asked = (/** @type {boolean|null} */ yes) => (yes == null ? t.check.notAsked : t.check.heard);
  switch (row) {
    case 'mic':
      return [c.mic || t.check.standard, c.level_db != null && t.check.level(Math.round(c.level_db))]
        .filter(Boolean)
        .join(' · ');
    case 'speaker':
      return asked(c.speaker);
    case 'ring':
      return asked(c.ring);
    case 'back':
      return c.back_db == null ? t.check.notAsked : t.check.back(Math.round(c.back_db));
    case 'network':
      return c.rtt_ms == null
        ? t.check.notAsked
        : t.check.network(
            Math.round(c.rtt_ms),
            Math.round(Math.max(c.jitter_up_ms, c.jitter_down_ms)),
            share(c.lost_up),
            share(c.lost_down),
          );
    default:
      return c.up_kbps == null || c.down_kbps == null
        ? t.check.notAsked
        : t.check.speed(mbitOf(c.up_kbps), mbitOf(c.down_kbps));
  }
}

/** @param {{c: SoundCheck}} props */
const Verdict = ({ c }) => html`
  <div class=${cls('checkverdict', c.verdict)} role="status">
    <b><${Icon} name=${c.verdict === 'good' ? 'check' : 'warn'}/> ${t.check.verdict[c.verdict]}</b>
    <span class="muted t1">${t.check.at(timeOfDay(c.at))}</span>
  </div>
  <dl class="checkrows">
    ${/** @type {RowName[]} */ (Object.keys(ROWS)).map((row) => {
      const faults = c.faults.filter((fault) => ROWS[row].includes(fault));
      return html`<div key=${row} class=${cls(faults.length > 0 && 'bad')}>
        <dt class="row">
          ${told(c, row) === t.check.notAsked && !faults.length
            ? html`<span class="faint" aria-hidden="true">–</span>`
            : html`<${Icon} name=${faults.length ? 'warn' : 'check'} class=${faults.length ? 's2' : 'ok'}/>`}
          ${t.check.rows[row]}
        </dt>
        <dd>
          ${faults.length ? faults.map((f) => html`<b key=${f} class="s2">${t.check.faults[f]}</b>`) : ''}
          ${!(faults.length && SAID.includes(row)) && html`<span
            class=${cls(faults.length > 0 && 'muted t1')}>
            ${told(c, row)}
          </span>`}
        </dd>
      </div>`;
    })}
  </dl>
`;

/** Yes, no, or once more. */
const Question = ({ again = true }) => html`<div class="row">
  <button class="primary" onClick=${() => say(true)}>${t.check.yes} <kbd>Y</kbd></button>
  <button onClick=${() => say(false)}>${t.check.no} <kbd>N</kbd></button>
  ${again && html`<button class="quiet" onClick=${play}>${t.check.again} <kbd>R</kbd></button>`}
</div>`;

function Body() {
  const at = step.value;
  const c = found.value;
  if (at === 'start')
    return html`
      <p>${t.check.lead}</p>
      <div class="row">
        <button class="primary" onClick=${begin}>${t.check.begin}</button>
        <button onClick=${stop}>${t.help.close}</button>
      </div>
    `;
  if (at === 'done' && c)
    return html`
      <${Verdict} c=${c}/>
      <div class="row">
        ${me.value?.choice !== 'ready' && c.verdict !== 'poor' && html`<button
          class="primary"
          onClick=${() => {
            stop();
            void goReady();
          }}>
          ${t.check.ready}
        </button>`}
        <button class=${cls(c.verdict === 'poor' && 'primary')} onClick=${begin}>${t.check.anew}</button>
        <button onClick=${stop}>${t.help.close}</button>
      </div>
    `;
  const n = ORDER.indexOf(at === 'listen' ? 'speak' : at) + 1;
  return html`
    ${n > 0 && html`<p class="faint t1">${t.check.step(n, ORDER.length)}</p>`}
    <p class="b" role="status">${t.check.steps[/** @type {'speak'} */ (at)]}</p>
    ${at === 'speak' && html`<${MicLevel}/>`}
    ${['speak', 'listen', 'rush', 'network'].includes(at) && html`<${Progress}/>`}
    ${['speaker', 'ring', 'heard'].includes(at) && html`<${Question} again=${at !== 'heard'}/>`}
    <div class="row end">
      <button class="quiet small" onClick=${stop}>${t.phone.cancel} <kbd>Esc</kbd></button>
    </div>
  `;
}

function Check() {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const at = step.value;
  useLayoutEffect(() => {
    /** @type {HTMLElement|null} */ (box.current?.querySelector('button.primary') ?? box.current)?.focus();
  }, [at]);
  return html`<div
    ref=${box}
    class="check"
    tabindex="-1"
    onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
      const key = e.ctrlKey || e.metaKey || e.altKey ? '' : e.key.toLowerCase();
      if (!['speaker', 'ring', 'heard'].includes(step.peek())) return;
      if (key === 'y' || key === 'n') say(key === 'y');
      else if (key === 'r' && step.peek() !== 'heard') void play();
      else return;
      e.preventDefault();
    }}>
    <${Body}/>
  </div>`;
}

export const CheckDialog = () =>
  layer.value === 'check'
    ? html`<${Dialog} title=${t.check.title} close=${stop}><${Check}/></${Dialog}>`
    : null;

/** @type {import('./dialogs.js').Row} */
export const CHECK = {
  body: CheckDialog,
  commands: () => (call.value || offer.value ? [] : [[t.check.title, '', open]]),
};
