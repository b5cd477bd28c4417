/** What has to happen next in the incident in view: what, by whom, by when. */
import { cls, computed, html, newId, signal, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { now } from '../clock.js';
import { exactTime } from '../format.js';
import { Until } from '../timers.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { actAsking } from './ask_next.js';
import { boundLayer, incident, layer, pending, state } from '../in_view.js';
import { askEnd, canEnd } from './ending.js';
import { begun, blank, faultOf, NextFields, plan, when } from './next_fields.js';
import { useKept } from './kept.js';

const LAYER = 'next action';

/** Why the dialog is open: one was done, or the wrap-up asks. */
const because = signal('');
boundLayer(LAYER, () => (incident.value?.state === 'open' ? incident.value.id : undefined));

/** @param {string} [why] */
export function askNext(why = '') {
  if (incident.peek()?.state !== 'open') return false;
  because.value = why;
  layer.value = LAYER;
  return true;
}
const shut = () => {
  layer.value = null;
};

/** @param {Incident} of @param {Next} next */
async function done(of, next) {
  const fields = { incident: of.id, next: next.id };
  /** @param {import('./next_fields.js').Said} said */
  const follows = (said) => ({
    ...fields,
    what: said.what,
    agent: said.agent,
    due: Math.round(said.due ?? 0),
  });
  const refused = () => incident.peek()?.id === of.id && !layer.peek() && askNext(); // theirs is there
  const asks = { of, proposal: t.next.proposals.other, follows, refused };
  const told = await actAsking('next_done', fields, asks, { says: SAYS_OF_UNDO });
  if (told === true && incident.peek()?.id === of.id && !layer.peek()) askNext(t.next.doneIn(of.number));
}

/** What is next in the incident in view is overdue; drawn anew only as that changes. */
const late = computed(() => !!incident.value?.next && incident.value.next.due <= now.value);

/** Under the incident's head; `plan`: the key by which it is planned.
 * @param {{of: Incident, plan?: Shown}} props */
export function NextBar({ of, plan: key }) {
  if (of.state !== 'open') return null;
  const { next } = of;
  const busy = pending.value.next_done || pending.value.plan_next;
  if (!next)
    return html`<div class="nextbar none row">
      <${Icon} name="clock"/>
      <span class="grow">${t.next.none}</span>
      <button class="small" aria-haspopup="dialog" onClick=${() => askNext()}>${t.next.plan} ${key}</button>
    </div>`;
  const mine = next.agent === state.value.me?.id;
  const tone = late.value ? 's1' : 's2';
  return html`<div class=${cls('nextbar row', late.value && 'late')}>
    <${Icon} name=${late.value ? 'warn' : 'clock'}/>
    <b class=${tone}>${t.next.word}</b>
    <span class="grow cut" title=${next.what}>
      <b>${next.what}</b>
      <span class="muted"> · ${mine ? t.next.you : next.agent_name}, ${when(next.due)}</span>
    </span>
    <b class=${tone}><${Until} at=${next.due} left=${t.next.left} over=${t.next.over}/></b>
    <button class="small" disabled=${busy} onClick=${() => done(of, next)}>${t.next.done}</button>
    <button class="small" aria-haspopup="dialog" onClick=${() => askNext()}>${t.next.change}</button>
  </div>`;
}

/** @param {{of: Incident}} props */
function NextForm({ of }) {
  const shown = because.value ? null : of.next; // what was done may be in view for a moment longer
  const [begins] = useState(() => ({ said: blank(shown), before: shown?.id ?? null }));
  const [{ said, before: seen }, put, forget] = useKept(begun, of.id, () => begins);
  const [before, see] = useState(because.value ? begins.before : seen);
  const [key] = useState(newId);
  const [fault, tell] = useState(/** @type {import('./next_fields.js').Wrong|null} */ (null));
  const say = (/** @type {import('./next_fields.js').Said} */ now) => {
    tell(null);
    put({ said: now, before });
  };
  const leave = () => {
    forget();
    shut();
  };
  const go = async () => {
    const wrong = faultOf(said);
    tell(wrong);
    if (wrong) return;
    if (await plan(of, said, key, before, tell)) leave();
    else see(incident.peek()?.next?.id ?? null); // they were told, and may say theirs again
  };
  return html`<${Dialog} title=${t.next.title(of.number)} close=${leave} class="nextbox">
    ${because.value && html`<p class="muted">${because.value}</p>`}
    <${NextFields} of=${of} said=${said} say=${say} enter=${go} fault=${fault} focus/>
    <div class="row">
      ${because.value && canEnd(of) && html`<button onClick=${askEnd}>${t.next.closeInstead}</button>`}
      <span class="grow"></span>
      <button onClick=${leave}>${because.value ? t.next.later : t.next.cancel}</button>
      <button class="primary" disabled=${pending.value.plan_next} onClick=${go}>
        ${pending.value.plan_next ? t.next.saving : html`${t.next.go} <kbd>↵</kbd>`}
      </button>
    </div>
  </${Dialog}>`;
}

function NextDialog() {
  const of = incident.value;
  return layer.value === LAYER && of ? html`<${NextForm} key=${of.id} of=${of}/>` : null;
}

/** Its moment, on the timeline. @param {{at: number}} props */
export const DueAt = ({ at }) => html`
  ${' '}
  <span class="faint" title=${exactTime(at)}>· ${t.next.byTime(when(at))}</span>
`;

/** @type {import('./dialogs.js').Row} */
export const NEXT = {
  body: NextDialog,
  key: 'P',
  opens: askNext,
  help: () => t.next.help,
  commands: () =>
    incident.value?.state === 'open' ? [[t.next.title(incident.value.number), 'P', () => askNext()]] : [],
};
