/** The check of one's sound, step by step, on the very path that calls take. No drawing here. */
import { effect, signal } from '../ui.js';
import { devices, inUse } from '../devices.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import { comesBack } from '../comes_back.js';
import * as phone from '../softphone.js';
import { talkGain, volume } from '../volume.js';
import { act, call, layer, link, me, offer } from './context.js';
import { ringOnce, unlockSound } from './ring.js';
import { speed } from './speed.js';

const SPEED_MS = 2200;
const RUSH_MS = 2_800;
/** So much fainter than what is played, nobody minds it (router/core/sound_check.py). */
const FAINT_DB = -35;
const SLACK_MS = 400; // the last words are still on their way
const KEEP_MS = 5000;
export const VOICE = new URL('../audio/greeting-en.wav', import.meta.url).href;

/** @typedef {'start'|'asking'|'speaker'|'ring'|'speak'|'listen'|'heard'|'rush'|'network'|'done'} Step */

export const step = signal(/** @type {Step} */ ('start'));
export const found = signal(/** @type {SoundCheck|null} */ (null));
/** When what goes on is over, and how long it takes in all; performance.now(). */
export const lasts = signal({ until: 0, ms: 0 });

/** @type {Record<string, unknown>} */
let measured = {};
/** A check that was given up goes on no more. */
let run = 0;

/** @param {number} ms */
function wait(ms) {
  lasts.value = { until: performance.now() + ms, ms };
  return new Promise((done) => setTimeout(done, ms));
}

export async function begin() {
  const mine = ++run;
  measured = { key: Math.random().toString(36).slice(2), mic: true };
  found.value = null;
  step.value = 'asking';
  void unlockSound();
  phone.setMuted(false);
  const up = await phone.start();
  if (mine !== run) return;
  measured.mic_name =
    devices
      .peek()
      .find((d) => d.deviceId === inUse('mic'))
      ?.label.slice(0, 60) ?? '';
  if (!up) {
    measured.mic = phone.fault.peek() === 'path';
    return done(mine);
  }
  step.value = 'speaker';
  void play();
}

/** The sound of this step, again. */
export const play = () => (step.peek() === 'ring' ? ringOnce() : void phone.playThere(VOICE));

/** What the agent says: they heard it, or did not. @param {boolean} yes */
export function say(yes) {
  const at = step.peek();
  if (at === 'speaker') {
    measured.speaker = yes;
    step.value = 'ring';
    play();
  } else if (at === 'ring') {
    measured.ring = yes;
    void speak();
  } else if (at === 'heard') {
    measured.echo = yes;
    void rush();
  }
}

async function speak() {
  const mine = run;
  const answer = await act('check_echo', { on: true });
  if (mine !== run) return;
  if (!answer) return done(mine);
  step.value = 'speak';
  await wait(answer.speak_ms);
  if (mine !== run) return;
  const before = await counted();
  step.value = 'listen';
  await wait(answer.speak_ms + SLACK_MS);
  const after = await counted();
  if (mine !== run) return;
  const got = after.received - before.received;
  const gone = Math.max(0, after.lost - before.lost);
  measured.lost = got + gone ? gone / (got + gone) : 1;
  measured.jitter_ms = after.jitter_ms;
  measured.rtt_ms = after.rtt_ms;
  step.value = 'heard';
}

/** Whether what the speaker plays comes back by the microphone, as in a call. */
async function rush() {
  const mine = run;
  step.value = 'rush';
  lasts.value = { until: performance.now() + RUSH_MS, ms: RUSH_MS };
  const options = { sink: inUse('speaker'), gain: talkGain(volume.talk.peek()), faint: FAINT_DB };
  const back = await phone.openMic().then(
    (mic) => comesBack(mic, options),
    () => null,
  );
  if (mine !== run) return;
  if (back != null) measured.back_db = back;
  void network();
}

async function network() {
  const mine = run;
  step.value = 'network';
  lasts.value = { until: performance.now() + SPEED_MS, ms: SPEED_MS };
  Object.assign(measured, await speed(Number(measured.rtt_ms ?? 0)));
  await done(mine);
}

/** @param {number} mine */
async function done(mine) {
  if (mine !== run) return;
  const fields = { ...measured };
  const before = me.peek()?.check?.at;
  const answer = await act('check_done', fields, { quiet: true });
  if (mine !== run) return;
  const told = me.peek()?.check ?? null; // the verdict comes also while it cannot be kept
  found.value = answer?.check ?? (told?.at !== before ? told : null);
  step.value = found.peek() ? 'done' : 'start';
  if (answer) return;
  toast(t.check.notKept, 'warn');
  void keep(fields);
}

/** Until the record has it. @param {object} fields */
async function keep(fields) {
  for (;;) {
    await new Promise((then) => setTimeout(then, KEEP_MS));
    const over = await link.send('check_done', fields).then(
      () => true,
      (error) => /** @type {Fault} */ (error).code === 'too_late',
    );
    if (over) return;
  }
}

async function counted() {
  const now = { received: 0, lost: 0, jitter_ms: 0, rtt_ms: 0 };
  for (const report of (await phone.connection()?.getStats())?.values() ?? []) {
    if (report.type === 'candidate-pair' && report.nominated)
      now.rtt_ms = (report.currentRoundTripTime ?? 0) * 1000;
    if (report.type === 'inbound-rtp') {
      now.received = report.packetsReceived ?? 0;
      now.lost = report.packetsLost ?? 0;
      now.jitter_ms = (report.jitter ?? 0) * 1000;
    }
  }
  return now;
}

/** Ends it, wherever it is. */
export function stop() {
  run += 1;
  if (['speak', 'listen'].includes(step.peek())) void link.send('check_echo', { on: false }).catch(() => {});
  step.value = 'start';
  if (layer.peek() === 'check') layer.value = null;
}

/** Whoever is rung has the desk for it: nothing lies over an offer. */
export function giveWay() {
  effect(() => {
    if ((offer.value || call.value || me.value?.asked) && layer.value === 'check') {
      stop();
      toast(t.check.stopped, 'info');
    }
  });
}
