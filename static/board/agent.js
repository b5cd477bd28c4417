/** One agent, to look at and to help: what they do, the last hour, today, and the call that they are in. */
import { cls, html, signal, useEffect } from '../ui.js';
import { After, Clock, Stage, StateMark, insteadOfWork, pausedWord, stateWord } from '../agent.js';
import { SoundInFull } from '../call_sound.js';
import { now } from '../clock.js';
import { firstOf, roleWord, stateWord as workWord, whoOf } from '../contact.js';
import { exactTime, hourMinute, skillsText, spanText } from '../format.js';
import { Channel, Icon, Sev } from '../icons.js';
import { AgentState, ContactState, stateOf } from '../states.js';
import { Since, Waits } from '../timers.js';
import { useAsked } from '../why.js';
import { checkTold } from '../sound_check.js';
import { t } from '../strings/en.js';
import { besideBar } from './beside.js';
import { centre, link, state, wordOf } from './context.js';
import { IncidentButton, reading, useDrawer } from './drawer.js';
import { freeButtons } from './free.js';

const opened = signal(/** @type {string|null} */ (null));
const close = () => {
  opened.value = null;
};

/** @param {string} id */
export function openAgent(id) {
  opened.value = id;
}

/** What the hour tells apart. @type {Record<AgentState, keyof typeof t.seen.kinds>} */
const KINDS = {
  ringing: 'ready',
  ready: 'ready',
  testing: 'ready',
  connecting: 'calls',
  talking: 'calls',
  dialing: 'calls',
  messages: 'texts',
  wrapup: 'wrapup',
  paused: 'paused',
  lost: 'away',
  offline: 'away',
};

/** @param {AgentDay} day @param {number} until */
function spansOf(day, until) {
  const spans = day.hour.map((one, n) => ({
    kind: KINDS[one.state] ?? 'away',
    from: Math.max(one.at, day.from),
    to: Math.max(day.from, day.hour[n + 1]?.at ?? until),
  }));
  /** @type {typeof spans} */
  const joined = [];
  for (const one of spans) {
    const last = joined.at(-1);
    if (last && last.kind === one.kind) last.to = one.to;
    else if (one.to >= one.from) joined.push({ ...one });
  }
  return joined;
}

/** As a picture, and in words beside it. @param {{day: AgentDay}} props */
function Hour({ day }) {
  const until = Math.max(now.value, day.from);
  const all = Math.max(1, until - day.from);
  const spans = spansOf(day, until);
  /** @type {Map<keyof typeof t.seen.kinds, number>} */
  const sums = new Map();
  for (const { kind, from, to } of spans) sums.set(kind, (sums.get(kind) ?? 0) + to - from);
  const words = [...sums].map(([kind, ms]) => `${t.seen.kinds[kind]} ${t.seen.minutes(ms)}`).join(' · ');
  let x = spans.length ? ((spans[0].from - day.from) / all) * 100 : 0;
  return html`
    <div class="between">
      <h3>${t.seen.hour}</h3>
      <span class="faint t1">${hourMinute(day.from)} – ${hourMinute(until)}</span>
    </div>
    <svg class="hour" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${words}>
      ${spans.map(({ kind, from, to }) => {
        const width = (Math.max(0, to - from) / all) * 100; // our clock may be a little behind
        const at = x;
        x += width;
        return html`<rect key=${from} class=${`k-${kind}`} x=${at} y="0" width=${width} height="8">
          <title>${t.seen.kinds[kind]} ${hourMinute(from)} – ${hourMinute(to)}</title>
        </rect>`;
      })}
    </svg>
    <div class="row legend t1">
      ${[...sums].map(
        ([kind, ms]) => html`<span key=${kind} class="row">
          <i class=${`dot k-${kind}`}></i> ${t.seen.kinds[kind]} <b>${t.seen.minutes(ms)}</b>
        </span>`,
      )}
    </div>
  `;
}

/** @param {{word: string, n: Shown, of?: Shown}} props */
const Count = ({ word, n, of }) => html`<div>
  <div class="muted t1">${word}</div>
  <div><b class="n">${n}</b> <span class="muted t1">${of}</span></div>
</div>`;

/** @param {{day: AgentDay}} props */
const Today = ({ day }) => html`
  <h3>${t.seen.today}</h3>
  <div class="counts3">
    <${Count}
      word=${t.seen.took}
      n=${day.calls + day.texts}
      of=${t.seen.tookOf(day.calls, day.texts) + (day.dialled ? t.seen.dialled(day.dialled) : '')}/>
    <${Count}
      word=${t.seen.rang}
      n=${day.rang ? spanText(day.rang.p50_ms) : '–'}
      of=${day.rang && t.seen.slowest(spanText(day.rang.p90_ms))}/>
    <${Count} word=${t.seen.missed} n=${day.missed} of=${t.seen.declined(day.declined)}/>
  </div>
`;

/** The call in hand stands before texts, and these before what is set aside for it. @param {Contact} c */
export const behind = (c) => {
  if (c.state === ContactState.PARKED) return 3;
  if (c.channel !== 'voice') return 2;
  return c.state === ContactState.WRAPUP ? 1 : 0; // a call may come while another's wrap-up is open
};

