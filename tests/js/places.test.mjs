import assert from 'node:assert/strict';
import test from 'node:test';
import { boardRows } from '../../static/model.js';
import { places } from '../../static/order.js';

const SKILLS = ['vet', 'safety', 'es', 'home', 'claims'];

/** A small sure generator, so that a failure can be repeated. */
function random(seed) {
  let x = seed;
  return (n) => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return Math.floor((x / 2147483648) * n);
  };
}

const waiting = (id, score, needs, more = {}) => ({
  id,
  channel: 'voice',
  severity: 3,
  state: 'queued',
  state_at: 0,
  score,
  arrived_at: 0,
  needs,
  ...more,
});
const onDuty = (id, skills, more = {}) => ({
  id,
  name: id,
  choice: 'ready',
  presence: 'online',
  skills,
  ...more,
});
const byId = (all) => Object.fromEntries(all.map((one) => [one.id, one]));
const stateOf = (contacts, agents) => ({ contacts: byId(contacts), agents: byId(agents) });

/** A centre at a moment: some do not wait, some are not on duty, scores and arrivals come twice. */
function centre(pick, contacts, agents) {
  const some = (most, level) =>
    Object.fromEntries(Array.from({ length: pick(most + 1) }, () => [SKILLS[pick(SKILLS.length)], level()]));
  return stateOf(
    Array.from({ length: contacts }, (_, i) =>
      waiting(
        `c${i}`,
        pick(contacts),
        some(2, () => 1 + pick(4)),
        {
          arrived_at: pick(3),
          state: ['queued', 'queued', 'offered', 'connecting', 'active', 'in_menu'][pick(6)],
        },
      ),
    ),
    Array.from({ length: agents }, (_, i) =>
      onDuty(
        `a${i}`,
        some(4, () => 1 + pick(5)),
        { choice: pick(5) ? 'ready' : 'paused', presence: pick(5) ? 'online' : 'lost' },
      ),
    ),
  );
}

/** docs/routing.md, "Position", read word by word: every pair, every agent. */
function slowly(state) {
  const line = Object.values(state.contacts).filter((c) =>
    ['queued', 'offered', 'connecting'].includes(c.state),
  );
  const here = Object.values(state.agents).filter((a) => a.choice === 'ready' && a.presence === 'online');
  const can = (agent, c) =>
    Object.entries(c.needs).every(([skill, level]) => (agent.skills[skill] ?? 0) >= level);
  const before = (x, y) => x.score - y.score || x.arrived_at - y.arrived_at || (x.id < y.id ? -1 : 1);
  return Object.fromEntries(
    line.map((c) => {
      const able = here.filter((agent) => can(agent, c));
      return [
        c.id,
        1 +
          line.filter(
            (other) =>
              other.id !== c.id &&
              before(other, c) < 0 &&
              (!able.length || able.some((agent) => can(agent, other))),
          ).length,
      ];
    }),
  );
}

test('a place counts only those before it whom one of its own agents on duty could take', () => {
  const line = [
    waiting('vet', 1, { vet: 3 }, { state: 'offered' }),
    waiting('es', 2, { es: 2 }),
    waiting('any', 3, {}),
    waiting('es2', 4, { es: 5 }, { state: 'connecting' }),
  ];
  assert.deepEqual(places(stateOf(line, [onDuty('a', { vet: 4 }), onDuty('b', { es: 5 })])), {
    vet: 1,
    es: 1,
    any: 3,
    es2: 3,
  });
});

test('nobody on duty could take it: all before it count', () => {
  const line = [
    waiting('vet', 1, { vet: 3 }),
    waiting('es', 2, { es: 2 }),
    waiting('any', 3, {}),
    waiting('es2', 4, { es: 5 }),
  ];
  assert.deepEqual(
    places(stateOf(line, [onDuty('a', { vet: 4 }), onDuty('b', { es: 5 }, { choice: 'paused' })])),
    { vet: 1, es: 2, any: 2, es2: 4 },
  );
  assert.deepEqual(places(stateOf(line, [onDuty('a', { vet: 4 }, { presence: 'lost' })])), {
    vet: 1,
    es: 2,
    any: 3,
    es2: 4,
  });
});

test('the printed order is the order of the index, whatever place each is told', () => {
  const rows = boardRows(
    stateOf(
      [waiting('any', 3, {}), waiting('es', 2, { es: 2 }), waiting('vet', 1, { vet: 3 })],
      [onDuty('a', { vet: 4 }), onDuty('b', { es: 5 })],
    ),
  );
  assert.deepEqual(
    rows.waiting.map((c) => [c.id, rows.place[c.id].order, rows.place[c.id].told]),
    [
      ['vet', 1, 1],
      ['es', 2, 1],
      ['any', 3, 3],
    ],
  );
});

test('places are what the rule read word by word gives', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const pick = random(seed);
    const state = centre(pick, pick(40), pick(9));
    assert.deepEqual(places(state), slowly(state), `seed ${seed}`);
  }
});

test('at one score who arrived first is before, then by id; who does not wait has no place', () => {
  const line = [
    waiting('b', 5, {}, { arrived_at: 2 }),
    waiting('a', 5, {}, { arrived_at: 2 }),
    waiting('c', 5, {}, { arrived_at: 1 }),
    waiting('d', 1, {}, { state: 'active' }),
  ];
  assert.deepEqual(places(stateOf(line, [onDuty('x', {})])), { c: 1, a: 2, b: 3 });
});
