/** Whoever is about to leave an open incident with nothing to come is asked what is next in it: one key for
 * "resolved", one for what is proposed. The centre says when (`next_needed`); then it is done. */
import { effect, html, newId, signal, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, state, work } from '../in_view.js';
import { resolve, tellEnded } from './ending.js';
import { begun, faultOf, NextFields, plan, proposedBy, when } from './next_fields.js';

const LAYER = 'ask next';
const SEVERE = 2; // up to here, resolving it takes a second step

/** `contact`: it ends with what was asked for; `follows`: the fields with which the intent itself plans what
 * follows, otherwise it is planned before; `comment`: their words, if it is resolved; `refused`: what is done
 * if a colleague was quicker: what they said is kept (`begun`).
 * @typedef {import('./next_fields.js').Said} Said
 * @typedef {{
 *   of: {id: string, number: string, severity: Severity},
 *   proposal: string,
 *   contact?: string,
 *   comment?: string,
 *   follows?: (said: Said) => object,
 *   refused?: () => void,
 * }} Asks
 * @typedef {(said: Said|'resolved'|null) => void} Say
 * @typedef {{asks: Asks, key: string, over: string|null, say: Say}} Asking */

/** What is asked, and what is done with the answer; null: they leave everything as it was. */
const asking = signal(/** @type {Asking|null} */ (null));

/** The contact is there, and its incident; of what is in no hands, the incident is in view. */
boundLayer(LAYER, () => {
  const { asks, key } = asking.value ?? {};
  if (!asks) return undefined;
  const there = asks.contact
    ? work.value.some((c) => c.id === asks.contact)
    : incident.value?.id === asks.of.id;
  return there ? key : undefined;
});
effect(() => {
  if (layer.value === LAYER || !asking.peek()) return;
  asking.peek()?.say(null); // a call, or the end of its time, took it away
  asking.value = null;
});

/** What leaving this contact of theirs asks. @param {Contact} c @param {string} proposal
 * @param {string} [comment] @returns {Asks|null} */
export function asksOf(c, proposal, comment = '') {
  if (!c.incident) return null;
  const seen = incident.peek();
  const severity = seen?.id === c.incident ? seen.severity : c.severity;
  const of = { id: c.incident, number: c.incident_no ?? '', severity };
  return { of, proposal, comment, contact: c.id };
}

/** @param {Asks} asks @returns {Promise<Said|'resolved'|null>} */
const ask = (asks) =>
  new Promise((say) => {
    asking.value = { asks, key: newId(), over: layer.peek(), say };
    layer.value = LAYER;
  });

/** For the next time that it is said what is next there. @param {Asks} asks @param {Said} said */
function keep({ of }, said) {
  const seen = incident.peek();
  if (said.what.trim()) begun.set(of.id, { said, before: (seen?.id === of.id && seen.next?.id) || null });
  else begun.delete(of.id);
}

/** How a desk calls a promise off (../call_off.js). @param {Asks|null} asks
 * @returns {import('../call_off.js').Cancel} */
export const cancelling = (asks) => (fields, how) => actAsking('cancel_callback', fields, asks, how);

/** As `act`; if the centre asks what is next, so does the page, and does both.
 * @template {string} K @param {K} what @param {object} fields @param {Asks|null} asks
 * @param {Parameters<typeof act>[2]} [options]
 * @returns {Promise<boolean|'asked'>} done; 'asked': and they said what is next */
