import test from 'node:test';
import assert from 'node:assert/strict';
import { bothWays, look, mendOf, toldAgent, worse } from '../../static/call_sound.js';

const way = (over = {}) => ({
  mos: 4.4,
  sounds: 'good',
  where: null,
  lost: 0,
  delay_ms: 60,
  missing: false,
  ...over,
});

test('the worse of both ways is the one that is told, and nothing is worse than nothing', () => {
  const poor = way({ sounds: 'poor', where: 'line', mos: 2.9, lost: 0.12 });
  assert.equal(worse({ agent: way(), caller: way() }).is, 'good');
  assert.deepEqual(worse({ agent: poor, caller: way() }), { hears: 'agent', is: 'poor', where: 'line' });
  assert.equal(worse({ agent: poor, caller: way({ missing: true }) }).hears, 'caller');
  assert.equal(worse({ agent: way({ missing: true }), caller: poor }).hears, 'agent');
});

test('a word, what is at fault and what to do', () => {
  const sound = { agent: way(), caller: way({ sounds: 'fair', where: 'network', lost: 0.02 }) };
  assert.deepEqual(toldAgent(sound), ['sound fair', 'Your network loses part of what you say.']);
  assert.match(mendOf(sound), /cable/);
  assert.equal(mendOf({ agent: way(), caller: way() }), '');
  assert.deepEqual(look(sound), { bars: 3, tone: 's2' });
});

test('who hears nothing is said first', () => {
  const sound = { agent: way(), caller: way({ missing: true }) };
  assert.equal(toldAgent(sound)[0], 'they do not hear you');
  assert.match(mendOf(sound), /headset/);
  assert.deepEqual(look(sound), { bars: 0, tone: 's1' });
});

test('both ways in figures', () => {
  assert.deepEqual(bothWays({ agent: way(), caller: way({ mos: 3.55, lost: 0.031, delay_ms: 180 }) }), [
    'agent hears: 4.4 of 4.4 · 0.0 % lost · 60 ms',
    'caller hears: 3.5 of 4.4 · 3.1 % lost · 180 ms',
  ]);
});
