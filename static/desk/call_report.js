/** How a call sounded: a line, and behind it the picture and the figures. Drawn from numbers alone. */
import { cls, html, useState } from '../ui.js';
import { timeOfDay } from '../format.js';
import { t } from '../strings/en.js';

const WIDE = 600,
  HIGH = 84,
  BEST = 440,
  WORST = 100;
const GOOD = 400,
  FAIR = 360;
/** @type {import('../call_sound.js').Hears[]} */
const WHO = ['agent', 'caller'];
/** @type {('hears'|'heard')[]} */
const WAYS = ['hears', 'heard'];

/** @param {number} mos x 100 */
const y = (mos) => Math.round(((BEST - mos) / (BEST - WORST)) * HIGH);

/** The parts of a call as lines on one axis of time; what nobody heard is a gap. Pure.
 * @param {SoundReport[]} parts */
export function drawn(parts) {
  const from = parts[0].from;
  const to = Math.max(from + 1000, ...parts.map((p) => p.to));
  const x = (/** @type {number} */ at) => Math.round(((at - from) / (to - from)) * WIDE * 10) / 10;
  /** @type {Record<string, string>} */
  const paths = { agent: '', caller: '' };
  for (const part of parts)
    WHO.forEach((who, way) => {
      let pen = 'M';
      part.points.forEach((point, i) => {
        const mos = point[way];
        if (mos == null) {
          pen = 'M';
          return;
        }
        const at = part.from + i * part.every;
        paths[who] += `${pen}${x(at)} ${y(mos)}H${x(Math.min(to, at + part.every))}`;
        pen = 'L';
      });
    });
  const marks = parts.flatMap((part) =>
    part.marks.map((m) => {
      const left = x(m.at);
      return { what: m.what, x: left, wide: Math.max(2, x(m.until ?? part.to) - left) };
    }),
  );
  return { from, to, paths, marks, hands: parts.slice(1).map((p) => x(p.from)) };
}

/** All parts together: the mean over what was heard, the worst of all. Pure.
 * @param {SoundReport[]} parts @param {import('../call_sound.js').Hears} who @returns {SoundHeard|null} */
export function inAll(parts, who) {
  /** @type {SoundHeard|null} */
  let all = null;
  let weight = 0;
  for (const part of parts) {
    const one = part.hears[who];
    const long = Math.max(1, part.to - part.from);
    if (!one) continue;
    if (!all) all = { ...one, where: { ...one.where } };
    else {
      const mean = (/** @type {number} */ a, /** @type {number} */ b) =>
        (a * weight + b * long) / (weight + long);
      all.mos = mean(all.mos, one.mos);
      all.lost = mean(all.lost, one.lost);
      if (one.worst < all.worst) Object.assign(all, { worst: one.worst, worst_at: one.worst_at });
      all.jitter_ms = Math.max(all.jitter_ms, one.jitter_ms);
      all.delay_ms = Math.max(all.delay_ms, one.delay_ms);
      all.silent_s += one.silent_s;
      for (const where of /** @type {('network'|'line'|'backlog')[]} */ (Object.keys(one.where)))
        all.where[where] = (all.where[where] ?? 0) + (one.where[where] ?? 0);
    }
    weight += long;
  }
  return all;
}

/** @param {SoundHeard|null} one */
const toneOf = (one) => {
  const bad = one ? Object.values(one.where).reduce((a, b) => a + b, 0) : 0;
  return !one || one.silent_s > 2 || one.mos * 100 < FAIR ? 's1' : bad || one.mos * 100 < GOOD ? 's2' : 'ok';
};

/** What was wrong, in words: of parts that an agent had, or all the same number outside.
 * @param {SoundReport[]} parts @returns {string[]} */
export function faultsOf(parts) {
  const number = parts[0]?.number;
  /** @type {string[]} */
  const found = [];
  for (const who of WHO) {
    const one = inAll(parts, who);
    if (one?.silent_s)
      found.push(t.hears.report.silent(one.silent_s, who === 'agent' && number ? number : who));
  }
  /** @type {Record<string, number>} */
  const bad = {};
  for (const where of /** @type {('network'|'line'|'backlog')[]} */ (['network', 'line', 'backlog']))
    for (const who of WHO) {
      const theirs = number && who === 'caller' && where === 'line';
      const at = theirs ? t.hears.number.line(number) : t.hears.board.where[where];
      bad[at] = Math.max(bad[at] ?? 0, inAll(parts, who)?.where[where] ?? 0);
    }
  for (const [at, s] of Object.entries(bad)) if (s) found.push(t.hears.report.bad(s, at));
  return found;
}

/** @param {SoundReport[]} parts @param {import('../call_sound.js').Hears} who @param {'rows'|'lines'} as */
function nameOf(parts, who, as) {
  const words = t.hears.report;
  const number = who === 'agent' && parts[0].number;
  return number ? (as === 'rows' ? words.heard : words.whatHeard)(number) : words[as][who];
}

