/** The agents here: their state and for how long, their work, and their skills. */
import { html, memo, useComputed } from '../ui.js';
import { whoOf } from '../contact.js';
import { Channel, Icon, Sev, StateMark } from '../icons.js';
import { dayAndTime, skillsText } from '../format.js';
import { agentsByName, withRoom } from '../model.js';
import { MenuButton } from '../menu.js';
import { Left, Since } from '../timers.js';
import { t } from '../strings/en.js';
import { state, whyPaused } from './context.js';
import { freeItems } from './free.js';
import { Reserve } from './steer.js';
import { AgentState, ContactState, agentStateOf } from '../states.js';

/** Hours are set, and the agent is here beside them. @param {{a: Agent}} props */
const Outside = ({ a }) =>
  a.shift?.outside
    ? html`<span class="tag stage t0" title=${t.terms.outsideWhy(dayAndTime(a.shift.from))}>
        ${t.terms.outside}
      </span>`
    : null;

/** Skills; or, while the last work goes on, that nothing comes after it. @param {{a: Agent}} props */
const Under = ({ a }) => html`<span class="under">${under(a)}</span>`;
/** @param {Agent} a */
const under = (a) =>
  a.choice === 'paused' && agentStateOf(a).busy
    ? html`<span class="s2 b t0 then cut" title=${t.top.pausedAfter(whyPaused(a))}>
        <${Icon} name="pause"/>
        ${t.top.pausedAfter(whyPaused(a))}
      </span>`
    : html`
        ${a.stage && html`<span class="tag stage t0" title=${t.terms.stage(a.stage.word, a.stage.floor)}>
          ${a.stage.word}
        </span>`}
        <span class="cut faint t0" title=${skillsText(a.skills)}>${skillsText(a.skills)}</span>
      `;

/** Texts in hand: how many more, and that no call rings. @param {{a: Agent}} props */
const Room = ({ a }) => {
  const n = a.room.sms;
  return html`<span class="cut muted t0" title=${n ? t.work.room(n) : t.work.full}>${t.board.room(n)}</span>`;
};

/** @param {Agent} a @param {Contact[]} contacts */
function on(a, contacts) {
  if (a.state === AgentState.LOST && a.until)
    return html`<span class="s2 b" title=${t.board.comeBack}>
      <${Left} at=${a.until}/> ${t.board.leftWord}
    </span>`;
  if (a.state === AgentState.PAUSED) return whyPaused(a);
  if (a.state === AgentState.LOST && a.choice === 'paused' && !contacts.length) return t.states.paused;
  if (a.state === AgentState.WRAPUP && a.until) return html`<${Left} at=${a.until}/> ${t.board.leftWord}`;
  if (!contacts.length) return a.contacts?.length ? html`${a.contacts.length}` : '';
  const [first, ...rest] = contacts;
  return html`<span class="two">
    <span>
      <${Sev} level=${first.severity}/> <${Channel} channel=${first.channel}/>
      ${rest.length ? html` <span class="t1">${t.board.more(rest.length)}</span>` : ''}
    </span>
    <span class="cut t1">${whoOf(first)}</span>
  </span>`;
}

/** The call in hand stands before texts, and these before what is set aside for it. @param {Contact} c */
const behind = (c) => (c.state === ContactState.PARKED ? 2 : c.channel === 'voice' ? 0 : 1);

/** The agent’s name; with something in hand, the way to free them of it. @param {{a: Agent}} props */
const Name = ({ a }) => {
  const items = freeItems(a);
  return items.length
    ? html`<${MenuButton}
        class="sevbtn agentbtn"
        name=${t.free.menu(a.name)}
        title=${t.free.why(a.name)}
        label=${html`<b class="cut">${a.name}</b><${Icon} name="down" class="faint"/>`}
        items=${items}/>`
    : html`<b class="cut">${a.name}</b>`;
};

const Row = memo((/** @type {{a: Agent, first: Contact|null, count: number}} */ { a, first, count }) => {
  const contacts = first ? [first, ...Array(Math.max(0, count - 1)).fill(first)] : [];
  return html`<div role="row" class="tr at">
    <span role="cell" class="two"><${Name} a=${a}/><${Under} a=${a}/></span>
    <span role="cell" class="two">
      <${StateMark} state=${a.state}/>
      ${a.state === AgentState.MESSAGES && a.choice === 'ready'
        ? html`<${Room} a=${a}/>`
        : html`<${Outside} a=${a}/>`}
    </span>
    <span role="cell"><${Since} at=${a.state_at}/></span>
    <span role="cell" class="cut muted on">${on(a, contacts)}</span>
  </div>`;
});

/** How many can be rung now, and of how many of these that is only half true. */
const Ready = () => {
  const count = useComputed(() => t.board.readyFor(withRoom(state.value)));
  const but = useComputed(() => t.board.readyBut(withRoom(state.value)));
  return html`
    <span class="t1 b" title=${t.board.readyWhy}>${count}</span>
    <${Reserve}/>
    ${but.value && html`<span class="t0 muted">${but}</span>`}
  `;
};

export function Agents() {
  const agents = agentsByName(state.value);
  const all = state.value.contacts;
  const c = t.board.agentCols;
  return html`<section class="panel agents" aria-label=${t.board.agents}>
    <div class="head"><h2>${t.board.agents} · ${t.board.ofAll(agents.length)}</h2><${Ready}/></div>
    <div class="rows scroll" role="table" tabindex="0" aria-label=${t.board.agents}>
      <div role="rowgroup" class="thead">
        <div role="row" class="tr at th">
          ${[c.name, c.state, c.for, c.on].map((x) => html`<span key=${x} role="columnheader">${x}</span>`)}
        </div>
      </div>
      <div role="rowgroup">
        ${agents.map((a) => {
          const ids =
            a.offer && all[a.offer.contact]
              ? [a.offer.contact]
              : (a.contacts ?? []).filter((id) => all[id]).sort((x, y) => behind(all[x]) - behind(all[y]));
          return html`<${Row} key=${a.id} a=${a} first=${all[ids[0]] ?? null} count=${ids.length}/>`;
        })}
      </div>
    </div>
    ${agents.length === 0 && html`<p class="empty over">${t.board.noAgents}</p>`}
  </section>`;
}
