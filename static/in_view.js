/** The incident in view, and what the dialogs about it need of their page: the desk, or the board's drawer.
 * Each page gives its own (`fill`) before anything is drawn; a dialog knows no page. */
import { severityWord } from './contact.js';
import { myContacts } from './model.js';
import { t } from './strings/en.js';
import { toast, wordsOf } from './toasts.js';
import { computed, effect, signal } from './ui.js';

/** @type {Link} */
export let link;
/** @type {Link['state']} */
export let state;
/** Brings another incident into view, at somebody's word. @type {(id: string) => void} */
export let openFound;
/** An incident in view was merged, and is another one now: what else the page keeps of it.
 * @type {(id: string, now: string) => void} */
let renamed;

/** @param {{link: Link, openFound: (id: string) => void, renamed?: (id: string, now: string) => void}} its */
export function fill(its) {
  ({ link, openFound, renamed = () => {} } = its);
  ({ state } = link);
}

export const centre = computed(() => state.value.centre);
/** @param {Severity} level */
export const wordOf = (level) => severityWord(level, centre.value);
/** What is in my hands. */
export const work = computed(() => myContacts(state.value));

/** The incident last opened stays in view after its contact has ended. */
export const incidentId = signal(/** @type {string|null} */ (null));
export const incident = computed(() =>
  state.value.incident && state.value.incident.id === incidentId.value ? state.value.incident : null,
);
export const openFault = signal(/** @type {string|null} */ (null));

/** @param {string|null} id */
export async function open(id) {
  incidentId.value = id;
  openFault.value = null;
  if (!id || link.status.peek() !== 'live') return;
  try {
    const incidentNow = await link.send('open', { incident: id });
    if (!incidentNow || incidentId.peek() !== id) return;
    shownAs(id, incidentNow.id);
    state.value = { ...state.peek(), incident: incidentNow };
  } catch (error) {
    if (incidentId.peek() === id && /** @type {Fault} */ (error).code !== 'offline')
      openFault.value = wordsOf(error);
  }
}

/** After each snapshot: asked for anew. */
export function openAgain() {
  if (incidentId.peek()) void open(incidentId.peek());
}

/** Close the incident in view. */
export function shut() {
  incidentId.value = null;
  if (link.status.peek() === 'live') link.send('open', { incident: null }).catch(() => {});
}

/** An incident in view was merged: the one that stays is in view from now on.
 * @param {string} id @param {string} now */
function shownAs(id, now) {
  incidentId.value = now;
  renamed(id, now);
}

/** Each message of the link. @param {Message} message @param {PageState} before @param {PageState} after */
export function follow(message, before, after) {
  if (message.type === 'shut' && message.incident === incidentId.peek()) openFault.value = t.restricted.shut;
  if (message.type !== 'incident') return;
  const merged = message.incident.linked.find((one) => one.filing && one.id === incidentId.peek());
  if (merged) shownAs(merged.id, message.incident.id);
  // One that was on its way when another was opened: it must not push the open one out of view.
  if (message.incident.id !== incidentId.peek()) state.value = { ...after, incident: before.incident };
}

/** Which panels lie on top: 'help' | 'commands' | 'find' | 'sound' | 'close' | null */
export const layer = signal(/** @type {string|null} */ (null));

/** In these one types for long: what ends or rings beside it does not take the incident out of view. A call
 * does. */
const HOLD = new Set(['hand off', 'summary']);
export const holdsView = () => HOLD.has(layer.peek() ?? '') && !!incidentId.peek();

/** A panel about one contact closes when that one is no longer what it acts on: it never passes to
 * another. @param {string} name @param {() => string|undefined} now */
export function boundLayer(name, now) {
  /** @type {string|undefined} */
  let of;
  effect(() => {
    const here = layer.value === name ? now() : undefined;
    of = layer.value === name ? (of ?? here) : undefined;
    if (layer.value === name && (!here || here !== of)) layer.value = null;
  });
}

/** A line of the timeline that somebody wants to see. */
export const lookAt = signal(/** @type {{incident: string, line: string}|null} */ (null));

/** Intents on their way, by name, so that pending things look pending. */
export const pending = signal(/** @type {Record<string, boolean>} */ ({}));

/** @param {string} name @param {boolean} on */
export const mark = (name, on) => {
  pending.value = { ...pending.peek(), [name]: on };
};

/** Send an intent; while it is on its way `pending[key]` is true; a refusal becomes words: the centre's own
 * for the codes of `says`; `onFault` shows them where they belong. @template {string} K @param {K} what
 * @param {object} [fields]
 * @param {{key?: string, quiet?: boolean, says?: ReadonlySet<string>,
 *   onFault?: (fault: Fault) => void}} [options]
 * @returns {Promise<ResultOf<K>|undefined>} its result, or undefined when refused */
export async function act(what, fields = {}, { key = what, quiet = false, says, onFault } = {}) {
  if (pending.peek()[key]) return undefined;
  mark(key, true);
  try {
    return (await link.send(what, fields)) ?? /** @type {ResultOf<K>} */ ({});
  } catch (error) {
    if (onFault) onFault({ code: /** @type {Fault} */ (error).code, message: wordsOf(error, says) });
    else if (!quiet)
      toast(wordsOf(error, says), /** @type {Fault} */ (error).code === 'taken' ? 'info' : 'warn');
    return undefined;
  } finally {
    mark(key, false);
  }
}
