/**
 * What the sandbox carrier says to the phone page (docs/sandbox.md), folded into one small state.
 * Pure. Fields and types that it does not know are ignored.
 *
 * @typedef {{number: string, mail: string, state: string, other: string, since: number,
 *   texts: Letter[], mails: Letter[], people: Person[], error: string}} Phone
 * @typedef {{direction: string, body: string, subject: string, from: string, at: number, id: string}} Letter
 * @typedef {{name: string, word: string, kind: string}} Person
 *
 * @typedef {{state: string, direction?: string, number?: string}} CallNow
 * @typedef {{sid?: string, direction?: string, from?: string, body?: string, text?: string, subject?: string,
 *   at: string|number}} Sent
 * @typedef {{people?: {name: string, words?: string, kind?: string}[]}} Script
 * @typedef {{type: 'ready', number: string, mail: string, call: CallNow|null, texts?: Sent[], mails?: Sent[],
 *     script?: Script}
 *   | {type: 'call', call: CallNow} | {type: 'text', text: Sent} | {type: 'mail', mail: Sent}
 *   | {type: 'script', script: Script} | {type: 'error', code: string, text?: string}} Heard
 */

/** @returns {Phone} */
export const nothing = () => ({
  number: '',
  mail: '',
  state: 'idle',
  other: '',
  since: 0,
  texts: [],
  mails: [],
  people: [],
  error: '',
});

const LIVE = new Set(['dialing', 'ringing', 'in-progress', 'incoming']);
/** @param {string} state */
export const inCall = (state) => LIVE.has(state);

/** @param {CallNow|null|undefined} call */
function callState(call) {
  if (!call) return 'idle';
  if (call.state === 'answered') return 'in-progress';
  if (call.state === 'ringing' && call.direction === 'in') return 'incoming';
  return call.state;
}

/** @param {Sent} x a text or mail as it came
 * @returns {Letter} */
function letter(x) {
  const at = typeof x.at === 'string' ? Date.parse(x.at) : x.at < 1e11 ? x.at * 1000 : x.at; // ISO, s or ms
  return {
    direction: x.direction ?? 'in',
    body: x.body ?? x.text ?? '',
    subject: x.subject ?? '',
    from: x.from ?? '',
    at: at || 0,
    id: x.sid ?? `${x.at}${x.body ?? x.subject}`,
  };
}

/** @param {Letter[]} list @param {Letter} one */
const joined = (list, one) =>
  list.some((x) => x.id === one.id) ? list.map((x) => (x.id === one.id ? one : x)) : [...list, one];

/** @param {Phone} phone @param {Heard} m @param {number} now any clock of the page, ms @returns {Phone} */
export function hear(phone, m, now) {
  switch (m.type) {
    case 'ready':
      return withCall(
        {
          ...phone,
          number: m.number ?? '',
          mail: m.mail ?? '',
          error: '',
          texts: (m.texts ?? []).map(letter),
          mails: (m.mails ?? []).map(letter),
          people: people(m.script),
        },
        m.call,
        now,
      );
    case 'call':
      return withCall(phone, m.call, now);
    case 'text':
      return { ...phone, texts: joined(phone.texts, letter(m.text)) };
    case 'mail':
      return { ...phone, mails: joined(phone.mails, letter(m.mail)) };
    case 'script':
      return { ...phone, people: people(m.script) };
    case 'error':
      return { ...phone, error: m.text || m.code };
    default:
      return phone;
  }
}

/** @type {Record<string, string>} */
const CHANNELS = { call: 'voice', text: 'sms', mail: 'email', voice: 'voice', sms: 'sms', email: 'email' };

/** @param {Script} [script]
 * @returns {Person[]} */
const people = (script) =>
  (script?.people ?? []).map((p) => ({
    name: p.name,
    word: p.words ?? p.name,
    kind: CHANNELS[p.kind ?? ''] ?? 'voice',
  }));

/** @param {Phone} phone @param {CallNow|null|undefined} call @param {number} now @returns {Phone} */
function withCall(phone, call, now) {
  const state = callState(call);
  const since = state === phone.state ? phone.since : now;
  return {
    ...phone,
    state,
    since,
    other: call?.number ?? phone.other,
    error: state === phone.state ? phone.error : '',
  };
}
