/** To whom an incident can be handed off: a person who is at a desk, or a department. */
import { html, useEffect, useState } from '../ui.js';
import { dueText, hourMinute, skillsText } from '../format.js';
import { serverTime } from '../clock.js';
import { Since } from '../timers.js';
import { t } from '../strings/en.js';
import { AgentState } from '../states.js';
import { link } from './context.js';

const AGAIN_MS = 5000; // who is ready changes while one writes
const FEW = 6;

/** `id` of a person, or `name` of a department.
 * @typedef {{agent: string, department: string, word: string}} To */

/** @param {string} incident @returns {HandOffTo|null} null: it is being read */
export function useWhoIsHere(incident) {
  const [found, put] = useState(/** @type {HandOffTo|null} */ (null));
  useEffect(() => {
    const ask = () =>
      link
        .send('hand_off_to', { incident })
        .then(put)
        .catch(() => {}); // asked for again
    void ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => clearInterval(timer);
  }, [incident]);
  return found;
}

/** A time that was chosen, in round units: 60 s · 5 min · 4 h. @param {number} ms */
export function spanWords(ms) {
  if (ms < 120_000) return t.handOff.seconds(ms / 1000);
  return ms < 7_200_000
    ? t.handOff.minutes(Math.round(ms / 60_000))
    : t.handOff.hours(Math.round(ms / 3_600_000));
}

/** Ready first, then who has a hand free soonest. @param {HandOffPerson} a @param {HandOffPerson} b */
const order = (a, b) =>
  Number(b.state === AgentState.READY) - Number(a.state === AgentState.READY) || (a.name < b.name ? -1 : 1);

/** @param {HandOffPerson} one */
const about = (one) =>
  [
    one.may ? '' : t.handOff.training,
    skillsText(one.skills),
    one.until ? t.handOff.until(hourMinute(one.until)) : '',
  ]
    .filter(Boolean)
    .join(' · ');

/** @param {Department} one */
const hours = (one) =>
  one.opens_at
    ? t.handOff.opens(dueText(one.opens_at, serverTime()))
    : one.within
      ? t.handOff.answers(spanWords(one.within))
      : one.closes_at
        ? t.handOff.closes(hourMinute(one.closes_at))
        : t.handOff.first;

/** @param {{
 *   on: boolean, off?: boolean, pick: () => void, name: Shown, now: Shown, about: string, tone: string,
 * }} props */
const Choice = ({ on, off = false, pick, name, now, about: words, tone }) => html`<label
  class=${`toline ${on ? 'on' : ''}`}>
  <input type="radio" name="hand-off-to" checked=${on} disabled=${off} onChange=${pick}/>
  <b class="cut">${name}</b>
  <span class=${`cut ${tone}`}>${now}</span>
  <span class="muted t1 cut" title=${words}>${words}</span>
</label>`;

/** @param {{found: HandOffTo|null, to: To, choose: (to: To) => void}} props */
export function ToList({ found, to, choose }) {
  if (!found) return html`<p class="muted tolist" role="status">${t.handOff.loading}</p>`;
  const here = found.people.filter((one) => one.state !== AgentState.OFFLINE).sort(order);
  const away = found.people.length - here.length;
  return html`<div class="tolist" role="radiogroup" aria-label=${t.handOff.choose}>
    <h3>${t.handOff.person}</h3>
    <div class=${here.length > FEW ? 'scroll many' : ''}>
      ${here.map(
        (one) => html`<${Choice}
          key=${one.id}
          off=${!one.may}
          on=${to.agent === one.id}
          pick=${() => choose({ agent: one.id, department: '', word: one.name })}
          name=${one.name}
          tone=${one.state === AgentState.READY ? 'ok b' : 'muted'}
          now=${html`
            ${one.state === AgentState.READY ? '● ' : '○ '}
            ${t.handOff.states[one.state] ?? one.state}
            ${one.since && one.state !== AgentState.READY && html` <${Since} at=${one.since}/>`}
          `}
          about=${about(one)}/>`,
      )}
      ${!here.length && html`<p class="muted none">${t.handOff.nobody}</p>`}
    </div>
    ${away > 0 && html`<p class="faint t1">${t.handOff.moreAway(away)}</p>`}
    ${found.departments.length > 0 && html`
      <h3>${t.handOff.team}</h3>
      ${found.departments.map(
        (one) => html`<${Choice}
          key=${one.name}
          on=${to.department === one.name}
          pick=${() => choose({ agent: '', department: one.name, word: one.word })}
          name=${one.word}
          tone=${one.ready ? 'ok b' : 'muted'}
          now=${`${one.ready ? '●' : '○'} ${t.handOff.ready(one.ready, one.of)}`}
          about=${hours(one)}/>`,
      )}
    `}
  </div>`;
}
