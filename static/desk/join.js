/** Two people of the incident in view are one person. */
import { html, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, pending } from './context.js';

const LAYER = 'join';
boundLayer(LAYER, () => (incident.value?.state === 'open' ? incident.value.id : undefined));
const shut = () => {
  layer.value = null;
};

/** Beside the list. @param {{of: Incident}} props */
export const JoinButton = ({ of }) =>
  of.state === 'open' && of.parties.length > 1
    ? html`<button
        class="small quiet"
        aria-haspopup="dialog"
        onClick=${() => {
          layer.value = LAYER;
        }}>
        ${t.join.button}
      </button>`
    : null;

/** @param {{label: string, of: Incident, value: string, put: (id: string) => void}} props */
const Who = ({ label, of, value, put }) => html`<label class="stack tight">
  <span>${label}</span>
  <select
    value=${value}
    onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => put(e.currentTarget.value)}>
    <option value="" disabled></option>
    ${of.parties.map(
      (p) => html`<option key=${p.id} value=${p.id}>
        ${p.name}
        ${p.addresses.map((a) => (a.masked === p.name ? '' : ` · ${a.masked}`)).join('')}
      </option>`,
    )}
  </select>
</label>`;

/** @param {{of: Incident}} props */
function Form({ of }) {
  const [one, setOne] = useState('');
  const [party, setOther] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const [fault, tell] = useState('');
  const go = async () => {
    if (!one || !party || one === party) return tell(t.join.choose);
    const onFault = (/** @type {Fault} */ no) => tell(t.join.refused(no.message ?? ''));
    const order = { incident: of.id, one, party, key };
    if (await act('join_parties', order, { says: SAYS_OF_UNDO, onFault })) shut();
  };
  const chosen = (/** @type {(id: string) => void} */ put) => (/** @type {string} */ id) => {
    tell('');
    put(id);
  };
  return html`<${Dialog} title=${t.join.title} close=${shut}>
    <${Who} label=${t.join.one} of=${of} value=${one} put=${chosen(setOne)}/>
    <${Who} label=${t.join.other} of=${of} value=${party} put=${chosen(setOther)}/>
    ${fault && html`<p class="s2 b t1" role="alert">✕ ${fault}</p>`}
    <p class="faint t1">${t.join.lead}</p>
    <div class="row">
      <span class="grow"></span>
      <button type="button" onClick=${shut}>${t.join.cancel}</button>
      <button class="primary" disabled=${pending.value.join_parties} onClick=${go}>
        ${pending.value.join_parties ? t.join.joining : t.join.go}
      </button>
    </div>
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const JOIN = {
  body: () => {
    const of = incident.value;
    return layer.value === LAYER && of ? html`<${Form} key=${of.id} of=${of}/>` : null;
  },
};
