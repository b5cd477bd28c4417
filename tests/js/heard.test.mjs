/** Who hears somebody that sits beside an agent, and in which words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { earsOf, mineWords } from '../../static/heard.js';
import { beside } from '../../static/strings/en/beside.js';

const consult = (at, until = null) => ({ at, name: 'Tomás', by_name: 'Priya', until, line: null });
const call = (more) => ({ held: false, fault: null, consult: null, who: { name: 'Maya' }, ...more });

test('of each party that is there it says whether they hear whoever takes part', () => {
  for (const [more, agent, caller, second] of [
    [{}, true, true, null],
    [{ held: true }, true, false, null],
    [{ held: true, consult: consult('asked') }, true, false, null],
    [{ held: true, consult: consult('apart') }, true, false, true],
    [{ consult: consult('apart') }, true, true, false],
    [{ consult: consult('together') }, true, true, true],
    [{ consult: consult('together', 9) }, true, true, false],
    [{ fault: 'agent_lost', consult: consult('together') }, false, true, true],
  ]) {
    const ears = earsOf(call(more), 'barge');
    const heard = [ears.agent.hears, ears.caller.hears, ears.second && ears.second.hears];
    assert.deepEqual(heard, [agent, caller, second], JSON.stringify(more));
    for (const [mode, hears] of [
      ['listen', false],
      ['whisper', agent],
    ]) {
      const other = earsOf(call(more), mode);
      assert.deepEqual([other.agent.hears, other.caller.hears], [hears, false]);
      assert.equal(other.second?.hears ?? false, false);
    }
  }
});

test('why somebody does not hear them stands beside it', () => {
  const held = earsOf(call({ held: true }), 'barge');
  assert.deepEqual([held.agent.meanwhile, held.caller.meanwhile], [null, 'held']);
  assert.equal(earsOf(call({ consult: consult('apart') }), 'barge').second?.meanwhile, 'music');
  assert.equal(earsOf(call({ fault: 'agent_lost' }), 'barge').agent.meanwhile, 'gone');
});

test('the bar names nobody who hears music', () => {
  for (const [more, words] of [
    [{}, 'Maya and the agent hear you'],
    [{ held: true }, 'The agent hears you; Maya is on hold'],
    [{ held: true, consult: consult('apart') }, 'Tomás and the agent hear you; Maya is on hold'],
    [{ consult: consult('apart') }, 'Maya and the agent hear you'],
    [{ consult: consult('together') }, 'Maya, Tomás and the agent hear you'],
    [{ held: true, fault: 'agent_lost' }, 'Nobody hears you; Maya is on hold'],
  ])
    assert.equal(mineWords(call(more), 'barge'), words);
  assert.equal(beside.beside.heardBy([], ''), 'Nobody hears you');
});
