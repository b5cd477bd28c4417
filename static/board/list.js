/** Waiting and ringing, in routing order; each row says what happens next, and why. */
import { askCallOff } from '../call_off.js';
import { html, memo, useComputed } from '../ui.js';
import { isHidden, whoOf } from '../contact.js';
import { Speaks } from '../speaks.js';
import { Channel, Icon, Sev, SevShape } from '../icons.js';
import { asideItems } from '../snooze.js';
import { exactTime, needsText, spanText } from '../format.js';
import { now } from '../clock.js';
import { boardRows, gaveUpRows, kindOf } from '../model.js';
import { MenuButton } from '../menu.js';
import { Since, TargetBar, Waits } from '../timers.js';
import { t } from '../strings/en.js';
import { toast, wordsOf } from '../toasts.js';
import {
  centre,
  channel,
  firstName,
  link,
  pending,
  setSeverity,
  severity,
  state,
  tabOf,
  wordOf,
} from './context.js';
import { openAgent } from './agent.js';
import { IncidentButton } from './drawer.js';
import { reasonText } from '../reasons.js';
import { becauseText, isUnsure, Unsure } from '../grounds.js';
import { Next } from './next.js';
import { Corrections } from './corrections.js';
import { Abandoned } from './abandoned.js';
import { Callbacks } from './callbacks.js';
import { OpenButton } from '../desk/restrict.js';
import { OpenIncidents } from './incidents.js';
import { Today } from './today.js';
import { guess } from './tiles.js';
import { ContactState } from '../states.js';

/** Past its target: said in a word. @param {{at: number, level: Severity}} props */
const Late = ({ at, level }) => html`<b class=${`late s${level}`}>
  ${useComputed(() => (now.value > at ? ` ${t.board.late}` : ''))}
</b>`;

/** @param {Contact} c @returns {MenuItem[]} */
const aside = (c) => {
  const items = asideItems(c, (what, fields) =>
    link.send(what, fields).catch((error) => toast(wordsOf(error), 'warn')),
  );
  return items.length ? [null, ...items] : [];
};

/** The way to whoever has it: to listen, to help. @param {Contact} c @returns {MenuItem[]} */
const withAgent = (c) =>
  c.agent ? [null, { label: t.seen.has(firstName(c.agent)), act: () => c.agent && openAgent(c.agent) }] : [];

/** Names of those it rings at, or who has it. @param {Contact} c */
const withWhom = (c) => (c.offer ? c.offer.agents.map(firstName).join(', ') : firstName(c.agent));

/** @typedef {{c: Contact, name: string, waits?: boolean, order?: number, told?: number,
 *   busy: boolean}} RowProps */
