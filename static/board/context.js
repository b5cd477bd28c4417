import { createLink } from '../link.js';
import { anew } from '../softphone.js';
import { SAYS_OF_UNDO, toast, wordsOf } from '../toasts.js';
import { signal } from '../ui.js';
import { firstOf } from '../contact.js';
import { fill, follow, open } from '../in_view.js';
import { t } from '../strings/en.js';
import { stateOf } from '../states.js';

/** Notices that are no words for the person, by code: what to do. A panel adds its own.
 * @type {Map<string, () => void>} */
export const hints = new Map([['hand_offs_changed', () => {}]]); // desks have them

export const link = createLink('board', {
  onNotice: (n) => {
    const hint = hints.get(n.code);
    if (hint) return hint();
    if (n.code === 'sound_again') return anew();
    if (n.code === 'sound_moved') for (const act of onMoved) act();
    const tone = n.level === 'alarm' ? 'alarm' : n.level === 'warn' ? 'warn' : 'info';
    const about = n.contact;
    const holds = n.code === 'contact.agent_lost' ? isLost : isUnanswered;
    toast(n.text, tone, null, about ? () => holds(state.value.contacts[about]) : undefined);
  },
  onLive: () => {
    for (const act of onLive) act();
  },
  onEvent: follow,
});
/** Nobody is with them yet, nor has taken it over. @param {Contact|undefined} c */
const isUnanswered = (c) =>
  !!c && !c.answered_at && c.telling?.at !== 'taken' && (stateOf(c).waits || stateOf(c).beyond);
/** Their agent is not back, and nobody else has them yet. @param {Contact|undefined} c */
const isLost = (c) => c?.alarm === 'lost';
/** Called after each snapshot: things to ask again. @type {Set<() => void>} */
export const onLive = new Set();
/** Called when another page has the sound. @type {Set<() => void>} */
export const onMoved = new Set();
export const state = link.state;
fill({ link, openFound: open });
export { centre, wordOf } from '../in_view.js';

/** What the list shows. */
export const channel = signal(/** @type {string|null} */ (null));
export const severity = signal(/** @type {Severity|null} */ (null));
/** 'waiting', 'work', 'incidents', 'callbacks', 'abandoned', 'today' or 'corrections' */
export const tabOf = signal('waiting');

/** @param {string|null} id */
export const nameOf = (id) => (id && state.value.agents[id]?.name) || '…';
/** @param {string|null} id */
export const firstName = (id) => firstOf(nameOf(id));

/** Contacts whose change is on its way: they look pending, nothing is drawn ahead of the server. */
export const pending = signal(/** @type {Record<string, boolean>} */ ({}));

/** @param {Contact} contact @param {Severity} level
 * @param {string} [kind] 'never': it never was an emergency */
export async function setSeverity(contact, level, kind = '') {
  if (level === contact.severity || pending.peek()[contact.id]) return;
  pending.value = { ...pending.peek(), [contact.id]: true };
  try {
    const result = await link.send('severity', { contact: contact.id, severity: level, kind });
    const undo = () =>
      link.send('severity_undo', { contact: contact.id, correction: result.correction }).then(
        () => toast(t.severity.undone(contact.severity), 'ok'),
        (error) => toast(wordsOf(error, SAYS_OF_UNDO), 'warn'),
      );
    toast(
      `${t.severity.done(contact.severity, level)} ${result.correction ? t.severity.learns : ''}`.trim(),
      'ok',
      { label: t.undo, act: undo, ms: 5000 },
      () => state.value.contacts[contact.id]?.severity === level,
    );
  } catch (error) {
    toast(wordsOf(error), 'warn');
  } finally {
    const { [contact.id]: _, ...rest } = pending.peek();
    pending.value = rest;
  }
}
