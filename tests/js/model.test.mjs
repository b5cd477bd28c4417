import assert from 'node:assert/strict';
import test from 'node:test';
import {
  boardRows,
  DEPTH_MS,
  empty,
  fold,
  gaveUpRows,
  shareOf,
  kindOf,
  missedOffer,
  mostPressing,
  myCall,
  myContacts,
  myOffer,
  waitingCount,
  wentBack,
  withRoom,
} from '../../static/model.js';

const me = { id: 'a1', name: 'Priya' };
const contact = (id, more = {}) => ({
  id,
  channel: 'voice',
  severity: 3,
  state: 'queued',
  state_at: 0,
  arrived_at: 0,
  answer_by: 9,
  agent: null,
  offer: null,
  direction: 'in',
  score: 0,
  ...more,
});
const tally = (...counts) => ({
  waiting: Object.fromEntries(
    counts.map((n, i) => [i + 1, { voice: n, sms: 0, email: 0, oldest: null, answer_by: null }]),
  ),
  today: {},
});
const snapshot = (seq, contacts = [], agents = [], t = null, now = 1000, abandoned = {}) => ({
  type: 'snapshot',
  seq,
  now,
  me,
  centre: {},
  view: {
    contacts: Object.fromEntries(contacts.map((c) => [c.id, c])),
    agents: Object.fromEntries(agents.map((a) => [a.id, a])),
    tally: t,
    abandoned,
  },
});

/** A small sure generator, so that a failure can be repeated. */
function random(seed) {
  let x = seed;
  return (n) => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return Math.floor((x / 2147483648) * n);
  };
}

import { openAt } from '../../static/model.js';

test('hours: open turns with each change that has passed', () => {
  const hours = { open: true, changes: [100, 200, 300] };
  assert.deepEqual(openAt(hours, 99), { open: true, next: 100 });
  assert.deepEqual(openAt(hours, 100), { open: false, next: 200 });
  assert.deepEqual(openAt(hours, 250), { open: true, next: 300 });
  assert.deepEqual(openAt(hours, 300), { open: false, next: null });
});

test('snapshot and events are the same as a fresh snapshot, for any order of puts and drops', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const pick = random(seed);
    const server = { contacts: {}, agents: { a1: { id: 'a1' } }, tally: tally(0, 0, 0, 0), abandoned: {} };
    let state = fold(empty(), snapshot(1, [], [server.agents.a1], server.tally));
    for (let seq = 2; seq < 120; seq += 1) {
      const put = { contacts: {}, agents: {}, abandoned: {} };
      const drop = { contacts: [], agents: [], abandoned: [] };
      for (let k = pick(3); k >= 0; k -= 1) {
        const id = `c${pick(12)}`;
        if (pick(4) === 0) {
          if (!put.contacts[id]) {
            drop.contacts.push(id);
            delete server.contacts[id];
          }
        } else if (!drop.contacts.includes(id)) {
          put.contacts[id] = contact(id, { severity: 1 + pick(4), score: pick(9) });
          server.contacts[id] = put.contacts[id];
        }
      }
      const gone = `i${pick(6)}`;
      if (pick(3) === 0) {
        drop.abandoned.push(gone);
        delete server.abandoned[gone];
      } else {
        put.abandoned[gone] = { incident: gone, severity: 1 + pick(4), at: seq };
        server.abandoned[gone] = put.abandoned[gone];
      }
      if (pick(5) === 0) {
        server.tally = tally(pick(5), pick(5), pick(5), pick(5));
        put.tally = server.tally;
      }
      state = fold(state, { type: 'event', seq, now: 1000 + seq, name: 'x.y', put, drop });
    }
    const fresh = fold(
      empty(),
      snapshot(
        119,
        Object.values(server.contacts),
        Object.values(server.agents),
        server.tally,
        1000,
        server.abandoned,
      ),
    );
    for (const part of ['contacts', 'agents', 'abandoned', 'tally', 'seq', 'me'])
      assert.deepEqual(state[part], fresh[part], `seed ${seed}, ${part}`);
  }
});

test('requests for help come with the snapshot and leave with a drop', () => {
  const help = { id: 'h1', agent: 'a1' };
  const first = snapshot(1);
  let state = fold(empty(), { ...first, view: { ...first.view, helps: { h1: help } } });
  assert.deepEqual(state.helps, { h1: help });
  const seen = { ...help, seen: { by: 'u9' } };
  const told = (seq, put, drop) => ({ type: 'event', seq, now: 1000, name: 'help.seen', put, drop });
  state = fold(state, told(2, { helps: { h1: seen } }, {}));
  assert.deepEqual(state.helps, { h1: seen });
  assert.deepEqual(fold(state, told(3, {}, { helps: ['h1'] })).helps, {});
});