const Row = memo((/** @type {RowProps} */ { c, name, waits, order, told }) => {
  const rings = reasonText(c, c.agent ?? c.offer?.agents[0]);
  const why = [becauseText(c), rings].filter(Boolean).join(' · ');
  const from = c.waits_from;
  const due = c.answer_by ?? from;
  return html`<div role="row" class=${`tr ${waits ? `hot${c.severity}` : ''}`}>
    <span role="cell">
      <${MenuButton}
        class="sevbtn"
        name=${t.board.changeOf(c.severity, whoOf(c))}
        title=${t.board.change}
        label=${html`<${Sev} level=${c.severity}/><${Icon} name="down" class="faint"/>`}
        items=${[
          { title: t.board.change },
          ...(centre.value?.severities ?? []).map((s) => ({
            label: html`<${Sev} level=${s.level} word=${s.word}/>`,
            checked: s.level === c.severity,
            act: () => setSeverity(c, s.level),
          })),
          ...(c.grounds && c.severity <= 2
            ? [null, { label: t.severity.neverTo, act: () => setSeverity(c, 4, 'never') }]
            : []),
          ...(kindOf(c) === 'callback' && c.state !== ContactState.DIALING
            ? [null, { label: t.promised.off, act: () => askCallOff({ contact: c.id, who: whoOf(c) }) }]
            : []),
          ...aside(c),
          ...withAgent(c),
        ]}/>
    </span>
    <span role="cell">
      ${kindOf(c) === 'callback'
        ? html`<span class="chan promise" title=${t.promised.word}>
            <${Icon} name="callback"/>
            <span class="sr">${t.promised.word}</span>
          </span>`
        : html`<${Channel} channel=${c.channel}/>`}
    </span>
    <span
      role="cell"
      class="cut"
      title=${[c.who?.name, c.who?.address, c.who?.role, c.incident_no].filter(Boolean).join(' · ')}>
      ${c.restricted && html`<${Icon} name="lock"/> `}
      <b>${whoOf(c)}</b> <${Speaks} c=${c} centre=${centre.value}/>
      ${c.about && c.channel !== 'voice' ? html` <span class="muted">${c.about}</span>` : ''}
    </span>
    <span role="cell">
      ${isHidden(c)
        ? html`<${OpenButton} of=${{ contact: c.id }}/>`
        : html`<${IncidentButton} id=${c.incident} no=${c.incident_no} who=${whoOf(c)}/>`}
    </span>
    <span role="cell" class="wait">
      ${waits
        ? html`
            <span>
              <b><${Waits} from=${from}/></b> <span class="faint">/ ${spanText(due - from)}</span>
              <${Late} at=${due} level=${c.severity}/>
            </span>
            <${TargetBar} from=${from} to=${due} class=${`s${c.severity}`}/>
          `
        : c.state === ContactState.SCHEDULED
          ? html`<span class="muted asked">${t.promised.asked(c.callback?.by_name ?? '')}</span>`
          : html`<b title=${exactTime(c.state_at)}><${Since} at=${c.state_at}/></b>`}
    </span>
    <span role="cell" class="cut muted" title=${needsText(c.needs)}>${needsText(c.needs)}</span>
    <${Next} c=${c} name=${name} order=${order} told=${told}/>
    <span role="cell" class="cut muted" title=${why}>
      ${isUnsure(c) && html`<${Unsure}/> `}
      ${isUnsure(c) ? [c.grounds?.why.join(' · '), rings].filter(Boolean).join(' · ') : why}
    </span>
  </div>`;
});

/** @typedef {Record<string, {order: number, told: number}>} Standing */

/** @param {{title: Shown, rows: Contact[], waits?: boolean, place?: Standing}} props */
const Group = ({ title, rows, waits, place = {} }) =>
  rows.length
    ? html`<div role="rowgroup">
        <div role="row" class="group"><span role="cell"><b>${title}</b> ${rows.length}</span></div>
        ${rows.map(
          (c) => html`<${Row}
            key=${c.id}
            c=${c}
            waits=${waits}
            order=${place[c.id]?.order}
            told=${place[c.id]?.told}
            name=${withWhom(c)}
            busy=${!!pending.value[c.id]}/>`,
        )}
      </div>`
    : null;

/** @template T @param {{of: Signal<T>, value: T, children?: Shown}} props */
const Pick = ({ of, value, children }) => html`<button
  class="small"
  aria-pressed=${String(of.value === value)}
  onClick=${() => {
    of.value = value;
  }}>
  ${children}
</button>`;

/** What the next call of each queue would wait, where calls wait and it is well known. */
function QueueWaits() {
  const of = Object.entries(state.value.tally?.queues ?? {}).flatMap(([name, { wait, ...q }]) =>
    wait ? [{ ...q, name, wait }] : [],
  );
  const wordFor = (/** @type {string} */ name) =>
    centre.value?.queues?.find((q) => q.name === name)?.word ?? name;
  return of.length
    ? html`<div class="row queuewaits t1" role="group" aria-label=${t.board.queues}>
        <span class="muted">${t.board.queues}</span>
        ${of.map(
          (q) => html`<span key=${q.name} title=${t.board.queueWhy(wordFor(q.name), q.calls, q.severity)}>
            <b>${wordFor(q.name)}</b> <span class="muted">${t.board.queueWait(...guess(q.wait))}</span>
          </span>`,
        )}
      </div>`
    : null;
}

