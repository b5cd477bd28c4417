/** When somebody is called, typed by one's own clock or by theirs: each shows what the other says. And what
 * is asked when it is night there by then. */
import { html } from './ui.js';
import { aheadOf, dayIn, isZone, momentOfTyped, timeIn } from './clocks.js';
import { serverTime } from './clock.js';
import { t } from './strings/en.js';

/** What somebody typed, by which clock ('': their own machine's).
 * @typedef {{zone: string, day: string, time: string}} Typed */

/** @type {Typed} */
export const NOTHING_TYPED = { zone: '', day: '', time: '' };

/** A moment that is still to come, as if typed by one's own clock. @param {number} at @returns {Typed} */
export const asTyped = (at) =>
  at > serverTime() ? { zone: '', day: dayIn('', at), time: timeIn('', at) } : NOTHING_TYPED;

/** @param {Typed} typed */
export const typedMoment = (typed) => momentOfTyped(typed, serverTime());

/** "Los Angeles". @param {string} zone */
const placeOf = (zone) => (zone.split('/').at(-1) ?? '').replaceAll('_', ' ');
/** @param {string} zone @param {number} at */
const weekday = (zone, at) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone || undefined, weekday: 'short' }).format(at);

/** One clock. @param {{zone: string, typed: Typed, say: (typed: Typed) => void, focus?: boolean}} props */
function ByClock({ zone, typed, say, focus = false }) {
  const p = t.promised;
  const at = typedMoment(typed);
  const own = typed.zone === zone;
  const shown = own || at === null ? typed : { time: timeIn(zone, at), day: dayIn(zone, at) };
  const time = own || at !== null ? shown.time : '';
  const day = (own || at !== null ? shown.day : '') || (at === null ? '' : dayIn(zone, at));
  const name = zone ? p.theirClock(placeOf(zone)) : p.yourClock;
  /** What is typed at one clock goes by that clock, whole. @param {Partial<Typed>} now */
  const type = (now) => say({ zone, time, day: own ? typed.day : day, ...now });
  return html`
    <span>
      ${name} ${zone && html`<span class="muted t1">
        ${p.ahead(aheadOf(zone, at ?? serverTime()) / 3_600_000)}
      </span>`}
    </span>
    <input
      type="time"
      autofocus=${focus}
      aria-label=${name}
      value=${time}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
        type({ time: e.currentTarget.value })}/>
    <input
      type="date"
      aria-label=${p.dayBy(name)}
      min=${dayIn(zone, serverTime())}
      value=${day}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => type({ day: e.currentTarget.value })}/>
    <b class="n">${at === null ? '' : weekday(zone, at)}</b>
  `;
}

/** `zones`: where they may be. @param {{zones: readonly string[], typed: Typed, say: (typed: Typed) => void,
 *   focus?: boolean}} props */
export function MomentFields({ zones, typed, say, focus = false }) {
  const known = zones.filter((zone) => zone && isZone(zone));
  const at = typedMoment(typed) ?? serverTime();
  const others = known.filter((zone) => aheadOf(zone, at) !== 0);
  return html`<div class="moments">
    ${['', ...others].map(
      (zone) => html`<${ByClock}
        key=${zone}
        zone=${zone}
        typed=${typed}
        say=${say}
        focus=${focus && !zone}/>`,
    )}
    ${!known.length && html`<p class="muted">${t.promised.askThem}</p>`}
    ${known.length > 0 && !others.length && html`<p class="muted">${t.promised.sameClock}</p>`}
  </div>`;
}

/** It was refused, because it is night there: it is promised all the same, for a reason.
 * @param {{why: string, note: string, say: (note: string) => void, busy: boolean|undefined, word: string,
 *   go: () => unknown}} props */
export const AtNight = ({ why, note, say, busy, word, go }) => html`
  <p class="s2 b" role="alert">⚠ ${why} ${t.promised.nightWhy}</p>
  <div class="row">
    <input
      class="grow"
      maxlength="160"
      aria-label=${t.promised.nightNote}
      placeholder=${t.promised.nightNote}
      value=${note}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => say(e.currentTarget.value)}/>
    <button type="button" disabled=${busy || !note.trim()} onClick=${go}>${word}</button>
  </div>
`;
