/**
 * The pure fold of the desk protocol (docs/desk-protocol.md): no DOM, no clock, no network.
 *
 * `fold(state, message)` returns the next state and never changes the one it was given, so that a
 * row whose contact did not change keeps its identity and is not drawn again. Snapshot plus events
 * equals a fresh snapshot; after a gap in `seq` the state says `gap: true` and stays as it was
 * until the next snapshot.
 */

import { hasCaller } from './has_caller.js';
import { inOrder, places } from './order.js';
import { ContactState, stateOf } from './states.js';

/** The worst first. @type {Severity[]} */
export const SEVERITIES = [1, 2, 3, 4];

/** How long the depth chart remembers, and how many moments at most. */
export const DEPTH_MS = 2 * 3600_000;
export const DEPTH_POINTS = 720;

/** @returns {PageState} */
export const empty = () => ({
  me: null,
  centre: null,
  seq: 0,
  gap: false,
  loaded: false,
  contacts: {},
  agents: {},
  abandoned: {},
  helps: {},
  tally: null,
  incident: null,
  depth: [],
});

/**
 * @param {PageState} state
 * @param {Message} message
 * @returns {PageState}
 */
export function fold(state, message) {
  switch (message.type) {
    case 'snapshot': {
      const view = message.view ?? {};
      return withDepth(
        {
          ...state,
          me: message.me,
          centre: message.centre,
          seq: message.seq,
          gap: false,
          loaded: true,
          contacts: view.contacts ?? {},
          agents: view.agents ?? {},
          abandoned: view.abandoned ?? {},
          helps: view.helps ?? {},
          tally: view.tally ?? null,
          depth: view.depth ?? state.depth,
        },
        message.now,
      );
    }
    case 'event': {
      if (!state.loaded || state.gap) return state;
      if (message.seq !== state.seq + 1) return { ...state, gap: true };
      const put = message.put ?? {};
      const drop = message.drop ?? {};
      return withDepth(
        {
          ...state,
          seq: message.seq,
          contacts: changed(state.contacts, put.contacts, drop.contacts),
          agents: changed(state.agents, put.agents, drop.agents),
          abandoned: changed(state.abandoned, put.abandoned, drop.abandoned),
          helps: changed(state.helps, put.helps, drop.helps),
          tally: put.tally ?? state.tally,
        },
        message.now,
      );
    }
    case 'record':
      return { ...state, centre: state.centre && { ...state.centre, record: message.trouble } };
    case 'incident':
      return { ...state, incident: message.incident };
    case 'shut':
      return state.incident?.id === message.incident ? { ...state, incident: null } : state;
    default:
      return state; // a type this page does not know yet changes nothing
  }
}

/** @template T @param {Record<string, T>} from @param {Record<string, T>=} put @param {string[]=} drop */
function changed(from, put, drop) {
  const ids = put ? Object.keys(put) : [];
  if (!ids.length && !drop?.length) return from;
  const next = { ...from, ...put };
  for (const id of drop ?? []) delete next[id];
  return next;
}

/** Remembers how many wait, per severity, whenever that changes.
 * @param {PageState} state @param {number} at */
function withDepth(state, at) {
  if (!state.tally?.waiting) return state;
  const counts = [1, 2, 3, 4].map((s) => waitingCount(state.tally, s));
  const last = state.depth[state.depth.length - 1];
  if (last && last.counts.every((n, i) => n === counts[i])) return state;
  const from = at - DEPTH_MS;
  const kept = state.depth.filter((p, i, all) => p.at >= from || (all[i + 1]?.at ?? at) >= from);
  return { ...state, depth: [...kept.slice(-(DEPTH_POINTS - 1)), { at, counts }] };
}

/** @param {Tally|null} tally @param {number} severity */
export function waitingCount(tally, severity) {
  const w = tally?.waiting?.[severity];
  return w ? (w.voice ?? 0) + (w.sms ?? 0) + (w.email ?? 0) : 0;
}

/** A service level as the centre tells it, as a share; null when nobody is in it.
 * @param {Level|undefined} level */
export const shareOf = (level) => (level && level[1] ? level[0] / level[1] : null);

