/** When a call is made: by this machine's clock, and by the clock of whoever is called. */
import { html } from './ui.js';
import { serverTime } from './clock.js';
import { aheadOf, isZone } from './clocks.js';
import { dueText } from './format.js';
import { t } from './strings/en.js';

/** @param {number} at */
export const momentOf = (at) => dueText(at, serverTime());

const DAY = /** @type {const} */ ({ weekday: 'short', day: 'numeric', month: 'short' });

/** The wall clock there, with its day where that is another one; '': a zone that this browser does not know.
 * @param {number} at @param {string} zone */
export function clockThere(at, zone) {
  try {
    const of = (/** @type {Intl.DateTimeFormatOptions} */ how) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...how });
    const day = of(DAY).format(at);
    const time = of({ hour: '2-digit', minute: '2-digit' }).format(at);
    return day === new Intl.DateTimeFormat('en-GB', DAY).format(serverTime()) ? time : `${day}, ${time}`;
  } catch {
    return '';
  }
}

/** The same where it says another time than this machine's; '': it does not. @param {number} at
 * @param {string|null} [zone] */
export const otherClock = (at, zone) =>
  zone && isZone(zone) && aheadOf(zone, at) ? clockThere(at, zone) : '';

/** By their own clock. @param {{at: number, zone: string}} props */
export const There = ({ at, zone }) => {
  const clock = zone && clockThere(at, zone);
  return html`<span class="muted" title=${zone}>
    ${clock ? t.promised.there(clock) : t.promised.noZone}
  </span>`;
};
