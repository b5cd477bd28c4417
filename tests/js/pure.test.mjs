import assert from 'node:assert/strict';
import test from 'node:test';
import { nextOffset } from '../../static/clock.js';
import { decided, firedWords, whereFired } from '../../static/emergency_words.js';
import {
  aboutText,
  daysLaterAt,
  dueText,
  flowed,
  leftText,
  needsText,
  spanText,
} from '../../static/format.js';
import { hasAll, wordsIn } from '../../static/fold.js';
import { becauseText } from '../../static/grounds.js';
import { decode, encode, resampler } from '../../static/phone/ulaw.js';
import { hear, nothing } from '../../static/phone/words.js';
import { reasonText } from '../../static/reasons.js';
import { createPulse } from '../../static/sound_health.js';
import { segments } from '../../static/segments.js';

test('segments: GSM-7 160 then 153 each, extension characters count two', () => {
  assert.deepEqual(
    [segments('').segments, segments('a'.repeat(160)).segments, segments('a'.repeat(161)).segments],
    [0, 1, 2],
  );
  assert.deepEqual([segments('a'.repeat(306)).segments, segments('a'.repeat(307)).segments], [2, 3]);
  assert.equal(segments('€'.repeat(80)).units, 160);
  assert.equal(segments('{'.repeat(81)).segments, 2);
});
test('segments: an escape pair is not split, so one segment more may be needed', () => {
  assert.equal(segments(`${'a'.repeat(152)}€${'a'.repeat(152)}`).segments, 3); // 152 | €+151 | 1: not 306/153
});
test('segments: one curly quote turns all into UCS-2, 70 then 67, surrogate pairs whole', () => {
  const one = segments(`${'a'.repeat(69)}’`);
  assert.deepEqual([one.alphabet, one.segments, one.odd], ['UCS-2', 1, ['’']]);
  assert.equal(segments(`${'a'.repeat(70)}’`).segments, 2);
  assert.equal(segments(`${'a'.repeat(66)}😀${'a'.repeat(66)}`).segments, 3);
  assert.equal(segments('\r\n¿ñ').alphabet, 'GSM-7');
});

test('fold: names are found without their accents, and with them', () => {
  const finds = (typed, name) => hasAll(name, wordsIn(typed));
  for (const typed of ['tomas', 'TOMÁS  ve', 'toma\u0301s', ' ', 'vega tom'])
    assert.ok(finds(typed, 'Tomás Vega'), typed);
  assert.ok(finds('espanol', 'Español') && finds('o’h', "O'Hara") && finds('zoe', 'Zoe\u0308'));
  assert.ok(!finds('tomas vego', 'Tomás Vega'));
});

test('clock: a late message moves it down slowly, an early one up at once, a jump is taken', () => {
  assert.equal(nextOffset(null, 5000, 1000), 4000);
  assert.equal(nextOffset(4000, 6100, 2000), 4100);
  assert.equal(nextOffset(4000, 6900, 3000), 3990);
  assert.equal(nextOffset(4000, 6900, 9000), -2100);
});

test('format: one way to write a length of time, everywhere', () => {
  assert.deepEqual([-5, 0, 42_000, 59_999, 60_000, 187_000, 24 * 60_000].map(spanText), [
    '0 s',
    '0 s',
    '42 s',
    '59 s',
    '1:00',
    '3:07',
    '24:00',
  ]);
  assert.deepEqual([3600_000, 62 * 60_000, 47.99 * 3600_000, 52 * 3600_000].map(spanText), [
    '1:00 h',
    '1:02 h',
    '47:59 h',
    '2 d 4 h',
  ]);
  assert.deepEqual([11_200, 59_001, 72_000, 24 * 60_000, -3].map(leftText), [
    '12 s',
    '1:00',
    '1:12',
    '24:00',
    '0 s',
  ]);
  assert.equal(needsText({ vet: 3, en: 1 }), 'vet 3+ · en');
});

