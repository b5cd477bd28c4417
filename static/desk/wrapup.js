/** Wrap-up: the outcome by keys 1 to 9, a comment, more time, done. */
import { effect, html, newId, signal } from '../ui.js';
import { now } from '../clock.js';
import { whoOf } from '../contact.js';
import { Dialog } from '../dialog.js';
import { TargetBar, Threshold, Until } from '../timers.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import { StillNeeded } from './callback_dialog.js';
import { act, boundLayer, centre, incident, layer, pending, selected, work } from './context.js';
import { actAsking, asksOf } from './ask_next.js';
import { tellEnded } from './ending.js';
import { LeftOut } from './guidance.js';
import { outgoing } from './hand_offs.js';
import { begun, blank, faultOf, NextFields, plan } from './next_fields.js';
import { Key, keyNow } from './single_keys.js';
import { ContactState } from '../states.js';

/** What they chose, per contact. */
const chosen = signal(/** @type {Record<string, string>} */ ({}));
const comments = signal(/** @type {Record<string, string>} */ ({}));
const COMMENT = 'comment'; // the box's name
const EMPTY_TOO = [COMMENT, 'what'];
const LAST_MS = 1500; // what is chosen is on its way before the time has run out

/** What is next, as far as it is said, per contact whose outcome asks for it. */
const nexts = signal(
  /** @type {Record<string, {said: import('./next_fields.js').Said, key: string}>} */ ({}),
);

/** Whose chosen outcome alone is shown: what it asks for needs the room. The keys choose all the same. */
const folded = signal('');

/** Whose incident stays open though the outcome ends it. */
const stays = signal(/** @type {Record<string, boolean>} */ ({}));

/** How it can have ended, by what it was. @param {Contact} c */
const outcomesOf = (c) =>
  (centre.value?.dispositions ?? []).filter((d) => !d.channels.length || d.channels.includes(c.channel));

/** I am handing its incident off, or have. @param {Contact} c */
const isHanded = (c) =>
  outgoing.value.some((row) => row.incident === c.incident && ['offered', 'accepted'].includes(row.state));

/** What is chosen: by them, else "Handed off" where it was. @param {Contact} c */
const outcomeOf = (c) => {
  const code = chosen.value[c.id];
  return outcomesOf(c).find((d) => (code ? d.code === code : d.hands_off && isHanded(c)));
};

/** Its incident, if that is in view and open. @param {Contact} c */
const openOf = (c) => {
  const of = incident.value;
  return of?.id === c.incident && of.state === 'open' ? of : null;
};

/** The incident that the outcome ends: nothing else of it is in hand or promised. @param {Contact} c */
function endsWith(c) {
  const of = openOf(c);
  if (!of || of.callback || !outcomeOf(c)?.ends) return null;
  return of.contacts.every((one) => one.id === c.id || one.state === ContactState.ENDED) ? of : null;
}
/** It stays open: they said so, or something is planned in it and they have not. @param {Contact} c */
const isKept = (c) => stays.value[c.id] ?? !!openOf(c)?.next;

/** The incident that ends with a contact, as it was last in view. @type {Map<string, Incident|null>} */
const seen = new Map();
effect(() => {
  for (const c of work.value)
    if (incident.value?.id === c.incident) seen.set(c.id, isKept(c) ? null : endsWith(c));
});
/** @param {Contact} c */
const endingWith = (c) => (outcomeOf(c)?.ends && seen.get(c.id)) || null;

/** The contact ends, and the incident with it: the centre does both.
 * @param {Contact} c @param {object} order @param {Parameters<typeof act>[2]} [options] */
async function ends(c, order, options) {
  const of = endingWith(c);
  const told = await act('wrapped', { ...order, ...(of && { resolves: outcomeOf(c)?.ends }) }, options);
  if (told && of) tellEnded(of, told);
  return !!told;
}

/** The incident that needs a next action before this contact is done. @param {Contact} c */
function asksNext(c) {
  const of = openOf(c);
  if (!of || of.next) return null;
  return outcomeOf(c)?.asks_next || (isKept(c) && endsWith(c)) ? of : null;
}

