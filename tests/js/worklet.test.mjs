import assert from 'node:assert/strict';
import test from 'node:test';

// What an audio thread has beside a page's: its rate, its base class, and where processors go.
const RATE = 8000; // that of the telephone: one sample in, one out
globalThis.sampleRate = RATE;
globalThis.AudioWorkletProcessor = class {
  port = { onmessage: (_event) => {}, postMessage: (_message) => {} };
};
let Telephone;
globalThis.registerProcessor = (_name, made) => {
  Telephone = made;
};
await import('../../static/phone/worklet.js');

const FRAME = 160;
const SPEECH = new Uint8Array(FRAME).fill(0x20); // loud: silence is told apart from it
/** @param {number} frames of 20 ms that come at once */
const arrive = (phone, frames) => {
  for (let i = 0; i < frames; i += 1) phone.port.onmessage({ data: SPEECH.slice().buffer });
};
/** Plays 20 ms; how many samples of them were sound. */
const play = (phone) => {
  const ear = new Float32Array(FRAME);
  phone.process([], [[ear]]);
  return ear.filter((x) => x !== 0).length;
};
/** Milliseconds of sound until it is silent. */
const left = (phone) => {
  let samples = 0;
  for (let n = play(phone); n; n = play(phone)) samples += n;
  return (samples / RATE) * 1000;
};

test('telephone: after a hiccup of the network it plays no later than before', () => {
  const phone = new Telephone();
  arrive(phone, 3);
  play(phone);
  arrive(phone, 250); // five seconds were held up, and come at once
  assert.ok(left(phone) <= 260, 'delay that has grown never shrinks again');
});
test('telephone: delay does not grow either when a little more comes than is played', () => {
  const phone = new Telephone();
  for (let i = 0; i < 1000; i += 1) {
    arrive(phone, i % 10 ? 1 : 2);
    play(phone);
  }
  assert.ok(left(phone) <= 260);
});
test('telephone: it begins with 60 ms in hand, and again so after it ran dry', () => {
  const phone = new Telephone();
  for (let i = 0; i < 2; i += 1) {
    arrive(phone, 2);
    assert.equal(play(phone), 0);
    arrive(phone, 1);
    assert.ok(left(phone) >= 59);
  }
});
test('telephone: while nothing comes it is silent, and what comes is played once', () => {
  const phone = new Telephone();
  assert.deepEqual([play(phone), play(phone)], [0, 0]);
  arrive(phone, 5);
  assert.equal(left(phone), 100);
  assert.equal(left(phone), 0);
});
test('telephone: the microphone leaves in frames of 20 ms, whatever the blocks it comes in', () => {
  const phone = new Telephone();
  const frames = [];
  phone.port.postMessage = ({ frame }) => frame && frames.push(new Uint8Array(frame));
  for (let i = 0; i < 10; i += 1) phone.process([[new Float32Array(128).fill(2)]], [[new Float32Array(128)]]);
  assert.deepEqual(
    frames.map((frame) => frame.length),
    Array(8).fill(FRAME),
  );
  assert.ok(
    frames.every((frame) => frame.every((u) => u === 0x80)),
    'louder than a telephone can be is as loud as it can be',
  );
});
