/** Callers who hung up while waiting and have not been spoken with since: the worst first. */
import { html, memo } from '../ui.js';
import { lineWord, whoOf } from '../contact.js';
import { serverTime } from '../clock.js';
import { Icon, Sev } from '../icons.js';
import { dueText, exactTime, spanText } from '../format.js';
import { MenuButton } from '../menu.js';
import { Since } from '../timers.js';
import { toast, wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { centre, firstName, link, state, wordOf } from './context.js';
import { CallBack, IncidentButton } from './drawer.js';

/** A call to them waits in the order, at the place they had. @param {AbandonedCaller} row */
const queue = (row) =>
  link.send('abandoned_callback', { incident: row.incident }).then(
    (made) => toast(t.promised.done(made?.at ? dueText(made.at, serverTime()) : ''), 'info'),
    (error) => toast(wordsOf(error), 'warn'),
  );

/** @param {AbandonedCaller} row */
const done = (row) =>
  link.send('abandoned_done', { incident: row.incident }).catch((error) => toast(wordsOf(error), 'warn'));

const Row = memo((/** @type {{row: AbandonedCaller, caller: string}} */ { row, caller }) => {
  const who = whoOf(row);
  return html`<div role="row" class=${`tr gu hot${row.severity}`}>
    <span role="cell"><${Sev} level=${row.severity} word=${wordOf(row.severity)}/></span>
    <span role="cell" class="cut" title=${[row.who?.name, row.who?.address].filter(Boolean).join(' · ')}>
      <b>${who}</b> <span class="muted">${lineWord(row.line, centre.value) ?? ''}</span>
    </span>
    <span role="cell" title=${exactTime(row.at)}>
      <b><${Since} at=${row.at}/></b> <span class="faint">${t.incident.ago}</span>
    </span>
    <span role="cell">
      ${row.kind === 'callback'
        ? html`<b class="s2">${t.promised.notReached(row.tries)}</b>`
        : spanText(row.waited_ms)}
      ${row.kind !== 'callback' && row.tries > 1 ? html` <b class="s2">${t.board.tries(row.tries)}</b>` : ''}
    </span>
    <span role="cell"><${IncidentButton} id=${row.incident} no=${row.incident_no} who=${who}/></span>
    <span role="cell" class="row acts">
      ${row.hidden
        ? html`<span class="muted" title=${t.restricted.hidden}><${Icon} name="lock"/></span>`
        : row.provisional
          ? html`<span class="muted" title=${t.record.gaveUp}><${Icon} name="warn"/> ${t.record.soon}</span>`
          : caller
            ? html`<span class="accent b">${t.board.callsThem(caller)}</span>`
            : html`
                <${CallBack} incident=${row.incident} name=${t.board.callBackTo(who)} class="small"/>
                ${state.value.me?.permissions?.includes('queue.steer') && html`<button
                  class="small"
                  aria-label=${t.promised.queueOf(who)}
                  title=${t.promised.queueWhy}
                  onClick=${() => queue(row)}>
                  <${Icon} name="callback"/>
                  ${t.promised.queue}
                </button>`}
              `}
      ${!row.provisional && !row.hidden && html`<${MenuButton}
        class="quiet small"
        align="right"
        name=${t.board.doneOf(who)}
        title=${t.board.doneWhy}
        label=${html`${t.board.done}<${Icon} name="down"/>`}
        items=${[{ title: t.board.doneWhy }, { label: t.board.doneGo, act: () => done(row) }]}/>`}
    </span>
  </div>`;
});

/** @param {{rows: AbandonedCaller[]}} props */
export function Abandoned({ rows }) {
  const c = t.board.gaveUpCols;
  /** Who calls back now. @type {Record<string, string>} */
  const callers = {};
  for (const contact of Object.values(state.value.contacts))
    if (contact.direction === 'out' && contact.incident && contact.agent)
      callers[contact.incident] = firstName(contact.agent);
  return html`
    <div class="rows scroll" role="table" tabindex="0" aria-label=${t.board.gaveUp}>
      <div role="rowgroup" class="thead">
        <div role="row" class="tr th gu">
          ${[c.sev, c.who, c.at, c.waited, c.incident, c.act].map(
            (x) => html`<span key=${x} role="columnheader">${x}</span>`,
          )}
        </div>
      </div>
      <div role="rowgroup">
        ${rows.map((row) => html`<${Row} key=${row.incident} row=${row} caller=${callers[row.incident]}/>`)}
      </div>
    </div>
    ${rows.length === 0 && html`<p class="empty over">${t.board.gaveUpNone}</p>`}
  `;
}
