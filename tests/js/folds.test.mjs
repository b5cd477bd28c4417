import assert from 'node:assert/strict';
import test from 'node:test';
import { offsetText } from '../../static/format.js';
import { folded, groupedNotes, isFold } from '../../static/desk/folds.js';
import { t } from '../../static/strings/en.js';

const DAY = 86_400_000;
const dayOf = (at) => String(Math.floor(at / DAY));

/** A timeline in letters: m missed, d declined, w widened, x withdrawn, p promoted, t a telephone rung for it,
 * n not taken over there; M a message, C a call, N a note, E any other event; `|` a day later. */
const CODES = {
  m: 'missed',
  d: 'declined',
  w: 'widened',
  x: 'withdrawn',
  p: 'promoted',
  t: 'telephoned',
  n: 'not_told',
};
const KINDS = { M: 'message', C: 'call', N: 'note', E: 'event' };
function timeline(letters) {
  let at = 0;
  const found = [];
  for (const letter of letters) {
    if (letter === '|') at += DAY;
    else {
      at += 1000;
      const routing = CODES[letter] ?? null;
      found.push({ id: `${letter}${at}`, at, kind: KINDS[letter] ?? 'event', routing });
    }
  }
  return found;
}

/** The same, drawn: a fold as its letters in brackets. */
const drawn = (letters) => {
  const of = (entry) => entry.id[0];
  return folded(timeline(letters), dayOf)
    .map((one) => (isFold(one) ? `(${one.entries.map(of).join('')})` : of(one)))
    .join('');
};

for (const [letters, shown] of [
  ['', ''],
  ['m', 'm'],
  ['mm', '(mm)'],
  ['CmdwxpE', 'C(mdwxp)E'],
  ['mMm', 'mMm'],
  ['mmMmm', '(mm)M(mm)'],
  ['mmNmmEmmC', '(mm)N(mm)E(mm)C'],
  ['EEMMNNCC', 'EEMMNNCC'],
  ['mm|mm', '(mm)(mm)'],
  ['m|m', 'mm'],
  ['mmE|mmm', '(mm)E(mmm)'],
  ['wwwwwwwp', ''],
  ['CwE', 'CE'],
  ['wm', '(wm)'],
  ['tE', 'tE'],
  ['MtntntntnEtE', 'M(tntntntn)EtE'],
  ['CwwwMmEwpC', 'CMmEC'],
])
  test(`a timeline folds the search for somebody and nothing else: ${letters} as ${shown}`, () => {
    assert.equal(drawn(letters), shown);
  });

test('whatever comes, nothing is lost, nothing changes its place, and only the search is folded', () => {
  let x = 7;
  const pick = (n) => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return Math.floor((x / 2147483648) * n);
  };
  for (let round = 0; round < 300; round += 1) {
    const letters = Array.from({ length: pick(40) }, () => 'mdwxpMCNE|'[pick(10)]).join('');
    const entries = timeline(letters);
    const found = folded(entries, dayOf);
    const shown = found.flatMap((one) => (isFold(one) ? one.entries : [one]));
    const left = entries.filter((entry) => !shown.includes(entry));
    assert.ok(left.every((entry) => ['widened', 'promoted'].includes(entry.routing)));
    assert.deepEqual(
      shown,
      entries.filter((entry) => !left.includes(entry)),
    );
    for (const fold of found.filter(isFold)) {
      assert.ok(fold.entries.length > 1 && fold.entries.every((entry) => entry.routing));
      assert.equal(dayOf(fold.at), dayOf(fold.until));
      assert.equal(
        Object.values(fold.counts).reduce((n, one) => n + one, 0),
        fold.entries.length,
      );
    }
    // Two neighbours that could be one are one.
    found.forEach((one, i) => {
      const before = found[i - 1];
      if (!before || isFold(one) === false || isFold(before) === false) return;
      assert.notEqual(dayOf(before.until), dayOf(one.at));
    });
  }
});

test('a fold says how many of what and how long it took', () => {
  const [fold] = folded(timeline('mmmmmmmdww'), dayOf);
  assert.equal(t.timeline.folded(fold.counts), '7 offers missed, 1 declined, looked for more widely twice');
  assert.equal(fold.until - fold.at, 9000);
  const says = (letters) => t.timeline.folded(folded(timeline(letters), dayOf)[0].counts);
  assert.equal(says('dd'), '2 offers declined');
  assert.equal(says('mx'), '1 offer missed, 1 withdrawn');
  assert.equal(says('mwp'), '1 offer missed, looked for more widely once, moved up once');
  assert.equal(says('xwww'), '1 offer withdrawn, looked for more widely 3 times');
});

test('notes stand under what they were written in, by whom, in the order in which that began', () => {
  const note = (id, contact, who) => ({ id, contact, who, at: 0, text: id, offset_ms: null });
  const groups = groupedNotes([
    note('a', 'c1', 'Ana'),
    note('b', 'c2', 'Ana'),
    note('c', 'c1', 'Tomás'),
    note('d', 'c1', 'Ana'),
    note('e', null, 'Ana'),
  ]);
  assert.deepEqual(
    groups.map((g) => [g.contact, g.who, g.notes.map((n) => n.id).join('')]),
    [
      ['c1', 'Ana', 'ad'],
      ['c2', 'Ana', 'b'],
      ['c1', 'Tomás', 'c'],
      [null, 'Ana', 'e'],
    ],
  );
});

test('an offset into a call', () => {
  for (const [ms, text] of [
    [0, '+0:00'],
    [41_900, '+0:41'],
    [754_000, '+12:34'],
    [3_725_000, '+1:02:05'],
  ])
    assert.equal(offsetText(ms), text);
});