/** Whose choice has just asked what is next: the focus goes there. */
let asks = '';
/** @param {Contact} c @param {string} code */
function choose(c, code) {
  const before = asksNext(c);
  chosen.value = { ...chosen.peek(), [c.id]: code };
  asks = !before && asksNext(c) ? c.id : '';
  folded.value = asksNext(c) ? c.id : '';
}
/** Once. @param {Contact} c */
function justAsked(c) {
  if (asks !== c.id) return false;
  asks = '';
  return true;
}

/** @param {Contact} c */
const nextOf = (c) => nexts.value[c.id] ?? { said: blank(), key: newId() };

/** Planned, or nothing to plan. @param {Contact} c */
async function planned(c) {
  const of = asksNext(c);
  if (!of) return true;
  const { said, key } = nextOf(c);
  const wrong = faultOf(said);
  if (wrong) toast(`${t.next.needed(of.number)} ${wrong.words}`, 'info', null, () => !!asksNext(c));
  return !wrong && !!(await plan(of, said, key, null));
}

/** The contact whose wrap-up shows: the selected one first. */
export const wrapping = () =>
  selected.value?.state === ContactState.WRAPUP
    ? selected.value
    : (work.value.find((c) => c.state === ContactState.WRAPUP) ?? null);

/** 1 to 9, in the wrap-up and in "close without an answer"; also where an empty line of theirs has the
 * focus: a digit in words that somebody has begun is theirs, unless it came with Alt.
 * @param {KeyboardEvent} e @param {string} [key] @returns {boolean} whether the key did something */
export function choiceKey(e, key = e.key) {
  const c = layer.peek() === 'close' ? selected.peek() : layer.peek() ? null : wrapping();
  const d = c && /^[1-9]$/.test(key) && outcomesOf(c)[Number(key) - 1];
  if (!c || !d) return false;
  const target = /** @type {HTMLElement} */ (e.target);
  const box = /** @type {HTMLInputElement|null|undefined} */ (
    target.closest?.('input, textarea, select, [role="menu"]')
  );
  if (!e.altKey && box && (!EMPTY_TOO.includes(box.name) || box.value)) return false;
  choose(c, d.code);
  return true;
}

/** @param {Contact} c */
export async function finish(c) {
  const disposition = outcomeOf(c)?.code;
  if (!disposition) {
    const keys = Math.min(9, outcomesOf(c).length);
    const open = () => !outcomeOf(c) && work.value.some((one) => one.id === c.id);
    toast(t.wrapup.choose(keyNow('1'), keys), 'info', null, open);
    return false;
  }
  if (!(await planned(c))) return false;
  const comment = comments.peek()[c.id] ?? '';
  const order = { contact: c.id, disposition, comment };
  if (endingWith(c)) return ends(c, order);
  const asks = asksOf(c, c.channel === 'voice' ? t.next.proposals.call : t.next.proposals.message, comment);
  return !!(await actAsking('wrapped', order, asks));
}

/** What was chosen when the time ran out: it is sent a moment before. Words that somebody has begun get more
 * time, as long as there is any. @param {Contact} c */
async function runsOut(c) {
  const disposition = outcomeOf(c)?.code;
  const comment = comments.peek()[c.id] ?? '';
  const asked = begun.get(c.incident ?? '')?.said.what.trim(); // typed into the question
  const words = asked || (!chosen.peek()[c.id] && (comment + nextOf(c).said.what).trim());
  const open = words || (disposition && asksNext(c) && faultOf(nextOf(c).said));
  if (open && (await act('extend', { contact: c.id }, { quiet: true }))) return;
  if (!disposition) return;
  if (!open) await planned(c); // refused: the outcome counts all the same
  await ends(c, { contact: c.id, disposition, comment, anyway: true }, { quiet: true });
}

/** Each ends once. @type {Set<string>} */
const ranOut = new Set();
effect(() => {
  const at = now.value;
  for (const c of work.peek()) {
    const key = `${c.id} ${c.until}`;
    if (c.state !== ContactState.WRAPUP || !c.until || c.until - at > LAST_MS || ranOut.has(key)) continue;
    ranOut.add(key);
    queueMicrotask(() => void runsOut(c));
  }
});

/** @param {Contact} c */
const isFolded = (c) => !!asksNext(c) && folded.value === c.id;

