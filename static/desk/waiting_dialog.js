/** The waiting contacts, in order, and what keeps each from this desk; and why one rings here. */
import { effect, html } from '../ui.js';
import { OnCall, whoOf } from '../contact.js';
import { Dialog } from '../dialog.js';
import { Icon, Sev } from '../icons.js';
import { needsText, spanText } from '../format.js';
import { Left, Waits } from '../timers.js';
import { t } from '../strings/en.js';
import { asked, Place, useAsked, Why } from '../why.js';
import { layer, link, me, offer, state, wordOf } from './context.js';
import { mayTake, TakeButton } from './pull_dialog.js';
import { Key } from './single_keys.js';

// The explanation lies on top like every dialog: keys belong to it while it is open.
effect(() => {
  if (asked.value) layer.value = 'why';
  else if (layer.peek() === 'why') layer.value = null;
});

/** W: why what rings is here; else who waits. */
export function explain() {
  const ring = offer.peek();
  if (ring) asked.value = ring.contact.id;
  else layer.value = 'line';
}

const shut = () => {
  layer.value = null;
};

/** @param {Cause} cause @param {WaitingRow} row */
const keptBy = (cause, row) =>
  cause === 'skills'
    ? t.causes.skillsHere(needsText(row.needs))
    : cause === 'sticky'
      ? t.causes.heldHere(row.sticky_for ?? '')
      : cause === 'training'
        ? t.causes.trainingHere[me.value?.stage?.floor ?? 2]
        : t.causes.here[cause];

/** What it means for this desk. @param {WaitingRow} row */
const mine = (row) =>
  row.ringing.length
    ? t.line.rings(row.ringing.join(', '))
    : row.kept_from_me.length
      ? row.kept_from_me.map((cause) => keptBy(cause, row)).join(', ')
      : t.line.may;

/** @param {{row: WaitingRow}} props */
const Row = ({ row }) => html`<tr>
  <td><${Sev} level=${row.severity} word=${wordOf(row.severity)}/></td>
  <td class="cut">
    <${Icon} name=${row.callback ? 'callback' : row.channel}/>
    <span class="sr">${row.callback ? t.promised.word : t.channels[row.channel]}</span> <b>${row.who}</b>
  </td>
  <td>
    <b><${Waits} from=${row.waits_from}/></b> <span class="faint">/ ${spanText(
        (row.answer_by ?? row.waits_from) - row.waits_from,
      )}</span>
  </td>
  <td><${Place} order=${row.order} told=${row.place}/></td>
  <td>${row.wait ? t.why.about(spanText(row.wait.p50_ms)) : '–'}</td>
  <td class="muted">${mine(row)}${row.telling && html`<div><${OnCall} of=${row.telling}/></div>`}</td>
  ${mayTake() && html`<td><${TakeButton} row=${row}/></td>`}
</tr>`;

/** Idle desks ask less often: at every one of them, all the time. */
const IDLE_AGAIN_MS = 2000;

/** Why those who wait are not here, each cause once: nobody sits idle beside a number without knowing why. */
export function NotHere() {
  const found = useAsked(
    `line, ${me.value?.state}`, // at once when what keeps it from here has changed
    () => link.send('waiting', {}),
    state.value.seq,
    () => {},
    IDLE_AGAIN_MS,
  );
  /** @type {Map<string, {n: number, again: number|null}>} */
  const causes = new Map();
  for (const row of found?.rows ?? []) {
    const word = mine(row);
    causes.set(word, { n: (causes.get(word)?.n ?? 0) + 1, again: causes.get(word)?.again ?? row.again_at });
  }
  return html`
    <ul class="nothere muted">
      ${[...causes]
        .slice(0, 3)
        .map(
          ([word, { n, again }]) => html`<li key=${word}>
            <b>${n}</b> ${word}
            ${again ? html` · ${t.line.again} <${Left} at=${again}/>` : ''}
          </li>`,
        )}
    </ul>
    <button
      class="quiet small"
      aria-haspopup="dialog"
      onClick=${() => {
        layer.value = 'line';
      }}>
      ${t.line.title} <${Key} of="W"/>
    </button>
  `;
}

function Line() {
  const found = useAsked('line', () => link.send('waiting', {}), state.value.seq);
  return html`<${Dialog} title=${t.line.title} close=${shut} class="linebox">
    <p class="muted">${mayTake() ? t.line.leadTake : t.line.lead}</p>
    ${!found
      ? html`<p class="muted">${t.why.asking}</p>`
      : !found.rows.length
        ? html`<p>${t.line.none}</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${t.line.title}>
            <table>
              <thead>
                <tr>
                  <th><span class="sr">${t.incident.severity}</span></th>
                  ${[t.line.who, t.line.waited, t.line.place, t.line.wait, t.line.you].map(
                    (x) => html`<th key=${x}>${x}</th>`,
                  )}
                  ${mayTake() && html`<th><span class="sr">${t.take.button}</span></th>`}
                </tr>
              </thead>
              <tbody>${found.rows.map((row) => html`<${Row} key=${row.contact} row=${row}/>`)}</tbody>
            </table>
          </div>`}
    ${found?.more ? html`<p class="muted">${t.line.more(found.more)}</p>` : ''}
    <div key="end" class="row">
      <span class="grow"></span>
      <button onClick=${shut}>${t.incident.shut} <kbd>Esc</kbd></button>
    </div>
  </${Dialog}>`;
}

/** What rings can be answered without closing this. @param {Contact} c */
const act = (c) =>
  offer.value?.contact.id === c.id ? html`<p class="muted t1">${t.commands.answers}</p>` : null;

export const LineDialogs = () =>
  layer.value === 'line'
    ? html`<${Line}/>`
    : layer.value === 'why'
      ? html`<${Why} link=${link} state=${state} who=${whoOf} word=${wordOf} act=${act}/>`
      : null;
