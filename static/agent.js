/** What is so about an agent, and how pages show it: what they do and for how long, when it ends, why they
 * pause, what comes after their work, what else holds. One place for desk and board. */
import { active } from './activity.js';
import { kindOf, missedOffer, myself } from './model.js';
import { whoOf } from './contact.js';
import { dayAndTime } from './format.js';
import { Icon } from './icons.js';
import { AgentState, agentStateOf } from './states.js';
import { Left, Since } from './timers.js';
import { t } from './strings/en.js';
import { html } from './ui.js';

/** A status is never shown by colour alone: shape, word and colour go together.
 * @type {Record<AgentState, {tone: string, shape: Shown}>} */
const LOOKS = {
  ready: { tone: 'ok', shape: html`<circle cx="7" cy="7" r="5"/>` },
  ringing: { tone: 's1', shape: html`<path d="M7 1 13 12.500H1z"/>` },
  connecting: {
    tone: 'accent',
    shape: html`<circle
      cx="7"
      cy="7"
      r="4.500"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-dasharray="3 2.600"/>`,
  },
  talking: {
    tone: 'accent',
    shape: html`<path d="M1.500 4.500h2v5h-2z M6 1.500h2v11H6z M10.500 4.500h2v5h-2z"/>`,
  },
  dialing: {
    tone: 'accent',
    shape: html`<path
      d="M2 7h7 M7 3.500 10.500 7 7 10.500"
      fill="none"
      stroke="currentColor"
      stroke-width="2"/>`,
  },
  messages: { tone: 'accent', shape: html`<path d="M2 2h10v7.500H7L4 12.500v-3H2z"/>` },
  testing: {
    tone: 's3',
    shape: html`<path
      d="M7 1v4 M7 9v4 M1 7h4 M9 7h4"
      stroke="currentColor"
      stroke-width="2.200"
      fill="none"/>`,
  },
  wrapup: { tone: 's3', shape: html`<path d="M2 2.500h10v2H2z M2 6h10v2H2z M2 9.500h6v2H2z"/>` },
  paused: { tone: 'muted', shape: html`<path d="M3 2h3v10H3z M8 2h3v10H8z"/>` },
  lost: {
    tone: 's2',
    shape: html`<path d="M3 3l8 8 M11 3l-8 8" fill="none" stroke="currentColor" stroke-width="2.400"/>`,
  },
  offline: {
    tone: 'muted',
    shape: html`<circle cx="7" cy="7" r="4.500" fill="none" stroke="currentColor" stroke-width="1.600"/>`,
  },
};

/** Why they pause: the centre's word, else ours for what the router decided; null: neither has one.
 * @param {Pick<Agent, 'pause_reason'>} a @param {Centre|null} centre @returns {string|null} */
const whyOf = (a, centre) =>
  centre?.pause_reasons.find((r) => r.code === a.pause_reason)?.word ??
  t.pauses[a.pause_reason ?? '']?.word ??
  null;

/** What they do, in a word. @param {Pick<Agent, 'state'>} a */
export const stateWord = (a) => t.states[a.state] ?? a.state;

/** That they pause, and why. @param {Pick<Agent, 'pause_reason'>} a @param {Centre|null} centre */
export function pausedWord(a, centre) {
  const why = whyOf(a, centre);
  return why === null ? t.states.paused : t.agent.paused(why);
}

/** That nothing comes after what they do now; null: something does, or they do nothing.
 * @param {Agent} a @param {Centre|null} centre @returns {string|null} */
export const afterThis = (a, centre) =>
  a.choice === 'paused' && agentStateOf(a).busy
    ? t.agent.pausedAfter(whyOf(a, centre) ?? t.states.paused)
    : null;

/** What a pause that the router decided tells the agent, and what to do about it. @param {Agent|null} a */
export const pauseTold = (a) => ({
  told: t.pauses[a?.pause_reason ?? '']?.told ?? null,
  hint: t.pauses[a ? (a.pause_reason ?? '') : 'signed_in']?.hint ?? t.agent.againHint,
});

/** @param {Agent} a */
export const pausedByMisses = (a) => a.choice === 'paused' && a.pause_reason === 'missed';

/** Whether an S1 that nobody ready can take rings for somebody who pauses like this.
 * @param {Agent} a @param {Centre|null} centre */
export const ringsForS1 = (a, centre) =>
  centre?.pause_reasons.find((r) => r.code === a.pause_reason)?.rings_for_s1 !== false;

