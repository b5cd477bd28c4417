// @ts-check
/** Numbers into short human words. Pure: no clock, no DOM. All times in milliseconds. */

/** 3:07, 1:02:09. @param {number} ms */
export function clockText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const mm = Math.floor(s / 60) % 60;
  const ss = String(s % 60).padStart(2, '0');
  const h = Math.floor(s / 3600);
  return h ? `${h}:${String(mm).padStart(2, '0')}:${ss}` : `${mm}:${ss}`;
}

/** Coarse beyond an hour: 0:42 · 24:10 · 3 h 10 · 2 d 4 h. @param {number} ms */
export function spanText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 3600) return clockText(ms);
  const m = Math.floor(s / 60);
  if (m < 48 * 60) return m % 60 ? `${Math.floor(m / 60)} h ${String(m % 60).padStart(2, '0')}` : `${m / 60} h`;
  const h = Math.floor(m / 60);
  return `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** Seconds left, rounded up: a countdown that shows 0 is over. @param {number} ms */
export const secondsLeft = (ms) => Math.max(0, Math.ceil(ms / 1000));

/** Time left in few characters: 12 s · 1:12 · 24 min · 3 h 10. @param {number} ms */
export function leftText(ms) {
  const s = secondsLeft(ms);
  if (s < 60) return `${s} s`;
  if (s < 600) return clockText(s * 1000);
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return spanText(s * 1000);
}

const hms = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const hm = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });

/** @param {number} at */ export const timeOfDay = (at) => hms.format(at);
/** @param {number} at */ export const hourMinute = (at) => hm.format(at);
/** @param {number} at */ export const dayName = (at) => day.format(at);
/** @param {number} at */ export const exactTime = (at) => full.format(at);

/** @param {number|null} share */
export const percent = (share) => (share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`);

/** {"vet": 3, "en": 1} → "vet 3+ · en". @param {Record<string, number>|null|undefined} needs */
export function needsText(needs) {
  return Object.entries(needs ?? {}).map(([name, level]) => (level > 1 ? `${name} ${level}+` : name)).join(' · ');
}

/** {"vet": 4, "en": 5} → "vet 4 · en 5". @param {Record<string, number>|null|undefined} skills */
export function skillsText(skills) {
  return Object.entries(skills ?? {}).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name, level]) => `${name} ${level}`).join(' · ');
}
