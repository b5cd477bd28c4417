/** What does not belong in the incident in view goes to another one, or into a new one. */
import { html, useState } from '../ui.js';
import { exactTime } from '../format.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, openFound, pending, state } from './context.js';

const LAYER = 'move';
boundLayer(LAYER, () => incident.value?.id);
const shut = () => {
  layer.value = null;
};
const askMove = () => {
  layer.value = LAYER;
};

/** One that can go.
 * @param {{id: string, chosen: Set<string>, turn: (id: string) => void, children?: Shown}} props */
const Box = ({ id, chosen, turn, children }) => html`<label class="row">
  <input type="checkbox" checked=${chosen.has(id)} onChange=${() => turn(id)}/>
  <span class="cut">${children}</span>
</label>`;

/** What it was about: the first words that were written in it, its note or how it ended.
 * @param {Incident} of @param {string} contact */
function wordsOf(of, contact) {
  const lines = of.timeline.filter((e) => e.contact === contact && e.text);
  const said = lines.find((e) => e.kind === 'message') ?? lines.find((e) => e.kind === 'note') ?? lines[0];
  return said?.text?.slice(0, 120) ?? '';
}

/** Whether what went from one to the other is there still, as far as the incident in view tells.
 * @param {string} from @param {string|null} to */
function stands(from, to) {
  const seen = incident.value;
  const other = seen?.id === from ? to : seen?.id === to ? from : null;
  return (
    !other || !!seen?.linked.some((one) => one.id === other && ['moved', 'split', 'merged'].includes(one.why))
  );
}

/** @param {{of: Incident}} props */
function Form({ of }) {
  const [chosen, choose] = useState(/** @type {Set<string>} */ (new Set()));
  const [to, send] = useState('');
  const [split, fresh] = useState(true);
  const [key] = useState(() => crypto.randomUUID());
  const busy = pending.value.move_contacts || pending.value.merge_look;
  const turn = (/** @type {string} */ id) => {
    const now = new Set(chosen);
    if (!now.delete(id)) now.add(id);
    choose(now);
  };
  const mine = of.timeline.filter((e) => e.kind === 'note' && !e.contact && e.author === state.value.me?.id);
  const name = (/** @type {string|undefined} */ party) => of.parties.find((p) => p.id === party)?.name ?? '';
  const go = async () => {
    const contacts = of.contacts.filter((c) => chosen.has(c.id)).map((c) => c.id);
    const notes = mine.filter((e) => chosen.has(e.id)).map((e) => e.id);
    if (!contacts.length && !notes.length) return toast(t.move.choose);
    let there = null;
    let where = t.move.fresh;
    if (!split) {
      const found = await act('merge_look', { incident: of.id, other: to.trim() });
      if (!found) return;
      there = found.there.id;
      where = found.there.number;
    }
    const order = { incident: of.id, contacts, notes, to: there, key };
    const told = await act('move_contacts', order, { says: SAYS_OF_UNDO });
    if (!told) return;
    shut();
    const at = told.incident;
    const more = { label: t.move.open, act: () => at && openFound(at), ms: 12_000 };
    toast(t.move.done(where), 'ok', more, () => stands(of.id, at));
  };
  return html`<${Dialog} title=${t.move.title(of.number)} close=${shut} class="mergedialog">
    <fieldset class="stack tight tall">
      <legend class="muted t1">${t.move.calls}</legend>
      ${of.contacts.map(
        (c) => html`<${Box} key=${c.id} id=${c.id} chosen=${chosen} turn=${turn}>
          <${Icon} name=${c.channel}/> ${t.move.kinds[`${c.channel} ${c.direction}`]}
          ${' '}
          <b>${name(c.party)}</b>
          ${' '}
          <span class="muted">
            ${[exactTime(c.arrived_at), wordsOf(of, c.id)].filter(Boolean).join(' · ')}
          </span>
        <//>`,
      )}
    </fieldset>
    ${mine.length > 0 && html`<fieldset class="stack tight tall">
      <legend class="muted t1">${t.move.notes}</legend>
      ${mine.map((e) => html`<${Box} key=${e.id} id=${e.id} chosen=${chosen} turn=${turn}>${e.text}<//>`)}
    </fieldset>`}
    <fieldset class="stack tight">
      <legend class="muted t1">${t.move.where}</legend>
      <label class="row">
        <input type="radio" name="where" checked=${split} onChange=${() => fresh(true)}/>
        ${t.move.new}
      </label>
      <label class="row">
        <input type="radio" name="where" checked=${!split} onChange=${() => fresh(false)}/>
        ${t.move.other}
        <input
          class="mono"
          maxlength="20"
          aria-label=${t.move.other}
          placeholder=${t.move.example}
          value=${to}
          onFocus=${() => fresh(false)}
          onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
            if (e.key !== 'Enter' || e.isComposing || !to.trim()) return;
            e.preventDefault();
            if (!busy) void go();
          }}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => send(e.currentTarget.value)}/>
      </label>
    </fieldset>
    <p class="faint t1">${t.move.lead}</p>
    <div class="row">
      <span class="grow"></span>
      <button type="button" onClick=${shut}>${t.move.cancel}</button>
      <button class="primary" disabled=${busy || (!split && !to.trim())} onClick=${go}>
        ${busy ? t.move.moving : split ? t.move.split : t.move.go}
      </button>
    </div>
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const MOVE = {
  body: () => {
    const of = incident.value;
    return layer.value === LAYER && of ? html`<${Form} key=${of.id} of=${of}/>` : null;
  },
  commands: () => (incident.value ? [[t.move.title(incident.value.number), '', askMove]] : []),
  more: () => ({ label: t.move.button, act: askMove }),
};
