/** The ring: synthesised, so that nothing is fetched. Each severity has its own figure. */
import { ringGain, volume } from '../volume.js';

/** [Hz, start s, length s] within one round, and the round's length. */
const FIGURES = {
  1: {
    round: 1.3,
    notes: [
      [880, 0, 0.14],
      [1175, 0.16, 0.14],
      [880, 0.34, 0.14],
      [1175, 0.5, 0.2],
    ],
  },
  2: {
    round: 1.9,
    notes: [
      [784, 0, 0.18],
      [988, 0.22, 0.26],
    ],
  },
  3: {
    round: 2.6,
    notes: [
      [587, 0, 0.2],
      [740, 0.24, 0.3],
    ],
  },
  4: { round: 3.4, notes: [[523, 0, 0.35]] },
};

/** @type {AudioContext|null} */
let context = null;
/** @type {GainNode|null} */
let output = null;
let timer = 0;
let ringing = /** @type {Severity|0} */ (0);
let sink = 'default';

/** Called from a click: browsers start sound only then. */
export async function unlockSound() {
  if (!context) {
    context = new AudioContext();
    void useSink();
  }
  if (context.state === 'suspended')
    await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  return context.state === 'running';
}

/** Where it rings from now on. @param {string} deviceId */
export function ringOn(deviceId) {
  sink = deviceId;
  void useSink();
}

async function useSink() {
  try {
    await /** @type {{setSinkId?: (id: string) => Promise<void>}|null} */ (context)?.setSinkId?.(
      sink === 'default' ? '' : sink,
    );
  } catch {
    /* the standard device rings */
  }
}

/** @param {Severity} severity */
export function startRing(severity) {
  if (ringing === severity) return;
  stopRing();
  ringing = severity;
  const figure = FIGURES[severity];
  const round = () => play(figure.notes, severity);
  round();
  timer = window.setInterval(round, figure.round * 1000);
}

/** How severe what rings now is; 0. */
export const ringsNow = () => ringing;

export function stopRing() {
  ringing = 0;
  clearInterval(timer);
  if (output && context) {
    output.gain.setTargetAtTime(0, context.currentTime, 0.02);
    output = null;
  }
}

export const ringOnce = () => {
  void unlockSound().then(() => play(FIGURES[2].notes, 2));
};

/** @param {number[][]} notes @param {Severity} severity */
function play(notes, severity) {
  if (!context) {
    try {
      context = new AudioContext();
    } catch {
      return;
    }
  }
  if (context.state === 'suspended') void context.resume();
  const start = context.currentTime + 0.02;
  output = context.createGain();
  output.gain.value = ringGain(volume.ring.peek(), severity);
  output.connect(context.destination);
  for (const [hz, at, length] of notes) {
    for (const [times, loud] of [
      [1, 1],
      [2, 0.25],
    ]) {
      const tone = context.createOscillator();
      const shape = context.createGain();
      tone.frequency.value = hz * times;
      shape.gain.setValueAtTime(0, start + at);
      shape.gain.linearRampToValueAtTime(loud, start + at + 0.012);
      shape.gain.exponentialRampToValueAtTime(0.001, start + at + length);
      tone.connect(shape).connect(output);
      tone.start(start + at);
      tone.stop(start + at + length + 0.02);
    }
  }
}