test('µ-law: known values of G.711, and every code comes back', () => {
  assert.deepEqual([encode(0), decode(0xff), decode(0x80), decode(0x00)], [0xff, 0, 32124, -32124]);
  for (let u = 0; u < 256; u += 1) if (u !== 0x7f) assert.equal(encode(decode(u)), u);
});
test('resampler: counts are right and the level stays, in blocks of any size', () => {
  for (const rate of [16000, 44100, 48000]) {
    const down = resampler(rate, 8000);
    let n = 0;
    for (let done = 0; done < rate; done += 128)
      down(new Float32Array(Math.min(128, rate - done)).fill(0.5), (x) => {
        n += 1;
        assert.ok(Math.abs(x - 0.5) < 1e-6);
      });
    assert.ok(Math.abs(n - 8000) <= 1, `${rate}: ${n}`);
    const up = resampler(8000, rate);
    let m = 0;
    for (let i = 0; i < 8000; i += 1)
      up(new Float32Array([0.5]), () => {
        m += 1;
      });
    assert.ok(Math.abs(m - rate) <= rate / 4000, `${rate}: ${m}`);
  }
});

test('phone: what the sandbox says becomes one state; unknown fields and types are harmless', () => {
  let p = hear(
    nothing(),
    {
      type: 'ready',
      number: '+1',
      mail: 'm',
      call: null,
      texts: [{ sid: 's1', direction: 'in', body: 'hi', at: '2026-11-21T00:00:00.000Z' }],
      script: { people: [{ name: 'dog', words: 'my dog', kind: 'voice' }] },
    },
    0,
  );
  assert.deepEqual([p.state, p.texts[0].at, p.people[0].word], ['idle', Date.UTC(2026, 10, 21), 'my dog']);
  p = hear(p, { type: 'call', call: { state: 'ringing', direction: 'in', number: '+2' } }, 5);
  assert.deepEqual([p.state, p.other, p.since], ['incoming', '+2', 5]);
  p = hear(p, { type: 'call', call: { state: 'answered', direction: 'in', number: '+2' } }, 9);
  assert.deepEqual([p.state, p.since], ['in-progress', 9]);
  p = hear(p, { type: 'call', call: { state: 'ended' } }, 10);
  assert.equal(p.state, 'ended');
  p = hear(p, { type: 'text', text: { sid: 's1', body: 'again', at: 0 } }, 11);
  assert.equal(p.texts.length, 1);
  assert.equal(hear(p, { type: 'weather' }, 0), p);
});

test('pulse: packets that flowed in a call and stop are told within 1.5 s, on hold they may stop', () => {
  const p = createPulse();
  p.reset(0);
  for (let at = 0; at <= 5000; at += 250) {
    p.count(at / 20, true, at);
    if (at % 1000 === 0) p.beat(at);
  }
  assert.equal(p.silent(5000), false);
  for (let at = 5250; at <= 6250; at += 250) p.count(250, true, at);
  p.beat(6000); // the page's own channel lives, but no sound comes
  assert.equal(p.silent(6000), false);
  assert.equal(p.silent(6250), true);
  p.count(250, false, 6500); // on hold
  assert.equal(p.silent(6500), false);
});
test('pulse: a quiet connection is known to live by its beats alone', () => {
  const p = createPulse();
  p.reset(0);
  for (let at = 1000; at <= 9000; at += 1000) {
    p.beat(at);
    p.count(0, true, at);
  }
  assert.deepEqual(
    [9900, 11400, 11600].map((at) => p.silent(at)),
    [false, false, true],
  );
});
test('pulse: after the socket broke only what is heard later counts', () => {
  const p = createPulse();
  p.reset(0);
  p.beat(1000);
  p.doubt(1010);
  p.beat(1100); // was on its way
  assert.equal(p.silent(1300), true);
  p.beat(2000);
  assert.equal(p.silent(2100), false);
});

