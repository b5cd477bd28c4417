import test from 'node:test';
import assert from 'node:assert/strict';
import { S1_AT_LEAST, ringGain, ringStep, stepOf, talkGain } from '../../static/volume.js';

const near = (a, b, note) => assert.ok(Math.abs(a - b) < 0.005, `${note ?? ''} ${a} is not ${b}`);

test('the usual ring and the loudest call are as they always were', () => {
  near(ringGain(7, 3), 0.22);
  near(talkGain(10), 1);
});

test('an S1 rings with half the usual sound pressure at least', () => {
  for (let step = 1; step <= 10; step += 1) {
    assert.ok(ringGain(step, 1) >= 0.22 / 2 - 0.005, `step ${step}`);
    assert.equal(ringStep(step, 1), Math.max(step, S1_AT_LEAST));
    assert.equal(ringStep(step, 2), step);
  }
});

test('others ring as quietly as was chosen', () => {
  for (const severity of [2, 3, 4]) near(ringGain(1, severity), 0.028);
});

test('nothing is silent, and nothing is louder than a speaker can be', () => {
  assert.ok(talkGain(1) > 0.04 && ringGain(1, 4) > 0.02);
  // two tones at once, the second with a quarter
  assert.ok(talkGain(10) <= 1 && ringGain(10, 1) * 1.25 < 1);
});

test('what was kept is a step, or the usual one', () => {
  for (const kept of [null, undefined, 0, 11, -1, NaN, '5', {}]) assert.equal(stepOf(kept, 7), 7);
  assert.equal(stepOf(3.4, 7), 3);
});