export function List() {
  const rows = boardRows(state.value, { channel: channel.value, severity: severity.value });
  const gone = gaveUpRows(state.value, { channel: channel.value, severity: severity.value });
  const inWork = tabOf.value === 'work';
  const count = rows.untaken.length + rows.ringing.length + rows.waiting.length + rows.later.length;
  const none = inWork ? !rows.working.length : !count;
  const filtered = channel.value || severity.value;
  const c = t.board.cols;
  const steers = state.value.me?.permissions?.includes('queue.steer');
  return html`<section class="panel list" aria-label=${t.board.list}>
    <div class="head">
      <div class="row" role="group" aria-label=${t.board.list}>
        <h2 class="sr">${t.board.list}</h2>
        <${Pick} of=${tabOf} value="waiting">${t.board.listTab} · ${count}</${Pick}>
        <${Pick} of=${tabOf} value="work">${t.board.inWork} · ${rows.working.length}</${Pick}>
        <${Pick} of=${tabOf} value="abandoned">
          ${gone.length > 0 && html`<${SevShape} level=${gone[0].severity}/>`}
          ${t.board.gaveUp} · ${gone.length}
        </${Pick}>
        ${steers && html`<${Pick} of=${tabOf} value="incidents">${t.openIncidents.tab}</${Pick}>`}
        ${steers && html`<${Pick} of=${tabOf} value="callbacks">${t.callbackList.tab}</${Pick}>`}
        <${Pick} of=${tabOf} value="today">${t.today.tab}</${Pick}>
        ${steers && html`<${Pick} of=${tabOf} value="corrections">${t.corrections.tab}</${Pick}>`}
      </div>
      ${!['corrections', 'today', 'incidents', 'callbacks'].includes(tabOf.value) && html`<div
        class="row"
        role="group"
        aria-label=${c.chan}>
        ${severity.value && html`<button
          class="small quiet"
          onClick=${() => {
            severity.value = null;
          }}>${t.board.only(`S${severity.value} ${wordOf(severity.value)}`)} ✕</button>`}
        <${Pick} of=${channel} value=${null}>${t.board.all}</${Pick}>
        ${['voice', 'sms', 'email'].map(
          (ch) => html`<${Pick} key=${ch} of=${channel} value=${ch}>
            <${Icon} name=${ch}/>
            <span class="sr" title=${t.channelsMany[ch]}>${t.channelsMany[ch]}</span>
          </${Pick}>`,
        )}
      </div>`}
    </div>
    ${rows.lost.length + rows.unheard.length + rows.untaken.length > 0 && html`<div
      class="alarms scroll"
      role="table"
      tabindex="0"
      aria-label=${t.board.alarms}>
      <${Group} title=${html`<span class="s1">▲ ${t.board.lost}</span>`} rows=${rows.lost}/>
      <${Group} title=${html`<span class="s1">▲ ${t.board.unheard}</span>`} rows=${rows.unheard}/>
      <${Group}
        title=${html`<span class="s1">▲ ${t.board.untaken}</span>`}
        rows=${rows.untaken}
        place=${rows.place}
        waits/>
    </div>`}
    ${tabOf.value === 'waiting' && html`<${QueueWaits}/>`}
    ${tabOf.value === 'corrections'
      ? html`<${Corrections}/>`
      : tabOf.value === 'abandoned'
        ? html`<${Abandoned} rows=${gone}/>`
        : tabOf.value === 'incidents'
          ? html`<${OpenIncidents}/>`
          : tabOf.value === 'callbacks'
            ? html`<${Callbacks}/>`
            : tabOf.value === 'today'
              ? html`<${Today}/>`
              : html`<div
                  class="rows scroll"
                  role="table"
                  tabindex="0"
                  aria-label=${inWork ? t.board.inWork : t.board.list}>
                  <div role="rowgroup" class="thead">
                    <div role="row" class="tr th">
                      ${[
                        c.sev,
                        c.chan,
                        c.who,
                        c.incident,
                        inWork ? c.inHand : c.waited,
                        c.needs,
                        c.next,
                        c.why,
                      ].map((x) => html`<span key=${x} role="columnheader">${x}</span>`)}
                    </div>
                  </div>
                  ${inWork
                    ? html`<${Group} title=${t.board.inWork} rows=${rows.working}/>`
                    : html`
                        <${Group} title=${t.board.ringing} rows=${rows.ringing} place=${rows.place} waits/>
                        <${Group} title=${t.board.waiting} rows=${rows.waiting} place=${rows.place} waits/>
                        <${Group} title=${t.promised.group} rows=${rows.later}/>
                      `}
                </div>`}
    ${(tabOf.value === 'waiting' || inWork) && none && html`<p class="empty over">
      ${filtered ? t.board.emptyFilter : inWork ? t.board.emptyWork : t.board.empty}
    </p>`}
  </section>`;
}
