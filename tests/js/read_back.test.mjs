// The hints beside a read-back: times and words that are there, or are not.
import test from 'node:test';
import assert from 'node:assert/strict';
import { saidBack } from '../../static/read_back.js';

const parts = {
  actions: '14:38 call Dr. Novak for the blood result. Then text Maya.',
  what_if: 'Sugar below 60 again: Dr. Novak moves her to Harbor, open all night. Tell Maya first.',
};
const both = (said, of = parts) => Object.values(saidBack(said, of));

test('the next action is said with its time', () => {
  assert.deepEqual(both('I call Dr. Novak at 14:38'), [true, false]);
  assert.deepEqual(both('I call Dr. Nóvak about the blood at 14.38'), [true, false]);
  assert.deepEqual(both('I call Dr. Novak about the blood later'), [false, false]);
  assert.deepEqual(both('I call Dr. Novak about the blood at 14:40'), [false, false]);
});

test('the what-if is said by its words, in any form', () => {
  assert.deepEqual(both('If her sugar drops she goes to Harbor'), [false, true]);
  assert.deepEqual(both('If it drops, then we will see what to do'), [false, false]);
});

test('a part without a time needs none, and one of one word needs that', () => {
  assert.deepEqual(both('calling the insurer', { actions: 'Call the insurer', what_if: 'Seizure' }), [
    true,
    false,
  ]);
  assert.deepEqual(both('seizures: vet', { actions: '', what_if: 'Seizure' }), [false, true]);
});

test('nothing said is nothing in the words', () => {
  assert.deepEqual(both(''), [false, false]);
});
