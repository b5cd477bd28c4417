/** Who may see an incident: its list, from its head; and how somebody opens one without being on its list. */
import { html, signal, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { folded } from '../fold.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, open, pending, state } from '../in_view.js';
import { nameOf, useColleagues } from './next_fields.js';
import { Wrong } from './wrong.js';

const LAYER = 'restrict';
boundLayer(LAYER, () => incident.value?.id);
const shut = () => {
  layer.value = null;
};
const ask = () => {
  if (!incident.peek()) return false;
  layer.value = LAYER;
  return true;
};

/** In the incident's head: shape, word and how many. @param {{of: Incident}} props */
export const RestrictedTag = ({ of }) =>
  of.restricted?.whole
    ? html`<button
        class="small restricted"
        aria-haspopup="dialog"
        title=${t.restricted.tagTitle(of.restricted.people.map((one) => one.name))}
        onClick=${ask}>
        <${Icon} name="lock"/> ${t.restricted.tag(of.restricted.people.length)}
      </button>`
    : null;

/** @param {{of: Incident}} props */
function ListForm({ of }) {
  const me = state.value.me?.id ?? '';
  const known = of.restricted?.people ?? [];
  const [before] = useState(known.map((one) => one.id));
  const [on, choose] = useState(
    before.length ? before : [me, ...(of.owner && of.owner !== me ? [of.owner] : [])],
  );
  const [reason, say] = useState('');
  const [q, find] = useState('');
  const [fault, tell] = useState({ at: '', words: '' });
  const busy = pending.value.restrict;
  const here = useColleagues();
  const gone = known.filter((one) => !here.some((it) => it.id === one.id));
  const people = [...here, ...gone.map((one) => ({ ...one, here: !here.length }))];
  const shown = people.filter((one) => folded(one.name).includes(folded(q.trim())));
  const first = shown.filter((one) => on.includes(one.id));
  const rest = shown.filter((one) => !on.includes(one.id));
  /** @param {string} id */
  const turn = (id) => choose(on.includes(id) ? on.filter((one) => one !== id) : [...on, id]);
  /** @param {string[]} list */
  const go = async (list) => {
    if (!reason.trim()) return tell({ at: 'why', words: t.restricted.noWhy });
    const onFault = (/** @type {Fault} */ no) => tell({ at: 'all', words: no.message ?? '' });
    const order = { incident: of.id, people: list, before, reason };
    if (!(await act('restrict', order, { says: SAYS_OF_UNDO, onFault }))) return undefined;
    shut();
    return toast(
      list.length ? t.restricted.done(of.number, list.length) : t.restricted.lifted(of.number),
      'ok',
    );
  };
  const row = (/** @type {Colleague} */ one) => html`<label key=${one.id} class="row">
    <input type="checkbox" checked=${on.includes(one.id)} onChange=${() => turn(one.id)}/>
    <span class="cut">${nameOf(one)}</span>
  </label>`;
  return html`<${Dialog} title=${t.restricted.title(of.number)} close=${shut} class="restrictbox">
    <p class="muted">${t.restricted.lead}</p>
    <div class="row">
      <input
        class="grow"
        type="search"
        autofocus
        placeholder=${t.restricted.find}
        aria-label=${t.restricted.find}
        value=${q}
        onInput=${(/** @type {On<Event, HTMLInputElement>} */ e) => find(e.currentTarget.value)}/>
      <b>${t.restricted.chosen(on.length)}</b>
    </div>
    <div class="scroll people" role="group" aria-label=${t.restricted.chosen(on.length)}>
      ${first.map(row)}
      ${rest.map(row)}
      ${people.length > 0 && !shown.length && html`<p class="muted">${t.restricted.none}</p>`}
    </div>
    ${!on.includes(me) && on.length > 0 && html`<p class="s2">${t.restricted.notMe}</p>`}
    <label class="stack tight">
      <span>${t.restricted.why}</span>
      <input
        maxlength="500"
        value=${reason}
        onInput=${(/** @type {On<Event, HTMLInputElement>} */ e) => {
          say(e.currentTarget.value);
          tell({ at: '', words: '' });
        }}/>
      <${Wrong} words=${fault.at === 'why' && fault.words}/>
    </label>
    <${Wrong} words=${fault.at === 'all' && fault.words}/>
    <div class="row">
      ${before.length > 0 && html`<button disabled=${busy} onClick=${() => go([])}>
        ${t.restricted.lift}
      </button>`}
      <span class="grow"></span>
      <button onClick=${shut}>${t.restricted.cancel}</button>
      <button
        class="primary"
        disabled=${busy}
        onClick=${() => (on.length ? go(on) : tell({ at: 'all', words: t.restricted.nobody }))}>
        ${busy ? t.restricted.saving : t.restricted.go(on.length)}
      </button>
    </div>
  </${Dialog}>`;
}

function ListDialog() {
  const of = incident.value;
  return layer.value === LAYER && of ? html`<${ListForm} key=${of.id} of=${of}/>` : null;
}

const mayAsk = () =>
  !!incident.value &&
  incident.value.restricted?.whole !== false &&
  !!state.value.me?.permissions.includes('incident.restrict');

/** Where there is no menu. */
export const RestrictButton = () =>
  mayAsk() && !incident.value?.restricted
    ? html`<button class="small" aria-haspopup="dialog" onClick=${ask}>${t.restricted.button}</button>`
    : null;

/** @type {import('./dialogs.js').Row} */
export const RESTRICT = {
  body: ListDialog,
  commands: () => (mayAsk() ? [[t.restricted.button, '', ask]] : []),
  more: () => (mayAsk() ? { label: t.restricted.button, act: ask } : []),
};

// Without being on the list

const OPEN = 'open_restricted';
const asked = signal(/** @type {{contact?: string, incident?: string}} */ ({}));

/** @param {string} contact */
export const askOpen = (contact) => askOpenOf({ contact });
/** @param {{contact?: string, incident?: string}} of */
export function askOpenOf(of) {
  asked.value = of;
  layer.value = OPEN;
}

/** Of a row of somebody else's restricted incident: who may, opens it with a reason.
 * @param {{of: {contact?: string, incident?: string}}} props */
export const OpenButton = ({ of }) => html`<button
  class="quiet small"
  title=${t.restricted.hidden}
  onClick=${() => askOpenOf(of)}>
  ${t.restricted.openShort}
</button>`;

/** The contact is theirs, the incident is not. @param {{of: Incident, contact: string|undefined}} props */
export const Alone = ({ of, contact }) =>
  of.restricted?.whole === false
    ? html`<div class="donebar calm" role="status">
        <${Icon} name="lock"/>
        <span class="grow">${t.restricted.alone}</span>
        ${contact && html`<button class="small" onClick=${() => askOpen(contact)}>
          ${t.restricted.open}
        </button>`}
      </div>`
    : null;

function OpenForm() {
  const of = asked.value;
  const [reason, say] = useState('');
  const [wrong, tell] = useState('');
  const go = async () => {
    if (!reason.trim()) return tell(t.restricted.noWhy);
    const onFault = (/** @type {Fault} */ no) => tell(no.message ?? '');
    const found = await act('open_restricted', { ...of, reason }, { says: SAYS_OF_UNDO, onFault });
    if (!found) return undefined;
    shut();
    return open(found.incident);
  };
  return html`<${Dialog} title=${t.restricted.openTitle} close=${shut}>
    <p>${t.restricted.openLead}</p>
    <label class="stack tight">
      <span>${t.restricted.openWhy}</span>
      <input
        autofocus
        maxlength="500"
        value=${reason}
        onInput=${(/** @type {On<Event, HTMLInputElement>} */ e) => say(e.currentTarget.value)}
        onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.key === 'Enter' && go()}/>
      <${Wrong} words=${wrong}/>
    </label>
    <div class="row">
      <span class="grow"></span>
      <button onClick=${shut}>${t.restricted.cancel}</button>
      <button class="primary" disabled=${pending.value.open_restricted} onClick=${go}>
        ${t.restricted.openGo}
      </button>
    </div>
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const OPEN_RESTRICTED = { body: () => (layer.value === OPEN ? html`<${OpenForm}/>` : null) };
