/** The day so far, by severity: how many, what became of them, and the service level that makes. */
import { html } from '../ui.js';
import { Sev } from '../icons.js';
import { percent } from '../format.js';
import { SEVERITIES, shareOf } from '../model.js';
import { t } from '../strings/en.js';
import { state, wordOf } from './context.js';

/** @param {Level} level */
const fraction = (level) => html`
  <b>${percent(shareOf(level))}</b> <span class="faint">${level.join(' / ')}</span>
`;

/** @param {{n: number, tone?: string}} props */
const Cell = ({ n, tone = '' }) => html`<span role="cell" class=${n ? tone : 'faint'}>${n}</span>`;

export function Today() {
  const today = state.value.tally?.today ?? {};
  const of = t.today;
  const rows = SEVERITIES.filter((level) => today[level]);
  /** Over all severities. @param {(d: DayFigures) => number} pick */
  const sum = (pick) => rows.reduce((n, level) => n + pick(today[level]), 0);
  const c = of.cols;
  return html`
    <div class="rows scroll" role="table" tabindex="0" aria-label=${of.title}>
      <div role="rowgroup" class="thead">
        <div role="row" class="tr th td">
          ${[c.sev, c.offered, c.answered, c.abandoned, c.left, c.late, c.level, c.all].map(
            (x) => html`<span key=${x} role="columnheader">${x}</span>`,
          )}
        </div>
      </div>
      <div role="rowgroup">
        ${rows.map((level) => {
          const d = today[level];
          return html`<div key=${level} role="row" class="tr td">
            <span role="cell"><${Sev} level=${level} word=${wordOf(level)}/></span>
            <${Cell} n=${d.offered}/>
            <span role="cell">${d.answered} <span class="faint">${of.inTime(d.in_target)}</span></span>
            <span role="cell" class=${d.abandoned ? '' : 'faint'}>
              ${d.abandoned} ${d.short > 0 && html`<span class="faint">${of.short(d.short)}</span>`}
            </span>
            <${Cell} n=${d.left} tone="b"/>
            <${Cell} n=${d.late} tone="s2 b"/>
            <span role="cell">${fraction(d.level)}</span>
            <span role="cell">${fraction(d.all)}</span>
          </div>`;
        })}
      </div>
    </div>
    <div class="notes t1">
      <p>
        ${of.closed(
          sum((d) => d.closed.answered),
          sum((d) => d.closed.left),
          sum((d) => d.closed.abandoned),
        )}
      </p>
      <p>
        ${of.promises(
          sum((d) => d.kept),
          sum((d) => d.unreached),
        )}
      </p>
      <p class="faint">${of.definition}</p>
    </div>
  `;
}
