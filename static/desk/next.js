/** What has to happen next in the incident in view: what, by whom, by when. */
import { html, newId, signal, useEffect, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { serverTime } from '../clock.js';
import { dayAndTime, exactTime, hourMinute, nextAt } from '../format.js';
import { Until } from '../timers.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, link, pending, state } from './context.js';
import { askEnd, canEnd } from './ending.js';
import { Key } from './single_keys.js';

const LAYER = 'next action';
const MINUTES = [15, 60, 240];
const DAY_MS = 86_400_000;

/** Why the dialog is open: one was done, or the wrap-up asks. */
const because = signal('');
boundLayer(LAYER, () => (incident.value?.state === 'open' ? incident.value.id : undefined));

/** @param {string} [why] */
export function askNext(why = '') {
  if (incident.peek()?.state !== 'open') return false;
  because.value = why;
  layer.value = LAYER;
  return true;
}
const shut = () => {
  layer.value = null;
};

/** When, in words: the day, too, unless it is today. @param {number} at */
export const when = (at) =>
  new Date(at).toDateString() === new Date(serverTime()).toDateString() ? hourMinute(at) : dayAndTime(at);

/** @param {Incident} of @param {Next} next */
async function done(of, next) {
  const told = await act('next_done', { incident: of.id, next: next.id });
  if (told && incident.peek()?.id === of.id && !layer.peek()) askNext(t.next.doneIn(of.number));
}

/** Under the incident's head. @param {{of: Incident}} props */
export function NextBar({ of }) {
  if (of.state !== 'open') return null;
  const { next } = of;
  const busy = pending.value.next_done || pending.value.plan_next;
  if (!next)
    return html`<div class="nextbar none row">
      <${Icon} name="clock"/>
      <span class="grow">${t.next.none}</span>
      <button class="small" aria-haspopup="dialog" onClick=${() => askNext()}>
        ${t.next.plan} <${Key} of="P"/>
      </button>
    </div>`;
  const mine = next.agent === state.value.me?.id;
  return html`<div class="nextbar row">
    <${Icon} name="clock"/>
    <b class="s2">${t.next.word}</b>
    <span class="grow cut" title=${next.what}>
      <b>${next.what}</b>
      <span class="muted"> · ${mine ? t.next.you : next.agent_name}, ${when(next.due)}</span>
    </span>
    <b class="s2"><${Until} at=${next.due} left=${t.next.left} over=${t.next.over}/></b>
    <button class="small" disabled=${busy} onClick=${() => done(of, next)}>${t.next.done}</button>
    <button class="small" aria-haspopup="dialog" onClick=${() => askNext()}>${t.next.change}</button>
  </div>`;
}

/** Everybody who works here. @returns {{id: string, name: string}[]} */
export function useColleagues() {
  const [people, setPeople] = useState(/** @type {{id: string, name: string}[]} */ ([]));
  useEffect(() => {
    link
      .send('colleagues')
      .then((found) => setPeople(found.people))
      .catch(() => {}); // oneself can be chosen all the same
  }, []);
  return people;
}

/** What, by whom and by when, as fields; `said` gets them as they stand.
 * @typedef {{what: string, agent: string, due: number|null}} Said
 * @param {{said: Said, say: (said: Said) => void, enter: () => void, focus?: boolean}} props */
export function NextFields({ said, say, enter, focus = false }) {
  const me = state.value.me;
  const people = useColleagues();
  const others = people.filter((one) => one.id !== me?.id);
  const [time, setTime] = useState('');
  /** @param {number|null} due */
  const by = (due) => say({ ...said, due });
  return html`
    <label class="stack tight">
      <span>${t.next.what}</span>
      <input
        name="what"
        autofocus=${focus}
        maxlength="140"
        placeholder=${t.next.example}
        value=${said.what}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
          say({ ...said, what: e.currentTarget.value })}
        onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
          if (e.key === 'Enter' && !e.isComposing) enter();
        }}/>
    </label>
    <label class="stack tight">
      <span>${t.next.who}</span>
      <select
        value=${said.agent}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) =>
          say({ ...said, agent: e.currentTarget.value })}>
        ${me && html`<option value=${me.id}>${t.next.me(me.name)}</option>`}
        ${others.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
      </select>
    </label>
    <div class="row wraps" role="group" aria-label=${t.next.by}>
      <span>${t.next.by}</span>
      ${MINUTES.map(
        (m) => html`<button
          key=${m}
          type="button"
          class="small"
          onClick=${() => {
            setTime('');
            by(serverTime() + m * 60_000);
          }}>
          ${t.next.within(m)}
        </button>`,
      )}
      <label class="row">
        ${t.next.at}
        <input
          type="time"
          value=${time}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
            setTime(e.currentTarget.value);
            by(nextAt(e.currentTarget.value, serverTime()));
          }}/>
      </label>
      <b role="status">${said.due === null ? '' : t.next.due(when(said.due))}</b>
    </div>
  `;
}

/** What is wrong with it, in words; empty: nothing. @param {Said} said */
export const faultOf = (said) => (!said.what.trim() ? t.next.say : said.due === null ? t.next.pick : '');

/** @param {Incident} of @param {Said} said @param {string} key @param {string|null} before what was shown */
export const plan = (of, said, key, before) =>
  act('plan_next', {
    incident: of.id,
    what: said.what,
    agent: said.agent,
    due: Math.round(said.due ?? 0),
    before,
    key,
  });

/** @param {Next|null} [next] @returns {Said} */
export const blank = (next) => ({
  what: next?.what ?? '',
  agent: next?.agent ?? state.peek().me?.id ?? '',
  due: next && next.due > serverTime() && next.due < serverTime() + 366 * DAY_MS ? next.due : null,
});

/** @param {{of: Incident}} props */
function NextForm({ of }) {
  const shown = because.value ? null : of.next; // what was done may be in view for a moment longer
  const [said, say] = useState(() => blank(shown));
  const [before, see] = useState(shown?.id ?? null);
  const [key] = useState(newId);
  const go = async () => {
    const wrong = faultOf(said);
    if (wrong) return toast(wrong);
    if (await plan(of, said, key, before)) shut();
    else see(incident.peek()?.next?.id ?? null); // they were told, and may say theirs again
  };
  return html`<${Dialog} title=${t.next.title(of.number)} close=${shut} class="nextbox">
    ${because.value && html`<p class="muted">${because.value}</p>`}
    <${NextFields} said=${said} say=${say} enter=${go} focus/>
    <div class="row">
      ${because.value && canEnd(of) && html`<button onClick=${askEnd}>${t.next.closeInstead}</button>`}
      <span class="grow"></span>
      <button onClick=${shut}>${because.value ? t.next.later : t.next.cancel}</button>
      <button class="primary" disabled=${pending.value.plan_next} onClick=${go}>
        ${pending.value.plan_next ? t.next.saving : html`${t.next.go} <kbd>↵</kbd>`}
      </button>
    </div>
  </${Dialog}>`;
}

export function NextDialog() {
  const of = incident.value;
  return layer.value === LAYER && of ? html`<${NextForm} key=${of.id} of=${of}/>` : null;
}

/** Its moment, on the timeline. @param {{at: number}} props */
export const DueAt = ({ at }) => html`<span class="faint" title=${exactTime(at)}>
  · ${t.next.byTime(when(at))}
</span>`;
