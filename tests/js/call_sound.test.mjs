import test from 'node:test';
import assert from 'node:assert/strict';
import { absentOf, allWays, look, markOf, mendOf, toldAgent, worse } from '../../static/call_sound.js';
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

const call = (sound, over = {}) => ({
  held: false,
  consult: null,
  outside: null,
  beside: [],
  sound,
  ...over,
});

test('the worse of both ways is the one that is told, and nothing is worse than nothing', () => {
  const poor = way({ sounds: 'poor', where: 'line', mos: 2.9, lost: 0.12 });
  const worseOf = (agent, caller) => worse(call({ agent, caller }));
  assert.equal(worseOf(way(), way()).is, 'good');
  assert.deepEqual(worseOf(poor, way()), { hears: 'agent', is: 'poor', where: 'line' });
  assert.equal(worseOf(poor, way({ missing: true })).hears, 'caller');
  assert.equal(worseOf(way({ missing: true }), poor).hears, 'agent');
  assert.equal(worse(call(null)), null);
});

test('a word, what is at fault and what to do', () => {
  const c = call({ agent: way(), caller: way({ sounds: 'fair', where: 'network', lost: 0.02 }) });
  assert.deepEqual(toldAgent(c), ['sound fair', 'Your network loses part of what you say.']);
  assert.ok(/cable/.test(mendOf(c)));
  assert.equal(mendOf(call({ agent: way(), caller: way() })), '');
  assert.deepEqual(look(worse(c).is), { bars: 3, tone: 's2' });
});

test('who hears nothing is said first', () => {
  const c = call({ agent: way(), caller: way({ missing: true }) });
  assert.equal(toldAgent(c)[0], 'they do not hear you');
  assert.ok(/headset/.test(mendOf(c)));
  assert.deepEqual(look(worse(c).is), { bars: 0, tone: 's1' });
});

test('with the caller on hold it is agent and colleague who hear each other, and the caller is on hold', () => {
  const consult = { at: 'apart', name: 'Ana Ruiz' };
  const poor = (where) => way({ sounds: 'poor', where, mos: 2.9 });
  const apart = (own, theirs = {}) => {
    const agent = { role: 'agent', who: 'a1', hears: way(), heard: way(), ...own };
    const second = { role: 'second', who: 'a9', hears: way(), heard: way(), ...theirs };
    return call({ agent: null, caller: null, others: [agent, second] }, { held: true, consult });
  };
  assert.equal(markOf(apart({})), 'sound good');
  assert.deepEqual(
    allWays(apart({})).map((line) => line.replace(/ 4\.4.*/, '')),
    ['agent hears:', 'heard of the agent:', 'caller: on hold', 'Ana Ruiz hears:', 'heard of Ana Ruiz:'],
  );
  const network = apart({ hears: poor('network') });
  assert.deepEqual(toldAgent(network), ['sound poor', 'Your network loses part of what they say.']);
  assert.ok(/cable/.test(mendOf(network)));
  assert.equal(markOf(network), 'poor: agent’s network');
  const theirs = apart({ hears: poor('line') });
  assert.equal(toldAgent(theirs)[1], 'It breaks up before it reaches you; your network is fine.');
  assert.equal(mendOf(theirs), '');
  assert.equal(markOf(theirs), 'poor: on the side of Ana Ruiz');
  const unheard = apart({ heard: way({ missing: true }) });
  assert.equal(toldAgent(unheard)[0], 'they do not hear you');
  assert.ok(/on hold and safe/.test(mendOf(unheard)));
  assert.equal(markOf(unheard), 'Ana Ruiz hears nothing');
  assert.equal(absentOf(unheard), '');
  assert.equal(absentOf(apart({}, { heard: way({ missing: true }) })), 'Nothing comes from Ana Ruiz.');
  assert.equal(worse(call(null, { held: true })), null);
});

test('all ways in figures, those of others by name', () => {
  const sound = { agent: way(), caller: way({ mos: 3.55, lost: 0.031, delay_ms: 180 }) };
  const both = [
    'agent hears: 4.4 of 4.4 · 0.0 % lost · 60 ms',
    'caller hears: 3.5 of 4.4 · 3.1 % lost · 180 ms',
  ];
  const c = call(sound, { consult: { at: 'together', name: 'Ana Ruiz' } });
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
  const handed = (agent, caller) =>
    call(
      { agent, caller },
      { consult: { at: 'handed', name: 'Vet' }, outside: { word: 'Green Valley Vet' } },
    );
  const poor = way({ sounds: 'poor', where: 'line', mos: 2.9 });
  assert.equal(markOf(handed(way(), poor)), 'poor: line of Green Valley Vet');
  assert.equal(markOf(handed(way({ missing: true }), way())), 'Green Valley Vet hears nothing');
  assert.equal(markOf(handed(way(), way({ missing: true }))), 'caller hears nothing');
  assert.ok(allWays(handed(way(), poor))[0].startsWith('Green Valley Vet hears:'));
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
