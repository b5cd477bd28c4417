/** The agents here: their state and for how long, their work, and their skills. */
import { html, memo, useComputed } from '../ui.js';
import { After, Beside, Clock, Stage, StateMark, afterThis, insteadOfWork } from '../agent.js';
import { SoundMark, worse } from '../call_sound.js';
import { endOf, firstOf, whoOf } from '../contact.js';
import { Channel, Sev } from '../icons.js';
import { skillsText } from '../format.js';
import { agentsByName, withRoom } from '../model.js';
import { CheckMark, isBad } from '../sound_check.js';
import { t } from '../strings/en.js';
import { centre, state } from './context.js';
import { askedWord, behind, openAgent } from './agent.js';
import { Reserve } from './steer.js';

/** Skills, or that their sound was not good when they checked it; or, while the last work goes on, that
 * nothing comes after it. @param {{a: Agent}} props */
const Under = ({ a }) => html`<span class="under">
  ${afterThis(a, centre.value)
    ? html`<${After} a=${a} centre=${centre.value} class="then cut"/>`
    : html`
        <${Stage} a=${a} short/>
        ${isBad(a.check)
          ? html`<${CheckMark} check=${a.check}/>`
          : html`<span class="cut faint t0" title=${skillsText(a.skills)}>${skillsText(a.skills)}</span>`}
      `}
</span>`;

/** @param {Agent} a @param {Contact[]} contacts */
function on(a, contacts) {
  if (!contacts.length) return a.contacts?.length ? html`${a.contacts.length}` : '';
  const [first, ...rest] = contacts;
  return html`<span class="two">
    <span>
      <${Sev} level=${first.severity}/> <${Channel} channel=${first.channel}/>
      ${rest.length ? html` <span class="t1">${t.board.more(rest.length)}</span>` : ''}
    </span>
    <span class="cut t1" title=${whoOf(first)}>${endOf(whoOf(first))}</span>
  </span>`;
}

/** Their name, which opens them. @param {{a: Agent}} props */
const Name = ({ a }) => html`<button
  class="quiet small agentbtn"
  aria-haspopup="dialog"
  aria-label=${t.seen.open(a.name)}
  title=${t.seen.why(a.name)}
  onClick=${() => openAgent(a.id)}>
  <b class="cut">${a.name}</b>
</button>`;

/** Beside whom a supervisor sits. @param {{a: Agent}} props */
const Seat = ({ a }) => {
  const { agents, contacts } = state.value;
  const name = agents[contacts[a.beside ?? '']?.agent ?? '']?.name;
  return name
    ? html`<span class="cut accent b t0" title=${t.beside.at(name)}>${t.beside.at(firstOf(name))}</span>`
    : null;
};

/** The alarm comes before whom they talk with. @param {Contact} c */
const isMissing = (c) => worse(c)?.is === 'missing';

/** Whom they asked into their call, or who asked them into theirs. @param {{words: string}} props */
const Second = ({ words }) => html`<span class="accent b t0 lines2" title=${words}>${words}</span>`;

/** @param {Agent} a */
function askedIn(a) {
  const c = state.value.contacts[a.consult ?? ''];
  return c?.consult && askedWord(c, c.consult);
}

const Row = memo((/** @type {{a: Agent, first: Contact|null, count: number}} */ { a, first, count }) => {
  const contacts = first ? [first, ...Array(Math.max(0, count - 1)).fill(first)] : [];
  return html`<div role="row" class="tr at">
    <span role="cell" class="two"><${Name} a=${a}/><${Under} a=${a}/></span>
    <span role="cell" class="two">
      <${StateMark} a=${a}/>
      ${a.beside
        ? html`<${Seat} a=${a}/>`
        : askedIn(a)
          ? html`<${Second} words=${askedIn(a) ?? ''}/>`
          : first?.consult && !isMissing(first)
            ? html`<${Second} words=${t.board.also(first.consult)}/>`
            : first?.sound
              ? html`<${SoundMark} c=${first}/>`
              : html`<${Beside} a=${a}/>`}
    </span>
    <span role="cell"><${Clock} a=${a}/></span>
    <span role="cell" class="cut muted on">
      ${insteadOfWork(a, centre.value, contacts.length > 0) ?? on(a, contacts)}
    </span>
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
              : [...(a.consult ? [a.consult] : []), ...(a.contacts ?? [])]
                  .filter((id) => all[id])
                  .sort((x, y) => behind(all[x]) - behind(all[y]));
          return html`<${Row} key=${a.id} a=${a} first=${all[ids[0]] ?? null} count=${ids.length}/>`;
        })}
      </div>
    </div>
    ${agents.length === 0 && html`<p class="empty over">${t.board.noAgents}</p>`}
  </section>`;
}
