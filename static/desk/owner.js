/** Whose an incident is: taken, or given to somebody. */
import { html, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, pending, state } from '../in_view.js';
import { nameOf, OnlyThese, useColleagues } from './next_fields.js';
import { Wrong } from './wrong.js';

const LAYER = 'owner';
boundLayer(LAYER, () => (incident.value?.state === 'open' ? incident.value.id : undefined));
const shut = () => {
  layer.value = null;
};

/** In the incident's head. @param {{of: Incident}} props */
export function Owner({ of }) {
  const mine = of.owner === state.value.me?.id;
  const name = mine ? t.incident.ownerYou : (of.owner_name ?? of.owner ?? t.incident.nobody);
  if (of.state !== 'open') return html`<span>${t.incident.owner} <b>${name}</b></span>`;
  return html`<button
    class="quiet owner"
    aria-haspopup="dialog"
    title=${t.owner.title(of.number)}
    onClick=${() => {
      layer.value = LAYER;
    }}>
    ${t.incident.owner} <b>${name}</b> <${Icon} name="down"/>
  </button>`;
}

/** @param {{of: Incident}} props */
function GiveForm({ of }) {
  const me = state.value.me?.id ?? '';
  const people = useColleagues(of).filter((one) => one.id !== of.owner && one.id !== me);
  const [agent, choose] = useState('');
  const busy = pending.value.give_incident;
  const [before, see] = useState(of.owner); // whose it was when they were asked
  const [fault, tell] = useState({ to: '', words: '' }); // to whom it was refused
  /** @param {string} to @param {string} words */
  const give = async (to, words) => {
    const onFault = (/** @type {Fault} */ no) => tell({ to, words: no.message ?? '' });
    if (
      !(await act('give_incident', { incident: of.id, agent: to, before }, { says: SAYS_OF_UNDO, onFault }))
    )
      return see(incident.peek()?.owner ?? null); // they were told, and may say it again
    shut();
    toast(words, 'ok');
  };
  const go = () =>
    agent && give(agent, t.owner.given(of.number, people.find((one) => one.id === agent)?.name ?? ''));
  return html`<${Dialog} title=${t.owner.title(of.number)} close=${shut}>
    <p class="muted">${t.owner.lead}</p>
    ${of.owner !== me && html`<div>
      <button autofocus disabled=${busy} onClick=${() => give(me, t.owner.taken(of.number))}>
        ${t.owner.take}
      </button>
      ${' '}
      <${Wrong} words=${fault.to === me && fault.words}/>
    </div>`}
    <label class="stack tight">
      <span>${t.owner.who}</span>
      <select
        autofocus=${of.owner === me}
        value=${agent}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => {
          tell({ to: '', words: '' });
          choose(e.currentTarget.value);
        }}>
        <option value="" disabled>${t.owner.choose}</option>
        ${people.map((one) => html`<option key=${one.id} value=${one.id}>${nameOf(one)}</option>`)}
      </select>
      <${OnlyThese} of=${of}/>
      <${Wrong} words=${fault.to === agent && fault.words}/>
    </label>
    <div class="row">
      <span class="grow"></span>
      <button onClick=${shut}>${t.owner.cancel}</button>
      <button class="primary" disabled=${!agent || busy} onClick=${go}>
        ${busy ? t.owner.giving : t.owner.go}
      </button>
    </div>
  </${Dialog}>`;
}

export function OwnerDialog() {
  const of = incident.value;
  return layer.value === LAYER && of ? html`<${GiveForm} key=${of.id} of=${of}/>` : null;
}
