/** The buttons and lamps of a telephone headset, read from what the device says of itself (its HID report
 * descriptors): no table of makers. Usages by the HID Usage Tables: telephony, page 0x0B; LED, page 0x08. */

export const TELEPHONY = 0x0b;

/** @typedef {'hook' | 'mute' | 'flash' | 'redial'} ButtonName */
/** @typedef {'offHook' | 'ring' | 'mute' | 'hold'} LampName */
/** @typedef {Record<LampName, boolean>} Lit */

/** @type {Map<number, ButtonName>} */
const BUTTONS = new Map([
  [0x0b0020, 'hook'],
  [0x0b002f, 'mute'],
  [0x0b0021, 'flash'],
  [0x0b0024, 'redial'],
]);
/** @type {Map<number, LampName>} */
const LAMPS = new Map([
  [0x080017, 'offHook'],
  [0x080018, 'ring'],
  [0x080009, 'mute'],
  [0x080020, 'hold'],
]);
/** No report is longer; what claims to be is not read. */
const MOST_BITS = 8192;

/** Each field of a report with its first bit, in order. An array says in each of its fields the number of
 * what is pressed. @param {HidReport} report */
function* fieldsOf({ items = [] }) {
  let at = 0;
  for (const item of items) {
    const { reportSize: size = 0, reportCount: count = 0 } = item;
    if (at + size * count > MOST_BITS) return;
    yield { item, size, at: Array.from({ length: count }, (_, i) => at + i * size) };
    at += size * count;
  }
}

/** The usage of one field; a list that is too short goes on with its last.
 * @param {HidItem} item @param {number} i */
function usageOf(item, i) {
  if (item.isRange) return Math.min((item.usageMinimum ?? 0) + i, item.usageMaximum ?? 0);
  return item.usages?.[Math.min(i, item.usages.length - 1)] ?? 0;
}

/** How many usages an array tells apart. @param {HidItem} item */
const manyOf = (item) =>
  item.isRange ? (item.usageMaximum ?? 0) - (item.usageMinimum ?? 0) + 1 : (item.usages?.length ?? 0);

/** Some browsers tell the reports of a collection at its top, some at the part that they stand in.
 * @param {HidCollection} one @param {'inputReports' | 'outputReports'} which @returns {HidReport[]} */
function reportsOf(one, which) {
  const own = one[which] ?? [];
  const known = new Set(own.map((report) => report.reportId));
  const below = (one.children ?? []).flatMap((child) => reportsOf(child, which));
  return [...own, ...below.filter((report) => !known.has(report.reportId))];
}

/** Of a telephone's collections: what can be pressed, and what can be lit.
 * @param {HidCollection[]} collections @returns {HidControls} */
export function controlsOf(collections) {
  /** @type {HidControls} */
  const found = { buttons: [], lamps: [], bytes: {} };
  for (const one of collections) {
    if (one.usagePage !== TELEPHONY) continue;
    for (const report of reportsOf(one, 'inputReports')) findButtons(report, found);
    for (const report of reportsOf(one, 'outputReports')) findLamps(report, found);
  }
  return found;
}

/** @param {HidReport} report @param {HidControls} found */
function findButtons(report, { buttons }) {
  const { reportId = 0 } = report;
  for (const { item, size, at } of fieldsOf(report)) {
    const latches = !!item.isAbsolute && !item.isArray;
    for (let i = 0; i < Math.min(item.isArray ? manyOf(item) : at.length, MOST_BITS); i += 1) {
      const name = BUTTONS.get(usageOf(item, i));
      if (!name || buttons.some((one) => one.name === name)) continue;
      buttons.push({
        name,
        reportId,
        at: item.isArray ? at : [at[i]],
        size,
        equals: item.isArray ? (item.logicalMinimum ?? 0) + i : null,
        // A hook that is lifted stays so. Of the others only one that prefers neither way stays where it is.
        latches: latches && (name === 'hook' || item.hasPreferredState === false),
      });
    }
  }
}

/** @param {HidReport} report @param {HidControls} found */
function findLamps(report, { lamps, bytes }) {
  const { reportId = 0 } = report;
  let bits = 0;
  for (const { item, size, at } of fieldsOf(report)) {
    bits += size * at.length;
    at.forEach((bit, i) => {
      const name = item.isArray ? undefined : LAMPS.get(usageOf(item, i));
      if (name) lamps.push({ name, reportId, at: bit });
    });
  }
  if (lamps.some((lamp) => lamp.reportId === reportId)) bytes[reportId] = Math.ceil(bits / 8);
}

/** A number from a report, lowest bit first; null where the report is too short for it.
 * @param {DataView} data @param {number} at @param {number} size */
function numberAt(data, at, size) {
  if (at + size > data.byteLength * 8) return null;
  let value = 0;
  for (let i = 0; i < Math.min(size, 32); i += 1)
    value += ((data.getUint8((at + i) >> 3) >> ((at + i) & 7)) & 1) * 2 ** i;
  return value;
}

/** @param {HidButton} button @param {DataView} data @returns {boolean|null} */
function isDown({ at, size, equals }, data) {
  const values = at.map((bit) => numberAt(data, bit, size));
  if (values.every((value) => value === null)) return null;
  return values.some((value) => (equals === null ? !!value : value === equals));
}

/** Tells what each report of one device says that the one before did not.
 * @param {HidControls} controls @returns {(reportId: number, data: DataView) => HidPress[]} */
export function listenTo({ buttons }) {
  /** @type {Map<HidButton, boolean>} */
  const were = new Map();
  return (reportId, data) => {
    /** @type {HidPress[]} */
    const told = [];
    for (const button of buttons) {
      const down = button.reportId === reportId ? isDown(button, data) : null;
      if (down === null) continue;
      // Up is what everything was before the first report.
      const changed = down !== (were.get(button) ?? false);
      were.set(button, down);
      if (changed && (down || button.latches))
        told.push({ button: button.name, to: button.latches ? down : null });
    }
    return told;
  };
}

/** The reports that light these lamps. @param {HidControls} controls @param {Lit} lit
 * @returns {{reportId: number, data: Uint8Array<ArrayBuffer>}[]} */
export function reportsFor({ lamps, bytes }, lit) {
  return Object.entries(bytes).map(([id, length]) => {
    const data = new Uint8Array(length);
    for (const { name, reportId, at } of lamps)
      if (reportId === Number(id) && lit[name]) data[at >> 3] |= 1 << (at & 7);
    return { reportId: Number(id), data };
  });
}

/** What the hook asks for. A headset that was told of a call says that its hook is lifted: an answer to us,
 * and no press. Nobody who is on hold is hung up: they are taken off hold.
 * @param {boolean|null} to lifted, put down, or pressed
 * @param {{rings: boolean, inCall: boolean, held: boolean}} now
 * @returns {'answer'|'end'|'back'|null} */
export function hookMeans(to, { rings, inCall, held }) {
  if (inCall) return to === true ? null : held ? 'back' : 'end';
  return to !== false && rings ? 'answer' : null;
}
