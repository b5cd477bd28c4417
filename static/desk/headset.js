/** What the buttons of a headset do at the desk, and what its lamps show. */
import { computed, effect, html } from '../ui.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import * as headset from '../headset.js';
import { hookMeans } from '../hid.js';
import * as phone from '../softphone.js';
import { act, call, hangUp, hold, offer } from './context.js';
import { answer, asked, askedFirst, joined } from './consult.js';
import { early } from './keys.js';
import { toggleMute } from './phonebar.js';
import { redial } from './redial.js';
import { ContactState } from '../states.js';

/** A second press so soon belongs to the first: it hangs up nobody who was just answered. */
const AGAIN_MS = 1500;
/** The lamps are written again at most so often: a headset may answer each with a report of its own. */
const SYNC_MS = 500;

let actedAt = -Infinity;
let syncedAt = -Infinity;

const inCall = computed(() => !!(call.value ?? joined.value));
const rings = computed(() => !inCall.value && !!(offer.value ?? asked.value));
const stageOf = () => `${call.value?.id ?? joined.value?.c.id ?? ''} ${call.value?.state ?? ''}`;

/** @returns {boolean} something was done */
function end() {
  const c = call.peek();
  const with_ = joined.peek();
  if (c?.state === ContactState.CONNECTING) return false; // it is being answered
  if (c) void hangUp();
  else if (with_) void act('consult_end', { contact: with_.c.id });
  return !!(c ?? with_);
}

/** @param {boolean|null} to @returns {boolean} something was done */
function hook(to) {
  if (to === inCall.peek()) return true; // it only answers us
  if (performance.now() - actedAt < AGAIN_MS) return false;
  const means = hookMeans(to, { rings: rings.peek(), inCall: inCall.peek(), held: !!call.peek()?.held });
  const done =
    means === 'end'
      ? end()
      : means === 'back'
        ? !!hold()
        : means === 'answer' && (askedFirst.peek() || !early()) && !!answer();
  if (done) actedAt = performance.now();
  return done;
}

/** @param {boolean|null} to @returns {boolean} something was done */
function mute(to) {
  if (!inCall.peek()) return to === false;
  if (to === null) toggleMute();
  else phone.setMuted(to);
  return true;
}

/** @param {HidPress} press */
function pressed({ button, to }) {
  if (button === 'redial') {
    if (!inCall.peek()) void redial();
    return;
  }
  const done =
    button === 'hook'
      ? hook(to)
      : button === 'mute'
        ? mute(to)
        : button === 'flash' && call.peek()?.state === ContactState.ACTIVE && !!hold();
  if (done || performance.now() - syncedAt < SYNC_MS) return;
  syncedAt = performance.now();
  headset.showAgain();
}

export function followHeadset() {
  headset.wire(pressed);
  let stage = '';
  effect(() => {
    // However it began, by a key or by the mouse.
    if (inCall.value && stage !== stageOf()) actedAt = performance.now();
    stage = stageOf();
  });
  effect(() =>
    headset.show({
      offHook: inCall.value,
      ring: rings.value,
      mute: inCall.value && phone.muted.value,
      hold: !!call.value?.held,
    }),
  );
}

/** Which headset, what its buttons do, and what is wrong with it. */
export function HeadsetPick() {
  if (!headset.supported) return null;
  const here = headset.headsets.value;
  const name = headset.chosenName.value;
  const fault = headset.fault.value;
  const words = t.headset;
  return html`
    <div class="pick" role="group" aria-label=${words.title}>
      <${Icon} name="voice"/>
      <span>${words.title}</span>
      ${here.length || name
        ? html`<span class="between">
            <span class="cut" title=${here.map((one) => one.name).join(', ')}>
              ${here.length ? here.map((one) => one.name).join(', ') : t.sound.away(name)}
            </span>
            <button class="small" onClick=${headset.forget}>${words.forget}</button>
          </span>`
        : html`<button class="small" onClick=${headset.choose}>${words.choose}</button>`}
    </div>
    ${fault
      ? html`<p class="s2 t1" role="alert">${words.faults[fault]}</p>`
      : html`<p class="faint t1">
          ${here.length
            ? words.has(here.flatMap((one) => one.buttons.map((button) => words.does[button])))
            : name
              ? words.away
              : words.lead}
        </p>`}
  `;
}
