/** A promised call is given to somebody; its incident stays with its owner. */
import { html, signal, useEffect, useState } from './ui.js';
import { whoOf } from './contact.js';
import { Dialog } from './dialog.js';
import { act, boundLayer, layer, link, pending, state } from './in_view.js';
import { SAYS_OF_UNDO, toast } from './toasts.js';
import { t } from './strings/en.js';

const LAYER = 'give callback';
/** Which one. */
const asked = signal(/** @type {CallbackRow|null} */ (null));
boundLayer(LAYER, () => asked.value?.contact);
const shut = () => {
  layer.value = null;
};

/** @param {CallbackRow} row */
export function askGive(row) {
  asked.value = row;
  layer.value = LAYER;
}

/** @param {{of: CallbackRow}} props */
function Give({ of }) {
  const l = t.callbackList;
  const me = state.value.me?.id;
  const [people, setPeople] = useState(/** @type {Colleague[]} */ ([]));
  const [agent, choose] = useState('');
  const [fault, tell] = useState('');
  const busy = pending.value.give_callback;
  useEffect(() => {
    link
      .send('colleagues', { incident: of.incident })
      .then((found) => setPeople(found.people.filter((one) => one.id !== of.owner)))
      .catch((no) => tell(no.message ?? ''));
  }, [of.incident]);
  /** @param {Colleague} one */
  const nameOf = (one) => (one.id === me ? t.next.me(one.name) : one.here ? one.name : t.next.away(one.name));
  const go = async () => {
    if (!agent || busy) return;
    tell('');
    const onFault = (/** @type {Fault} */ no) => tell(no.message ?? '');
    const fields = { contact: of.contact, agent, before: of.given };
    if (!(await act('give_callback', fields, { says: SAYS_OF_UNDO, onFault }))) return;
    shut();
    toast(l.given(people.find((one) => one.id === agent)?.name ?? ''), 'ok');
  };
  return html`<${Dialog} title=${l.giveTitle(whoOf(of))} close=${shut}>
    <p class="muted">${l.giveLead(of.number)}</p>
    <form
      class="stack"
      onSubmit=${(/** @type {SubmitEvent} */ e) => {
        e.preventDefault();
        void go();
      }}>
      <label class="stack tight">
        <span>${t.owner.who}</span>
        <select
          autofocus
          value=${agent}
          onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => choose(e.currentTarget.value)}>
          <option value="" disabled>${t.owner.choose}</option>
          ${people.map((one) => html`<option key=${one.id} value=${one.id}>${nameOf(one)}</option>`)}
        </select>
      </label>
      <p class="s1" role="alert">${fault}</p>
      <div class="row end">
        <button type="button" onClick=${shut}>${t.owner.cancel}</button>
        <button class="primary" disabled=${busy || !agent}>${busy ? t.owner.giving : t.owner.go}</button>
      </div>
    </form>
  </${Dialog}>`;
}

export const GiveCallback = () =>
  layer.value === LAYER && asked.value ? html`<${Give} key=${asked.value.contact} of=${asked.value}/>` : null;
