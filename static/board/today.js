/** The day so far, by severity: how many, what became of them, and the service level that makes. Each figure
 * opens its contacts. */
import { html } from '../ui.js';
import { Sev } from '../icons.js';
import { percent } from '../format.js';
import { SEVERITIES, shareOf } from '../model.js';
import { t } from '../strings/en.js';
import { state, wordOf } from './context.js';
import { Figure } from './figure.js';
import { CallbacksKept } from './callbacks_kept.js';
import { GuidanceToday } from './guidance.js';

/** @param {{figure: 'level'|'all', severity: Severity, level: Level}} props */
const Share = ({ figure, severity, level }) => html`<${Figure}
  figure=${figure}
  severity=${severity}
  n=${level[1]}
  says=${`${percent(shareOf(level))} ${level.join(' / ')}`}>
  <b>${percent(shareOf(level))}</b> <span class="faint">${level.join(' / ')}</span>
</${Figure}>`;

/** Figures of all severities in a sentence. @param {{lead: string, of: [FigureName, number][]}} props */
const Sentence = ({ lead, of }) => html`<p class="row figs">
  ${lead}
  ${of.map(
    ([figure, n]) => html`<span key=${figure}>
      <${Figure} figure=${figure} severity=${0} n=${n}/> ${t.today.after[figure]}
    </span>`,
  )}
</p>`;

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
          /** @param {Exclude<keyof DayFigures, 'closed'|'level'|'all'>} figure @param {string} [tone]
           * @param {string} [words] */
          const cell = (figure, tone = '', words) => html`<${Figure}
            figure=${figure}
            severity=${level}
            n=${d[figure]}
            says=${words}
            class=${tone}/>`;
          return html`<div key=${level} role="row" class="tr td">
            <span role="cell"><${Sev} level=${level} word=${wordOf(level)}/></span>
            <span role="cell">${cell('offered')}</span>
            <span role="cell">
              ${cell('answered')} ${d.answered > 0 && cell('in_target', 'faint', of.inTime(d.in_target))}
            </span>
            <span role="cell">
              ${cell('abandoned')} ${d.short > 0 && cell('short', 'faint', of.short(d.short))}
            </span>
            <span role="cell">${cell('left', 'b')}</span>
            <span role="cell">${cell('late', 's2 b')}</span>
            <span role="cell"><${Share} figure="level" severity=${level} level=${d.level}/></span>
            <span role="cell"><${Share} figure="all" severity=${level} level=${d.all}/></span>
          </div>`;
        })}
      </div>
    </div>
    <div class="notes t1">
      <${Sentence}
        lead=${of.closedLead}
        of=${[
          ['closed_answered', sum((d) => d.closed.answered)],
          ['closed_left', sum((d) => d.closed.left)],
          ['closed_abandoned', sum((d) => d.closed.abandoned)],
        ]}/>
      <${Sentence}
        lead=${of.promisesLead}
        of=${[
          ['kept', sum((d) => d.kept)],
          ['unreached', sum((d) => d.unreached)],
        ]}/>
      <${CallbacksKept}/>
      <${GuidanceToday}/>
      <${Sentence} lead=${of.lateLead} of=${[['late_apart', sum((d) => d.late_apart)]]}/>
      <p class="faint">${of.definition}</p>
    </div>
  `;
}
