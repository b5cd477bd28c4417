import assert from 'node:assert/strict';
import test from 'node:test';
import { nextOffset } from '../../static/clock.js';
import { clockText, leftText, needsText, spanText } from '../../static/format.js';
import { decode, encode, resampler } from '../../static/phone/ulaw.js';
import { hear, nothing } from '../../static/phone/words.js';
import { segments } from '../../static/segments.js';

test('segments: GSM-7 160 then 153 each, extension characters count two', () => {
  assert.deepEqual([segments('').segments, segments('a'.repeat(160)).segments, segments('a'.repeat(161)).segments], [0, 1, 2]);
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

test('clock: a late message moves it down slowly, an early one up at once, a jump is taken', () => {
  assert.equal(nextOffset(null, 5000, 1000), 4000);
  assert.equal(nextOffset(4000, 6100, 2000), 4100);
  assert.equal(nextOffset(4000, 6900, 3000), 3990);
  assert.equal(nextOffset(4000, 6900, 9000), -2100);
});

test('format: clocks and spans', () => {
  assert.deepEqual([clockText(187_000), clockText(3_729_000), clockText(-5)], ['3:07', '1:02:09', '0:00']);
  assert.deepEqual([spanText(42_000), spanText(62 * 60_000), spanText(4 * 3600_000), spanText(52 * 3600_000)], ['0:42', '1 h 02', '4 h', '2 d 4 h']);
  assert.deepEqual([leftText(11_200), leftText(72_000), leftText(24 * 60_000)], ['12 s', '1:12', '24 min']);
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
    for (let done = 0; done < rate; done += 128) down(new Float32Array(Math.min(128, rate - done)).fill(0.5), (x) => { n += 1; assert.ok(Math.abs(x - 0.5) < 1e-6); });
    assert.ok(Math.abs(n - 8000) <= 1, `${rate}: ${n}`);
    const up = resampler(8000, rate);
    let m = 0;
    for (let i = 0; i < 8000; i += 1) up(new Float32Array([0.5]), () => { m += 1; });
    assert.ok(Math.abs(m - rate) <= rate / 4000, `${rate}: ${m}`);
  }
});

test('phone: what the sandbox says becomes one state; unknown fields and types are harmless', () => {
  let p = hear(nothing(), { type: 'ready', number: '+1', mail: 'm', call: null, texts: [{ sid: 's1', direction: 'in', body: 'hi', at: '2026-11-21T00:00:00.000Z' }], script: { people: [{ name: 'dog', words: 'my dog', kind: 'voice' }] } }, 0);
  assert.deepEqual([p.state, p.texts[0].at, p.people[0].word], ['idle', Date.UTC(2026, 10, 21), 'my dog']);
  p = hear(p, { type: 'call', call: { state: 'ringing', direction: 'in', number: '+2' } }, 5);
  assert.deepEqual([p.state, p.other, p.since], ['incoming', '+2', 5]);
  p = hear(p, { type: 'call', call: { state: 'answered', direction: 'in', number: '+2' } }, 9);
  assert.deepEqual([p.state, p.since], ['in-progress', 9]);
  p = hear(p, { event: 'call', state: 'ended', cause: 'hung up' }, 10);
  assert.deepEqual([p.state, p.cause], ['ended', 'hung up']);
  p = hear(p, { type: 'text', text: { sid: 's1', body: 'again', at: 0 } }, 11);
  assert.equal(p.texts.length, 1);
  assert.equal(hear(p, { type: 'weather' }, 0), p);
});
