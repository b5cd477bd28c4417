/** Frees an agent of stuck work: asks first, and says what happens to a caller who is still there. */
import { html, signal, useLayoutEffect } from '../ui.js';
import { stateWord } from '../agent.js';
import { whoOf } from '../contact.js';
import { Channel, Sev } from '../icons.js';
import { Dialog } from '../dialog.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { firstName, state, wordOf } from './context.js';
import { steer } from './steer.js';
import { ContactState } from '../states.js';

/** The agent to be freed, by id. */
const freeing = signal(/** @type {string|null} */ (null));
const shut = () => {
  freeing.value = null;
};

/** What they have in hand. @param {Agent|null} a @param {PageState} of */
const inHand = (a, of) => (a?.contacts ?? []).map((id) => of.contacts[id]).filter(Boolean);

/** @param {Agent} a */
async function makeReady(a) {
  if (await steer('make_ready', { agent: a.id })) toast(t.free.madeReady(a.name), 'ok');
}

/** What a supervisor may do about an agent: free them of what is in hand, make them ready out of a pause.
 * @param {Agent} a @returns {Shown[]} */
export function freeButtons(a) {
  if (!state.value.me?.permissions?.includes('queue.steer')) return [];
  const free = () => {
    freeing.value = a.id;
  };
  return [
    a.choice === 'paused' &&
      html`<button key="ready" onClick=${() => makeReady(a)}>${t.free.makeReady}</button>`,
    inHand(a, state.value).length > 0 && html`<button key="free" onClick=${free}>${t.free.item}</button>`,
  ].filter(Boolean);
}

/** What becomes of it, as a word of `t.free.what`. @param {Contact} c */
const fate = (c) =>
  c.state === ContactState.WRAPUP
    ? 'wrapup'
    : c.caller === 'gone'
      ? 'gone'
      : c.direction === 'out' && !c.answered_at
        ? 'ours'
        : c.channel === 'voice'
          ? 'call'
          : 'text';

/** @param {Contact} c @param {string} name */
async function free(c, name) {
  const done = await steer('force_release', { contact: c.id });
  if (done) toast(t.free.done(name, whoOf(c), done.ended), 'ok');
}

/** @param {{c: Contact, name: string}} props */
const One = ({ c, name }) => html`<li class="stack">
  <span class="row">
    <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
    <${Channel} channel=${c.channel}/>
    <b class="cut">${whoOf(c)}</b>
    <span class="muted">${t.contactStates[c.state] ?? c.state}</span>
  </span>
  <p>${t.free.what[fate(c)](whoOf(c), name)}</p>
  <div><button onClick=${() => free(c, name)}>${t.free.go(name, whoOf(c))}</button></div>
</li>`;

export function Free() {
  const a = freeing.value ? state.value.agents[freeing.value] : null;
  const work = inHand(a, state.value);
  // It was all done meanwhile. With the drawing, not a frame later: another agent may be chosen by then.
  useLayoutEffect(() => {
    if (freeing.peek() && !work.length) shut();
  });
  if (!a || !work.length) return null;
  return html`<${Dialog} title=${t.free.title(a.name)} close=${shut}>
    <p class="muted">${t.free.lead(stateWord(a))}</p>
    <ul class="freelist">${work.map((c) => html`<${One} key=${c.id} c=${c} name=${firstName(a.id)}/>`)}</ul>
    <div class="row end">
      <span class="grow"></span>
      <button autofocus onClick=${shut}>${t.free.stay}</button>
    </div>
  </${Dialog}>`;
}
