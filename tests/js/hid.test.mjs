import test from 'node:test';
import assert from 'node:assert/strict';
import { controlsOf, hookMeans, listenTo, reportsFor } from '../../static/hid.js';

const TEL = (usage) => 0x0b0000 + usage;
const LED = (usage) => 0x080000 + usage;
const one = (usages, more = {}) => ({
  isAbsolute: true,
  isArray: false,
  isRange: false,
  hasPreferredState: true,
  usages,
  logicalMinimum: 0,
  reportSize: 1,
  reportCount: usages.length,
  ...more,
});
const padding = (bits) => one([], { isConstant: true, reportSize: 1, reportCount: bits });
const view = (...bytes) => new DataView(new Uint8Array(bytes).buffer);
const phone = (inputReports, outputReports = [], more = {}) => ({
  usagePage: 0x0b,
  usage: 5,
  children: [],
  inputReports,
  outputReports,
  ...more,
});
const NOTHING = { offHook: false, ring: false, mute: false, hold: false };

// As many headsets are: the hook latches, mute, flash and redial are told as they are pressed.
const USUAL = [
  { usagePage: 0x0c, usage: 1, inputReports: [{ reportId: 1, items: [one([0xe9])] }], outputReports: [] },
  phone(
    [
      {
        reportId: 2,
        items: [
          one([TEL(0x20), TEL(0x97)], { hasPreferredState: false }),
          padding(1),
          one([TEL(0x2f), TEL(0x21), TEL(0x24)], { isAbsolute: false }),
          padding(10),
        ],
      },
    ],
    [
      { reportId: 2, items: [one([LED(0x17), LED(0x1e), LED(0x09), LED(0x18), LED(0x20)]), padding(11)] },
      { reportId: 5, items: [one([LED(0x2a)]), padding(7)] },
    ],
  ),
];

test('its buttons and lamps are found at their bits, and what is no telephone is not looked at', () => {
  const found = controlsOf(USUAL);
  assert.deepEqual(
    found.buttons.map(({ name, reportId, at, latches }) => [name, reportId, at[0], latches]),
    [
      ['hook', 2, 0, true],
      ['mute', 2, 3, false],
      ['flash', 2, 4, false],
      ['redial', 2, 5, false],
    ],
  );
  assert.deepEqual(
    found.lamps.map(({ name, at }) => [name, at]),
    [
      ['offHook', 0],
      ['mute', 2],
      ['ring', 3],
      ['hold', 4],
    ],
  );
  assert.deepEqual(found.bytes, { 2: 2 });
});

test('a press is told once, a hook in both its ways', () => {
  const told = listenTo(controlsOf(USUAL));
  assert.deepEqual(told(2, view(0b1, 0)), [{ button: 'hook', to: true }]);
  assert.deepEqual(told(2, view(0b1, 0)), []);
  assert.deepEqual(told(2, view(0b1001, 0)), [{ button: 'mute', to: null }]);
  assert.deepEqual(told(2, view(0b0001, 0)), []);
  assert.deepEqual(told(2, view(0b1001, 0)), [{ button: 'mute', to: null }]);
  assert.deepEqual(told(2, view(0b110000, 0)), [
    { button: 'hook', to: false },
    { button: 'flash', to: null },
    { button: 'redial', to: null },
  ]);
  assert.deepEqual(told(7, view(0xff)), [], 'a report of something else');
});

test('a report that is too short or empty says nothing', () => {
  const told = listenTo(controlsOf(USUAL));
  assert.deepEqual(told(2, view()), []);
  const late = listenTo(controlsOf([phone([{ reportId: 0, items: [padding(20), one([TEL(0x2f)])] }])]));
  assert.deepEqual(late(0, view(0xff, 0xff)), []);
  assert.deepEqual(late(0, view(0xff, 0xff, 0x10)), [{ button: 'mute', to: null }]);
});

test('a mute that prefers neither way says which way it is', () => {
  const told = listenTo(
    controlsOf([phone([{ reportId: 1, items: [one([TEL(0x2f)], { hasPreferredState: false })] }])]),
  );
  assert.deepEqual(told(1, view(1)), [{ button: 'mute', to: true }]);
  assert.deepEqual(told(1, view(0)), [{ button: 'mute', to: false }]);
});

test('usages as a range, in an array, in wider fields, and in a part of the telephone', () => {
  const ranged = one([], {
    isRange: true,
    usageMinimum: TEL(0x20),
    usageMaximum: TEL(0x24),
    reportCount: 5,
    reportSize: 2,
  });
  const [hook, flash, redial] = controlsOf([phone([{ reportId: 0, items: [ranged] }])]).buttons;
  assert.deepEqual([hook.at, flash.at, redial.at], [[0], [2], [8]]);

  const array = one([TEL(0x20), TEL(0x2f)], {
    isArray: true,
    logicalMinimum: 1,
    reportSize: 8,
    reportCount: 2,
  });
  const told = listenTo(
    controlsOf([phone([], [], { children: [phone([{ reportId: 3, items: [array] }])] })]),
  );
  assert.deepEqual(told(3, view(2, 0)), [{ button: 'mute', to: null }]);
  assert.deepEqual(told(3, view(2, 1)), [{ button: 'hook', to: null }]);
  assert.deepEqual(told(3, view(0, 0)), []);
});

test('what a device claims is not believed without measure', () => {
  const endless = one([TEL(0x20)], { reportCount: 2 ** 31, reportSize: 8 });
  assert.deepEqual(controlsOf([phone([{ reportId: 1, items: [endless, one([TEL(0x2f)])] }])]).buttons, []);
  assert.deepEqual(controlsOf([phone([{}], [{ reportId: 1 }]), {}]), { buttons: [], lamps: [], bytes: {} });
});

test('lamps are lit by one report, of its whole length', () => {
  const controls = controlsOf(USUAL);
  const bytes = (lit) => reportsFor(controls, { ...NOTHING, ...lit }).map((r) => [r.reportId, ...r.data]);
  assert.deepEqual(bytes({}), [[2, 0, 0]]);
  assert.deepEqual(bytes({ ring: true }), [[2, 0b1000, 0]]);
  assert.deepEqual(bytes({ offHook: true, mute: true, hold: true }), [[2, 0b10101, 0]]);
});

test('what the hook asks for', () => {
  const now = (more) => ({ rings: false, inCall: false, held: false, ...more });
  for (const to of [true, null]) assert.equal(hookMeans(to, now({ rings: true })), 'answer');
  for (const to of [true, false, null]) assert.equal(hookMeans(to, now({})), null, `idle, ${to}`);
  assert.equal(hookMeans(false, now({ rings: true })), null);
  assert.equal(hookMeans(true, now({ inCall: true })), null, 'it says what we told it');
  for (const to of [false, null]) {
    assert.equal(hookMeans(to, now({ inCall: true })), 'end');
    assert.equal(hookMeans(to, now({ inCall: true, held: true })), 'back', 'nobody on hold is hung up');
  }
});