/** In a dialog a digit is never a word. @param {{c: Contact, dialog?: boolean}} props */
const Choices = ({ c, dialog = false }) => html`
  <div class="choices" role="radiogroup" aria-label=${t.wrapup.lead}>
    ${outcomesOf(c).map(
      (d, i) =>
        (!isFolded(c) || outcomeOf(c)?.code === d.code) &&
        html`<button
          key=${d.code}
          role="radio"
          aria-checked=${String(outcomeOf(c)?.code === d.code)}
          class=${outcomeOf(c)?.code === d.code ? 'on' : ''}
          onClick=${() => {
            choose(c, d.code);
          }}>
          ${i < 9 ? (dialog ? html`<kbd>${i + 1}</kbd>` : html`<${Key} of=${i + 1}/>`) : ''}
          <span>${d.word}</span>
        </button>`,
    )}
    ${isFolded(c) && html`<button
      class="quiet"
      onClick=${() => {
        folded.value = '';
      }}>
      ${t.wrapup.others}
    </button>`}
  </div>
  ${endsWith(c) && html`<label class="row tick">
    <input
      type="checkbox"
      checked=${!isKept(c)}
      onChange=${(/** @type {On<Event, HTMLInputElement>} */ e) => {
        stays.value = { ...stays.peek(), [c.id]: !e.currentTarget.checked };
      }}/>
    <span>${t.wrapup.resolves(endsWith(c)?.number ?? '')}</span>
  </label>`}
  ${asksNext(c) && html`<div class="stack asksnext" role="group" aria-label=${t.next.word}>
    <${NextFields}
      of=${openOf(c)}
      focus=${justAsked(c)}
      said=${nextOf(c).said}
      say=${(/** @type {import('./next_fields.js').Said} */ said) => {
        nexts.value = { ...nexts.peek(), [c.id]: { ...nextOf(c), said } };
      }}
      enter=${() => finish(c)}/>
  </div>`}
  <input
    name=${COMMENT}
    aria-label=${t.wrapup.comment}
    placeholder=${t.wrapup.comment}
    value=${comments.value[c.id] ?? ''}
    onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
      comments.value = { ...comments.peek(), [c.id]: e.currentTarget.value };
    }}
    onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
      if (e.key === 'Enter') void finish(c);
    }}/>
  <${LeftOut} c=${c}/>
`;

export function WrapUp() {
  const c = wrapping();
  if (!c) return null;
  return html`<section class="panel sec wrap" aria-label=${t.wrapup.title}>
    <div class="between">
      <h2>${t.wrapup.title} · ${whoOf(c)}</h2>
      ${c.until && html`<b class="s3"><${Until} at=${c.until} left=${t.wrapup.left}/></b>`}
    </div>
    ${c.until && html`
      <${TargetBar} from=${c.state_at} to=${c.until} class="s3"/>
      <${Threshold} at=${c.until} before=${10_000} text=${t.wrapup.soon}/>
    `}
    <${Choices} c=${c}/>
    <${StillNeeded} c=${c}/>
    <div class="row">
      <button onClick=${() => act('extend', { contact: c.id })} disabled=${pending.value.extend}>
        ${t.wrapup.extend}
      </button>
      <span class="grow"></span>
      <button class="primary" disabled=${pending.value.wrapped} onClick=${() => finish(c)}>
        ${pending.value.wrapped ? t.wrapup.closing : html`${t.wrapup.done} <kbd>↵</kbd>`}
      </button>
    </div>
    <p class="faint t0">${t.wrapup.ends}</p>
  </section>`;
}

boundLayer('close', () => selected.value?.id);

/** A text or email that needs no answer. */
export function CloseDialog() {
  const c = selected.value;
  if (layer.value !== 'close' || !c) return null;
  const close = () => {
    layer.value = null;
  };
  return html`<${Dialog} title=${t.wrapup.withoutAnswer} close=${close}>
    <p class="muted">${whoOf(c)}${c.about ? ` · ${c.about}` : ''}</p>
    <${Choices} c=${c} dialog/>
    <div class="row">
      <span class="grow"></span>
      <button onClick=${close}>${t.wrapup.cancel}</button>
      <button
        class="primary"
        disabled=${pending.value.wrapped}
        onClick=${async () => {
          if (await finish(c)) close();
        }}>
        ${t.wrapup.withoutAnswer}
      </button>
    </div>
  </${Dialog}>`;
}
