/** What all panels of the desk share: the link, what is selected, and the acts. */
import { createLink } from '../link.js';
import { news } from '../agent.js';
import { besideOf, myCall, myOffer, myself } from '../model.js';
import { anew } from '../softphone.js';
import { local, session } from '../store.js';
import { toast } from '../toasts.js';
import { computed, effect, signal } from '../ui.js';
import { lineWord } from '../contact.js';
import { moved } from './tabs.js';
import { ContactState } from '../states.js';
import {
  act,
  centre,
  fill,
  follow,
  holdsView,
  incidentId,
  open,
  openAgain,
  pending,
  shut,
  work,
} from '../in_view.js';

export { act, boundLayer, centre, incident, incidentId, layer, mark, open } from '../in_view.js';
export { openFault, pending, shut, wordOf, work } from '../in_view.js';

/** Notices that are no words for the person, by code: what to do. A panel adds its own.
 * @type {Map<string, (n: NoticeMessage) => void>} */
export const hints = new Map([
  ['taken_over', () => moved()], // another one once this tab has the desk
  ['sound_again', anew],
]);

export const link = createLink('desk', {
  onNotice: (n) => {
    const hint = hints.get(n.code);
    if (hint) return hint(n);
    // Who pressed Answer too late hears it as the answer to that.
    if (n.code === 'ring.over' && pending.peek().accept) return;
    if (n.code === 'dial.machine') machineAnswered(n.text);
    toast(n.text, n.level === 'alarm' ? 'alarm' : n.level === 'warn' ? 'warn' : 'info');
  },
  onLive: () => {
    for (const act of onLive) act();
  },
  onEvent: (message, before, after) => {
    follow(message, before, after);
    for (const { text, tone, holds } of news(before, after))
      toast(text, tone, null, () => !!me.value && holds(me.value));
    const had = lastCall.peek();
    if (had && 'name' in message && message.name === 'contact.taken_from_agent')
      keepCall({ ...had, taken: true });
  },
});

/** Called after each snapshot: things to send again. @type {Set<() => void>} */
export const onLive = new Set();

export const state = link.state;
fill({
  link,
  openFound,
  renamed: (id, now) => {
    if (browsed.peek() === id) browsed.value = now;
  },
});
export const me = computed(() => myself(state.value));
export const offer = computed(() => myOffer(state.value));
export const call = computed(() => myCall(state.value));
/** My call, or the last one: what I handed on is in no contact of mine. `taken`: over, by a supervisor.
 * @typedef {{id: string, incident: string|null, taken?: boolean}} LastCall */
export const lastCall = signal(/** @type {LastCall|null} */ (session.get('lastCall')));
/** @param {LastCall} it */
function keepCall(it) {
  lastCall.value = it;
  session.set('lastCall', it);
}
/** A call that I handed on, while its wrap-up is mine; and its incident, into which my notes of it go. */
export const handed = computed(() => me.value?.handed ?? null);
export const handedIncident = computed(() =>
  handed.value && handed.value.contact === lastCall.value?.id ? lastCall.value.incident : null,
);
/** Beside whose agent I sit, and how: my voice may be heard there while I have no call. */
export const seat = computed(() => besideOf(state.value));
/** What they reached, in words. @param {Contact} c */
export const lineOf = (c) => lineWord(c.line, centre.value) ?? c.queue;

/** An Enter came too soon after the ring began: the offer's key, so that the card says so. */
export const tooSoon = signal('');
/** The contact whose incident fills the middle. */
export const selectedId = signal(/** @type {string|null} */ (session.get('selected')));
export const selected = computed(() => work.value.find((c) => c.id === selectedId.value) ?? null);
/** An incident that was opened by hand: it fills the middle, without a contact, until it is closed
 * or a call comes. */
export const browsed = signal(/** @type {string|null} */ (null));

/** Called as what rings is taken; and with what came of it.
 * @type {Set<(c: Contact, taken?: boolean) => void>} */
export const onAccept = new Set();