/** @param {PageState} state @returns {Agent|null} */
export const myself = (state) => (state.me && state.agents[state.me.id]) ?? null;

/** The contact that rings at this desk now, with the fence to answer it. @param {PageState} state */
export function myOffer(state) {
  const id = state.me?.id ?? '';
  const own = myself(state)?.offer;
  if (own && state.contacts[own.contact]) {
    return { contact: state.contacts[own.contact], fence: own.fence, expires: own.expires };
  }
  for (const contact of Object.values(state.contacts)) {
    if (contact.offer?.agents?.includes(id)) {
      return { contact, fence: contact.offer.fence, expires: contact.offer.expires };
    }
  }
  return null;
}

/** The offer that this change took away because nobody answered it; null when none was missed.
 * @param {PageState} before @param {PageState} after @returns {Contact|null} */
export function missedOffer(before, after) {
  const rang = myOffer(before);
  const why = myself(after)?.pause_reason;
  const missed =
    (why === 'missed' && myself(before)?.pause_reason !== why) ||
    (!!myself(after)?.testing && !myself(before)?.testing);
  return rang && missed ? rang.contact : null;
}

/** The call this agent is in (talking before connecting before dialing). @param {PageState} state */
export function myCall(state) {
  const calls = myContacts(state).filter((c) => c.channel === 'voice' && stateOf(c).talks);
  const first = (/** @type {string} */ wanted) => calls.find((c) => c.state === wanted);
  return first(ContactState.ACTIVE) ?? first(ContactState.CONNECTING) ?? calls[0] ?? null;
}

/** The call beside whose agent this person sits by their desk, and how.
 * @param {PageState} state @returns {{c: Contact, mode: BesideMode}|null} */
export function besideOf(state) {
  const c = state.contacts[state.agents[state.me?.id ?? '']?.beside ?? ''];
  const mine = c?.beside.find((one) => one.agent === state.me?.id);
  return mine && !mine.board ? { c, mode: mine.mode } : null;
}

/** @param {Contact} c */
const isMine = (c) => stateOf(c).in_hands || c.state === ContactState.PARKED;
/** @param {Contact} c */
const workRank = (c) => (stateOf(c).talks ? 0 : stateOf(c).in_hands ? 1 : 2);

/** What is mine, without what merely rings: calls, then wrap-up, then texts by what is due first.
 * @param {PageState} state @returns {Contact[]} */
export function myContacts(state) {
  const id = state.me?.id;
  return Object.values(state.contacts)
    .filter((c) => c.agent === id && isMine(c))
    .sort(
      (a, b) =>
        Number(b.channel === 'voice') - Number(a.channel === 'voice') ||
        workRank(a) - workRank(b) ||
        a.severity - b.severity ||
        (a.answer_by ?? 0) - (b.answer_by ?? 0) ||
        (a.id < b.id ? -1 : 1),
    );
}

/** Of all who wait, who must be answered first: the worst of those past their target, else the
 * least answer_by. The glance in the top bar.
 * @param {Tally|null} tally @param {number} now @returns {{severity: number, answer_by: number}|null} */
export function mostPressing(tally, now) {
  let found = null;
  for (const severity of [1, 2, 3, 4]) {
    const due = tally?.waiting?.[severity]?.due;
    if (due && due.answer_by < now) return { severity, answer_by: due.answer_by };
    if (due && (found === null || due.answer_by < found.answer_by))
      found = { severity, answer_by: due.answer_by };
  }
  return found;
}

/** What it is to people: a call of ours that was promised is none that comes in. @param {Contact} c */
export const kindOf = (c) => (c.callback && !c.answered_at ? 'callback' : c.channel);

/** What was mine when I was lost, and waits or rings elsewhere since: the next first.
 * @param {PageState} state @returns {Contact[]} */
export const wentBack = (state) =>
  inOrder(state).filter(
    (c) => c.returned && c.returned.agent === state.me?.id && !c.offer?.agents.includes(state.me.id),
  );

/** Handed over to a number outside, and one of the two hears nothing: nobody of ours is there to notice.
 * @param {Contact} c */
const isUnheard = (c) =>
  hasCaller(c).by === 'number' && !!c.sound?.agent && (c.sound.agent.missing || c.sound.caller.missing);

