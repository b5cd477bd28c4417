/** Setting a text aside without an answer: for how long, in words, for desk and board. */
import { serverTime } from './clock.js';
import { hourMinute } from './format.js';
import { t } from './strings/en.js';
import { ContactState, stateOf } from './states.js';

const MINUTES = [30, 60, 240];

/** A text that waits or is in hand. @param {Contact} c */
export const mayPark = (c) => c.channel !== 'voice' && (stateOf(c).waits || stateOf(c).in_hands);
/** @param {Contact} c @returns {c is Contact & {until: number}} */
export const isAside = (c) => c.state === ContactState.PARKED && c.parked_for === 'until';

/** A text or mail still owes an answer until it is answered, also while a call sets it aside; who
 * waits for the person does not.
 * @param {Contact} c @returns {c is Contact & {answer_by: number}} */
export const owes = (c) =>
  c.channel !== 'voice' &&
  !!c.answer_by &&
  (c.state === ContactState.ACTIVE || (c.state === ContactState.PARKED && c.parked_for === 'call'));

/** Items of a menu.
 * @param {Contact} c
 * @param {(what: 'park'|'unpark', fields: {contact: string, until?: number|null}) => unknown} send
 * @returns {MenuItem[]} */
export function asideItems(c, send) {
  if (isAside(c)) return [{ label: t.aside.back, act: () => send('unpark', { contact: c.id }) }];
  if (!mayPark(c)) return [];
  return [
    { title: t.aside.title },
    ...MINUTES.map((m) => ({
      label: t.aside.minutes(m, hourMinute(serverTime() + m * 60_000)),
      act: () => send('park', { contact: c.id, until: Math.round(serverTime() + m * 60_000) }),
    })),
    { label: t.aside.writes, act: () => send('park', { contact: c.id, until: null }) },
  ];
}
