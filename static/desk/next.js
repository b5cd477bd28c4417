/** What has to happen next in the incident in view: what, by whom, by when. */
import { cls, computed, html, newId, signal, useEffect, useLayoutEffect, useRef, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { now, serverTime } from '../clock.js';
import { dayAndTime, exactTime, hourMinute } from '../format.js';
import { Until } from '../timers.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, link, pending, state } from './context.js';
import { askEnd, canEnd } from './ending.js';
import { Key, keyNow } from './single_keys.js';

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
  const told = await act('next_done', { incident: of.id, next: next.id }, { says: SAYS_OF_UNDO });
  if (told && incident.peek()?.id === of.id && !layer.peek()) askNext(t.next.doneIn(of.number));
}

/** What is next in the incident in view is overdue; drawn anew only as that changes. */
const late = computed(() => !!incident.value?.next && incident.value.next.due <= now.value);

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
  const tone = late.value ? 's1' : 's2';
  return html`<div class=${cls('nextbar row', late.value && 'late')}>
    <${Icon} name=${late.value ? 'warn' : 'clock'}/>
    <b class=${tone}>${t.next.word}</b>
    <span class="grow cut" title=${next.what}>
      <b>${next.what}</b>
      <span class="muted"> · ${mine ? t.next.you : next.agent_name}, ${when(next.due)}</span>
    </span>
    <b class=${tone}><${Until} at=${next.due} left=${t.next.left} over=${t.next.over}/></b>
    <button class="small" disabled=${busy} onClick=${() => done(of, next)}>${t.next.done}</button>
    <button class="small" aria-haspopup="dialog" onClick=${() => askNext()}>${t.next.change}</button>
  </div>`;
}

/** Everybody who works here. @returns {Colleague[]} */
export function useColleagues() {
  const [people, setPeople] = useState(/** @type {Colleague[]} */ ([]));
  useEffect(() => {
    link
      .send('colleagues')
      .then((found) => setPeople(found.people))
      .catch(() => {}); // oneself can be chosen all the same
  }, []);
  return people;
}