/** What stands where on the board.
 * @param {PageState} state
 * @param {{channel?: string|null, severity?: number|null}} [only]
 * @returns {{lost: Contact[], unheard: Contact[], untaken: Contact[], ringing: Contact[],
 *   waiting: Contact[], later: Contact[], working: Contact[],
 *   place: Record<string, {order: number, told: number}>}} */
export function boardRows(state, only = {}) {
  const told = places(state);
  const at = Object.fromEntries(inOrder(state).map((c, i) => [c.id, i]));
  const place = Object.fromEntries(
    Object.entries(at).map(([id, i]) => [id, { order: i + 1, told: told[id] }]),
  );
  /** @type {Record<'lost'|'unheard'|'untaken'|'ringing'|'waiting'|'later'|'working', Contact[]>} */
  const rows = { lost: [], unheard: [], untaken: [], ringing: [], waiting: [], later: [], working: [] };
  for (const c of Object.values(state.contacts)) {
    if (c.alarm || isUnheard(c)) {
      rows[c.alarm ?? 'unheard'].push(c); // no filter hides these
      continue;
    }
    if (only.channel && c.channel !== only.channel) continue;
    if (only.severity && c.severity !== only.severity) continue;
    const is = stateOf(c);
    if (is.rings) rows.ringing.push(c);
    else if (is.unanswered && !is.beyond) rows.waiting.push(c);
    else if (c.state === ContactState.SCHEDULED) rows.later.push(c);
    else if (!is.final) rows.working.push(c);
  }
  const byId = (/** @type {Contact} */ a, /** @type {Contact} */ b) => (a.id < b.id ? -1 : 1);
  const byOrder = (/** @type {Contact} */ a, /** @type {Contact} */ b) =>
    (at[a.id] ?? 1e9) - (at[b.id] ?? 1e9) ||
    a.severity - b.severity ||
    a.arrived_at - b.arrived_at ||
    byId(a, b);
  rows.lost.sort((a, b) => (a.until ?? 0) - (b.until ?? 0) || byId(a, b));
  rows.unheard.sort((a, b) => a.severity - b.severity || a.state_at - b.state_at || byId(a, b));
  rows.untaken.sort(byOrder);
  rows.ringing.sort(byOrder);
  rows.waiting.sort(byOrder);
  const dueAt = (/** @type {Contact} */ c) => (c.stands ? 0 : (c.not_before ?? 0));
  rows.later.sort((a, b) => dueAt(a) - dueAt(b) || byId(a, b));
  rows.working.sort((a, b) => a.severity - b.severity || a.state_at - b.state_at || byId(a, b));
  return { ...rows, place };
}

/** A queue with hours, at a moment: open or closed by the changes that have passed since the snapshot.
 * @param {{open: boolean, changes: number[]}} hours @param {number} at */
export function openAt(hours, at) {
  const passed = hours.changes.filter((change) => change <= at).length;
  return { open: passed % 2 ? !hours.open : hours.open, next: hours.changes[passed] ?? null };
}

/** Callers who gave up: the worst first, among those the newest.
 * @param {PageState} state @param {{channel?: string|null, severity?: number|null}} [only] */
export const gaveUpRows = (state, only = {}) =>
  Object.values(state.abandoned)
    .filter(
      (m) => (!only.severity || m.severity === only.severity) && (!only.channel || only.channel === 'voice'),
    )
    .sort((a, b) => a.severity - b.severity || b.at - a.at || (a.incident < b.incident ? -1 : 1));

/** Agents by name: a row that jumps about with each state cannot be found. @param {PageState} state */
export const agentsByName = (state) =>
  Object.values(state.agents).sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));

/** How many the centre says have room: for a call, for a text. Of these, `urgent`: outside of their shift;
 * `training`: in training. @param {PageState} state */
export function withRoom(state) {
  const all = Object.values(state.agents);
  const any = all.filter((a) => a.room.voice || a.room.sms);
  return {
    calls: all.filter((a) => a.room.voice).length,
    texts: all.filter((a) => a.room.sms).length,
    urgent: any.filter((a) => a.shift?.outside).length,
    training: any.filter((a) => a.stage).length,
  };
}
