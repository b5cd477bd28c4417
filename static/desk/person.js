/** What is known of one person of the incident in view: who they are, how they are reached, where that is not
 * safe, what they agreed to. What was added by mistake is taken back here. */
import { html, signal, useLayoutEffect, useRef, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { exactTime } from '../format.js';
import { Icon } from '../icons.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, centre, incident, layer, pending } from './context.js';
import { keptBy, onto, useKept } from './kept.js';

const LAYER = 'person';
const UNDO_MS = 12_000;
const CONSENTS = ['contact', 'record'];
const who = signal('');
boundLayer(LAYER, () => (incident.value?.state === 'open' ? incident.value.id : undefined));
const shut = () => {
  layer.value = null;
};

/** Beside a name. @param {{p: Party}} props */
export const PersonButton = ({ p }) => html`<button
  class="link t1"
  aria-haspopup="dialog"
  aria-label=${t.person.changeOf(p.name)}
  onClick=${() => {
    who.value = p.id;
    layer.value = LAYER;
  }}>
  ${t.person.change}
</button>`;

/** Not safe to use, by shape and word. @param {{a: Address}} props */
export const Unsafe = ({ a }) =>
  a.unsafe
    ? html`<span class="tag s1" title=${`${a.unsafe.by_name ?? ''} ${exactTime(a.unsafe.at)}`.trim()}>
        <${Icon} name="warn"/> ${t.person.unsafe(a.unsafe.reason)}
      </span>`
    : null;

/** One address: the mark, and the way to take it back.
 * @param {{a: Address, p: Party, of: Incident, tell: (fault: Fault) => void}} props */
function Way({ a, p, of, tell }) {
  const [reason, put] = useState(/** @type {string|null} */ (null));
  const line = useRef(/** @type {HTMLInputElement|null} */ (null));
  const asked = reason !== null;
  useLayoutEffect(() => line.current?.focus(), [asked]);
  const mark = async (/** @type {string} */ why) => {
    const fields = { incident: of.id, address: a.id, reason: why };
    if (await act('mark_unsafe', fields, { says: SAYS_OF_UNDO, onFault: tell })) put(null);
  };
  return html`<li class="stack tight">
    <div class="row">
      <${Icon} name=${a.kind === 'phone' ? 'voice' : 'email'} class="faint"/>
      <span class="grow">${a.masked} <${Unsafe} a=${a}/></span>
      ${a.unsafe
        ? html`<button type="button" class="small" onClick=${() => mark('')}>${t.person.safe}</button>`
        : reason === null &&
          html`<button type="button" class="small quiet" onClick=${() => put('')}>${t.person.mark}</button>`}
      ${p.addresses.length > 1 && html`<button
        type="button"
        class="small quiet"
        aria-label=${t.person.removeOf(a.masked)}
        onClick=${() => drop(of, p, a.id, tell)}>
        ${t.person.remove}
      </button>`}
    </div>
    ${asked && html`<div class="row">
      <input
        ref=${line}
        class="grow"
        maxlength="200"
        aria-label=${t.person.why}
        placeholder=${t.person.whyExample}
        value=${reason}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => put(e.currentTarget.value)}/>
      <button type="button" disabled=${!reason.trim()} onClick=${() => mark(reason)}>
        ${t.person.markGo}
      </button>
    </div>`}
  </li>`;
}

/** @param {Incident} of @param {Party} p @param {string|null} address @param {(fault: Fault) => void} tell */
async function drop(of, p, address, tell) {
  const fields = { incident: of.id, party: p.id, address };
  if (!(await act('drop_from', fields, { says: SAYS_OF_UNDO, onFault: tell }))) return;
  if (!address) shut();
  toast(t.person.removed, 'ok', {
    label: t.person.putBack,
    act: () => act('put_back', fields, { says: SAYS_OF_UNDO }),
    ms: UNDO_MS,
  });
}

/** `agreed`: what is not saved yet, and when what it stands over was said.
 * @typedef {{name: string, role: string}} Who
 * @typedef {import('./kept.js').Edit<Who> &
 *   {at: string, agreed: Record<string, {says: string, over: number}>}} Begun
 * @type {Map<string, Begun>} */
const kept = keptBy();

/** @param {Party} p @returns {Who} */
const whoIs = (p) => ({ name: p.given_name ?? p.name, role: p.role ?? '' });
/** @param {Party} p @param {string} what */
const toldAt = (p, what) => p.consent?.[what]?.at ?? 0;

