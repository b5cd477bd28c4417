/** How loud: what is heard of a call, and the ring. Steps of 3 dB, remembered on this machine; neither can be
 * turned off. */
import { local } from './store.js';
import { signal } from './ui.js';

/** @typedef {'talk' | 'ring'} Volume */

export const LOUDEST = 10;
const QUIETEST = 1;
const STEP_DB = 3;
/** The ring as it was made: two steps more are louder than that, one is a whisper beside it. */
const USUAL_RING = 7;
const RING_GAIN = 0.22;
/** An S1 rings at least with half the usual sound pressure (-6 dB): that still reaches somebody who turned
 * away from the desk. A quiet room is no reason to miss a life. */
export const S1_AT_LEAST = 5;

/** @param {unknown} kept @param {number} otherwise */
export const stepOf = (kept, otherwise) =>
  typeof kept === 'number' && kept >= QUIETEST && kept <= LOUDEST ? Math.round(kept) : otherwise;

const stored = /** @type {Partial<Record<Volume, unknown>>} */ (local.get('volume') ?? {});
/** @type {Record<Volume, Signal<number>>} */
export const volume = {
  talk: signal(stepOf(stored.talk, LOUDEST)),
  ring: signal(stepOf(stored.ring, USUAL_RING)),
};

/** @param {Volume} which @param {number} step */
export function setVolume(which, step) {
  volume[which].value = Math.min(LOUDEST, Math.max(QUIETEST, Math.round(step)));
  local.set('volume', { talk: volume.talk.peek(), ring: volume.ring.peek() });
}

const gain = (/** @type {number} */ steps) => 10 ** ((steps * STEP_DB) / 20);
/** Of a player: 1 is all that it gives. @param {number} step */
export const talkGain = (step) => gain(step - LOUDEST);
/** The step at which it rings. @param {number} step @param {Severity} severity */
export const ringStep = (step, severity) => (severity === 1 ? Math.max(step, S1_AT_LEAST) : step);
/** @param {number} step @param {Severity} severity */
export const ringGain = (step, severity) => RING_GAIN * gain(ringStep(step, severity) - USUAL_RING);
