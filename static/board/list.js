/** Waiting and ringing, in routing order; each row says what happens next, and why. */
import { html, memo, useComputed } from '../ui.js';
import { byTelephone, whoOf } from '../contact.js';
import { Channel, Icon, Sev, SevShape } from '../icons.js';
import { asideItems, isAside, owes } from '../snooze.js';
import { exactTime, hourMinute, needsText, spanText, timeOfDay } from '../format.js';
import { now } from '../clock.js';
import { boardRows, gaveUpRows, kindOf } from '../model.js';
import { stands } from '../order.js';
import { MenuButton } from '../menu.js';
import { Left, Since, TargetBar, Until } from '../timers.js';
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
import { IncidentButton } from './drawer.js';
import { reasonText } from '../reasons.js';
import { Place, WhyButton } from '../why.js';
import { becauseText, isUnsure, Unsure } from '../grounds.js';
import { TakeLink } from './steer.js';
import { Corrections } from './corrections.js';
import { Abandoned } from './abandoned.js';
import { Today } from './today.js';
import { guess } from './tiles.js';
import { Stands } from '../stands.js';
import { ContactState } from '../states.js';

/** A promised call: shape, word, and who asked for it. */
const Promised = (/** @type {{of: NonNullable<Contact['callback']>}} */ { of }) => html` <span
  class="tag promise"
  title=${[t.promised.asked(of.by_name), of.tried > 1 && t.promised.tryOf(of.tried, of.tries)]
    .filter(Boolean)
    .join(' · ')}>
  ${t.promised.word}
</span>`;

/** Where the carrier has them. @param {Contact} c */
const there = (c) =>
  c.outside
    ? (c.state === ContactState.AWAY ? t.board.away : t.board.outside)(c.outside.word)
    : t.contactStates[c.state];

/** Whose telephone rings for it, or who took it over by telephone. @param {Contact} c */
function onCall(c) {
  const { at, word } = c.telling ?? {};
  const words = at === 'rings' ? t.board.outside : at === 'taken' ? t.board.has : null;
  return words && html`<b class="cut" title=${byTelephone(c)}>${words(word ?? '')}</b>`;
}

/** @param {Contact} c @param {string} name @param {number=} order @param {number=} told */
function next(c, name, order, told) {
  switch (c.state) {
    case ContactState.OFFERED:
      return html`<${WhyButton} c=${c}>
        <span class="rings">
          <span class="s1 b">▲</span>
          <b class="cut" title=${name}>${t.board.ringingAt(name)}</b>
          ${c.offer?.expires ? html`<span>· <${Left} at=${c.offer.expires}/></span>` : ''}
        </span>
      </${WhyButton}>`;
    case ContactState.CONNECTING:
      return html`<span class="accent b">${t.board.connectingTo(name)}</span>`;
    case ContactState.SCHEDULED:
      if (c.stands)
        return html`<${Stands} of=${c.stands} until=${c.until} name=${firstName(c.stands.agent)}/>`;
      return html`
        <b title=${exactTime(c.not_before)}>${t.promised.due(hourMinute(c.not_before))}</b> · <${Until}
          at=${c.not_before ?? c.arrived_at}
          left=${t.promised.inTime}/>
      `;
    case ContactState.QUEUED:
      return html`
        <${WhyButton} c=${c}>
          <span title=${c.promoted ? t.why.promoted : t.board.placeWhy(c.severity, timeOfDay(c.answer_by))}>
            ${onCall(c) ||
            (order
              ? html`<${Place} order=${order} told=${told ?? order}/>`
              : html`<b>${t.contactStates.queued}</b>`)}
          </span>
          ${c.sticky_for ? html` <span class="muted">${t.board.heldFor(firstName(c.sticky_for))}</span>` : ''}
        </${WhyButton}>
        ${kindOf(c) === 'callback' && c.callback ? html`<${Promised} of=${c.callback}/>` : ''}
      `;
    case ContactState.IN_MENU:
      return t.board.menu;
    case ContactState.ACTIVE:
      if (c.alarm === 'lost')
        return html`
          <span class="s1 b">${t.board.lostOf(name)}</span>
          ${c.until ? html` · <b><${Left} at=${c.until}/></b>` : ''}
        `;
      return html`${t.board.with(name)}${c.held ? ` · ${t.contactStates.held}` : ''}`;
    case ContactState.WRAPUP:
      return html`${t.contactStates.wrapup} · ${name}${c.until ? html` · <${Left} at=${c.until}/>` : ''}`;
    case ContactState.PARKED:
      return c.parked_for === 'call'
        ? html`
            ${owes(c)
              ? html`<b><${Until} at=${c.answer_by} left=${t.work.left} over=${t.work.over}/></b> · `
              : ''}
            ${t.contactStates.aside} · ${name}
          `
        : isAside(c)
          ? html`
              ${t.aside.word}
              ${c.agent ? ` · ${name}` : ''} · <${Until} at=${c.until} left=${t.aside.until}/>
            `
          : html`${t.contactStates.parked} · ${name}`;
    case ContactState.DIALING:
      return html`${name} · ${t.phone.progressShort[c.progress ?? ''] ?? t.contactStates.dialing}`;
    case ContactState.OUTSIDE:
    case ContactState.VOICEMAIL:
      return stands(c)
        ? html`
            <${WhyButton} c=${c}>
              ${there(c)}
              ${c.offer && html` · <b class="cut" title=${name}>${t.board.offeredTo(name)}</b> · <${Left}
                at=${c.offer.expires}/>`}
            </${WhyButton}>
            <${TakeLink} c=${c}/>
          `
        : there(c);
    case ContactState.AWAY:
      return there(c);
    default:
      return t.contactStates[c.state] ?? c.state;
  }
}

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

