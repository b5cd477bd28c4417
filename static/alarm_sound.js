/** The sound of somebody who asks for help: unlike every ring, until somebody has it. Synthesised, so that
 * nothing is fetched. */
import { ringGain, volume } from './volume.js';

/** [Hz, start s, length s] within one round. */
const NOTES = [
  [659, 0, 0.12],
  [659, 0.16, 0.12],
  [659, 0.32, 0.12],
  [440, 0.52, 0.4],
];
const ROUND_MS = 2200;

/** @type {AudioContext|null} */
let context = null;
let timer = 0;

function play() {
  try {
    context ??= new AudioContext();
  } catch {
    return; // no sound on this machine: it is seen
  }
  if (context.state === 'suspended') void context.resume(); // with the first press on this page
  const start = context.currentTime + 0.02;
  const output = context.createGain();
  output.gain.value = ringGain(volume.ring.peek(), 1);
  output.connect(context.destination);
  for (const [hz, at, length] of NOTES) {
    const tone = context.createOscillator();
    const shape = context.createGain();
    tone.type = 'triangle';
    tone.frequency.value = hz;
    shape.gain.setValueAtTime(0, start + at);
    shape.gain.linearRampToValueAtTime(1, start + at + 0.012);
    shape.gain.exponentialRampToValueAtTime(0.001, start + at + length);
    tone.connect(shape).connect(output);
    tone.start(start + at);
    tone.stop(start + at + length + 0.02);
  }
}

/** @param {boolean} on */
export function alarmOn(on) {
  if (on === timer > 0) return;
  clearInterval(timer);
  timer = 0;
  if (!on) return;
  play();
  timer = window.setInterval(play, ROUND_MS);
}

/** Whether it is to be heard just now. */
export const sounds = () => timer > 0;
