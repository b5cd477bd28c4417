/** The fields in which it is said what is next: what, by whom, by when. */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../ui.js';
import { serverTime } from '../clock.js';
import { daysLaterAt, dueText } from '../format.js';
import { Icon } from '../icons.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, centre, link, state } from '../in_view.js';
import { keptBy } from './kept.js';
import { Wrong as Says } from './wrong.js';

const MINUTES = [15, 60, 240];
const DAY_MS = 86_400_000;

/** When, in words. @param {number} at */
export const when = (at) => dueText(at, serverTime());

/** Everybody who works here, or, of a restricted incident, who may be given something of it.
 * @param {Incident|null} [of] @returns {Colleague[]} */
export function useColleagues(of = null) {
  const only = of?.restricted?.people.map((one) => one.id).join(' ');
  const [people, setPeople] = useState(/** @type {Colleague[]} */ ([]));
  useEffect(() => {
    link
      .send('colleagues', only === undefined ? {} : { incident: of?.id })
      .then((found) => setPeople(found.people))
      .catch(() => {}); // oneself can be chosen all the same
  }, [of?.id, only]);
  return people;
}

/** Why there are few to choose from. @param {{of: Incident|null}} props */
export const OnlyThese = ({ of }) =>
  of?.restricted
    ? html`<p class="muted t1">
        <${Icon} name="lock"/> ${t.restricted.onlyIts(of.restricted.people.length)}
      </p>`
    : null;

/** Nine in the morning of the next day, or of a later one. */
const tomorrow = (days = 1) => daysLaterAt(9, days, serverTime());
/** As a field of date and time shows it. @param {number|null} at */
function localOf(at) {
  if (at === null) return '';
  const here = new Date(at);
  return new Date(at - here.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {Colleague} one */
export const nameOf = (one) => (one.here ? one.name : t.next.away(one.name));

/** @typedef {{what: string, agent: string, due: number|null}} Said
 * @typedef {{at: 'what'|'due'|'all', words: string}} Wrong which field it is about */

/** @param {{fault?: Wrong|null, at: Wrong['at']}} props */
const At = ({ fault, at }) => (fault?.at === at ? html`<${Says} words=${fault.words}/>` : null);

/** @param {() => void} enter @returns {(e: On<KeyboardEvent>) => void} */
const onEnterOf = (enter) => (e) => {
  if (e.key !== 'Enter' || e.isComposing) return;
  e.preventDefault();
  enter();
};

/** By when, as a few spans and a moment.
 * @param {{due: number|null, put: (due: number|null) => void, enter: () => void}} props */
export function ByWhen({ due, put, enter }) {
  const [chip, press] = useState('');
  /** @param {number|null} at @param {string} [of] */
  const by = (at, of = '') => {
    press(of);
    put(at);
  };
  const onEnter = onEnterOf(enter); // also of the moment that is pressed already
  return html`<div class="row wraps" role="group" aria-label=${t.next.by}>
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
      value=${localOf(due)}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
        const at = new Date(e.currentTarget.value).getTime();
        by(Number.isFinite(at) ? at : null);
      }}
      onKeyDown=${onEnter}/>
    <b class="sr" role="status">${due === null ? '' : t.next.due(when(due))}</b>
  </div>`;
}

/** What, by whom and by when, as fields; `said` gets them as they stand; `fault` stands at its field.
 * @param {{of: Incident|null, said: Said, say: (said: Said) => void, enter: () => void, focus?: boolean,
 *   fault?: Wrong|null}} props */
export function NextFields({ of, said, say, enter, focus = false, fault = null }) {
  const me = state.value.me;
  const people = useColleagues(of);
  const others = people.filter((one) => one.id !== me?.id);
  const first = useRef(/** @type {HTMLInputElement|null} */ (null));
  useLayoutEffect(() => {
    if (focus) first.current?.focus();
  }, []);
  const onEnter = onEnterOf(enter);
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
      <${At} fault=${fault} at="what"/>
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
      <${OnlyThese} of=${of}/>
    </label>
    <${ByWhen}
      due=${said.due}
      put=${(/** @type {number|null} */ due) => say({ ...said, due })}
      enter=${enter}/>
    <${At} fault=${fault} at="due"/> <${At} fault=${fault} at="all"/>
  `;
}

/** What was typed and not yet saved, by incident: a call, or the end of a wrap-up, took its dialog away, or
 * somebody else was quicker. `before`: the one that the page showed.
 */
export const begun = /** @type {Map<string, {said: Said, before: string|null}>} */ (keptBy());

/** What is wrong with it; null: nothing. @param {Said} said @returns {Wrong|null} */
export const faultOf = (said) =>
  !said.what.trim()
    ? { at: 'what', words: t.next.say }
    : said.due === null
      ? { at: 'due', words: t.next.pick }
      : null;

/** @param {{id: string}} of @param {Said} said @param {string} key
 * @param {string|null} before what was shown
 * @param {(wrong: Wrong) => void} [refused] it is told there, not in a message */
export const plan = (of, said, key, before, refused) =>
  act(
    'plan_next',
    { incident: of.id, what: said.what, agent: said.agent, due: Math.round(said.due ?? 0), before, key },
    {
      says: SAYS_OF_UNDO,
      onFault: refused && ((no) => refused({ at: 'all', words: t.next.refused(no.message ?? '') })),
    },
  );

/** @param {Next|null} [next] @returns {Said} */
export const blank = (next) => ({
  what: next?.what ?? '',
  agent: next?.agent ?? state.peek().me?.id ?? '',
  due: next && next.due > serverTime() && next.due < serverTime() + 366 * DAY_MS ? next.due : null,
});

/** By when it is proposed, by how severe the incident is. @param {Severity} severity */
export function proposedBy(severity) {
  const within = centre.peek()?.next_within?.[severity - 1] ?? DAY_MS;
  return within < DAY_MS ? serverTime() + within : tomorrow(Math.floor(within / DAY_MS));
}
