/** Numbers into short human words. Pure: no clock, no DOM. All times in milliseconds. */

/** @param {number} n */
const two = (n) => String(n).padStart(2, '0');

/** Every length of time on every page: 42 s · 24:10 · 3:10 h · 2 d 4 h. @param {number} ms */
export function spanText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m}:${two(s % 60)}`;
  const h = Math.floor(m / 60);
  return h < 48 ? `${h}:${two(m % 60)} h` : `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** How far into a call: +0:41 · +1:02:05. @param {number} ms */
export function offsetText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return `+${h ? `${h}:${two(m)}` : m}:${two(s % 60)}`;
}

/** A time that is only guessed, no finer than it is known: 20 s · 3 min · 2.5 h. A bound is rounded up.
 * @param {number} ms @param {(x: number) => number} [round] */
export function aboutText(ms, round = Math.round) {
  if (ms <= 50_000) return `${Math.max(10, Math.ceil(ms / 10_000) * 10)} s`;
  const m = round(ms / 60_000);
  return m < 90 ? `${Math.max(1, m)} min` : `${round(m / 30) / 2} h`;
}

/** Seconds left, rounded up: a countdown that shows 0 is over. @param {number} ms */
export const secondsLeft = (ms) => Math.max(0, Math.ceil(ms / 1000));

/** The same for what is left of it, rounded up. @param {number} ms */
export const leftText = (ms) => spanText(secondsLeft(ms) * 1000);

const hms = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const hm = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });

/** @param {number|null} at */ export const timeOfDay = (at) => (at === null ? '–' : hms.format(at));
/** @param {number|null} at */ export const hourMinute = (at) => (at === null ? '–' : hm.format(at));
/** @param {number} at */ export const dayName = (at) => day.format(at);
/** @param {number|null} at */ export const exactTime = (at) => (at === null ? '–' : full.format(at));

/** "Mon 09:00": when something begins within a week. @param {number} at */
export const dayAndTime = (at) => `${weekday.format(at)} ${hm.format(at)}`;

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** When something is due, seen from `from`: 09:00 · Mon 09:00 · 21 Dec 09:00 (no weekday twice).
 * @param {number} at @param {number} from */
export function dueText(at, from) {
  const days = Math.round((new Date(at).setHours(12) - new Date(from).setHours(12)) / 86_400_000);
  if (days === 0) return hm.format(at);
  return Math.abs(days) < 7 ? dayAndTime(at) : `${date.format(at)} ${hm.format(at)}`;
}

/** So many days later at this hour of this machine's clock, also over days of 23 or 25 hours.
 * @param {number} hour @param {number} days @param {number} from */
export function daysLaterAt(hour, days, from) {
  const at = new Date(from);
  at.setDate(at.getDate() + days);
  at.setHours(hour, 0, 0, 0);
  return at.getTime();
}

/** @param {number|null} share */
export const percent = (share) => (share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`);

/** {"vet": 3, "en": 1} → "vet 3+ · en". @param {Record<string, number>|null|undefined} needs */
export function needsText(needs) {
  return Object.entries(needs ?? {})
    .map(([name, level]) => (level > 1 ? `${name} ${level}+` : name))
    .join(' · ');
}

/** {"vet": 4, "en": 5} → "vet 4 · en 5". @param {Record<string, number>|null|undefined} skills */
export function skillsText(skills) {
  return Object.entries(skills ?? {})
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name, level]) => `${name} ${level}`)
    .join(' · ');
}

const WRAPPED = 55; // a mail program breaks lines at 65 to 78 letters; what is shorter was meant to end
const OWN_LINE = /^(\s|[>*•–-]|\d+[.)])/;

/** A mail's hard line breaks within a paragraph are joined: the page breaks lines itself.
 * @param {string} text */
export function flowed(text) {
  const lines = text.split('\n');
  return lines
    .reduce(
      (all, line, i) =>
        all +
        (i === 0
          ? ''
          : lines[i - 1].trimEnd().length >= WRAPPED &&
              line.trim() &&
              !OWN_LINE.test(line) &&
              !OWN_LINE.test(lines[i - 1])
            ? ' '
            : '\n') +
        line,
      '',
    )
    .replace(/ {2,}/g, ' ');
}

/** Words that begin a sentence. @param {string} words */
export const begun = (words) => words.charAt(0).toUpperCase() + words.slice(1);