test('fired: the line in which the words stand is found, newest first, however it is written', () => {
  const said = (text, direction = 'in', kind = 'message') => ({ text, direction, kind });
  const lines = [
    said('No está  respirando'),
    said('NO ESTÁ RESPIRANDO, help'),
    said('no esta respirando', 'out'),
    said('no esta respirando', 'in', 'note'),
    said('hello?'),
  ];
  assert.deepEqual(firedWords('emergency words: “no esta respirando”; INC-7 is a guess'), [
    'no esta respirando',
  ]);
  assert.equal(
    whereFired(lines, 'emergency words: “no esta respirando”', 'hello?').text,
    'NO ESTÁ RESPIRANDO, help',
  );
  assert.equal(
    whereFired(lines, 'emergency words: “no esta respirando”', 'dice que no está respirando'),
    null,
    'the card shows it already',
  );
  assert.equal(whereFired(lines, 'Emergency line', 'hello?'), null);
  assert.equal(whereFired(lines, null, null), null);
});

test('decided: the deciding words are marked in their own text, however it is typed', () => {
  const marked = (text, ...words) =>
    decided(text, words)
      .map((p) => (p.hit ? `[${p.text}]` : p.text))
      .join('');
  assert.equal(
    marked('He ISN’T breathing!!', 'isnt', 'breathing'),
    'He [ISN’T breathing]!!',
    'beside each other they are one',
  );
  assert.equal(marked('No está respirando, huele', 'no esta respirando'), '[No está respirando], huele');
  assert.equal(marked('not... breathing now', 'not breathing'), '[not... breathing] now');
  assert.equal(marked('blee\u00adding a lot', 'bleeding'), '[blee\u00adding] a lot');
  assert.equal(marked('heeeelp me', 'heelp'), '[heeeelp] me');
  assert.equal(marked('unlimpid limp', 'limp'), 'unlimpid [limp]', 'whole words only');
  assert.equal(marked('gas gas', 'gas', 'the gas gas'), '[gas gas]');
  assert.equal(marked('<b>gas</b>', 'gas'), '<b>[gas]</b>');
  assert.equal(marked('omg🔥🔥 in here ❤️ 5', '🔥'), 'omg[🔥][🔥] in here ❤️ 5', 'emoji are words too');
  assert.equal(marked('', 'gas'), '');
  assert.equal(marked('nothing of it', '“”', ''), 'nothing of it');
  const long = 'gas '.repeat(5000);
  assert.equal(
    decided(long, ['gas'])
      .map((p) => p.text)
      .join(''),
    long,
    'nothing of the text is lost',
  );
});

test("a mail's hard line breaks within a paragraph are joined, its own lines stay", () => {
  const long = 'after the cleaning on Thursday we found long scratches on the oak floor';
  assert.equal(
    flowed(`Hello,\n\n${long}\nin the hall, about two metres.\n\nKind regards\nGrace`),
    `Hello,\n\n${long} in the hall, about two metres.\n\nKind regards\nGrace`,
  );
  assert.equal(flowed(`${long}\n- one\n- two`), `${long}\n- one\n- two`);
  assert.equal(flowed(`> ${long}\n${long}`), `> ${long}\n${long}`);
  assert.equal(flowed(''), '');
});

test('days later is a day of the calendar, whether it has 23, 24 or 25 hours', () => {
  const env = globalThis.process?.env ?? {}; // a browser has the zone of its machine
  const was = env.TZ;
  env.TZ = 'America/Los_Angeles'; // 8 March 2026 has 23 hours, 1 November 25
  try {
    const said = (month, day, hour, days = 1) =>
      assert.equal(
        daysLaterAt(9, days, new Date(2026, month, day, hour, 30).getTime()),
        new Date(2026, month, day + days, 9).getTime(),
      );
    said(10, 1, 0);
    said(2, 7, 23);
    said(2, 7, 23, 7);
    said(0, 31, 12);
  } finally {
    if (was === undefined) delete env.TZ;
    else env.TZ = was;
  }
});