/** Nine in the morning of the next day. */
function tomorrow() {
  const at = new Date(serverTime() + DAY_MS);
  at.setHours(9, 0, 0, 0);
  return at.getTime();
}
/** As a field of date and time shows it. @param {number|null} at */
function localOf(at) {
  if (at === null) return '';
  const here = new Date(at);
  return new Date(at - here.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {Colleague} one */
export const nameOf = (one) => (one.here ? one.name : t.next.away(one.name));

/** What, by whom and by when, as fields; `said` gets them as they stand.
 * @typedef {{what: string, agent: string, due: number|null}} Said
 * @param {{said: Said, say: (said: Said) => void, enter: () => void, focus?: boolean}} props */
export function NextFields({ said, say, enter, focus = false }) {
  const me = state.value.me;
  const people = useColleagues();
  const others = people.filter((one) => one.id !== me?.id);
  const [chip, press] = useState('');
  const first = useRef(/** @type {HTMLInputElement|null} */ (null));
  useLayoutEffect(() => {
    if (focus) first.current?.focus();
  }, []);
  /** @param {number|null} due @param {string} [of] */
  const by = (due, of = '') => {
    press(of);
    say({ ...said, due });
  };
  /** Also of the moment that is pressed already. @param {On<KeyboardEvent>} e */
  const onEnter = (e) => {
    if (e.key !== 'Enter' || e.isComposing) return;
    e.preventDefault();
    enter();
  };
  return html`
    <label class="stack tight">
      <span>${t.next.what}</span>
      <input
        name="what"
        ref=${first}
        autofocus=${focus}
        maxlength="140"
        placeholder=${t.next.example}
        value=${said.what}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
          say({ ...said, what: e.currentTarget.value })}
        onKeyDown=${onEnter}/>
    </label>
    <label class="stack tight">
      <span>${t.next.who}</span>
      <select
        value=${said.agent}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) =>
          say({ ...said, agent: e.currentTarget.value })}>
        ${me && html`<option value=${me.id}>${t.next.me(me.name)}</option>`}
        ${others.map((one) => html`<option key=${one.id} value=${one.id}>${nameOf(one)}</option>`)}
      </select>
    </label>
    <div class="row wraps" role="group" aria-label=${t.next.by}>
      <span>${t.next.by}</span>
      ${MINUTES.map(
        (m) => html`<button
          key=${m}
          type="button"
          class="small"
          aria-pressed=${String(chip === String(m))}
          onClick=${() => by(serverTime() + m * 60_000, String(m))}
          onKeyDown=${chip === String(m) ? onEnter : undefined}>
          ${t.next.within(m)}
        </button>`,
      )}
      <button
        type="button"
        class="small"
        aria-pressed=${String(chip === 'tomorrow')}
        onClick=${() => by(tomorrow(), 'tomorrow')}
        onKeyDown=${chip === 'tomorrow' ? onEnter : undefined}>
        ${t.next.tomorrow}
      </button>
      <input
        type="datetime-local"
        aria-label=${t.next.by}
        value=${localOf(said.due)}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
          const at = new Date(e.currentTarget.value).getTime();
          by(Number.isFinite(at) ? at : null);
        }}
        onKeyDown=${onEnter}/>
      <b class="sr" role="status">${said.due === null ? '' : t.next.due(when(said.due))}</b>
    </div>
  `;
}

/** What is wrong with it, in words; empty: nothing. @param {Said} said */
export const faultOf = (said) => (!said.what.trim() ? t.next.say : said.due === null ? t.next.pick : '');

/** @param {Incident} of @param {Said} said @param {string} key @param {string|null} before what was shown */
export const plan = (of, said, key, before) =>
  act(
    'plan_next',
    { incident: of.id, what: said.what, agent: said.agent, due: Math.round(said.due ?? 0), before, key },
    { says: SAYS_OF_UNDO },
  );

/** @param {Next|null} [next] @returns {Said} */
export const blank = (next) => ({
  what: next?.what ?? '',
  agent: next?.agent ?? state.peek().me?.id ?? '',
  due: next && next.due > serverTime() && next.due < serverTime() + 366 * DAY_MS ? next.due : null,
});

/** What was typed when a call took the dialog away, by incident.
 * @type {Map<string, {said: Said, before: string|null}>} */
const kept = new Map();

/** @param {{of: Incident}} props */
function NextForm({ of }) {
  const shown = because.value ? null : of.next; // what was done may be in view for a moment longer
  const begun = kept.get(of.id);
  const [said, put] = useState(() => begun?.said ?? blank(shown));
  const [before, see] = useState(begun && !because.value ? begun.before : (shown?.id ?? null));
  const [key] = useState(newId);
  /** @param {Said} now */
  const say = (now) => {
    kept.set(of.id, { said: now, before });
    put(now);
  };
  const leave = () => {
    kept.delete(of.id);
    shut();
  };
  const go = async () => {
    const wrong = faultOf(said);
    if (wrong) return toast(wrong);
    if (await plan(of, said, key, before)) leave();
    else see(incident.peek()?.next?.id ?? null); // they were told, and may say theirs again
  };
  return html`<${Dialog} title=${t.next.title(of.number)} close=${leave} class="nextbox">
    ${because.value && html`<p class="muted">${because.value}</p>`}
    <${NextFields} said=${said} say=${say} enter=${go} focus/>
    <div class="row">
      ${because.value && canEnd(of) && html`<button onClick=${askEnd}>${t.next.closeInstead}</button>`}
      <span class="grow"></span>
      <button onClick=${leave}>${because.value ? t.next.later : t.next.cancel}</button>
      <button class="primary" disabled=${pending.value.plan_next} onClick=${go}>
        ${pending.value.plan_next ? t.next.saving : html`${t.next.go} <kbd>↵</kbd>`}
      </button>
    </div>
  </${Dialog}>`;
}

function NextDialog() {
  const of = incident.value;
  return layer.value === LAYER && of ? html`<${NextForm} key=${of.id} of=${of}/>` : null;
}

/** Its moment, on the timeline. @param {{at: number}} props */
export const DueAt = ({ at }) => html`
  ${' '}
  <span class="faint" title=${exactTime(at)}>· ${t.next.byTime(when(at))}</span>
`;

/** @type {import('./dialogs.js').Row} */
export const NEXT = {
  body: NextDialog,
  key: 'P',
  opens: askNext,
  help: () => t.next.help,
  commands: () =>
    incident.value?.state === 'open'
      ? [[t.next.title(incident.value.number), keyNow('P'), () => askNext()]]
      : [],
};
