// @ts-check
/**
 * What the sandbox carrier says to the phone page (docs/sandbox.md), folded into one small state.
 * Pure. Fields it does not know are ignored; `event` is read where `type` is missing.
 *
 * @typedef {{number: string, mail: string, state: string, other: string, since: number, cause: string,
 *   texts: any[], mails: any[], people: {name: string, word: string, kind: string}[], error: string}} Phone
 */

/** @returns {Phone} */
export const nothing = () => ({
  number: '',
  mail: '',
  state: 'idle',
  other: '',
  since: 0,
  cause: '',
  texts: [],
  mails: [],
  people: [],
  error: '',
});

const LIVE = new Set(['dialing', 'ringing', 'in-progress', 'incoming']);
/** @param {string} state */
export const inCall = (state) => LIVE.has(state);

/** @param {any} call @param {string} [direction] */
function callState(call, direction) {
  if (!call) return 'idle';
  if (call.state === 'answered') return 'in-progress';
  if (call.state === 'ringing' && (call.direction ?? direction) === 'in') return 'incoming';
  return call.state;
}

/** @param {any} x a text or mail as it came
 * @returns {{direction: string, body: string, subject: string, from: string, at: number, id: string}} */
function letter(x) {
  const at = typeof x.at === 'string' ? Date.parse(x.at) : x.at < 1e11 ? x.at * 1000 : x.at; // ISO, s or ms
  return {
    direction: x.direction ?? 'in',
    body: x.body ?? x.text ?? '',
    subject: x.subject ?? '',
    from: x.from ?? '',
    at: at || 0,
    id: x.sid ?? x.id ?? `${x.at}${x.body ?? x.subject}`,
  };
}

/** @param {any[]} list @param {any} one */
const joined = (list, one) =>
  list.some((x) => x.id === one.id) ? list.map((x) => (x.id === one.id ? one : x)) : [...list, one];

/** @param {Phone} phone @param {any} m @param {number} now any clock of the page, ms @returns {Phone} */
export function hear(phone, m, now) {
  switch (m.type ?? m.event) {
    case 'ready':
    case 'hello':
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
      return withCall(phone, m.call ?? m, now);
    case 'text':
      return { ...phone, texts: joined(phone.texts, letter(m.text ?? m)) };
    case 'mail':
      return { ...phone, mails: joined(phone.mails, letter(m.mail ?? m)) };
    case 'script':
      return { ...phone, people: people(m.script) };
    case 'error':
      return { ...phone, error: m.text ?? m.message ?? m.code ?? '' };
    default:
      return phone;
  }
}

const CHANNELS = { call: 'voice', text: 'sms', mail: 'email', voice: 'voice', sms: 'sms', email: 'email' };

/** @param {any} script */
const people = (script) =>
  (script?.people ?? []).map((p) => ({
    name: p.name,
    word: p.words ?? p.word ?? p.name,
    kind: CHANNELS[p.kind] ?? 'voice',
  }));

/** @param {Phone} phone @param {any} call @param {number} now @returns {Phone} */
function withCall(phone, call, now) {
  const state = callState(call);
  const since = state === phone.state ? phone.since : now;
  return {
    ...phone,
    state,
    since,
    other: call?.number ?? call?.from ?? call?.to ?? phone.other,
    cause: call?.cause ?? '',
    error: state === phone.state ? phone.error : '',
  };
}