/** @param {{of: Incident, p: Party}} props */
function Form({ of, p }) {
  const was = whoIs(p);
  const id = `${of.id} ${p.id}`;
  const [begun, put, forget] = useKept(
    kept,
    id,
    () => ({ said: was, before: was, at: '', agreed: {} }),
    (typed) => ({ ...typed, ...onto(typed, was) }),
  );
  const { said, before, at, agreed } = /** @type {Begun} */ (begun);
  const { name, role } = said;
  const say = (/** @type {Partial<Begun>} */ now) => put({ ...begun, ...now });
  /** What is chosen here, unless somebody has said it anew since. @param {string} what */
  const chosen = (what) => (agreed[what]?.over === toldAt(p, what) ? agreed[what].says : undefined);
  const leave = () => {
    forget();
    shut();
  };
  const [fault, setFault] = useState(/** @type {Fault|null} */ (null));
  const roles = [...(centre.value?.roles ?? [])];
  if (!roles.includes(was.role)) roles.unshift(was.role);
  /** @param {On<SubmitEvent>} e */
  const go = async (e) => {
    e.preventDefault();
    setFault(null);
    const more = { was_name: before.name, was_role: before.role };
    const same = name.trim() === before.name && role === before.role;
    const fields = { incident: of.id, party: p.id, name, role, ...more };
    const told = (/** @type {Fault} */ no) => {
      const now = whoIs(incident.peek()?.parties.find((one) => one.id === p.id) ?? p);
      const typed = kept.get(id) ?? begun;
      put({ ...typed, said: onto(typed, now).said, before: now }); // they read it, and may say theirs again
      setFault(no);
    };
    if (!same && !(await act('change_party', fields, { says: SAYS_OF_UNDO, onFault: told }))) return;
    const reach = { incident: of.id, party: p.id, at };
    const options = { says: SAYS_OF_UNDO, onFault: setFault };
    for (const what of CONSENTS) {
      const says = chosen(what);
      if (says === undefined || says === (p.consent?.[what]?.says ?? '')) continue;
      if (!(await act('consent', { incident: of.id, party: p.id, what, says }, options))) return;
    }
    if (at.trim() && !(await act('add_address', reach, options))) return;
    leave();
  };
  const busy = pending.value.change_party || pending.value.add_address;
  return html`<${Dialog} title=${t.person.title(p.name)} close=${leave}>
    <form class="stack" onSubmit=${go}>
      <div class="row pair">
        <label class="stack tight grow">
          <span>${t.addParty.name}</span>
          <input
            autofocus
            maxlength="200"
            autocomplete="off"
            value=${name}
            onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
              say({ said: { name: e.currentTarget.value, role } })}/>
        </label>
        <label class="stack tight">
          <span>${t.addParty.role}</span>
          <select
            value=${role}
            onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) =>
              say({ said: { name, role: e.currentTarget.value } })}>
            ${roles.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
          </select>
        </label>
      </div>
      <ul class="stack tight ways">
        ${p.addresses.map((a) => html`<${Way} key=${a.id} a=${a} p=${p} of=${of} tell=${setFault}/>`)}
      </ul>
      <label class="stack tight">
        <span>${t.person.another}</span>
        <input
          maxlength="320"
          autocomplete="off"
          placeholder=${t.addParty.example}
          value=${at}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
            say({ at: e.currentTarget.value })}/>
      </label>
      ${CONSENTS.map((what) => {
        const told = p.consent?.[what];
        return html`<fieldset key=${what} class="row agreed">
          <legend>${t.person.agree[what]}</legend>
          ${['yes', 'no', ''].map(
            (says) => html`<label key=${says} class="row">
              <input
                type="radio"
                name=${what}
                checked=${(chosen(what) ?? told?.says ?? '') === says}
                onChange=${() => say({ agreed: { ...agreed, [what]: { says, over: toldAt(p, what) } } })}/>
              ${t.person.says[says]}
            </label>`,
          )}
          <span class="faint t1">${told && `${told.by_name ?? ''} ${exactTime(told.at)}`.trim()}</span>
        </fieldset>`;
      })}
      ${fault && html`<p class="s2 b t1" role="alert">✕ ${fault.message}</p>`}
      <div class="row">
        <button type="button" class="quiet" onClick=${() => drop(of, p, null, setFault)}>
          ${t.person.removePerson}
        </button>
        <span class="grow"></span>
        <button type="button" onClick=${leave}>${t.addParty.cancel}</button>
        <button class="primary" disabled=${busy}>${busy ? t.addParty.adding : t.person.save}</button>
      </div>
    </form>
  </${Dialog}>`;
}

function PersonDialog() {
  const of = incident.value;
  const p = layer.value === LAYER ? of?.parties.find((one) => one.id === who.value) : undefined;
  return of && p ? html`<${Form} key=${p.id} of=${of} p=${p}/>` : null;
}

export const PERSON = { body: PersonDialog };
