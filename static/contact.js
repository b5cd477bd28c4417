/** A contact in words: who it is, what they reached, how severe it is, what is wrong. One place for all
 * pages. */
import { html } from './ui.js';
import { withoutAgent } from './has_caller.js';
import { isAside } from './snooze.js';
import { ContactState } from './states.js';
import { Left } from './timers.js';
import { hourMinute } from './format.js';
import { t } from './strings/en.js';

/** Of a restricted incident, and the reader is not on its list.
 * @param {{restricted?: Contact['restricted'], hidden?: boolean}} c */
export const isHidden = (c) => c.restricted === 'hidden' || !!c.hidden;
/** Name, or else address; also for a caller who gave up.
 * @param {{who: Who, restricted?: Contact['restricted'], hidden?: boolean}} c */
export const whoOf = (c) => (isHidden(c) ? t.restricted.word : c.who?.name || c.who?.address || '?');
/** Of a masked number what tells it apart, where there is no room for all of it. @param {string} who */
export const endOf = (who) => who.match(/^\+.* (•+ \S+)$/)?.[1] ?? who;

/** How far an S1 text or mail is told to the numbers on call; '' if it is not. @param {Telling|null} of */
export function onCallWords(of) {
  const { at, word, since } = of ?? {};
  if (at === 'rings') return t.onCall.rings(word ?? '');
  if (at === 'taken') return t.onCall.taken(word ?? '', hourMinute(since ?? null));
  return at === 'pause' ? t.onCall.nobody : at === 'next' ? t.onCall.next : '';
}

/** The same, and when the numbers on call are rung again. @param {{of: Telling|null}} props */
export const OnCall = ({ of }) => html`
  <b>${onCallWords(of)}</b>
  ${of?.until
    ? html` · ${of.at === 'taken' ? t.onCall.elseAgain : t.onCall.again} <${Left} at=${of.until}/>`
    : ''}
`;
/** Colleagues are known by their first name. @param {string} name */
export const firstOf = (name) => name.split(' ')[0];
/** What somebody is in the incident, where that tells more than that they reached us.
 * @param {string|null|undefined} role */
export const roleWord = (role) => (role && !['caller', 'contact', 'party'].includes(role) ? role : '');
/** The address, where the name does not already say it. @param {Contact} c */
export const addressOf = (c) => (c.who?.name && c.who.name !== c.who.address ? c.who.address : '');

/** The centre's word for a severity. @param {Severity} level @param {Centre|null} centre */
export const severityWord = (level, centre) =>
  centre?.severities.find((s) => s.level === level)?.word ?? t.severities[level];
/** The centre's word for what they reached, by the name of a line.
 * @param {string} line @param {Centre|null} centre */
export const lineWord = (line, centre) => centre?.lines.find((l) => l.name === line)?.word;

/** What is going on with one that is in hand. @param {Contact} c */
export function stateWord(c) {
  if (c.held) return t.contactStates.held;
  if (c.state === ContactState.PARKED && c.parked_for === 'call') return t.contactStates.aside;
  if (isAside(c)) return t.aside.word;
  if (c.state === ContactState.ACTIVE)
    return c.channel === 'voice' ? t.contactStates.talking : t.contactStates.writing;
  return t.contactStates[c.state] ?? c.state;
}

/** What the carrier says of their number. @param {{who: Who}} props */
export const Marks = ({ who }) =>
  /** @type {[string|false|null|undefined, string][]} */ ([
    [who?.stir === 'failed' && t.offer.marks.failed, 's2'],
    [who?.stir === 'verified' && t.offer.marks.verified, ''],
    [who?.unsure, 's3'],
    [who?.forwarded_from && t.offer.marks.forwarded(who.forwarded_from), ''],
  ]).map(
    ([words, tone]) =>
      words && html`<span key=${words} class=${`tag ${tone}`} title=${words}>${words}</span>`,
  );

/** What the caller hears while the agent is gone. @param {Contact} c */
function heardMeanwhile(c) {
  const names = withoutAgent(c);
  if (c.held) return t.meanwhile.held;
  return names.length ? t.meanwhile.names(names) : t.meanwhile.music;
}

/** Why the sound or the line fails, with the time to come back. @param {{c: Contact}} props */
export const Fault = ({ c }) => html`<span>
  ${t.faults[c.fault ?? '']?.(heardMeanwhile(c)) ?? c.fault}
  ${c.until && c.fault && c.fault in t.faults ? html` <${Left} at=${c.until}/> ${t.faultLeft}` : ''}
</span>`;
