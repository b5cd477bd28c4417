// @ts-check
/** Made from router/core/states.py, which says what the columns mean, by
 * scripts/states.py --write (make format). */

export const ContactState = Object.freeze({
  IN_MENU: 'in_menu',
  QUEUED: 'queued',
  OFFERED: 'offered',
  CONNECTING: 'connecting',
  ACTIVE: 'active',
  WRAPUP: 'wrapup',
  PARKED: 'parked',
  DIALING: 'dialing',
  OUTSIDE: 'outside',
  AWAY: 'away',
  VOICEMAIL: 'voicemail',
  SCHEDULED: 'scheduled',
  ENDED: 'ended',
});

export const AgentState = Object.freeze({
  OFFLINE: 'offline',
  LOST: 'lost',
  PAUSED: 'paused',
  TESTING: 'testing',
  READY: 'ready',
  RINGING: 'ringing',
  CONNECTING: 'connecting',
  DIALING: 'dialing',
  TALKING: 'talking',
  WRAPUP: 'wrapup',
  MESSAGES: 'messages',
});

/** @typedef {Record<string, boolean>} Row */

/** @type {Record<string, Row>} */
const STATES = {
  in_menu: { unanswered: true, stays: true, anew: true },
  queued: { waits: true, in_order: true, unanswered: true, not_made: true },
  offered: { waits: true, in_order: true, rings: true, streams: true, unanswered: true, not_made: true },
  connecting: {
    in_order: true,
    rings: true,
    in_hands: true,
    talks: true,
    streams: true,
    returns: true,
    unanswered: true,
    anew: true,
  },
  active: { in_hands: true, talks: true, streams: true, taken: true, returns: true },
  wrapup: { in_hands: true, taken: true, over: true },
  parked: { taken: true, returns: true, stays: true },
  dialing: { in_hands: true, talks: true, streams: true },
  outside: { unanswered: true, beyond: true, overlaid: true },
  away: { beyond: true },
  voicemail: { beyond: true, overlaid: true, stays: true },
  scheduled: { not_made: true, stays: true },
  ended: { over: true, final: true },
};

/** @type {Record<string, Row>} */
const AGENT_STATES = {
  offline: {},
  lost: {},
  paused: {},
  testing: {},
  ready: {},
  ringing: { busy: true },
  connecting: { busy: true },
  dialing: { busy: true },
  talking: { busy: true },
  wrapup: { busy: true },
  messages: { busy: true },
};

/** @type {Row} */
const NOTHING = {};

/** What holds of a contact in its state; nothing in one that only a newer server knows.
 * @param {{state: string}} c @returns {Row} */
export const stateOf = (c) => STATES[c.state] ?? NOTHING;

/** The same of an agent. @param {{state: string}} a @returns {Row} */
export const agentStateOf = (a) => AGENT_STATES[a.state] ?? NOTHING;
