/** A closed incident looks closed wherever it is shown: by shape, word and colour. */
import { html } from './ui.js';
import { Icon, Sev } from './icons.js';
import { exactTime } from './format.js';
import { Since } from './timers.js';
import { t } from './strings/en.js';

/** Its status, beside its number. @param {{of: Pick<Incident, 'state' | 'status'>}} props */
export const IncidentState = ({ of }) =>
  of.state === 'closed'
    ? html`<span class="tag done"><${Icon} name="closed"/> ${t.statuses[of.status]}</span>`
    : html`<span class=${`tag st-${of.status}`}>
        ${WAITS.has(of.status) && html`<${Icon} name="clock"/> `}
        ${t.statuses[of.status]}
      </span>`;
const WAITS = new Set(['waiting_party', 'waiting_third']);

/** How severe it is; of a closed one, how severe it was, without the colour of danger.
 * @param {{of: {state: Incident['state'], severity: Severity}, word?: string}} props */
export const SevOf = ({ of, word = '' }) => html`<${Sev}
  level=${of.severity}
  word=${word}
  class=${of.state === 'closed' ? 'past' : ''}/>`;

/** Why, by whom and when it was closed; beside that, what can be done.
 * @param {{of: Incident, children?: Shown}} props */
export const ClosedBar = ({ of, children }) =>
  of.closed
    ? html`<div class="closedbar" role="status">
        <${Icon} name="closed"/>
        <span class="grow">
          <b>${t.incident.closedHow(of.closed.word, of.closed.by_name)}</b>
          ${' '}
          <span title=${exactTime(of.closed.at)}><${Since} at=${of.closed.at}/> ${t.incident.ago}</span>
          ${of.closed.comment ? html`<span class="cut says">“${of.closed.comment}”</span>` : ''}
        </span>
        ${children}
      </div>`
    : null;
