/** A colleague, or a number outside, in a call: asked by the agent who has it, and how it is at the
 * colleague's own desk. */
import { cls, computed, effect, html, useEffect } from '../ui.js';
import { announce } from '../announce.js';
import { toldThird } from '../call_sound.js';
import { keepFocus } from '../focus.js';
import { speaksTo } from '../heard.js';
import { whoOf } from '../contact.js';
import { Icon, Sev } from '../icons.js';
import { toast, SAYS_OF_UNDO } from '../toasts.js';
import { Seconds, Since } from '../timers.js';
import { t } from '../strings/en.js';
import { accept, act, call, hold, me, offer, openFound, pending, state, wordOf } from './context.js';
import { startRing, stopRing } from './ring.js';
import { tab } from './tabs.js';

/** The call of mine, and whom I asked in. */
const mine = computed(() => (call.value?.consult ? { c: call.value, it: call.value.consult } : null));

/** @param {string|null|undefined} id */
const withMe = (id) => {
  const c = state.value.contacts[id ?? ''];
  return c?.consult && c.consult.agent === me.value?.id ? { c, it: c.consult } : null;
};
/** The call into which somebody asks me. */
export const asked = computed(() => withMe(me.value?.asked));
/** The call that I am in because somebody asked me. */
export const joined = computed(() => withMe(me.value?.consult));

/** In whose call my voice is now, as its agent or because somebody asked me in. */
export const talking = computed(() => call.value ?? joined.value?.c ?? null);

/** Of an offer and a question that stand here together: the more severe is what Alt Enter and the headset
 * answer, and what is heard; of two that are as severe, the offer. */
export const askedFirst = computed(
  () => !!asked.value && (!offer.value || asked.value.c.severity < offer.value.contact.severity),
);
export const answer = () => (askedFirst.peek() ? answerAsked() : accept());

/** What rings here is heard as the more severe of the two. */
export function followRings() {
  const heard = computed(
    () => tab.value !== 'elsewhere' && (askedFirst.value ? asked.value?.c : offer.value?.contact)?.severity,
  );
  effect(() => (heard.value ? startRing(heard.value) : stopRing()));
}

/** Whoever has come sees the incident that it is about. */
export function followConsult() {
  let open = '';
  effect(() => {
    const c = joined.value?.c;
    if (c?.incident && c.id !== open) openFound(c.incident);
    open = c?.id ?? '';
  });
}

/** Refusals here are about no offer. @param {string} what @param {object} fields */
const send = async (what, fields) => !!(await act(what, fields, { says: SAYS_OF_UNDO }));

/** @param {Contact} c @param {object} to one of agent, queue, skills, number, interpreter */
export const askIn = (c, to) => send('consult', { contact: c.id, ...to });
const end = (/** @type {Contact} */ c) => send('consult_end', { contact: c.id });

export async function answerAsked() {
  const at = asked.peek();
  if (at) await send('consult_answer', { contact: at.c.id });
}
/** By key only while no offer stands beside it: that has Alt D. */
export function declineAsked() {
  const at = asked.peek();
  if (at) void end(at.c);
}
function together() {
  const at = mine.peek();
  if (at && at.it.at !== 'asked')
    void send('consult_together', { contact: at.c.id, on: at.it.at !== 'together' });
}
export async function handOver() {
  const at = mine.peek();
  if (!at || at.it.at === 'asked' || at.it.line?.stays) return;
  if (await send('consult_hand_over', { contact: at.c.id })) toast(t.consult.handed(at.it.name), 'ok');
}

/** What changes it by key, with Alt: by the key's place. Hold goes back and forth.
 * @type {Record<string, {when: () => boolean, does: () => void}>} */
export const CONSULT_KEYS = {
  KeyJ: { when: () => !!mine.peek(), does: together },
  KeyO: { when: () => !!mine.peek(), does: () => void handOver() },
  Enter: { when: () => !!(asked.peek() ?? offer.peek()), does: () => void answer() },
};

/** Who hears whom. @param {{c: Contact, it: Consult}} at @returns {'talk'|'apart'|'together'} */
const how = ({ c, it }) => (c.held ? 'talk' : it.at === 'together' ? 'together' : 'apart');

/** On the locked screen, where the bar is out of reach. */
export const LetGo = () =>
  mine.value &&
  html`<div class="row callin">
    <${Icon} name="people"/>
    <span class="grow cut">${t.consult.locked(mine.value.it.name)}</span>
    <button disabled=${pending.value.consult_end} onClick=${() => mine.value && end(mine.value.c)}>
      ${mine.value.it.at === 'asked' ? t.consult.neverMind : t.consult.letGo(mine.value.it)}
    </button>
  </div>`;

/** @param {Contact} c @param {Consult} it */
function ringsWords(c, it) {
  const words = it.line ? t.consult.line : t.consult;
  if (!c.held) return words.ringsOff(it.name);
  return (it.line && !it.line.rings ? t.consult.line.dialled : words.rings)(it.name);
}

/** Hold goes back and forth; who were together are together again. @param {Contact} c @param {Consult} it */
const swapWord = (c, it) =>
  c.held ? t.consult[it.at === 'together' ? 'toThree' : 'toCaller'] : t.consult.toParty(it);

