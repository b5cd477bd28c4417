import assert from 'node:assert/strict';
import test from 'node:test';
import { acted, active, watchActivity } from '../../static/activity.js';
import { afterThis, insteadOfWork, news, pauseTold, pausedWord, roomTold } from '../../static/agent.js';
import { empty, fold } from '../../static/model.js';
import { AgentState } from '../../static/states.js';

const centre = { pause_reasons: [{ code: 'lunch', word: 'Lunch' }] };
const agent = (more = {}) => ({
  id: 'a1',
  name: 'Priya',
  choice: 'paused',
  pause_reason: 'lunch',
  state: 'paused',
  state_at: 0,
  until: null,
  contacts: [],
  room: { voice: 0, sms: 0, email: 0 },
  offer: null,
  ...more,
});

test('why they pause: the centre’s word, else ours, and a code that nobody knows is shown nowhere', () => {
  const says = (reason) => {
    const a = agent({ pause_reason: reason });
    return [
      pausedWord(a, centre),
      insteadOfWork(a, centre, false),
      afterThis({ ...a, state: 'messages' }, centre),
    ];
  };
  assert.deepEqual(says('lunch'), ['Paused: Lunch', 'Lunch', 'paused after this: Lunch']);
  assert.deepEqual(says('missed'), [
    'Paused: missed offers',
    'missed offers',
    'paused after this: missed offers',
  ]);
  // taken out of the configuration while they pause, or no reason at all
  for (const unknown of ['fishing', null])
    assert.deepEqual(says(unknown), ['paused', '', 'paused after this: paused']);
});

test('a pause comes after this only where there is something that it comes after', () => {
  const after = Object.values(AgentState).filter((state) => afterThis(agent({ state }), centre));
  assert.deepEqual(after, ['ringing', 'connecting', 'dialing', 'talking', 'wrapup', 'messages']);
  const ready = Object.values(AgentState).filter((state) =>
    afterThis(agent({ choice: 'ready', state }), centre),
  );
  assert.deepEqual(ready, []);
});

test('in the place of their work: why they pause, or when their state ends', () => {
  const shown = (more, works = false) => insteadOfWork(agent(more), centre, works);
  const at = (found) => JSON.stringify(found).includes('"at":99');
  assert.ok(at(shown({ state: 'wrapup', until: 99 }, true)));
  assert.ok(at(shown({ state: 'lost', until: 99 }, true)));
  assert.equal(shown({ state: 'lost' }), 'paused');
  assert.equal(shown({ state: 'lost' }, true), null);
  assert.equal(shown({ state: 'talking', until: 99 }, true), null);
  assert.equal(shown({ state: 'wrapup' }, true), null);
});

test('room is told beside texts in hand, and only to those who get more', () => {
  const room = { voice: 0, sms: 2, email: 1 };
  assert.ok(/^room for 2 texts;/.test(roomTold(agent({ state: 'messages', choice: 'ready', room }))));
  assert.ok(/^full;/.test(roomTold(agent({ state: 'messages', choice: 'ready' }))));
  assert.equal(roomTold(agent({ state: 'messages', room })), null);
  assert.equal(roomTold(agent({ state: 'ready', choice: 'ready', room })), null);
});

test('what the router decided is told at their own desk, with what to do', () => {
  assert.ok(/missed several offers/.test(pauseTold(agent({ pause_reason: 'missed' })).told));
  assert.ok(/nobody is lost/.test(pauseTold(agent({ pause_reason: 'missed' })).hint));
  assert.deepEqual(pauseTold(agent()), { told: null, hint: 'Press Ready when you want to go on.' });
  for (const one of [null, agent({ pause_reason: 'signed_in' })])
    assert.ok(/Press Ready to begin/.test(pauseTold(one).hint));
});

const rang = agent({
  choice: 'ready',
  pause_reason: null,
  state: 'ringing',
  offer: { contact: 'c1', fence: 4, expires: 99 },
});
const contact = {
  id: 'c1',
  channel: 'sms',
  state: 'offered',
  state_at: 0,
  score: 0,
  who: { name: 'Rosa Diaz' },
};
const before = fold(empty(), {
  type: 'snapshot',
  seq: 1,
  now: 1,
  me: { id: 'a1' },
  centre,
  view: { contacts: { c1: contact }, agents: { a1: rang } },
});
const then = (more) =>
  fold(before, { type: 'event', seq: 2, put: { agents: { a1: agent(more) } }, drop: { contacts: ['c1'] } });

test('a missed offer is told with what follows, and with “after this” where the top bar says so', () => {
  const told = (more) => news(before, then(more)).map(({ text, tone }) => `${tone}: ${text}`)[0];
  assert.ok(
    /^alarm: You missed a text from Rosa Diaz/.test(told({ pause_reason: 'missed', state: 'messages' })),
  );
  assert.ok(/You are paused after this:/.test(told({ pause_reason: 'missed', state: 'messages' })));
  for (const state of ['paused', 'lost'])
    assert.ok(/You are paused: press Ready/.test(told({ pause_reason: 'missed', state })));
  const testing = { choice: 'ready', pause_reason: null, state: 'testing', testing: 9 };
  assert.ok(/testing itself/.test(told(testing)));
  acted();
  assert.ok(/You were at work, so you stay ready/.test(told(testing)));
  assert.deepEqual(news(before, then({})), []); // their own choice is no news
  const [{ holds }] = news(before, then(testing));
  assert.equal(holds(agent(testing)), true);
  assert.equal(holds(agent({ choice: 'paused', pause_reason: 'missed' })), false); // that was the third
});

/** With a clock of the page that goes only as far as it is told. @param {(at: {ms: number}) => void} body */
const timed = (body) => () => {
  const at = { ms: 1_000_000 };
  const own = performance.now;
  performance.now = () => at.ms;
  try {
    body(at);
  } finally {
    performance.now = own;
  }
};

test(
  'whoever did something is active for 15 s',
  timed((at) => {
    acted();
    at.ms += 14_999;
    assert.equal(active(), true);
    at.ms += 1;
    assert.equal(active(), false);
  }),
);

test(
  'a key, a pointer and a wheel are signs, also where something else takes them',
  timed((at) => {
    const heard = {};
    const own = globalThis.addEventListener;
    globalThis.addEventListener = (sign, act, options) => {
      heard[sign] = act;
      assert.equal(options.capture, true);
    };
    watchActivity();
    globalThis.addEventListener = own;
    assert.deepEqual(Object.keys(heard), ['keydown', 'pointerdown', 'pointermove', 'wheel']);
    for (const act of Object.values(heard)) {
      at.ms += 60_000;
      assert.equal(active(), false);
      act();
      assert.equal(active(), true);
    }
  }),
);
