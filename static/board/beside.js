/** A supervisor beside an agent who talks: listens, whispers, takes part, takes the call over. */
import { html, useEffect } from '../ui.js';
import { hourMinute } from '../format.js';
import { Icon } from '../icons.js';
import { MicLevel } from '../mic_level.js';
import { myContacts } from '../model.js';
import { letterOf, singleKeys } from '../single_keys.js';
import { micLive } from '../softphone.js';
import { AgentState, ContactState, stateOf } from '../states.js';
import { t } from '../strings/en.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { whoOf } from '../contact.js';
import { centre, state } from './context.js';
import { earsOf, heardBy, speaksTo } from '../heard.js';
import { goBy, leave, seat, sit } from './ears.js';

/** @type {BesideMode[]} */
const MODES = ['listen', 'whisper', 'barge'];

/** The call in which somebody talks. @param {Agent} a */
const talksIn = (a) =>
  (a.contacts ?? [])
    .map((id) => state.value.contacts[id])
    .find((c) => c?.channel === 'voice' && c.state === ContactState.ACTIVE);

/** @param {Contact} c @param {Agent} a @param {BesideMode} mode */
async function sitDown(c, a, mode) {
  if (!(await sit(c, mode))) return;
  const so = () => seat.value?.c.id === c.id && seat.value.mode === mode;
  const names = { agent: a.name, caller: t.beside.caller };
  const said = mode === 'barge' ? heardBy(state.peek().contacts[c.id] ?? c, mode, names) : a.name;
  toast(t.beside.done[mode](said, !!centre.peek()?.hide_listening), 'ok', null, so);
}

/** @param {Agent} a */
async function getUp(a) {
  if (await leave()) toast(t.beside.left(a.name), 'ok');
}

/** @param {Contact} c @param {Agent} a */
async function take(c, a) {
  if (await goBy('take_call', { contact: c.id }, SAYS_OF_UNDO)) toast(t.beside.taken(whoOf(c), a.name), 'ok');
}

/** On a call of their own, or in its wrap-up. */
const busy = () =>
  myContacts(state.value).some(
    (c) => c.channel === 'voice' && (stateOf(c).talks || c.state === ContactState.WRAPUP),
  );

/** Keys of this drawer, while no dialog or field has them.
 * @param {{act: (e: KeyboardEvent) => void}} props */
function Keys({ act }) {
  useEffect(() => {
    const keys = (/** @type {KeyboardEvent} */ e) => {
      const at = /** @type {HTMLElement} */ (e.target);
      if (!e.defaultPrevented && !at.closest?.('input, textarea, select, dialog, [role="menu"]')) act(e);
    };
    document.addEventListener('keydown', keys);
    return () => document.removeEventListener('keydown', keys);
  });
  return null;
}

/** Of the agent who talks, what is heard of whoever sits there, and by whom.
 * @param {{a: Agent, c: Contact, mode: BesideMode, hidden: boolean}} props */
const Heard = ({ a, c, mode, hidden }) => {
  const { agent, caller, second } = earsOf(c, mode);
  const row = (
    /** @type {string} */ name,
    /** @type {import('../heard.js').Ear} */ { hears, meanwhile },
  ) => html`<li class="row">
    <${Icon} name=${hears ? 'speaker' : 'micOff'} class=${hears ? 'accent' : 'faint'}/>
    <span>${name}</span>
    <b class=${hears ? 'accent' : 'muted'}>${hears ? t.beside.hears : t.beside.hearsNot}</b>
    ${meanwhile && html`<span class="muted">· ${t.beside.meanwhile[meanwhile]}</span>`}
  </li>`;
  return html`<div class="heard stack">
    <p class="b">${t.beside.theySee(a.name, mode, hidden, speaksTo(c))}</p>
    ${micLive() && html`<div class="row">
      <span class="muted t1">${t.beside.microphone}</span>
      <${MicLevel}/>
    </div>`}
    <ul class="stack">
      ${row(a.name, agent)} ${row(whoOf(c), caller)} ${second && row(second.name, second)}
    </ul>
  </div>`;
};

/** Whoever takes a call needs a desk with sound. @param {string} id */
const atDesk = (id) => {
  const own = state.value.agents[id];
  return !!own && own.sound && own.state !== AgentState.LOST;
};

const KEYS = ['1', '2', '3'];

/** Whoever sits beside somebody steers by no stray key: their microphone may be open, and a digit that is
 * meant for another page would let the caller hear them. */
const chorded = () => {
  const { me, agents } = state.value;
  return !singleKeys.value || !!seat.value || !!agents[me?.id ?? '']?.beside;
};

/** The call that stood in somebody’s drawer last. */
let stood = { agent: '', call: '' };

/** Whom somebody’s drawer helps: them while they talk; else whoever talks now in the call beside which one
 * sits, if it stood there: a drawer of anybody else steers no call of others.
 * @param {Agent} opened @returns {{a: Agent, c: Contact|undefined}} */
function helped(opened) {
  const c = talksIn(opened);
  if (c) stood = { agent: opened.id, call: c.id };
  const mine = seat.value?.c;
  const now = state.value.agents[mine?.agent ?? ''];
  const went = mine?.state === ContactState.ACTIVE && stood.agent === opened.id && stood.call === mine.id;
  return !c && now && went ? { a: now, c: mine } : { a: opened, c };
}

/** In an agent’s drawer while they talk; the sound is this page’s. Null: they do not, or one may not.
 * @param {Agent} opened @returns {Shown} */
export function besideBar(opened) {
  const { me } = state.value;
  const { a, c } = helped(opened);
  if (!c || !me?.permissions?.includes('call.listen') || a.id === me.id) return null;
  if (busy()) return html`<h3>${t.beside.call}</h3><p class="muted">${t.beside.busy}</p>`;
  const mine = c.beside.find((one) => one.agent === me.id);
  const keys = (/** @type {KeyboardEvent} */ e) => {
    if (e.repeat || e.ctrlKey || e.metaKey || e.altKey !== chorded()) return;
    const mode = MODES[KEYS.indexOf(letterOf(e))];
    if (!mode) return;
    e.preventDefault();
    void sitDown(c, a, mode);
  };
  return html`
    <${Keys} act=${keys}/>
    <div class="between">
      <h3>${a.id === opened.id ? t.beside.call : t.beside.callOf(a.name)}</h3>
      ${mine && html`<span class="faint t1">${t.beside.joined(hourMinute(mine.since))}</span>`}
    </div>
    <div class="modes" role="group" aria-label=${t.beside.call}>
      ${MODES.map(
        (mode, n) => html`<button
          key=${mode}
          aria-pressed=${String(mine?.mode === mode)}
          onClick=${() => sitDown(c, a, mode)}>
          ${t.beside[mode]} <kbd>${chorded() ? t.keys.withAlt(KEYS[n]) : KEYS[n]}</kbd>
        </button>`,
      )}
    </div>
    ${mine && html`<${Heard} a=${a} c=${c} mode=${mine.mode} hidden=${mine.hidden}/>`}
    <div class="row">
      ${mine && html`<button onClick=${() => getUp(a)}>${t.beside.leave}</button>`}
      ${atDesk(me.id)
        ? html`<button onClick=${() => take(c, a)}>${t.beside.take}</button>`
        : html`<a class="button" href="/desk" target="holdfast-desk">${t.beside.openDesk}</a>`}
    </div>
    ${!atDesk(me.id) && html`<p class="muted t1">${t.beside.needsDesk}</p>`}
  `;
}