/** The word of a pause to choose, and that nothing rings in it. @param {PauseReason} reason */
export const pauseChoice = (reason) => (reason.rings_for_s1 ? reason.word : t.agent.quiet(reason.word));

/** How many more texts they are offered beside those in hand; null: they have none, or get no more.
 * @param {Agent} a @returns {number|null} */
const roomBeside = (a) => (a.state === AgentState.MESSAGES && a.choice === 'ready' ? a.room.sms : null);

/** The same in words. @param {Agent} a @returns {string|null} */
export function roomTold(a) {
  const n = roomBeside(a);
  return n === null ? null : t.agent.room(n);
}

/** What a change tells an agent of themselves, in words; `holds`: whether it is so still.
 * @param {PageState} before @param {PageState} after
 * @returns {{text: string, tone: 'alarm', holds: (a: Agent) => boolean}[]} */
export function news(before, after) {
  const missed = missedOffer(before, after);
  const a = myself(after);
  if (!missed || !a) return [];
  const paused = a.choice === 'paused';
  const what = paused ? (afterThis(a, after.centre) ? 'after' : 'paused') : active() ? 'active' : 'testing';
  const text = t.agent.missed(kindOf(missed), whoOf(missed), what);
  const isHere = (/** @type {Agent} */ now) =>
    now.offer?.contact === missed.id || now.contacts.includes(missed.id);
  const holds = (/** @type {Agent} */ now) =>
    !isHere(now) &&
    (now.choice === 'paused') === paused &&
    (paused || what === 'active' || now.testing != null);
  return [{ text, tone: 'alarm', holds }];
}

/** What they do: shape, word, colour. @param {{a: Agent, word?: string}} props */
export const StateMark = ({ a, word = stateWord(a) }) => html`<span class=${`st ${LOOKS[a.state]?.tone}`}>
  <svg viewBox="0 0 14 14" fill="currentColor" aria-hidden="true">${LOOKS[a.state]?.shape}</svg>
  ${word}
</span>`;

/** For how long they do it. @param {{a: Agent}} props */
export const Clock = ({ a }) => html`<${Since} at=${a.state_at}/>`;

/** What is said of them in the place of their work: when their state ends, or why they pause; null: their
 * work is. @param {Agent} a @param {Centre|null} centre @param {boolean} works @returns {Shown} */
export function insteadOfWork(a, centre, works) {
  if (a.state === AgentState.PAUSED) return whyOf(a, centre) ?? '';
  if (a.state === AgentState.LOST && a.until)
    return html`<span class="s2 b" title=${t.agent.comeBack}><${Left} at=${a.until}/> ${t.agent.left}</span>`;
  if (a.state === AgentState.LOST && a.choice === 'paused' && !works) return t.states.paused;
  if (a.state === AgentState.WRAPUP && a.until) return html`<${Left} at=${a.until}/> ${t.agent.left}`;
  return null;
}

/** That nothing comes after this. @param {{a: Agent, centre: Centre|null, class: string}} props */
export function After({ a, centre, class: extra }) {
  const text = afterThis(a, centre);
  return text && html`<span class=${`s2 b t0 ${extra}`} title=${text}><${Icon} name="pause"/> ${text}</span>`;
}

/** What they are still trained for; `short`: its word alone. @param {{a: Agent, short?: boolean}} props */
export const Stage = ({ a, short = false }) =>
  a.stage &&
  html`<span class="tag stage t0" title=${t.terms.stage(a.stage.word, a.stage.floor)}>
    ${short ? a.stage.word : t.terms.stage(a.stage.word, a.stage.floor)}
  </span>`;

/** Ready, and without sound: a call is offered to nobody there. @param {Agent} a */
const isMute = (a) => a.choice === 'ready' && !a.sound && a.state !== AgentState.LOST;

/** @param {{a: Agent}} props */
export const Mute = ({ a }) =>
  isMute(a) ? html`<span class="tag s2 t0" title=${t.agent.noCallsWhy}>${t.agent.noCalls}</span>` : null;

/** Beside what they do: how many more texts, and that no call rings; or that this is not their shift.
 * @param {{a: Agent}} props */
export const Beside = ({ a }) => {
  const n = roomBeside(a);
  if (isMute(a)) return html`<${Mute} a=${a}/>`;
  if (n !== null) return html`<span class="cut muted t0" title=${roomTold(a)}>${t.agent.roomShort(n)}</span>`;
  return a.shift?.outside
    ? html`<span class="tag stage t0" title=${t.terms.outsideWhy(dayAndTime(a.shift.from))}>
        ${t.terms.outside}
      </span>`
    : null;
};