export async function accept() {
  const ring = offer.peek();
  if (!ring) return;
  const { contact } = ring;
  for (const tell of onAccept) tell(contact);
  const taken = !!(await act('accept', { contact: contact.id, fence: ring.fence }));
  if (taken) select(contact.id);
  for (const tell of onAccept) tell(contact, taken);
}
export const decline = () => {
  const ring = offer.peek();
  return ring && act('decline', { contact: ring.contact.id, fence: ring.fence });
};
export const hangUp = () => {
  const c = call.peek();
  return c && act('hang_up', { contact: c.id });
};
export const hold = () => {
  const c = call.peek();
  // Taking back never waits for the answer to holding.
  return (
    c?.state === ContactState.ACTIVE &&
    act('hold', { contact: c.id, on: !c.held }, { key: `hold:${!c.held}` })
  );
};
/** A call of ours, answered: the message can be left, if it was a machine. @param {Contact|null} c */
export const leavable = (c) => c?.direction === 'out' && c.state === ContactState.ACTIVE && !c.consult;
export const leaveMessage = () => {
  const c = call.peek();
  return c && leavable(c) && act('leave_message', { contact: c.id });
};
/** What answered my call, if that was no person: until the call ends, or I say that it is one. */
const machine = signal(/** @type {{of: string, words: string}|null} */ (session.get('machine')));
/** @param {{of: string, words: string}|null} it */
function keepMachine(it) {
  machine.value = it;
  session.set('machine', it);
}
/** @param {string} text its first sentence says what it is */
function machineAnswered(text) {
  const of = call.peek()?.id;
  if (of) keepMachine({ of, words: text.split('.')[0] });
}
export const aPerson = () => keepMachine(null);
/** @param {Contact} c */
export const machineOf = (c) => (machine.value?.of === c.id && leavable(c) ? machine.value.words : null);
/** @param {string|null} id */
function choose(id) {
  selectedId.value = id;
  session.set('selected', id);
}
/** @param {string|null} id */
export function select(id) {
  browsed.value = null;
  choose(id);
}
/** @param {string} id */
export function openFound(id) {
  browsed.value = id;
  void open(id);
}
/** Back to the work in hand, or to the empty room. */
export function closeFound() {
  browsed.value = null;
  if (!selected.peek()?.incident && !handedIncident.peek()) shut();
}
/** @param {number} by */
export function step(by) {
  const all = work.peek();
  if (!all.length) return;
  const at = all.findIndex((c) => c.id === selectedId.peek());
  select(all[(at + by + all.length) % all.length].id);
}

/** Keeps the middle on what matters: a new call comes to the front, an ended contact stays in view
 * until something else is chosen. */
export function followWork() {
  let last = '';
  let known = false; // a call that was there when the page came does not close what a link opened
  effect(() => {
    const c = call.value;
    if (c && c.id !== last) (known ? select : choose)(c.id);
    last = c?.id ?? '';
    known = state.peek().loaded;
    if (c) keepCall({ id: c.id, incident: c.incident ?? null });
  });
  // What was handed on comes to the front once; a text in hand does not take its place by itself.
  let gave = '';
  effect(() => {
    const it = handedIncident.value && handed.value ? `${handed.value.contact}:${handed.value.at}` : '';
    if (it && it !== gave) select(null);
    gave = it;
  });
  effect(() => {
    const all = work.value;
    if (handedIncident.value) return;
    if (all.some((c) => c.id === selectedId.peek()) || !all.length) return;
    if (holdsView()) browsed.value = incidentId.peek();
    choose(all[0].id);
  });
  effect(() => {
    const mine = browsed.value && work.value.find((c) => c.incident === browsed.value);
    if (mine) return select(mine.id); // in hand: with its contact
    const id = browsed.value ?? selected.value?.incident ?? handedIncident.value;
    if (id && id !== incidentId.peek()) void open(id);
    if (!id && selected.value && incidentId.peek()) shut(); // nobody else's history beside it
  });
  // While it rings and nothing else is open, the history of the incident is already there.
  let forRing = '';
  effect(() => {
    const id = offer.value?.contact.incident;
    if (id && !work.peek().length && !browsed.peek() && id !== incidentId.peek() && !holdsView()) {
      forRing = id;
      void open(id);
    }
    if (work.value.length) forRing = '';
    else if (!offer.value && forRing) {
      // it went to somebody else: nothing of it stays here
      if (incidentId.peek() === forRing) shut();
      forRing = '';
    }
  });
  onLive.add(openAgain);
}

/** What was typed into a draft or a note, and by whom.
 * @typedef {{incident: string|null, contact: string|null, text: string, by?: string} & Partial<First>} Typed
 * @typedef {{address: string, subject: string}} First of first words: to where, and a mail's subject
 * @typedef {Typed & {note: string, at?: number}} TypedNote */

/** @returns {Record<string, Typed>} */
const kept = () => /** @type {Record<string, Typed>|null} */ (local.get('outbox')) ?? {};

/** Words typed but not yet at the server; they survive a reload of this page. Each is sent by whom
 * it was typed: on a shared machine nobody sends another's words. */
export const outbox = {
  all: () =>
    Object.fromEntries(Object.entries(kept()).filter(([, entry]) => entry.by === state.peek().me?.id)),
  /** @param {string} id @param {Typed} entry */
  put(id, entry) {
    local.set('outbox', { ...kept(), [id]: { ...entry, by: state.peek().me?.id } });
  },
  /** @param {string} id @param {string} text only when that text arrived */
  done(id, text) {
    const all = kept();
    if (all[id] && all[id].text === text) {
      delete all[id];
      local.set('outbox', all);
    }
  },
};