/** How somebody is in a call into which they were, or are being, asked.
 * @param {Contact} c @param {Consult} it */
export function askedWord(c, it) {
  if (it.at === 'asked') return t.seen.asks(it.by_name);
  return (it.at === 'apart' && !c.held ? t.seen.onHold : t.seen.askedIn)(it.by_name);
}

/** Of somebody who was asked into this call, or is being asked: by whom, and the way to them.
 * @param {{c: Contact, it: Consult}} props */
const AskedIn = ({ c, it }) => html`<span class="row">
  <${Icon} name="people"/>
  <b class="accent grow">${askedWord(c, it)}, ${whoOf(c)}</b>
  ${c.agent && state.value.agents[c.agent] && html`<button
    class="small"
    title=${t.seen.why(it.by_name)}
    onClick=${() => openAgent(c.agent ?? '')}>
    ${t.seen.callOf(firstOf(it.by_name))}
  </button>`}
</span>`;

/** Somebody’s work; `by` another’s, whose call it is. @param {{c: Contact, by?: Consult|null}} props */
const InHand = ({ c, by = null }) => html`<li class="stack">
  ${by && html`<${AskedIn} c=${c} it=${by}/>`}
  <span class="row">
    <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
    <${Channel} channel=${c.channel}/>
    <b class="cut">${whoOf(c)}</b>
    <span class="muted cut">${roleWord(c.who?.role)}</span>
    <span class="grow"></span>
    <${IncidentButton} id=${c.incident} no=${c.incident_no} who=${whoOf(c)}/>
  </span>
  <span class="muted t1">
    ${workWord(c)}
    ${stateOf(c).waits || c.offer
      ? html` · <${Waits} from=${c.waits_from}/>`
      : html` · <span title=${exactTime(c.state_at)}><${Since} at=${c.state_at}/></span>`}
    ${c.about && ` · ${c.about}`}
  </span>
  <${SoundInFull} c=${c}/>
</li>`;

/** Their record, asked for anew when their state or their work moves. @param {Agent|undefined} a */
function useDay(a) {
  const id = a?.id ?? null;
  const day = useAsked(
    id,
    async () => ({ agent: id, ...(await link.send('agent_day', { agent: id })) }),
    `${a?.state}${a?.state_at}${a?.contacts.join()}`,
  );
  return day?.agent === id ? day : null; // an answer about somebody else may come late
}

export function AgentDrawer() {
  const id = reading.value ? null : opened.value;
  const a = id ? state.value.agents[id] : undefined;
  const box = useDrawer(a ? id : null, close);
  const day = useDay(a);
  useEffect(() => {
    if (id && state.peek().loaded && !a) close(); // they have gone home
  });
  if (!id || !a) return null;
  const { contacts } = state.value;
  const others = contacts[a.consult ?? a.asked ?? ''];
  const ids = [...new Set([...(a.offer ? [a.offer.contact] : []), ...(a.contacts ?? [])])];
  const work = ids
    .map((one) => contacts[one])
    .filter(Boolean)
    .sort((x, y) => behind(x) - behind(y));
  const instead = a.state === AgentState.PAUSED ? null : insteadOfWork(a, centre.value, work.length > 0);
  const help = besideBar(a);
  const free = freeButtons(a);
  return html`<section ref=${box} class="drawer panel seen" role="dialog" aria-label=${a.name}>
    <header class="sec">
      <div class="between">
        <span class="row"><h2 class="name">${a.name}</h2><${Stage} a=${a} short/></span>
        <button class="small" onClick=${close}>${t.incident.shut} <kbd>Esc</kbd></button>
      </div>
      <div class="row">
        <${StateMark}
          a=${a}
          word=${a.state === AgentState.PAUSED ? pausedWord(a, centre.value) : stateWord(a)}/>
        <b><${Clock} a=${a}/></b>
        <span class="muted t1">${t.seen.since(hourMinute(a.state_at))}</span>
        <${After} a=${a} centre=${centre.value} class=""/>
        ${instead && html`<span class="muted t1">${instead}</span>`}
      </div>
      <div class="muted t1">
        ${skillsText(a.skills)}
        ${a.shift && ` · ${t.seen.shift(hourMinute(a.shift.from), hourMinute(a.shift.to))}`}
      </div>
      ${a.check && checkTold(a.check).map((line) => html`<div key=${line} class="muted t1">${line}</div>`)}
    </header>
    <div class="scroll" tabindex="0" aria-label=${t.seen.of(a.name)}>
      <section class="sec">
        <h3>${t.seen.inHand}</h3>
        ${work.length || others
          ? html`<ul class="stack">
              ${others && html`<${InHand} key=${others.id} c=${others} by=${others.consult}/>`}
              ${work.map((c) => html`<${InHand} key=${c.id} c=${c}/>`)}
            </ul>`
          : html`<p class="muted">${t.seen.nothing}</p>`}
      </section>
      ${help && html`<section class=${cls('sec', 'help')}>${help}</section>`}
      <section class="sec">${day && html`<${Hour} day=${day}/>`}</section>
      <section class="sec">${day && html`<${Today} day=${day}/>`}</section>
      ${free.length > 0 && html`<section class="sec row">${free}</section>`}
    </div>
  </section>`;
}