test('a gap in seq is noticed, nothing is folded over it, and a snapshot mends it', () => {
  let state = fold(empty(), snapshot(5, [contact('c1')]));
  state = fold(state, { type: 'event', seq: 7, put: { contacts: { c2: contact('c2') } }, drop: {} });
  assert.equal(state.gap, true);
  assert.deepEqual(Object.keys(state.contacts), ['c1']);
  state = fold(state, { type: 'event', seq: 8, put: { contacts: { c3: contact('c3') } }, drop: {} });
  assert.deepEqual(Object.keys(state.contacts), ['c1']);
  state = fold(state, snapshot(9, [contact('c2'), contact('c3')]));
  assert.equal(state.gap, false);
  assert.deepEqual(Object.keys(state.contacts), ['c2', 'c3']);
});

test('an event before the first snapshot changes nothing', () => {
  const state = empty();
  assert.equal(fold(state, { type: 'event', seq: 1, put: { contacts: { c1: contact('c1') } } }), state);
});

test('the fold never changes the state it was given, and what did not change keeps its identity', () => {
  const before = Object.freeze(fold(empty(), snapshot(1, [contact('c1'), contact('c2')])));
  Object.freeze(before.contacts);
  const after = fold(before, {
    type: 'event',
    seq: 2,
    put: { contacts: { c2: contact('c2', { severity: 1 }) } },
    drop: {},
  });
  assert.equal(after.contacts.c1, before.contacts.c1);
  assert.notEqual(after.contacts.c2, before.contacts.c2);
  assert.equal(after.agents, before.agents);
});

test('an unknown type is ignored; an incident replaces the opened one', () => {
  const state = fold(empty(), snapshot(1));
  assert.equal(fold(state, { type: 'weather' }), state);
  assert.equal(fold(state, { type: 'incident', incident: { id: 'i1' } }).incident.id, 'i1');
});

test('my offer carries the fence, from the agent or else from the contact', () => {
  const offer = { fence: 4, agents: ['a1'], expires: 99 };
  const ringing = contact('c1', { state: 'offered', offer });
  const byAgent = fold(
    empty(),
    snapshot(1, [ringing], [{ id: 'a1', offer: { contact: 'c1', fence: 5, expires: 98 } }]),
  );
  assert.equal(myOffer(byAgent).fence, 5);
  assert.equal(myOffer(fold(empty(), snapshot(1, [ringing], [{ id: 'a1', offer: null }]))).fence, 4);
  assert.equal(
    myOffer(
      fold(empty(), snapshot(1, [contact('c1', { state: 'offered', offer: { ...offer, agents: ['a2'] } })])),
    ),
    null,
  );
});

test('my work: calls first, then wrap-up, then texts by what is due; not what only rings', () => {
  const state = fold(
    empty(),
    snapshot(1, [
      contact('t1', { channel: 'sms', state: 'active', agent: 'a1', answer_by: 50 }),
      contact('t2', { channel: 'sms', state: 'active', agent: 'a1', answer_by: 20 }),
      contact('w', { state: 'wrapup', agent: 'a1' }),
      contact('v', { state: 'connecting', agent: 'a1' }),
      contact('o', { state: 'offered' }),
      contact('x', { state: 'active', agent: 'a2' }),
    ]),
  );
  assert.deepEqual(
    myContacts(state).map((c) => c.id),
    ['v', 'w', 't2', 't1'],
  );
  assert.equal(myCall(state).id, 'v');
});

test('the board keeps the order of the index among the waiting and can be narrowed', () => {
  const state = fold(
    empty(),
    snapshot(1, [
      contact('b', { score: 2, severity: 1 }),
      contact('a', { score: 1, severity: 3 }),
      contact('m', { state: 'in_menu' }),
      contact('r', { state: 'offered', score: 0 }),
      contact('e', { channel: 'email', score: 2, arrived_at: 1 }),
      contact('w', { state: 'active' }),
      contact('o', { state: 'queued', direction: 'out', score: 3, callback: {} }),
      contact('l', { state: 'scheduled', not_before: 9 }),
      contact('k', { state: 'scheduled', not_before: 8 }),
    ]),
  );
  const rows = boardRows(state);
  // score, then arrival; who rings keeps their place
  assert.deepEqual(
    Object.entries(rows.place).map(([id, { order, told }]) => [id, order, told]),
    ['r', 'a', 'b', 'e', 'o'].map((id, i) => [id, i + 1, i + 1]),
  );
  assert.deepEqual(
    rows.waiting.map((c) => c.id),
    ['a', 'b', 'e', 'o', 'm'],
  );
  assert.deepEqual(
    rows.later.map((c) => c.id),
    ['k', 'l'],
    'before their moment they have no place',
  );
  assert.deepEqual([rows.ringing.length, rows.working.length], [1, 1]);
  assert.deepEqual(
    boardRows(state, { channel: 'email' }).waiting.map((c) => c.id),
    ['e'],
  );
  assert.equal(boardRows(state, { channel: 'email' }).place.e.order, 4);
});

