/** Why here, why now: a contact's place, who may take it, what keeps it from the others. */
import { html, signal, useEffect, useLayoutEffect, useRef, useState } from './ui.js';
import { Sev } from './icons.js';
import { reasonText } from './reasons.js';
import { needsText, spanText, timeOfDay } from './format.js';
import { Dialog } from './dialog.js';
import { Stands } from './stands.js';
import { Left } from './timers.js';
import { OnCall, firstOf } from './contact.js';
import { t } from './strings/en.js';

/** The contact that is explained. */
export const asked = signal(/** @type {string|null} */ (null));
export const shutWhy = () => {
  asked.value = null;
};
/** Answers are asked for again when something moved, twice a second at most. */
const AGAIN_MS = 500;

/** The place of a row; opens the explanation. @param {{c: Contact, children?: Shown}} props */
export const WhyButton = ({ c, children }) => html`<button
  class="quiet small why"
  aria-haspopup="dialog"
  title=${t.why.open}
  onClick=${() => {
    asked.value = c.id;
  }}>
  ${children}
</button>`;

/** @param {{label: string, children?: Shown}} props */
const Row = ({ label, children }) => html`<div><dt>${label}</dt><dd>${children}</dd></div>`;

/** Where it stands in the one order; and what a caller there is told, if fewer of those before it
 * compete for the same agents. @param {{order: number, told: number}} props */
export const Place = ({ order, told }) => html`
  <b>${t.board.place(order)}</b>
  ${told < order && html` <span class="muted" title=${t.board.toldWhy(told)}>${t.board.told(told)}</span>`}
`;

/** @param {{of: Why, c: Contact}} props */
const Body = ({ of, c }) => html`<dl class="whybox">
  ${of.stands
    ? html`<${Row} label=${t.why.stands}>
        <${Stands}
          of=${of.stands}
          until=${of.stands.until}
          name=${of.stands.agent && firstOf(of.stands.agent)}/>
        <div class="muted">${t.promised.withUsWhy}</div>
      </${Row}>`
    : html`<${Row} label=${t.why.place}>
        <${Place} order=${of.order} told=${of.place}/> <span class="muted">
          ${of.promoted ? t.why.promoted : t.why.tiers[of.tier]} · ${t.why.due(timeOfDay(c.answer_by))}
        </span>
      </${Row}>`}
  ${c.telling && html`<${Row} label=${t.why.onCall}><${OnCall} of=${c.telling}/></${Row}>`}
  ${!of.stands && html`<${Row} label=${t.why.wait}>
    ${of.wait
      ? html`
          <b>${t.why.about(spanText(of.wait.p50_ms))}</b> <span class="muted">
            ${t.why.within(spanText(of.wait.p90_ms))}
          </span>
        `
      : html`<span class="muted">${t.why.noWait}</span>`}
  </${Row}>`}
  <${Row} label=${t.why.needs}>
    ${needsText(of.needs) || t.why.anybody} <span class="muted">
      ${of.ranks.length > 0 && `${t.why.first(of.ranks.join(' · '))} · `}
      ${t.why.step(of.step + 1, of.steps)}
      ${of.next_step_at ? html` · ${t.why.next} <${Left} at=${of.next_step_at}/>` : ''}
    </span>
  </${Row}>
  ${of.sticky_for && html`<${Row} label=${t.why.held}><b>${of.sticky_for}</b></${Row}>`}
  ${of.ringing.length > 0 && html`<${Row} label=${t.why.rings}>
    <ul>
      ${of.ringing.map(
        (name, i) => html`<li key=${name}>
          <b>${name}</b> <span class="muted">${reasonText(c, c.offer?.agents[i])}</span>
        </li>`,
      )}
    </ul>
  </${Row}>`}
  <${Row} label=${t.why.may}>
    ${of.may.length
      ? html`<ul>
          ${of.may.map(
            (m) => html`<li key=${m.agent}>
              <b>${m.agent}</b> <span class="muted">${t.causes.costs[m.cost]}</span>
            </li>`,
          )}
        </ul>`
      : html`<b>${of.ringing.length ? t.why.nobodyElse : t.why.nobody}</b>`}
  </${Row}>
  ${of.kept_from.length > 0 && html`<${Row} label=${t.why.kept}>
    <ul>
      ${of.kept_from.map(
        (k) => html`<li key=${`${k.cause}${k.floor}`}>
          <b>${k.count}</b> ${k.floor ? t.causes.training[k.floor] : t.causes.many[k.cause]} <span
            class="muted">
            ${k.names.join(', ')}
            ${k.count > k.names.length ? ' …' : ''}
          </span>
        </li>`,
      )}
    </ul>
  </${Row}>`}
</dl>`;

/** Asks about `what` (null: nothing) at once, then whenever something moved, once in `again` ms at most.
 * @template T @param {string|null} what @param {() => Promise<T>} ask @param {unknown} when
 * @param {(error: Fault) => void} [failed] @param {number} [again]
 * @returns {T|null} the answer, null before the first */
export function useAsked(what, ask, when, failed = () => {}, again = AGAIN_MS) {
  const [found, setFound] = useState(/** @type {T|null} */ (null));
  const timer = useRef(0);
  const last = useRef(/** @type {string|null} */ (null));
  const how = useRef(ask);
  how.current = ask;
  useEffect(() => {
    const other = last.current !== what;
    last.current = what;
    if (other) {
      clearTimeout(timer.current);
      timer.current = 0;
    }
    if (!what) {
      setFound(null);
      return;
    }
    const go = () => {
      timer.current = 0;
      how.current().then(setFound, failed);
    };
    if (other) go();
    // A question that waits is not put off by the next move.
    else if (!timer.current) timer.current = window.setTimeout(go, again);
  }, [what, when]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return found;
}

/** The explanation of the contact that was asked for. `act`: what may be done about it.
 * @param {{link: Link, state: Signal<PageState>, who: (c: Contact) => string,
 *   word: (level: Severity) => string, act?: (c: Contact, of: Why|null) => Shown}} props */
export function Why({ link, state, who, word, act = () => null }) {
  const id = asked.value;
  const of = useAsked(id, () => link.send('why', { contact: id }), state.value.seq, shutWhy);
  const c = id ? state.value.contacts[id] : null;
  useLayoutEffect(() => {
    if (id && !c) shutWhy();
  }, [id, !c]); // it went to somebody else, or ended; at once, since another may be asked for a frame later
  if (!id || !c) return null;
  const told = of && of.contact === id ? of : null;
  return html`<${Dialog} title=${t.why.title(who(c))} class="whydialog" close=${shutWhy}>
    <p class="row">
      <${Sev} level=${c.severity} word=${word(c.severity)}/>
      <span class="muted">${c.rule}</span>
    </p>
    ${told ? html`<${Body} of=${told} c=${c}/>` : html`<p class="muted">${t.why.asking}</p>`}
    ${act(c, told)}
    <div class="row end"><button onClick=${shutWhy}>${t.incident.shut}</button></div>
  </${Dialog}>`;
}