/** @param {Contact} c */
const callOff = (c) =>
  link.send('cancel_callback', { contact: c.id }).then(
    () => toast(t.promised.offDone, 'info'),
    (error) => toast(wordsOf(error), 'warn'),
  );

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
            ? [null, { label: t.promised.off, act: () => callOff(c) }]
            : []),
          ...aside(c),
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
      <b>${whoOf(c)}</b>
      ${c.about && c.channel !== 'voice' ? html` <span class="muted">${c.about}</span>` : ''}
    </span>
    <span role="cell"><${IncidentButton} id=${c.incident} no=${c.incident_no} who=${whoOf(c)}/></span>
    <span role="cell" class="wait">
      ${waits
        ? html`
            <span>
              <b><${Since} at=${from}/></b> <span class="faint">/ ${spanText(due - from)}</span>
              <${Late} at=${due} level=${c.severity}/>
            </span>
            <${TargetBar} from=${from} to=${due} class=${`s${c.severity}`}/>
          `
        : c.state === ContactState.SCHEDULED
          ? html`<span class="muted">${t.promised.asked(c.callback?.by_name ?? '')}</span>`
          : html`<b title=${exactTime(c.state_at)}><${Since} at=${c.state_at}/></b>`}
    </span>
    <span role="cell" class="cut muted" title=${needsText(c.needs)}>${needsText(c.needs)}</span>
    <span role="cell" class="cut">
      ${next(c, name, order, told)}
      ${c.fault && c.alarm !== 'lost'
        ? html` · <span class="s2 b">
            ${t.faultsBoard[c.fault] ?? c.fault}
            ${c.until ? html`, <${Left} at=${c.until}/>` : ''}
          </span>`
        : ''}
    </span>
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
        <${Pick} of=${tabOf} value="today">${t.today.tab}</${Pick}>
        ${state.value.me?.permissions?.includes('queue.steer') && html`<${Pick}
          of=${tabOf}
          value="corrections">
          ${t.corrections.tab}
        </${Pick}>`}
      </div>
      ${!['corrections', 'today'].includes(tabOf.value) && html`<div
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
            ${t.channelsMany[ch]}
          </${Pick}>`,
        )}
      </div>`}
    </div>
    ${rows.lost.length + rows.untaken.length > 0 && html`<div
      class="alarms scroll"
      role="table"
      tabindex="0"
      aria-label=${t.board.alarms}>
      <${Group} title=${html`<span class="s1">▲ ${t.board.lost}</span>`} rows=${rows.lost}/>
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
