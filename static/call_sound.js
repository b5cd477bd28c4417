/** How a call sounds, as the centre judges it: the worse of both ways in a word, both in figures. */
import { cls, html } from './ui.js';
import { ContactState } from './states.js';
import { t } from './strings/en.js';

/** @typedef {'agent'|'caller'} Hears */
/** @typedef {'missing'|'poor'|'fair'|'good'} Is */

/** Worst first. */
const ORDER = { missing: 0, poor: 1, fair: 2, good: 3 };
const BARS = { missing: 0, poor: 2, fair: 3, good: 4 };
const TONES = { missing: 's1', poor: 's1', fair: 's2', good: 'ok' };

/** @param {SoundWay} way @returns {Is} */
const wordOf = (way) => (way.missing ? 'missing' : way.sounds);

/** The worse of both ways, and who hears it so.
 * @param {CallSound} sound @returns {{hears: Hears, is: Is, where: SoundWay['where']}} */
export function worse(sound) {
  const hears = ORDER[wordOf(sound.agent)] < ORDER[wordOf(sound.caller)] ? 'agent' : 'caller';
  return { hears, is: wordOf(sound[hears]), where: sound[hears].where };
}

/** @param {CallSound} sound */
export const look = (sound) => ({ bars: BARS[worse(sound).is], tone: TONES[worse(sound).is] });

/** @param {{n: number}} props */
export const Bars = ({ n }) => html`<span class="bars" aria-hidden="true">
  ${[1, 2, 3, 4].map((i) => html`<i key=${i} class=${i <= n ? 'on' : ''}></i>`)}
</span>`;

/** What an agent is told of their call: how it sounds, and what is at fault; null: nothing is.
 * @param {CallSound} sound @returns {[string, string|null]} */
export function toldAgent(sound) {
  const { hears, is, where } = worse(sound);
  if (is === 'missing') return [t.hears.missing[hears], ''];
  return [t.quality[is], where && t.hears.why[where][hears]];
}

/** What an agent can do about it; '': nothing is wrong. @param {CallSound} sound */
export function mendOf(sound) {
  const { hears, is, where } = worse(sound);
  return is === 'missing' ? t.hears.mend[hears] : where ? t.hears.do[where] : '';
}

/** What the number outside is called to which the caller was handed over; null: an agent has them.
 * @param {Contact} c */
export const numberOf = (c) => (c.consult?.at === 'handed' ? (c.outside?.word ?? c.consult.name) : null);

/** Handed over by the carrier: what caller and number say does not come through here. @param {Contact} c */
export const unmeasured = (c) => c.state === ContactState.AWAY && !numberOf(c) && !c.sound;

/** @param {SoundWay} way */
const figures = (way) =>
  t.hears.figures(way.mos.toFixed(1), (way.lost * 100).toFixed(1), Math.round(way.delay_ms));

/** Somebody else in a call, by name. @param {Contact} c @param {SoundOther} one */
const nameOf = (c, one) =>
  (one.role === 'second' ? c.consult?.name : c.beside.find((it) => it.agent === one.who)?.name) ??
  t.hears.others.somebody;

/** The others’ ways, each with its word. @param {Contact} c @returns {{word: string, way: SoundWay}[]} */
const othersOf = (c) =>
  (c.sound?.others ?? []).flatMap((one) =>
    /** @type {('hears'|'heard')[]} */ (['hears', 'heard']).flatMap((what) => {
      const way = one[what];
      return way ? [{ word: t.hears.others[what](nameOf(c, one)), way }] : [];
    }),
  );

/** Of whom nothing comes though they are to be heard, in words; ''. @param {Contact} c */
export function absentOf(c) {
  const one = c.sound?.others?.find((it) => it.heard?.missing);
  return one ? t.hears.others.absent(nameOf(c, one)) : '';
}

/** @param {Contact} c */
function agentHears(c) {
  const number = numberOf(c);
  return number ? t.hears.number.hears(number) : t.hears.board.agent;
}