test('a due time has its weekday within a week, and its date beyond', () => {
  const from = new Date(2026, 10, 30, 23, 30).getTime(); // a Monday
  const said = (...at) => dueText(new Date(2026, ...at).getTime(), from);
  assert.deepEqual(
    [
      said(10, 30, 23, 45),
      said(11, 1, 0, 5),
      said(11, 6, 9),
      said(11, 7, 9),
      said(10, 29, 9),
      said(10, 2, 9),
    ],
    ['23:45', 'Tue 00:05', 'Sun 09:00', '7 Dec 09:00', 'Sun 09:00', '2 Nov 09:00'],
  );
});

test('a guess is told no finer than it is known, and a bound never too low', () => {
  assert.deepEqual(
    [3000, 12_000, 50_000, 56_000, 187_000, 5380_000, 9000_000].map((ms) => aboutText(ms)),
    ['10 s', '20 s', '50 s', '1 min', '3 min', '1.5 h', '2.5 h'],
  );
  assert.deepEqual(
    [56_000, 181_000, 5460_000].map((ms) => aboutText(ms, Math.ceil)),
    ['1 min', '4 min', '2 h'],
  );
});

test('grounds: in a line how sure comes first, for what has no room is cut at its end', () => {
  const of = (grounds) => becauseText({ severity: 1, rule: 'Support line', grounds });
  assert.equal(of({ why: ['foam', 'mouth'], sure: 99 }), '99 % sure · foam · mouth');
  assert.equal(of({ why: ['foam'], sure: 44 }), 'likely, 44 % · foam');
  assert.equal(of({ why: ['foam'], unsure: true }), 'unsure: check · foam');
  assert.deepEqual([of({ why: ['fire'] }), of(null)], ['Support line', 'Support line']);
});

const rang = (facts) => reasonText({ reason: { step: 0, chosen: { a1: facts } } }, 'a1');
test('reasons: what spoke for the one at whom it rings, told from facts', () => {
  assert.deepEqual(
    [
      { cost: 0, step: 0 },
      { cost: 2, step: 1, needs: { vet: 3, en: 1 } },
      { cost: 0, step: 4 },
      { cost: 0, step: 0, named: true },
      { cost: 4, step: 0, named: true, displaces: true },
      { cost: 0, why: 'assigned', by: 'u9', by_name: 'Dana' },
      { cost: 0, why: 'transferred', by: 'u9' },
    ].map(rang),
    [
      'needs no special skill; longest free',
      'needs en, vet 3+ (step 2); emails give way',
      'open to anybody by now (step 5); longest free',
      'needs no special skill; has spoken with them before',
      'needs no special skill; has spoken with them before; wrap-up can wait; more urgent than what is ringing there',
      'assigned by Dana',
      'transferred by u9',
    ],
  );
});
test('reasons: what was recorded as a sentence is shown as it was', () => {
  assert.equal(rang({ cost: 0, why: 'needs vet 3+; longest free' }), 'needs vet 3+; longest free');
  assert.equal(rang({ cost: 0, why: 'assigned by Dana' }), 'assigned by Dana');
});
test('reasons: nothing is told of somebody of whom nothing was decided', () => {
  assert.equal(reasonText({ reason: { step: 0, chosen: { a1: { cost: 0 } } } }, 'a2'), '');
  assert.equal(reasonText({ reason: { step: 0, chosen: {} } }, undefined), '');
  assert.equal(reasonText({ reason: null }, 'a1'), '');
  assert.equal(reasonText({ reason: { step: 0 } }, 'a1'), ''); // as it was once
});

test('what gave way to an offer was ringing here, at one’s own desk', () => {
  const c = { reason: { chosen: { a1: { cost: 0, step: 0, needs: {}, displaces: true } } } };
  assert.ok(/than what is ringing there$/.test(reasonText(c, 'a1')));
  assert.ok(/than what was ringing here$/.test(reasonText(c, 'a1', true)));
});