test('whom nobody here took stands above all, wherever the carrier has him; a transfer outside is work', () => {
  const state = fold(
    empty(),
    snapshot(1, [
      contact('q', { severity: 1, score: 1 }),
      contact('n', { severity: 1, score: 2, alarm: 'untaken' }),
      contact('r', { state: 'offered' }),
      contact('o', { state: 'outside', alarm: 'untaken', severity: 2 }),
      contact('v', { state: 'voicemail', alarm: 'untaken' }),
      contact('l', { state: 'active', severity: 1, alarm: 'lost', until: 9 }),
      contact('k', { state: 'active', severity: 1, alarm: 'lost', until: 8 }),
      contact('h', { state: 'voicemail' }),
      contact('t', { state: 'outside' }),
      contact('w', { state: 'away' }),
    ]),
  );
  const rows = boardRows(state);
  assert.deepEqual(
    rows.untaken.map((c) => c.id),
    ['n', 'o', 'v'],
  );
  assert.deepEqual(
    rows.lost.map((c) => c.id),
    ['k', 'l'],
    'the one with the least time left first',
  );
  const filtered = boardRows(state, { channel: 'email', severity: 4 });
  assert.deepEqual([filtered.lost, filtered.untaken], [rows.lost, rows.untaken], 'no filter hides an alarm');
  assert.equal(filtered.waiting.length + filtered.working.length + filtered.ringing.length, 0);
  assert.deepEqual(
    rows.ringing.map((c) => c.id),
    ['r'],
  );
  assert.deepEqual(
    rows.waiting.map((c) => c.id),
    ['q'],
  );
  assert.deepEqual(rows.working.map((c) => c.id).sort(), ['h', 't', 'w']);
});

test('callers who gave up: the worst first, among those the newest; a text filter hides them', () => {
  const abandoned = {
    a: { incident: 'a', severity: 2, at: 5 },
    b: { incident: 'b', severity: 1, at: 1 },
    c: { incident: 'c', severity: 2, at: 9 },
  };
  const state = fold(empty(), snapshot(1, [], [], null, 1000, abandoned));
  assert.deepEqual(
    gaveUpRows(state).map((m) => m.incident),
    ['b', 'c', 'a'],
  );
  assert.deepEqual(
    gaveUpRows(state, { severity: 2, channel: 'voice' }).map((m) => m.incident),
    ['c', 'a'],
  );
  assert.deepEqual(gaveUpRows(state, { channel: 'sms' }), []);
  assert.deepEqual(fold(empty(), { type: 'snapshot', seq: 1, view: {} }).abandoned, {}, 'a desk has none');
});

test('depth is remembered only when it changes, and for two hours', () => {
  let state = fold(empty(), snapshot(1, [], [], tally(1, 0, 0, 0), 1000));
  state = fold(state, { type: 'event', seq: 2, now: 2000, put: { tally: tally(1, 0, 0, 0) }, drop: {} });
  assert.equal(state.depth.length, 1);
  state = fold(state, { type: 'event', seq: 3, now: 3000, put: { tally: tally(2, 0, 0, 1) }, drop: {} });
  assert.deepEqual(
    state.depth.map((p) => p.counts),
    [
      [1, 0, 0, 0],
      [2, 0, 0, 1],
    ],
  );
  state = fold(state, {
    type: 'event',
    seq: 4,
    now: 4000 + 2 * DEPTH_MS,
    put: { tally: tally(0, 0, 0, 0) },
    drop: {},
  });
  assert.equal(state.depth.length, 2, 'the last one before the edge stays: the line must begin somewhere');
});

test('a level is shown as the centre told it; of nobody it is no figure', () => {
  assert.equal(shareOf([5, 10]), 0.5);
  assert.equal(shareOf([0, 0]), null);
  assert.equal(shareOf(undefined), null);
  assert.equal(waitingCount({ waiting: { 1: { voice: 1, sms: 2, email: 3 } } }, 1), 6);
});

test('the glance names who must be answered first, not who came first', () => {
  const due = (arrived_at, answer_by) => ({ oldest: 0, due: { arrived_at, answer_by } });
  assert.deepEqual(
    mostPressing(
      {
        waiting: {
          1: due(95, 110),
          3: { oldest: 5, due: { arrived_at: 40, answer_by: 100 } },
          4: { oldest: null, due: null },
        },
      },
      96,
    ),
    { severity: 3, answer_by: 100 },
  );
  assert.equal(mostPressing({ waiting: { 1: { oldest: null, due: null } } }, 0), null);
  const over = { waiting: { 1: due(95, 110), 2: due(40, 100), 3: due(40, 90) } };
  assert.equal(mostPressing(over, 120).severity, 1, 'of those past their target the worst');
  assert.equal(mostPressing(over, 105).severity, 2);
});