/** At the desk of whoever asked. @param {{at: {c: Contact, it: Consult}}} props */
function Mine({ at: { c, it } }) {
  const ringing = it.at === 'asked';
  const words = ringing
    ? ringsWords(c, it)
    : it.until
      ? (it.line ? t.consult.line : t.consult).gone(it.name)
      : t.consult[how({ c, it })](it.name);
  const busy = pending.value;
  return html`
    <span class=${`row b ${it.until && !ringing ? 's2' : 'accent'}`} role="status">
      <${Icon} name=${ringing ? 'voice' : it.until ? 'warn' : 'people'}/>
      ${words}
    </span>
    <span class="muted">
      ${it.until ? html`<${Seconds} at=${it.until}/> s` : html`<${Since} at=${it.since}/>`}
    </span>
    <span class="grow"></span>
    ${!ringing && html`
      <button disabled=${busy[`hold:${!c.held}`]} onClick=${hold}>
        <${Icon} name="hold"/>
        ${swapWord(c, it)} <kbd>Alt H</kbd>
      </button>
      <button
        aria-pressed=${String(it.at === 'together')}
        disabled=${busy.consult_together}
        onClick=${together}>
        <${Icon} name="people"/>
        ${it.at === 'together' ? t.consult.part(it) : t.consult.join} <kbd>Alt J</kbd>
      </button>
      ${!it.line?.stays && html`<button disabled=${busy.consult_hand_over || !!it.until} onClick=${handOver}>
        <${Icon} name="transfer"/>
        ${t.consult.handOver} <kbd>Alt O</kbd>
      </button>`}
      ${it.line?.stays && it.line.kind === 'typed' && html`<span class="muted t0 stays">
        ${t.consult.stays}
      </span>`}
    `}
    <button disabled=${busy.consult_end} onClick=${() => end(c)}>
      ${ringing ? t.consult.neverMind : t.consult.letGo(it)}
    </button>
  `;
}

/** Who else hears the colleague. Whoever whispers speaks to the agent alone.
 * @param {Contact} c @param {Consult} it */
const beside = (c, it) =>
  c.beside
    .map(({ mode, name }) => {
      if (mode !== 'barge') return t.beside.sees.listen(name);
      const at = speaksTo(c);
      if (at.talk === 'all') return t.beside.sees.barge(name, at);
      return t.beside[c.held ? 'speaksToYou' : 'speaksToThem'](name, it.by_name);
    })
    .map((words) => html`<span key=${words}>${words}</span>`);

/** At the desk of whoever was asked. @param {{at: {c: Contact, it: Consult}, mute: unknown}} props */
function Joined({ at: { c, it }, mute }) {
  const words = c.fault
    ? t.consult.mine.alone(it.by_name, whoOf(c))
    : t.consult.mine[how({ c, it })](it.by_name, whoOf(c));
  const sound = toldThird(c);
  return html`
    <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
    <span class=${`row b ${c.fault ? 's1' : 'accent'}`} role="status">
      <${Icon} name=${c.fault ? 'warn' : 'people'}/>
      ${words}
    </span>
    <span class="timer"><${Since} at=${it.since}/></span>
    ${sound && html`<span class=${cls('row b', sound.tone)} role="alert">
      <${Icon} name="warn"/>
      ${sound.words}
    </span>`}
    <span class="grow accent b t0 sees">${beside(c, it)}</span>
    ${mute}
    ${c.fault && html`<button
      class="primary"
      disabled=${pending.value.consult_hand_over}
      onClick=${() => send('consult_hand_over', { contact: c.id })}>
      ${t.consult.mine.take}
    </button>`}
    <button disabled=${pending.value.consult_end} onClick=${() => end(c)}>${t.consult.mine.leave}</button>
  `;
}

/** A bar of its own below the phone's. @param {{mute: unknown}} props */
export function ConsultBar({ mute }) {
  const at = mine.value;
  const here = joined.value;
  if (!at && !here) return null;
  return html`<div
    class=${cls('phonebar consultbar', here && `live o${here.c.severity}`)}
    role="region"
    aria-label=${(at?.it.line ? t.consult.line : t.consult).bar}
    onMouseDown=${keepFocus}>
    ${at ? html`<${Mine} at=${at}/>` : here && html`<${Joined} at=${here} mute=${mute}/>`}
  </div>`;
}

/** @param {{at: {c: Contact, it: Consult}}} props */
function Card({ at: { c, it } }) {
  const first = askedFirst.value;
  useEffect(() => {
    announce(
      first
        ? t.consult.asked.speak(it.by_name, whoOf(c), c.severity)
        : `${t.consult.asked.title(it.by_name)}, ${t.consult.asked.about(whoOf(c))}`,
      'assertive',
    );
  }, [c.id]);
  return html`<section class=${`offer o${c.severity}`} aria-label=${t.consult.asked.title(it.by_name)}>
    <div class="row">
      <div class="grow stack tight">
        <span class="row kind"><${Icon} name="people"/>${t.consult.asked.title(it.by_name)}</span>
        <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
      </div>
      <b class="timer"><${Seconds} at=${it.until ?? it.since}/><small> s</small></b>
    </div>
    <div>
      <div class="who">${t.consult.asked.about(whoOf(c))}</div>
      ${c.incident_no && html`<div class="muted">${c.incident_no}</div>`}
    </div>
    ${c.about && c.about !== c.rule && html`<div class="about">“${c.about}”</div>`}
    <div class="muted">${t.consult.asked.hears}</div>
    <div class="row">
      <button class="answer grow" disabled=${pending.value.consult_answer} onClick=${answerAsked}>
        ${t.consult.asked.answer} ${first && html`<kbd>Alt ↵</kbd>`}
      </button>
      <button disabled=${pending.value.consult_end} onClick=${declineAsked}>
        ${t.consult.asked.no} ${!offer.value && html`<kbd>Alt D</kbd>`}
      </button>
    </div>
  </section>`;
}

/** Somebody asks me in: beside what rings for me, because a mail that rings for a minute does not hide who
 * waits with a caller. */
export const Asked = () => asked.value && html`<${Card} key=${asked.value.c.id} at=${asked.value}/>`;
