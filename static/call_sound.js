/** How a call sounds, as the centre judges it: the worse of both ways in a word, both in figures. */
import { cls, html } from './ui.js';
import { hasCaller } from './has_caller.js';
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

/** @param {Contact} c @param {SoundOther['role']} role */
const otherOf = (c, role) => c.sound?.others?.find((it) => it.role === role);

/** Both ways of the two who talk: caller and whoever has them, or while the caller is on hold those of the
 * agent with whom they asked in (`caller`: what is heard of the agent). @param {Contact} c
 * @returns {[Hears, SoundWay][]} */
function twoOf(c) {
  if (c.sound?.agent)
    return [
      ['agent', c.sound.agent],
      ['caller', c.sound.caller],
    ];
  return waysOf(otherOf(c, 'agent'));
}

/** @param {SoundOther|undefined} one @returns {[Hears, SoundWay][]} */
function waysOf(one) {
  const ways = /** @type {[Hears, SoundWay|null|undefined][]} */ ([
    ['agent', one?.hears],
    ['caller', one?.heard],
  ]);
  return ways.flatMap(([hears, way]) => (way ? [[hears, way]] : []));
}

/** The worse of these ways, and who hears it so; null: there is none.
 * @param {[Hears, SoundWay][]} ways @returns {{hears: Hears, is: Is, where: SoundWay['where']}|null} */
function worst(ways) {
  if (!ways.length) return null;
  const [hears, way] = ways.reduce((a, b) => (ORDER[wordOf(a[1])] < ORDER[wordOf(b[1])] ? a : b));
  return { hears, is: wordOf(way), where: way.where };
}
/** @param {{n: number}} props */
export const Bars = ({ n }) => html`<span class="bars" aria-hidden="true">
  ${[1, 2, 3, 4].map((i) => html`<i key=${i} class=${i <= n ? 'on' : ''}></i>`)}
</span>`;

/** How a call sounds for the two who talk in it; null: nobody knows.
 * @param {Contact} c */
export const worse = (c) => worst(twoOf(c));

/** @param {Is} is */
export const look = (is) => ({ bars: BARS[is], tone: TONES[is] });

/** What is at fault, to whoever hears it so, or is heard so. A caller's own line has its own words.
 * @param {Contact} c @param {Hears} hears @param {SoundWay['where']} where */
function faultOf(c, hears, where) {
  if (!where) return null;
  return where === 'network' || c.sound?.agent ? t.hears.why[where][hears] : t.hears.elsewhere;
}

/** What an agent is told of their call: how it sounds, and what is at fault (null: nothing is); null: nobody
 * knows. @param {Contact} c @returns {[string, string|null]|null} */
export function toldAgent(c) {
  const it = worse(c);
  if (!it) return null;
  if (it.is === 'missing') return [t.hears.missing[it.hears], ''];
  return [t.quality[it.is], faultOf(c, it.hears, it.where)];
}

/** What an agent can do about it; '': nothing is wrong, or nothing helps. @param {Contact} c */
export function mendOf(c) {
  const it = worse(c);
  const apart = hasCaller(c).by === 'hold';
  if (it?.is === 'missing') return apart ? t.hears.mend.apart : t.hears.mend[it.hears];
  return it?.where && !(apart && it.where !== 'network') ? t.hears.do[it.where] : '';
}

/** Handed over by the carrier: what caller and number say does not come through here. @param {Contact} c */
export const unmeasured = (c) => c.state === ContactState.AWAY && hasCaller(c).by !== 'number' && !c.sound;

/** @param {SoundWay} way */
const figures = (way) =>
  way.missing
    ? t.hears.nothing
    : t.hears.figures(way.mos.toFixed(1), (way.lost * 100).toFixed(1), Math.round(way.delay_ms));

/** Somebody else in a call, by name. @param {Contact} c @param {SoundOther} one */
const nameOf = (c, one) =>
  (one.role === 'second' ? c.consult?.name : c.beside.find((it) => it.agent === one.who)?.name) ??
  t.hears.others.somebody;

/** Of whom nothing comes though they are to be heard, in words; ''. The agent's own is `worse`.
 * @param {Contact} c */
export function absentOf(c) {
  const one = c.sound?.others?.find((it) => it.heard?.missing && it.role !== 'agent');
  return one ? t.hears.others.absent(nameOf(c, one)) : '';
}

/** All ways, a line each: what it is, and how it sounds or why it does not. `own`: as the agent reads it.
 * @param {Contact} c @param {boolean} own @returns {{word: string, way: SoundWay|null}[]} */
