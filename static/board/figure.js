/** The contacts behind a figure of the day. */
import { html, memo, signal } from '../ui.js';
import { exactTime, spanText, timeOfDay } from '../format.js';
import { Channel, Sev } from '../icons.js';
import { Dialog } from '../dialog.js';
import { wordsOf } from '../toasts.js';
import { useAsked } from '../why.js';
import { t } from '../strings/en.js';
import { link, state, wordOf } from './context.js';
import { IncidentButton } from './drawer.js';

/** @typedef {{figure: FigureName, severity: Severity|0}} Of 0: all severities together */
/** @typedef {Of & {before: string}} Asked before: the rows that follow that one; '': from the newest */

const asked = signal(/** @type {Asked|null} */ (null));
const fault = signal('');
const shut = () => {
  asked.value = null;
};
/** Figures move while a list is read: asked for again when something did, at most this often. */
const AGAIN_MS = 2000;

/** A figure, which opens its contacts; of nobody there is nothing to open.
 * @param {Of & {n: number, says?: string, class?: string, children?: Shown}} props `says`: what is drawn,
 * where that is not the number */
export const Figure = ({ figure, severity, n, says = String(n), class: extra = '', children }) =>
  n
    ? html`<button
        class=${`quiet small fig ${extra}`}
        aria-haspopup="dialog"
        aria-label=${t.figures.name(figure, severity, says)}
        title=${t.figures.show}
        onClick=${() => {
          fault.value = '';
          asked.value = { figure, severity, before: '' };
        }}>
        ${children ?? says}
      </button>`
    : html`<span class="faint">${children ?? says}</span>`;

/** What became of it. @param {FigureRow} row */
const became = (row) =>
  row.late
    ? html`<b class="s2">${t.figures.late}</b>`
    : html`
        ${row.outcome ? (t.find.outcomes[row.outcome] ?? row.outcome) : t.figures.open}
        ${row.in_target && html` <span class="ok b">· ${t.figures.inTarget}</span>`}
      `;

/** As much longer than they waited here as can be seen. */
const LONGER_MS = 1000;

/** How long; where that alone would not say why it was too long, since when its target counts.
 * @param {FigureRow} row */
function waited({ waited_ms: here, in_all_ms: all, in_target: inTarget }) {
  if (here === null) return '';
  if (inTarget || all === null || all - here < LONGER_MS) return spanText(here);
  return html`<span title=${t.figures.keptWhy}>${t.figures.inAll(spanText(here), spanText(all))}</span>`;
}

const Row = memo(
  (/** @type {{row: FigureRow}} */ { row }) => html`<tr>
    <td title=${exactTime(row.at)}>${timeOfDay(row.at)}</td>
    <td><${Sev} level=${row.severity}/></td>
    <td class="cut who"><${Channel} channel=${row.channel}/> <b>${row.who ?? t.figures.early}</b></td>
    <td onClick=${shut}>
      <${IncidentButton} id=${row.incident} no=${row.incident_no} who=${row.who ?? ''}/>
    </td>
    <td>${waited(row)}</td>
    <td>${became(row)}</td>
    <td class="cut">${row.agent_name ?? ''}</td>
  </tr>`,
);

/** How many are in the list, and of how many incidents. @param {Results['figure']} list */
function countOf({ rows, before, older }) {
  if (older) return (before ? t.figures.next : t.figures.newest)(rows.length);
  if (before) return t.figures.last(rows.length);
  return t.figures.count(rows.length, new Set(rows.map((row) => row.incident ?? row.contact)).size);
}

export function FigureDialog() {
  const of = asked.value;
  const found = useAsked(
    of && `${of.figure} ${of.severity} ${of.before}`,
    () => link.send('figure', of ?? {}),
    state.value.seq,
    (error) => {
      if (error.code !== 'offline') fault.value = wordsOf(error);
    },
    AGAIN_MS,
  );
  if (!of) return null;
  const same = found?.figure === of.figure && found.severity === of.severity && found.before === of.before;
  const list = same ? found : null;
  /** @param {string} before */
  const turn = (before) => () => {
    asked.value = { ...of, before };
  };
  const c = t.figures.cols;
  return html`<${Dialog} title=${t.figures.title[of.figure]} class="figurebox" close=${shut}>
    <p class="row">
      ${of.severity
        ? html`<${Sev} level=${of.severity} word=${wordOf(of.severity)}/>`
        : html`<span>${t.figures.every}</span>`}
      <span class="muted" role="status">${list ? countOf(list) : ''}</span>
    </p>
    ${list && list.rows.length
      ? html`<div
          key=${of.before}
          class="scroll"
          tabindex="0"
          role="region"
          aria-label=${t.figures.title[of.figure]}>
          <table>
            <thead>
              <tr>
                ${[c.at, c.sev, c.who, c.incident, c.waited, c.became, c.agent].map(
                  (x) => html`<th key=${x} scope="col">${x}</th>`,
                )}
              </tr>
            </thead>
            <tbody>
              ${list.rows.map((row) => html`<${Row} key=${`${row.contact} ${row.at}`} row=${row}/>`)}
            </tbody>
          </table>
        </div>`
      : html`<p class="empty">${fault.value || (list ? t.figures.nobody : t.figures.asking)}</p>`}
    <div class="row end">
      ${of.before && html`<button onClick=${turn('')}>${t.figures.toNewest}</button>`}
      ${list?.older && html`<button onClick=${turn(list.older)}>${t.figures.older}</button>`}
      <button onClick=${shut}>${t.incident.shut} <kbd>Esc</kbd></button>
    </div>
  </${Dialog}>`;
}