/** @param {{parts: SoundReport[]}} props */
function Picture({ parts }) {
  const { from, to, paths, marks, hands } = drawn(parts);
  const words = t.hears.report;
  return html`<figure class="callpic">
    <svg
      viewBox=${`0 -2 ${WIDE} ${HIGH + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label=${words.picture(timeOfDay(from), timeOfDay(to), parts[0].number ?? null)}>
      ${marks.map(
        (m, i) => html`<rect key=${i} class=${m.what} x=${m.x} y="0" width=${m.wide} height=${HIGH}/>`,
      )}
      ${[GOOD, FAIR].map(
        (mos) => html`<line key=${mos} class="grid" x1="0" x2=${WIDE} y1=${y(mos)} y2=${y(mos)}/>`,
      )}
      ${hands.map((x) => html`<line key=${x} class="hand" x1=${x} x2=${x} y1="0" y2=${HIGH}/>`)}
      ${WHO.map((who) => html`<path key=${who} class=${who} d=${paths[who]}/>`)}
    </svg>
    <figcaption class="between t0 muted">
      <span>${timeOfDay(from)}</span>
      <span class="row">
        ${WHO.map(
          (who) => html`<span key=${who} class=${`key ${who}`}>${nameOf(parts, who, 'lines')}</span>`,
        )}
        ${marks.some((m) => m.what === 'hold') && html`<span class="key hold">${words.hold}</span>`}
        ${marks.some((m) => m.what === 'silent') && html`<span class="key silent">${words.gone}</span>`}
      </span>
      <span>${timeOfDay(to)}</span>
    </figcaption>
  </figure>`;
}

/** @param {{word: string, one: SoundHeard|null}} props */
const Row = ({ word, one }) => html`<tr>
  <th scope="row">${word}</th>
  ${one
    ? html`
        <td>${one.mos.toFixed(1)}</td>
        <td>${one.worst.toFixed(1)} <span class="muted">${timeOfDay(one.worst_at)}</span></td>
        <td>${(one.lost * 100).toFixed(1)} %</td>
        <td>${one.jitter_ms} ms</td>
        <td>${one.delay_ms} ms</td>
        <td>${one.silent_s} s</td>
      `
    : html`<td colspan="6">${t.hears.report.none}</td>`}
</tr>`;

/** @param {{parts: SoundReport[]}} props */
const Figures = ({ parts }) => html`<table class="callfigures t0">
  <thead><tr>${t.hears.report.cols.map((c, i) => html`<th key=${i} scope="col">${c}</th>`)}</tr></thead>
  <tbody>
    ${WHO.map(
      (who) => html`<${Row} key=${who} word=${nameOf(parts, who, 'rows')} one=${inAll(parts, who)}/>`,
    )}
    ${parts.flatMap((part) =>
      (part.others ?? []).flatMap((other) =>
        WAYS.map((way) => {
          const name = other.who ?? t.hears.others.somebody;
          return html`<${Row}
            key=${`${part.from} ${name} ${way}`}
            word=${t.hears.others[way](name)}
            one=${other[way]}/>`;
        }),
      ),
    )}
  </tbody>
</table>`;

/** What agents had, and what each number outside had to which the caller was handed over, by themselves.
 * @param {{of: SoundReport[]}} props */
export const CallReport = ({ of }) =>
  [...new Set(of.map((part) => part.number ?? null))].map(
    (number) => html`<${One}
      key=${number ?? ''}
      of=${of.filter((part) => (part.number ?? null) === number)}/>`,
  );

/** @param {{of: SoundReport[]}} props */
function One({ of }) {
  const [open, setOpen] = useState(false);
  const words = t.hears.report;
  const heard = (/** @type {import('../call_sound.js').Hears} */ who) => {
    const one = inAll(of, who);
    return one ? words.of(one.mos.toFixed(1)) : words.none;
  };
  const faults = faultsOf(of);
  const tones = WHO.map((who) => toneOf(inAll(of, who)));
  const tone = tones.includes('s1') ? 's1' : tones.includes('s2') ? 's2' : 'faint';
  return html`<div class="callreport">
    <button
      type="button"
      class="quiet small unfold t0"
      aria-expanded=${String(open)}
      onClick=${() => setOpen(!open)}>
      <span class=${cls(tone)}>
        ${tone === 'faint' ? '' : '⚠ '}
        ${words.sum(heard('agent'), heard('caller'), of[0].number ?? null)}
        ${faults.length > 0 && html` · ${faults.join(' · ')}`}
      </span>
      <span class="accent">${open ? t.timeline.hide : t.timeline.show}</span>
    </button>
    ${open && html`<${Picture} parts=${of}/><${Figures} parts=${of}/>`}
  </div>`;
}
