/** Somebody is added to the incident in view: who they are, and how they are reached. */
import { html, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, centre, incident, layer, pending } from './context.js';
import { keptBy, useKept } from './kept.js';

const LAYER = 'add party';
boundLayer(LAYER, () => (incident.value?.state === 'open' ? incident.value.id : undefined));
const shut = () => {
  layer.value = null;
};

/** Beside the list. @param {{of: Incident}} props */
export const AddButton = ({ of }) =>
  of.state === 'open'
    ? html`<button
        class="small quiet"
        aria-haspopup="dialog"
        onClick=${() => {
          layer.value = LAYER;
        }}>
        ${t.addParty.button}
      </button>`
    : null;

const BLANK = { at: '', name: '', role: 'vet' };
const kept = /** @type {Map<string, typeof BLANK>} */ (keptBy());

/** @param {{of: Incident}} props */
function AddForm({ of }) {
  const [said, put, forget] = useKept(kept, of.id, () => BLANK);
  const { at, name, role } = said;
  const [fault, setFault] = useState('');
  const say = (/** @type {Partial<typeof BLANK>} */ now) => {
    put({ ...said, ...now });
    setFault('');
  };
  const leave = () => {
    forget();
    shut();
  };
  /** @param {On<SubmitEvent>} e */
  const go = async (e) => {
    e.preventDefault();
    const told = (/** @type {Fault} */ no) => setFault(no.message ?? '');
    const fields = { incident: of.id, at, name, role };
    if (await act('add_party', fields, { says: SAYS_OF_UNDO, onFault: told })) leave();
  };
  return html`<${Dialog} title=${t.addParty.title(of.number)} close=${leave}>
    <form class="stack" onSubmit=${go}>
      <label class="stack tight">
        <span>${t.addParty.at}</span>
        <input
          autofocus
          required
          maxlength="320"
          autocomplete="off"
          placeholder=${t.addParty.example}
          value=${at}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
            say({ at: e.currentTarget.value })}/>
        ${fault && html`<span class="s2 b t1" role="alert">✕ ${fault}</span>`}
      </label>
      <label class="stack tight">
        <span>${t.addParty.name}</span>
        <input
          maxlength="200"
          autocomplete="off"
          placeholder=${t.addParty.nameExample}
          value=${name}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
            say({ name: e.currentTarget.value })}/>
      </label>
      <label class="stack tight">
        <span>${t.addParty.role}</span>
        <select
          value=${role}
          onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => say({ role: e.currentTarget.value })}>
          ${(centre.value?.roles ?? []).map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
        </select>
      </label>
      <p class="faint t1">${t.addParty.lead}</p>
      <div class="row">
        <span class="grow"></span>
        <button type="button" onClick=${leave}>${t.addParty.cancel}</button>
        <button class="primary" disabled=${pending.value.add_party}>
          ${pending.value.add_party ? t.addParty.adding : t.addParty.go}
        </button>
      </div>
    </form>
  </${Dialog}>`;
}

export function AddPartyDialog() {
  const of = incident.value;
  return layer.value === LAYER && of ? html`<${AddForm} key=${of.id} of=${of}/>` : null;
}
