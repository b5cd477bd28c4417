/** Two incidents that are one: the other is found, both are seen, one stays. */
import { html, signal, useEffect, useState } from '../ui.js';
import { SevOf } from '../closed.js';
import { Dialog } from '../dialog.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, link, open, pending } from '../in_view.js';

const LAYER = 'merge';
const ROWS = 6;
boundLayer(LAYER, () => (incident.value ? incident.value.id : undefined));

/** What was typed and chosen, of which incident: a call that takes the dialog away leaves it. */
const typed = signal({ of: '', q: '', other: '' });

const shut = () => {
  layer.value = null;
};

export function askMerge() {
  const of = incident.peek();
  if (!of) return false;
  if (typed.peek().of !== of.id) typed.value = { of: of.id, q: '', other: '' };
  layer.value = LAYER;
  return true;
}

/** With the one that is proposed. @param {string} other */
export function askMergeWith(other) {
  typed.value = { of: incident.peek()?.id ?? '', q: '', other };
  askMerge();
}

/** One of the two. @param {{of: MergeSide, on: boolean, choose: () => void}} props */
const Side = ({ of, on, choose }) => html`<button
  type="button"
  role="radio"
  aria-checked=${String(on)}
  class=${`side-of ${on ? 'on' : ''}`}
  onClick=${choose}>
  <span class="row"><span class="mono">${of.number}</span> <${SevOf} of=${of}/></span>
  <b class="cut">${of.title || t.incident.untitled}</b>
  <span class="muted t1">${t.incident.owner} ${of.owner_name ?? t.incident.nobody}</span>
  <span class="muted t1 cut">${of.people.join(', ')}</span>
  <span class="muted t1">${t.merge.contacts(of.contacts, of.live)}</span>
  <span class="muted t1 cut">${of.next?.what ?? t.merge.noNext}</span>
</button>`;

/** Which of the two is proposed to stay: the one that is open, that somebody owns, that is being worked, the
 * older one. @param {MergeSide} a @param {MergeSide} b */
function betterOf(a, b) {
  const worth = (/** @type {MergeSide} */ of) => [
    Number(of.state === 'open'),
    Number(!!of.owner_name),
    Number(of.live > 0),
    -of.opened_at,
  ];
  const [of, than] = [worth(a), worth(b)];
  const at = of.findIndex((one, i) => one !== than[i]);
  return at < 0 || of[at] > than[at] ? a : b;
}

/** @param {{both: ResultOf<'merge_look'>, other: () => void}} props */
function Both({ both, other }) {
  const { here, there } = both;
  const [stays, keep] = useState(betterOf(here, there).id);
  const [next, choose] = useState('');
  const [key] = useState(() => crypto.randomUUID());
  const one = stays === here.id ? here : there;
  const gone = stays === here.id ? there : here;
  const asks = !!here.next && !!there.next;
  const busy = pending.value.merge_incidents;
  const go = async () => {
    const order = { stays: one.id, goes: gone.id, next: asks ? next : null, key };
    if (!(await act('merge_incidents', order, { says: SAYS_OF_UNDO }))) return;
    typed.value = { of: '', q: '', other: '' };
    shut();
    toast(t.merge.done(gone.number, one.number), 'ok');
    void open(one.id);
  };
  return html`
    <p class="muted">${t.merge.stays}</p>
    <div class="both" role="radiogroup" aria-label=${t.merge.stays}>
      ${[here, there].map(
        (of) => html`<${Side} key=${of.id} of=${of} on=${of.id === stays} choose=${() => keep(of.id)}/>`,
      )}
    </div>
    ${asks && html`<div class="choices" role="radiogroup" aria-label=${t.merge.next}>
      <p class="muted">${t.merge.next}</p>
      ${[here, there].map(
        (of) => html`<button
          key=${of.id}
          type="button"
          role="radio"
          aria-checked=${String(next === of.next?.id)}
          class=${next === of.next?.id ? 'on' : ''}
          onClick=${() => choose(of.next?.id ?? '')}>
          <span class="cut">${of.next?.what}</span>
        </button>`,
      )}
    </div>`}
    ${gone.owner_name && gone.owner_name !== one.owner_name && html`<p class="s2 b">
      ${t.merge.owner(gone.number, gone.owner_name, one.owner_name ?? t.incident.nobody)}
    </p>`}
    <p class=${one.state === 'open' ? '' : 's1'}>
      ${one.state === 'open' ? t.merge.what(one.number, gone.number) : t.merge.closed(one.number)}
    </p>
    <div class="row">
      <button type="button" class="quiet" onClick=${other}>${t.merge.other}</button>
      <span class="grow"></span>
      <button type="button" onClick=${shut}>${t.merge.cancel}</button>
      <button
        type="button"
        class="primary"
        disabled=${busy || one.state !== 'open' || (asks && !next)}
        onClick=${go}>
        ${busy ? t.merge.merging : t.merge.go(gone.number, one.number)}
      </button>
    </div>
  `;
}

/** @param {{of: Incident}} props */
function Form({ of }) {
  const [rows, show] = useState(/** @type {IncidentRow[]|null} */ (null));
  const [both, see] = useState(/** @type {ResultOf<'merge_look'>|null} */ (null));
  const look = async (/** @type {string} */ other) => {
    const found = await act('merge_look', { incident: of.id, other });
    if (found) see(found);
  };
  useEffect(() => {
    const { other } = typed.peek();
    if (other) void look(other);
    typed.value = { ...typed.peek(), other: '' };
  }, []);
  /** @param {On<SubmitEvent>} e */
  const find = async (e) => {
    e.preventDefault();
    const q = typed.peek().q.trim();
    if (!q) return;
    if (/^\[?#?(INC-)?\d+\]?$/i.test(q)) return look(q);
    const found = await link.send('incidents', { q, filter: '', before: '' }).catch(() => null);
    show((found?.rows ?? []).filter((one) => one.id !== of.id).slice(0, ROWS));
  };
  return html`<${Dialog} title=${t.merge.title(of.number)} close=${shut} class="mergedialog">
    ${both
      ? html`<${Both} key=${both.there.id} both=${both} other=${() => see(null)}/>`
      : html`<form class="stack" onSubmit=${find}>
          <label class="stack tight">
            <span>${t.merge.which}</span>
            <input
              autofocus
              maxlength="200"
              autocomplete="off"
              value=${typed.value.q}
              onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
                typed.value = { ...typed.peek(), q: e.currentTarget.value };
              }}/>
          </label>
          ${rows && !rows.length && html`<p class="muted">${t.merge.nothing}</p>`}
          <div class="choices">
            ${[...(rows ?? of.linked.filter((one) => !one.filing))].map(
              (one) => html`<button key=${one.id} type="button" onClick=${() => look(one.id)}>
                <span class="mono">${one.number}</span>
                <span class="cut">${one.title}</span>
              </button>`,
            )}
          </div>
          <div class="row">
            <span class="grow"></span>
            <button type="button" onClick=${shut}>${t.merge.cancel}</button>
            <button class="primary" disabled=${pending.value.merge_look}>
              ${pending.value.merge_look ? t.merge.finding : t.merge.find}
            </button>
          </div>
        </form>`}
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const MERGE = {
  body: () => {
    const of = incident.value;
    return layer.value === LAYER && of ? html`<${Form} key=${of.id} of=${of}/>` : null;
  },
  commands: () => (incident.value ? [[t.merge.title(incident.value.number), '', askMerge]] : []),
  more: () => ({ label: t.merge.button, act: askMerge }),
};
