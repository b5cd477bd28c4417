/** What was put elsewhere: undone from its line on the timeline; and the incidents that are linked by it. */
import { html, signal, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { exactTime } from '../format.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, openFound, pending } from '../in_view.js';
import { askMergeWith } from './merge.js';

const LAYER = 'undo filing';

/** What is to be undone, and what came since.
 * @typedef {ResultOf<'undo_look'>['since'][number]} Since */
const asked = signal(/** @type {{of: FilingOf, since: Since[]}|null} */ (null));
boundLayer(LAYER, () => incident.value?.id);
const shut = () => {
  layer.value = null;
};

/** @param {FilingOf} of @param {string[]} back */
const undo = (of, back) => act('undo_filing', { filing: of.id, back }, { says: SAYS_OF_UNDO });

/** @param {FilingOf} of */
async function ask(of) {
  if (of.what !== 'merged') return undo(of, []);
  const told = await act('undo_look', { filing: of.id });
  if (!told) return undefined;
  if (!told.since.length) return undo(of, []);
  asked.value = { of, since: told.since };
  layer.value = LAYER;
  return undefined;
}

/** On the line that says what was put elsewhere. @param {{e: TimelineEntry, of: FilingOf}} props */
export const Filing = ({ e, of }) => html`<span class="row">
  ${of.link && html`<button
    class="link t1"
    aria-label=${t.linked.open(of.link.number)}
    onClick=${() => of.link && openFound(of.link.id)}>
    ${of.link.number}
  </button>`}
  ${of.undo && html`<button
    class="link t1"
    disabled=${pending.value.undo_filing || pending.value.undo_look}
    aria-label=${t.undoFiling.of(e.text ?? '')}
    onClick=${() => ask(of)}>
    ${pending.value.undo_filing ? t.undoFiling.undoing : t.undoFiling.button}
  </button>`}
</span>`;

/** @param {{of: FilingOf, since: Since[]}} props */
function Form({ of, since }) {
  const [back, put] = useState(new Set(since.filter((one) => one.side === 'goes').map((one) => one.id)));
  const turn = (/** @type {string} */ id, /** @type {boolean} */ goes) => {
    const now = new Set(back);
    if (goes) now.add(id);
    else now.delete(id);
    put(now);
  };
  const there = incident.value?.linked.find((one) => one.filing === of.id)?.number ?? of.link?.number ?? '';
  const go = async () => {
    if (await undo(of, [...back])) shut();
  };
  return html`<${Dialog} title=${t.undoFiling.title(there)} close=${shut} class="mergedialog">
    <p>${t.undoFiling.since}</p>
    <ul class="stack tall">
      ${since.map(
        (one) => html`<li key=${one.id} class="row">
          <span class="cut grow">
            <${Icon} name=${one.channel ?? 'note'}/> ${one.text ?? t.move.kinds[`${one.channel} in`]}
            ${' '}
            <span class="muted">${exactTime(one.at)}</span>
          </span>
          <select
            aria-label=${t.undoFiling.since}
            value=${back.has(one.id) ? 'goes' : 'stays'}
            onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) =>
              turn(one.id, e.currentTarget.value === 'goes')}>
            <option value="stays">${t.undoFiling.stays}</option>
            <option value="goes">${t.undoFiling.goes(there)}</option>
          </select>
        </li>`,
      )}
    </ul>
    <div class="row">
      <span class="grow"></span>
      <button type="button" onClick=${shut}>${t.undoFiling.cancel}</button>
      <button class="primary" disabled=${pending.value.undo_filing} onClick=${go}>
        ${pending.value.undo_filing ? t.undoFiling.undoing : t.undoFiling.go}
      </button>
    </div>
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const UNDO_FILING = {
  body: () => {
    const of = asked.value;
    return layer.value === LAYER && of ? html`<${Form} key=${of.of.id} ...${of}/>` : null;
  },
};

/** They may be one matter: a person decides. */
const PROPOSED = new Set(['booking', 'named']);

/** Below the people: what is linked with the incident in view. */
export function LinkedBox() {
  const of = incident.value;
  if (!of?.linked.length) return null;
  return html`<section class="panel sec linked" aria-label=${t.linked.title(of.linked.length)}>
    <h2>${t.linked.title(of.linked.length)}</h2>
    <ul class="stack tight">
      ${of.linked.map(
        (one) => html`<li key=${one.id} class="between" title=${one.title}>
          <span class="cut">
            ${one.filing
              ? html`<span class="mono">${one.number}</span>`
              : html`<button
                  class="link mono"
                  aria-label=${t.linked.open(one.number)}
                  onClick=${() => openFound(one.id)}>
                  ${one.number}
                </button>`}
            ${' '}
            ${one.title}
          </span>
          <span class="faint t1">
            ${t.linked.why[one.why]}
            ${one.state === 'closed' ? ` · ${t.statuses.closed}` : ''}
            ${PROPOSED.has(one.why) && of.state === 'open' && html`
              ${' '}
              <button
                class="link"
                aria-haspopup="dialog"
                aria-label=${t.linked.mergeOf(one.number)}
                onClick=${() => askMergeWith(one.id)}>
                ${t.linked.merge}
              </button>
            `}
          </span>
        </li>`,
      )}
    </ul>
  </section>`;
}