/** What whoever was asked in is told at their own desk: how they hear, and are heard; null: nothing is wrong,
 * or they are to hear nobody. @param {Contact} c @returns {{words: string, tone: string}|null} */
export function toldThird(c) {
  const one = c.sound?.others?.find((it) => it.role === 'second');
  const ways = /** @type {[Hears, SoundWay|null|undefined][]} */ ([
    ['agent', one?.hears],
    ['caller', one?.heard],
  ]);
  const bad = ways.flatMap(([hears, way]) => (way && wordOf(way) !== 'good' ? [{ hears, way }] : []));
  if (!bad.length) return null;
  const { hears, way } = bad.reduce((a, b) => (ORDER[wordOf(b.way)] < ORDER[wordOf(a.way)] ? b : a));
  const is = wordOf(way);
  if (is === 'missing') return { words: t.hears.third.missing, tone: TONES[is] };
  const why = way.where === 'network' ? t.hears.why.network[hears] : t.hears.third.elsewhere;
  return { words: `${t.quality[is]}: ${why}`, tone: TONES[is] };
}

/** All ways in figures, a line each. @param {Contact} c @returns {string[]} */
export const allWays = (c) =>
  c.sound
    ? [
        `${agentHears(c)} ${figures(c.sound.agent)}`,
        `${t.hears.board.caller} ${figures(c.sound.caller)}`,
        ...othersOf(c).map(({ word, way }) => `${word} ${figures(way)}`),
      ]
    : [];

/** The figures of all ways, for hover and focus.
 * @param {{sound: CallSound, c: Contact, id: string}} props */
export const Both = ({ sound, c, id }) => html`<span class="soundtip panel" role="tooltip" id=${id}>
  ${mendOf(sound) && html`<b>${mendOf(sound)}</b>`}
  ${/** @type {Hears[]} */ (['agent', 'caller']).map(
    (who) => html`<span key=${who} class="between">
      <span>${t.hears.desk[who]}</span>
      <span class=${cls('num', TONES[wordOf(sound[who])])}>${figures(sound[who])}</span>
    </span>`,
  )}
  ${othersOf(c).map(
    ({ word, way }) => html`<span key=${word} class="between">
      <span>${word}</span>
      <span class=${cls('num', TONES[wordOf(way)])}>${figures(way)}</span>
    </span>`,
  )}
  <span class="faint">${t.hears.mos}</span>
</span>`;

/** The worse way in words, as a board says it. @param {CallSound} sound @param {Contact} c */
export function markOf(sound, c) {
  const { hears, is, where } = worse(sound);
  const number = numberOf(c);
  if (is === 'missing')
    return number && hears === 'agent' ? t.hears.number.missing(number) : t.hears.board.missing[hears];
  if (!where || is === 'good') return t.quality[is];
  const at =
    number && hears === 'caller' && where === 'line'
      ? t.hears.number.line(number)
      : t.hears.board.where[where];
  return `${t.hears.is[is]}: ${at}`;
}

/** The mark in an agent’s row, or in that of a call that a number outside has.
 * @param {{sound: CallSound, c: Contact}} props */
export function SoundMark({ sound, c }) {
  return html`<span class=${cls('soundmark t0 row', look(sound).tone)} title=${allWays(c).join('\n')}>
    <${Bars} n=${look(sound).bars}/>
    <span class="cut">${markOf(sound, c)}</span>
  </span>`;
}

/** How a call sounds, with all its figures, for a drawer of the board. @param {{c: Contact}} props */
export const SoundInFull = ({ c }) =>
  unmeasured(c)
    ? html`<span class="muted t1">${t.hears.number.unmeasured}</span>`
    : c.sound && !c.held
      ? html`
          <span class="row"><${SoundMark} sound=${c.sound} c=${c}/></span>
          ${absentOf(c) && html`<b class="s1 t1">${absentOf(c)}</b>`}
          ${allWays(c).map((line) => html`<span key=${line} class="muted t1">${line}</span>`)}
        `
      : null;