function lines(c, own) {
  if (!c.sound) return [];
  const { by, name } = hasCaller(c);
  const words = t.hears[own ? 'desk' : 'board'];
  const agent = by === 'number' ? t.hears.others.hears(name) : words.agent;
  const apart = otherOf(c, 'agent');
  return [
    ...(c.sound.agent ? [{ word: agent, way: c.sound.agent }] : []),
    ...(apart?.hears
      ? [{ word: own ? t.hears.desk.hearsOf(c.consult?.name ?? '') : agent, way: apart.hears }]
      : []),
    ...(apart?.heard ? [{ word: words.heard, way: apart.heard }] : []),
    { word: c.sound.caller ? words.caller : words.onHold, way: c.sound.caller },
    ...(c.sound.others ?? []).flatMap((one) =>
      /** @type {('hears'|'heard')[]} */ (['hears', 'heard']).flatMap((what) => {
        const way = one.role === 'agent' ? null : one[what];
        return way ? [{ word: t.hears.others[what](nameOf(c, one)), way }] : [];
      }),
    ),
  ];
}

/** What whoever was asked in is told at their own desk: how they hear, and are heard; null: nothing is wrong,
 * or they are to hear nobody. @param {Contact} c @returns {{words: string, tone: string}|null} */
export function toldThird(c) {
  const it = worst(waysOf(otherOf(c, 'second')));
  if (!it || it.is === 'good') return null;
  if (it.is === 'missing') return { words: t.hears.third.missing, tone: TONES[it.is] };
  const why = it.where === 'network' ? t.hears.why.network[it.hears] : t.hears.third.elsewhere;
  return { words: `${t.quality[it.is]}: ${why}`, tone: TONES[it.is] };
}

/** All ways in figures, a line each. @param {Contact} c @returns {string[]} */
export const allWays = (c) =>
  lines(c, false).map(({ word, way }) => `${word} ${way ? figures(way) : t.hears.onHold}`);

/** The figures of all ways, for hover and focus. @param {{c: Contact, id: string}} props */
export const Both = ({ c, id }) => html`<span class="soundtip panel" role="tooltip" id=${id}>
  ${mendOf(c) && html`<b>${mendOf(c)}</b>`}
  ${lines(c, true).map(
    ({ word, way }) => html`<span key=${word} class="between">
      <span>${word}</span>
      <span class=${cls('num', way && TONES[wordOf(way)])}>${way ? figures(way) : t.hears.onHold}</span>
    </span>`,
  )}
  <span class="faint">${t.hears.mos} ${t.quality.opens}.</span>
</span>`;

/** The worse way in words, as a board says it. @param {Contact} c */
export function markOf(c) {
  const it = worse(c);
  if (!it) return '';
  const { by, name } = hasCaller(c);
  const other = by === 'hold' ? (c.consult?.name ?? '') : name;
  const theirs = { agent: '', number: 'agent', hold: 'caller' }[by];
  if (it.is === 'missing')
    return it.hears === theirs ? t.hears.number.missing(other) : t.hears.board.missing[it.hears];
  if (!it.where || it.is === 'good') return t.quality[it.is];
  const at =
    by === 'hold' && it.where !== 'network'
      ? t.hears.others.side(other)
      : by === 'number' && it.hears === 'caller' && it.where === 'line'
        ? t.hears.number.line(name)
        : t.hears.board.where[it.where];
  return `${t.hears.is[it.is]}: ${at}`;
}

/** The mark in an agent’s row, or in that of a call that a number outside has; none while nobody knows.
 * @param {{c: Contact}} props */
export function SoundMark({ c }) {
  const it = worse(c);
  return (
    it &&
    html`<span class=${cls('soundmark t0 row', look(it.is).tone)} title=${allWays(c).join('\n')}>
      <${Bars} n=${look(it.is).bars}/>
      <span class="cut">${markOf(c)}</span>
    </span>`
  );
}

/** How a call sounds, with all its figures, for a drawer of the board. @param {{c: Contact}} props */
export const SoundInFull = ({ c }) =>
  unmeasured(c)
    ? html`<span class="muted t1">${t.hears.number.unmeasured}</span>`
    : c.sound
      ? html`
          <span class="row"><${SoundMark} c=${c}/></span>
          ${absentOf(c) && html`<b class="s1 t1">${absentOf(c)}</b>`}
          ${allWays(c).map((line) => html`<span key=${line} class="muted t1">${line}</span>`)}
        `
      : null;
