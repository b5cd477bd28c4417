import test from 'node:test';
import assert from 'node:assert/strict';
import { allWays, look, markOf, mendOf, toldAgent, worse } from '../../static/call_sound.js';
import { drawn, faultsOf, inAll } from '../../static/desk/call_report.js';

const way = (over = {}) => ({
  mos: 4.4,
  sounds: 'good',
  where: null,
  lost: 0,
  delay_ms: 60,
  missing: false,
  dead: false,
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
  assert.ok(/cable/.test(mendOf(sound)));
  assert.equal(mendOf({ agent: way(), caller: way() }), '');
  assert.deepEqual(look(sound), { bars: 3, tone: 's2' });
});

test('who hears nothing is said first', () => {
  const sound = { agent: way(), caller: way({ missing: true }) };
  assert.equal(toldAgent(sound)[0], 'they do not hear you');
  assert.ok(/headset/.test(mendOf(sound)));
  assert.deepEqual(look(sound), { bars: 0, tone: 's1' });
});

test('all ways in figures, those of others by name', () => {
  const sound = { agent: way(), caller: way({ mos: 3.55, lost: 0.031, delay_ms: 180 }) };
  const both = [
    'agent hears: 4.4 of 4.4 · 0.0 % lost · 60 ms',
    'caller hears: 3.5 of 4.4 · 3.1 % lost · 180 ms',
  ];
  const c = { sound, beside: [], consult: { name: 'Ana Ruiz' } };
  assert.deepEqual(allWays(c), both);
  assert.deepEqual(allWays({ ...c, sound: null }), []);
  const others = [{ role: 'second', who: 'a9', hears: way(), heard: null }];
  const all = allWays({ ...c, sound: { ...sound, others } });
  assert.deepEqual(all.slice(0, 2), both);
  assert.equal(all.length, 3);
  assert.ok(/^Ana Ruiz .*4\.4 of 4\.4/.test(all[2]), all[2]);
});

const heard = (over = {}) => ({
  mos: 4.4,
  worst: 4.4,
  worst_at: 1000,
  lost: 0,
  jitter_ms: 2,
  delay_ms: 60,
  silent_s: 0,
  where: {},
  ...over,
});
const part = (over = {}) => ({
  agent: 'Ada',
  from: 0,
  to: 4000,
  every: 1000,
  points: [
    [440, 440],
    [440, 300],
    [null, null],
    [440, 440],
  ],
  marks: [],
  hears: { agent: heard(), caller: heard() },
  ...over,
});

test('what nobody heard is a gap, and each way a line', () => {
  const { paths } = drawn([part()]);
  assert.equal(paths.agent, 'M0 0H150L150 0H300M450 0H600');
  assert.equal(paths.caller, 'M0 0H150L150 35H300M450 0H600');
});

test('parts stand on one axis of time, with a line where other hands began', () => {
  const later = part({
    from: 6000,
    to: 10000,
    points: [[440, 440]],
    marks: [{ what: 'hold', at: 7000, until: null }],
  });
  const of = drawn([part(), later]);
  assert.deepEqual(of.hands, [360]);
  assert.deepEqual(of.marks, [{ what: 'hold', x: 420, wide: 180 }]);
  assert.ok(/M360 0H420$/.test(of.paths.agent));
});

test('all parts together: the mean by their length, the worst of all, what was wrong in words', () => {
  const bad = heard({ mos: 3.2, worst: 1.5, worst_at: 7000, lost: 0.1, silent_s: 4, where: { network: 3 } });
  const all = [part(), part({ from: 4000, to: 8000, hears: { agent: heard(), caller: bad } })];
  assert.equal(inAll(all, 'caller').mos.toFixed(2), '3.80');
  assert.equal(inAll(all, 'caller').worst, 1.5);
  assert.deepEqual(faultsOf(all), ['caller heard nothing for 4 s', '3 s not good: agent’s network']);
  assert.deepEqual(faultsOf([part()]), []);
  assert.equal(inAll([part({ hears: { agent: null, caller: null } })], 'agent'), null);
});

test('with a number outside it stands where the agent would, in the mark, the figures and the report', () => {
  const c = { beside: [], consult: { at: 'handed', name: 'Vet' }, outside: { word: 'Green Valley Vet' } };
  const sound = { agent: way(), caller: way({ sounds: 'poor', where: 'line', mos: 2.9 }) };
  assert.equal(markOf(sound, c), 'poor: line of Green Valley Vet');
  assert.equal(markOf({ agent: way({ missing: true }), caller: way() }, c), 'Green Valley Vet hears nothing');
  assert.equal(markOf({ agent: way(), caller: way({ missing: true }) }, c), 'caller hears nothing');
  assert.ok(allWays({ ...c, sound })[0].startsWith('Green Valley Vet hears:'));
  const parts = [
    {
      agent: null,
      number: 'Green Valley Vet',
      from: 0,
      to: 5000,
      hears: { agent: heard({ silent_s: 3 }), caller: heard({ where: { line: 4 } }) },
    },
  ];
  assert.deepEqual(faultsOf(parts), [
    'Green Valley Vet heard nothing for 3 s',
    '4 s not good: line of Green Valley Vet',
  ]);
});