test('who has room is counted as the centre says, whatever else is known of them', () => {
  const none = { voice: 0, sms: 0, email: 0 };
  const agents = [
    { id: 'a', state: 'ready', choice: 'ready', sound: true, room: { ...none, voice: 1, sms: 4 } },
    { id: 'b', state: 'ready', choice: 'ready', sound: false, room: { ...none, sms: 4 } },
    { id: 'c', state: 'messages', choice: 'ready', sound: true, room: { ...none, sms: 1 } },
    { id: 'd', state: 'messages', choice: 'ready', sound: true, room: { ...none, email: 1 } },
    { id: 'e', state: 'ready', choice: 'ready', sound: true, contacts: [], room: none },
  ];
  const count = (of) => withRoom(fold(empty(), snapshot(1, [], of)));
  assert.deepEqual(count(agents), { calls: 1, texts: 3, urgent: 0, training: 0 });
  const limited = agents.map((a) => ({ ...a, shift: { from: 1, to: 2, outside: true }, stage: {} }));
  assert.deepEqual(count(limited), { calls: 1, texts: 3, urgent: 3, training: 3 });
  const inShift = agents.map((a) => ({ ...a, shift: { from: 1, to: 2, outside: false } }));
  assert.equal(count(inShift).urgent, 0);
});

test('an offer that nobody answered is known as missed; a declined or withdrawn one is not', () => {
  const ringing = contact('c1', {
    channel: 'sms',
    state: 'offered',
    offer: { fence: 4, agents: ['a1'], expires: 99 },
  });
  const before = fold(
    empty(),
    snapshot(
      1,
      [ringing],
      [
        {
          id: 'a1',
          choice: 'ready',
          pause_reason: null,
          state: 'ringing',
          offer: { contact: 'c1', fence: 4, expires: 99 },
        },
      ],
    ),
  );
  const gone = (agent) =>
    fold(before, {
      type: 'event',
      seq: 2,
      put: { agents: { a1: { id: 'a1', offer: null, ...agent } } },
      drop: { contacts: ['c1'] },
    });
  assert.equal(
    missedOffer(before, gone({ choice: 'paused', pause_reason: 'missed', state: 'messages' })).id,
    'c1',
  );
  assert.equal(missedOffer(before, gone({ choice: 'ready', pause_reason: null, state: 'ready' })), null);
});

test('a promised call is of its own kind until the person was reached', () => {
  assert.deepEqual(
    [
      kindOf(contact('a', { callback: { by: 'x' } })),
      kindOf(contact('b', { callback: { by: 'x' }, answered_at: 5 })),
      kindOf(contact('c')),
    ],
    ['callback', 'voice', 'voice'],
  );
});

test('what went back stands at the desk of who lost it, in order, until it rings there or connects', () => {
  const mine = { returned: { agent: 'a1', rings_at: [] }, state: 'queued' };
  const state = fold(
    empty(),
    snapshot(1, [
      contact('b', { ...mine, score: 2 }),
      contact('a', { ...mine, score: 1, state: 'offered', offer: { agents: ['a2'] } }),
      contact('r', { ...mine, state: 'offered', offer: { fence: 1, agents: ['a1'], expires: 9 } }),
      contact('c', { ...mine, state: 'connecting', agent: 'a2', returned: null }),
      contact('x', { returned: { agent: 'a2', rings_at: [] } }),
      contact('y'),
    ]),
  );
  assert.deepEqual(
    wentBack(state).map((c) => c.id),
    ['a', 'b'],
  );
});

test('a caller who was handed over and does not hear, or is not heard, stands above all', () => {
  const good = { missing: false };
  const handed = (id, agent, caller) =>
    contact(id, { state: 'away', consult: { at: 'handed' }, sound: { agent, caller } });
  const state = fold(
    empty(),
    snapshot(1, [
      handed('a', good, { missing: true }),
      handed('b', { missing: true }, good),
      handed('c', good, good),
      contact('d', { state: 'active', sound: { agent: { missing: true }, caller: good } }),
    ]),
  );
  const rows = boardRows(state, { channel: 'email' });
  assert.deepEqual(
    rows.unheard.map((c) => c.id),
    ['a', 'b'],
    'no filter hides it',
  );
  assert.deepEqual(
    boardRows(state).working.map((c) => c.id),
    ['c', 'd'],
    'who is with an agent is marked in the row of that one',
  );
});