export async function actAsking(what, fields, asks, options = {}) {
  let needed = false;
  /** @param {Fault} no */
  const onFault = (no) => {
    if (no.code === 'next_needed' && asks) needed = true;
    else if (options.onFault) options.onFault(no);
    else toast(no.message ?? '', no.code === 'taken' ? 'info' : 'warn');
  };
  if (await act(what, fields, { ...options, onFault })) return true;
  if (!needed || !asks) return false;
  const said = await ask(asks);
  if (said === null) return false;
  if (said === 'resolved') {
    const wraps = what === 'wrapped'; // then the centre resolves it in the same order
    const told = await act(what, { ...fields, anyway: true, ...(wraps && { resolves: said }) }, options);
    if (!told) return false;
    if (wraps) tellEnded(asks.of, /** @type {Resolving} */ (told));
    else await resolve(asks.of, said, asks.comment ?? '');
    return 'asked';
  }
  const stands = asks.follows
    ? await act(what, asks.follows(said), options)
    : await plan(asks.of, said, newId(), null);
  if (!stands) {
    keep(asks, said);
    asks.refused?.();
    return false;
  }
  begun.delete(asks.of.id);
  return !asks.follows && !(await act(what, fields, options)) ? false : 'asked';
}

/** @param {{asks: Asks, say: Say}} props */
function AskForm({ asks, say }) {
  const typed = begun.get(asks.of.id)?.said;
  const [said, put] = useState(
    () =>
      typed ?? {
        what: asks.proposal,
        agent: state.peek().me?.id ?? '',
        due: /** @type {number|null} */ (proposedBy(asks.of.severity)),
      },
  );
  const [own, type] = useState(!!typed);
  const [fault, tell] = useState(/** @type {import('./next_fields.js').Wrong|null} */ (null));
  /** Kept at once: a call, or the end of their time, may take the question away. @param {Said} now */
  const write = (now) => {
    tell(null);
    keep(asks, now);
    put(now);
  };
  const leave = () => {
    begun.delete(asks.of.id);
    say(null);
  };
  const [sure, askSure] = useState(false);
  const resolved = () => (asks.of.severity <= SEVERE ? askSure(true) : say('resolved'));
  const acts = [resolved, () => say(said), () => type(true)];
  const words = [t.next.resolved, t.next.proposed(said.what, when(said.due ?? 0)), t.next.else];
  const go = () => {
    const wrong = faultOf(said);
    if (wrong) tell(wrong);
    else say(said);
  };
  const onKeyDown = (/** @type {On<KeyboardEvent>} */ e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || !/^[1-3]$/.test(e.key)) return;
    e.preventDefault();
    acts[Number(e.key) - 1]();
  };
  return html`<${Dialog} title=${t.next.asks(asks.of.number)} close=${leave} class="nextbox">
    ${sure
      ? html`<div class="stack asknext">
          <p>${t.next.sure(asks.of.number, asks.of.severity)}</p>
          <button ref=${(/** @type {HTMLElement|null} */ it) => it?.focus()} onClick=${() => say('resolved')}>
            <span class="grow">${t.next.sureGo}</span> <kbd>↵</kbd>
          </button>
        </div>`
      : own
        ? html`<${NextFields}
            of=${incident.value?.id === asks.of.id ? incident.value : null}
            said=${said}
            say=${write}
            enter=${go}
            fault=${fault}
            focus/>`
        : html`<div class="stack asknext" onKeyDown=${onKeyDown}>
            ${words.map(
              (word, i) => html`<button key=${i} autofocus=${i === 1} onClick=${acts[i]}>
                <kbd>${i + 1}</kbd> <span class="grow">${word}</span> ${i === 1 && html`<kbd>↵</kbd>`}
              </button>`,
            )}
          </div>`}
    <div class="row">
      <span class="grow"></span>
      <button onClick=${leave}>${t.next.cancel} <kbd>Esc</kbd></button>
      ${own && html`<button class="primary" onClick=${go}>${t.next.go} <kbd>↵</kbd></button>`}
    </div>
  </${Dialog}>`;
}

export function AskNextDialog() {
  const now = asking.value;
  if (layer.value !== LAYER || !now) return null;
  /** @param {Said|'resolved'|null} said */
  const say = (said) => {
    asking.value = null;
    layer.value = said === null ? now.over : null; // they may be in a dialog of their own
    now.say(said);
  };
  return html`<${AskForm} key=${now.key} asks=${now.asks} say=${say}/>`;
}
