import assert from 'node:assert/strict';
import test from 'node:test';
import { aheadOf, dayIn, isZone, momentIn, momentOfTyped, timeIn } from '../../static/clocks.js';

const PHOENIX = 'America/Phoenix'; // seven hours behind universal time, all year
const LA = 'America/Los_Angeles'; // 8 March 2026 has 23 hours, 1 November 25

test('a moment typed by a clock is the one at which that clock reads so', () => {
  assert.equal(momentIn(PHOENIX, '2026-12-01', '09:00'), Date.UTC(2026, 11, 1, 16));
  assert.equal(momentIn(LA, '2026-12-01', '09:00'), Date.UTC(2026, 11, 1, 17));
  assert.equal(momentIn(LA, '2026-07-01', '09:00'), Date.UTC(2026, 6, 1, 16));
  assert.equal(momentIn('Asia/Kolkata', '2026-07-01', '00:15'), Date.UTC(2026, 5, 30, 18, 45));
  assert.equal(momentIn(LA, 'soon', '09:00'), null);
});

test('on the days on which clocks change, each time that there is reads back as it was typed', () => {
  for (const day of ['2026-03-07', '2026-03-08', '2026-03-09', '2026-10-31', '2026-11-01', '2026-11-02'])
    for (let h = 0; h < 24; h += 1) {
      const time = `${String(h).padStart(2, '0')}:30`;
      if (day === '2026-03-08' && h === 2) continue; // that hour is left out there
      const at = momentIn(LA, day, time);
      assert.deepEqual([dayIn(LA, at), timeIn(LA, at)], [day, time]);
    }
});

test('without a day it is the next time that its clock reads so', () => {
  const from = Date.UTC(2026, 11, 1, 5); // 22:00 on 30 November in Phoenix
  const typed = (time) => momentOfTyped({ zone: PHOENIX, day: '', time }, from);
  assert.equal(typed('23:00'), from + 3_600_000);
  assert.equal(typed('22:00'), from + 86_400_000, 'now is over: tomorrow');
  assert.equal(typed('09:00'), from + 11 * 3_600_000);
  assert.deepEqual([typed(''), typed('noon')], [null, null]);
  const here = momentOfTyped({ zone: '', day: '2026-12-03', time: '14:30' }, from);
  assert.equal(here, new Date(2026, 11, 3, 14, 30).getTime());
});

test('how far a clock is ahead, and which zones there are', () => {
  const env = globalThis.process?.env ?? {}; // a browser has the zone of its machine
  const was = env.TZ;
  env.TZ = 'America/New_York';
  try {
    const winter = Date.UTC(2026, 0, 1, 12, 0, 31);
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (here === 'America/New_York') assert.equal(aheadOf(PHOENIX, winter), -2 * 3_600_000);
    assert.equal(aheadOf('', winter), 0);
    assert.equal(aheadOf('Asia/Kolkata', winter) - aheadOf('UTC', winter), 5.5 * 3_600_000);
  } finally {
    env.TZ = was ?? '';
    if (was === undefined) delete env.TZ;
  }
  assert.deepEqual([isZone(PHOENIX), isZone('Mars/Olympus'), isZone('')], [true, false, true]);
});
