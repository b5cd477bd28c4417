/** Wall clocks: this machine's (zone '') and those of other zones. Pure, but for the zone of the machine. */

const DAY_MS = 86_400_000;

/** "2026-12-01 14:30", as a clock there reads. @param {string} zone @param {number} at */
const wall = (zone, at) =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone || undefined,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);

/** Whether this browser knows it. @param {string} zone */
export function isZone(zone) {
  try {
    wall(zone, 0);
    return true;
  } catch {
    return false;
  }
}

/** "2026-12-01" there. @param {string} zone @param {number} at */
export const dayIn = (zone, at) => wall(zone, at).slice(0, 10);
/** "14:30" there. @param {string} zone @param {number} at */
export const timeIn = (zone, at) => wall(zone, at).slice(11, 16);

/** So far is its clock ahead of universal time, ms. @param {string} zone @param {number} at */
const offset = (zone, at) =>
  Date.parse(`${wall(zone, at).replace(' ', 'T')}Z`) - Math.floor(at / 60_000) * 60_000;

/** So far is its clock ahead of this machine's, ms. @param {string} zone @param {number} at */
export const aheadOf = (zone, at) => offset(zone, at) - offset('', at);

/** The moment at which a clock there reads that; null: it is no time.
 * @param {string} zone @param {string} day @param {string} time */
export function momentIn(zone, day, time) {
  const utc = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(utc)) return null;
  const near = utc - offset(zone, utc);
  return utc - offset(zone, near); // once more: clocks may change between the two
}

/** On that day, or without a day the next time that its clock reads so; null: no time is typed.
 * @param {{zone: string, day: string, time: string}} typed @param {number} from */
export function momentOfTyped({ zone, day, time }, from) {
  if (!/^\d\d:\d\d$/.test(time)) return null;
  if (day) return momentIn(zone, day, time);
  const today = dayIn(zone, from);
  const at = momentIn(zone, today, time);
  if (at === null || at > from) return at;
  return momentIn(zone, new Date(Date.parse(`${today}T12:00Z`) + DAY_MS).toISOString().slice(0, 10), time);
}
