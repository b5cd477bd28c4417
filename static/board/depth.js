/** How many are waiting, over the last two hours: what was before comes with the snapshot (the record keeps
 * it over a restart), what follows is folded in the page. */
import { html, useRef, useSignal, useSignalEffect } from '../ui.js';
import { SevShape } from '../icons.js';
import { now } from '../clock.js';
import { hourMinute } from '../format.js';
import { DEPTH_MS, SEVERITIES } from '../model.js';
import { t } from '../strings/en.js';
import { state } from './context.js';

const W = 400;
const H = 84;
const LEAST_MS = 5 * 60_000;

/** @param {Depth[]} depth @param {number} end */
export function depthPaths(depth, end) {
  if (!depth.length) return null;
  const span = Math.min(DEPTH_MS, Math.max(LEAST_MS, end - depth[0].at));
  const start = end - span;
  const top = Math.max(4, ...depth.map((p) => Math.max(...p.counts)));
  const x = (/** @type {number} */ at) => Math.max(0, ((at - start) / span) * W);
  const y = (/** @type {number} */ n) => H - 4 - (n / top) * (H - 12);
  const paths = [0, 1, 2, 3].map((i) => {
    let d = `M${x(depth[0].at).toFixed(1)} ${y(depth[0].counts[i]).toFixed(1)}`;
    for (const p of depth.slice(1))
      if (p.at >= start) d += `H${x(p.at).toFixed(1)}V${y(p.counts[i]).toFixed(1)}`;
    return `${d}H${W}`;
  });
  return { paths, start, top, yTop: y(top) };
}

export function Depth() {
  const slow = useSignal(0); // redrawn each 2 s and on change, not with every tick
  const last = useRef(0);
  useSignalEffect(() => {
    if (now.value - last.current > 2000) {
      last.current = now.value;
      slow.value = now.value;
    }
  });
  const depth = state.value.depth;
  const at = slow.value;
  const chart = depthPaths(depth, Math.max(at, depth[depth.length - 1]?.at ?? 0));
  const counts = depth[depth.length - 1]?.counts ?? [0, 0, 0, 0];
  return html`<section class="panel depth" aria-label=${t.board.depth}>
    <div class="between">
      <h2>${t.board.depth}</h2>
      <span class="legend">
        ${SEVERITIES.map(
          (s) => html`<span key=${s} class=${`sev s${s}`}><${SevShape} level=${s}/>${counts[s - 1]}</span>`,
        )}
      </span>
    </div>
    ${chart
      ? html`
          <svg
            class="chart"
            viewBox=${`0 0 ${W} ${H}`}
            preserveAspectRatio="none"
            role="img"
            aria-label=${`${t.board.depth}: ${counts.map((n, i) => `S${i + 1} ${n}`).join(', ')}`}>
            <line x1="0" x2=${W} y1=${H - 4} y2=${H - 4} class="axis"/>
            <line x1="0" x2=${W} y1=${chart.yTop} y2=${chart.yTop} class="axis dash"/>
            ${[3, 2, 1, 0].map(
              (i) => html`<path
                key=${i}
                d=${chart.paths[i]}
                class=${`s${i + 1}`}
                style=${i === 3 ? { strokeDasharray: '5 4' } : undefined}/>`,
            )}
          </svg>
          <div class="between faint t0">
            <span>${hourMinute(chart.start)}</span>
            <span>0–${chart.top}</span>
            <span>${hourMinute(at || chart.start)}</span>
          </div>
        `
      : html`<p class="faint">${t.board.depthNone}</p>`}
  </section>`;
}
