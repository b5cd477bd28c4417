/** What is handed off to me: a card in the left column, which takes no dialog and nobody's call; in the
 * middle, over the timeline of its incident, its five parts, and the words in which it is said back. */
import { cls, html, newId, useEffect, useState } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { saidBack } from '../read_back.js';
import { TargetBar, Threshold, Until } from '../timers.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, incidentId, openFound, pending } from './context.js';
import { FiveParts } from './five_parts.js';
import { askHandOffs, began, forMeHere, incoming } from './hand_offs.js';
import { keptBy, useKept } from './kept.js';
import { keepThere, keptThere } from './kept_there.js';
import { ByWhen, when } from './next_fields.js';
import { Wrong } from './wrong.js';

const SOON_MS = 15_000;
/** What was begun, by hand-off. @type {Map<string, string>} */
const begun = keptBy();

/** By when what is next is done, by hand-off: not accepted yet. @type {Map<string, number|null>} */
const dues = keptBy();

/** What is asked, or why it is returned, by hand-off: not sent yet. @type {Map<string, string>} */
const lines = keptBy();

/** A question that did not come through has the same key when it is asked again: it is one.
 * @type {Map<string, string>} */
const keys = new Map();

/** @param {HandOffRow} row */
const placeOf = (row) => `said back ${row.id}`;

/** @param {{row: HandOffRow}} props */
const Left = ({ row }) => html`<b class=${`s${row.severity} left`}>
  <${Until} at=${row.due} left=${t.handedAway.left} over=${t.handedAway.over}/>
</b>`;

/** @param {{row: HandOffRow}} props */
const Card = ({ row }) => html`<li class=${cls('sec forme', `sev${row.severity}`)}>
  <span class="between">
    <b class="cut"><${Icon} name="transfer"/> ${t.handedToMe.from(row.sender_name)}</b>
    <${Left} row=${row}/>
  </span>
  <span class="row">
    <${Sev} level=${row.severity} class="t1"/> <span class="mono t1">${row.number}</span>
  </span>
  <span class="cut b">${row.title}</span>
  <span class="muted t1 twolines">${row.parts.reason}</span>
  <${TargetBar} from=${began(row)} to=${row.due} class=${`s${row.severity}`}/>
  <${Threshold}
    at=${row.due}
    before=${SOON_MS}
    text=${t.handedToMe.soon(row.number, `${SOON_MS / 1000} s`)}
    how="assertive"/>
  ${!row.agent && html`<span class="muted t1">${t.handedToMe.group(row.to)}</span>`}
  ${row.incident !== incidentId.value && html`<button
    class="primary"
    onClick=${() => openFound(row.incident)}>
    ${t.handedToMe.read}
  </button>`}
</li>`;

export const ForMe = () =>
  incoming.value.length
    ? html`<section class="panel" aria-label=${t.handedToMe.title}>
        <div class="head"><h2>${t.handedToMe.title} · ${incoming.value.length}</h2></div>
        <ul class="handedlist" role="list">
          ${incoming.value.map((row) => html`<${Card} key=${row.id} row=${row}/>`)}
        </ul>
      </section>`
    : null;

/** A line of words, asked for beside the card; a call that takes it away leaves them. @param {{
 *   of: string, label: string, go: string, busy: boolean|undefined,
 *   send: (words: string) => Promise<boolean>, leave: () => void,
 * }} props */
function OneLine({ of, label, go, busy, send, leave: close }) {
  const [words, say, forget] = useKept(lines, of, () => '');
  const leave = () => {
    forget();
    close();
  };
  const does = async () => {
    if (words.trim() && (await send(words))) leave();
  };
  return html`<div class="row">
    <input
      class="grow"
      autofocus
      ref=${(/** @type {HTMLElement|null} */ box) => box?.focus()}
      maxlength="500"
      aria-label=${label}
      placeholder=${label}
      value=${words}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => say(e.currentTarget.value)}
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key === 'Enter' && !e.isComposing) void does();
        if (e.key === 'Escape') {
          e.stopPropagation();
          leave();
        }
      }}/>
    <button class="small" disabled=${!words.trim() || busy} onClick=${does}>${go}</button>
    <button class="small" onClick=${leave}>${t.handedToMe.leave}</button>
  </div>`;
}

/** @param {{row: HandOffRow}} props */
function ReadBack({ row }) {
  const [words, put, forget] = useKept(begun, row.id, () => row.draft);
  const [does, setDoes] = useState(true);
  const [due, setDue, forgetDue] = useKept(dues, row.id, () => row.plans?.due ?? null);
  const [aside, turn] = useState(/** @type {''|'ask'|'back'} */ (''));
  const [fault, tell] = useState('');
  const busy = pending.value.accept_hand_off;
  const hints = saidBack(words, row.parts);
  const onFault = (/** @type {Fault} */ no) => tell(no.message ?? '');
  useEffect(() => {
    if (!row.opened_by) void act('open_hand_off', { hand_off: row.id }, { quiet: true });
  }, [row.id]);
  const accept = async () => {
    if (!words.trim()) return tell(t.handedToMe.say);
    if (row.plans && due === null) return tell(t.handedToMe.pick);
    tell('');
    const fields = { hand_off: row.id, words, does_next: does, due: row.plans && due && Math.round(due) };
    keptThere(placeOf(row)); // what was said back is kept with the acceptance
    if (!(await act('accept_hand_off', fields, { says: SAYS_OF_UNDO, onFault }))) return askHandOffs();
    forget();
    forgetDue();
    askHandOffs();
    toast(t.handedToMe.yours(row.number), 'ok');
  };
  /** @param {string} why */
  const giveBack = async (why) => {
    const done = await act(
      'return_hand_off',
      { hand_off: row.id, words: why },
      { says: SAYS_OF_UNDO, onFault },
    );
    askHandOffs();
    if (done) toast(t.handedToMe.returned(row.sender_name), 'info');
    return !!done;
  };
  /** @param {string} question */
  const ask = async (question) => {
    const same = `${row.id}\n${question.trim()}`;
    const key = keys.get(same) ?? newId();
    keys.set(same, key);
    const done = await act(
      'ask_hand_off',
      { hand_off: row.id, words: question, key },
      { says: SAYS_OF_UNDO, onFault },
    );
    if (done) keys.delete(same);
    askHandOffs();
    return !!done;
  };
  return html`<div class="stack tight readback">
    <label class="stack tight">
      <b>${t.handedToMe.back}</b>
      <textarea
        rows="3"
        maxlength="2000"
        placeholder=${t.handedToMe.example}
        value=${words}
        onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) => {
          tell('');
          put(e.currentTarget.value);
          const fields = { incident: row.incident, hand_off: row.id, text: e.currentTarget.value };
          keepThere(placeOf(row), 'draft_hand_off', fields);
        }}
        onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
          if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || e.isComposing) return;
          e.preventDefault();
          void accept();
        }}></textarea>
    </label>
    <p class="row wraps t1" aria-live="polite">
      <${Hint} has=${hints.actions} yes=${t.handedToMe.hasActions} no=${t.handedToMe.noActions}/>
      <${Hint} has=${hints.whatIf} yes=${t.handedToMe.hasWhatIf} no=${t.handedToMe.noWhatIf}/>
    </p>
    ${row.next && html`<label class="row t1">
      <input
        type="checkbox"
        checked=${does}
        onChange=${(/** @type {On<Event, HTMLInputElement>} */ e) => setDoes(e.currentTarget.checked)}/>
      <span class="cut">
        ${t.handedToMe.does}:${' '}
        <span class="muted">
          ${t.handedToMe.leaves(row.next.agent_name, row.next.what)}, ${when(row.next.due)}
        </span>
      </span>
    </label>`}
    ${row.plans && html`
      <p class="cut" title=${row.plans.what}>${t.handedToMe.plans}: <b>${row.plans.what}</b></p>
      <${ByWhen}
        due=${due}
        put=${(/** @type {number|null} */ at) => {
          tell('');
          setDue(at);
        }}
        enter=${accept}/>
    `}
    <${Wrong} words=${fault}/>
    ${aside === 'ask' && html`<${OneLine}
      of=${`${row.id} ask`}
      label=${t.handedToMe.question(row.sender_name)}
      go=${t.handedToMe.send}
      busy=${pending.value.ask_hand_off}
      send=${ask}
      leave=${() => turn('')}/>`}
    ${aside === 'back' && html`<${OneLine}
      of=${`${row.id} back`}
      label=${t.handedToMe.why}
      go=${t.handedToMe.go}
      busy=${pending.value.return_hand_off}
      send=${giveBack}
      leave=${() => turn('')}/>`}
    <div class="row">
      <button class="answer" disabled=${busy} onClick=${accept}>
        ${busy ? t.handedToMe.accepting : html`${t.handedToMe.accept} <kbd>Ctrl ↵</kbd>`}
      </button>
      <button aria-expanded=${String(aside === 'ask')} onClick=${() => turn(aside === 'ask' ? '' : 'ask')}>
        ${t.handedToMe.ask(row.sender_name)}
      </button>
      <span class="grow"></span>
      <button
        class="quiet"
        aria-expanded=${String(aside === 'back')}
        onClick=${() => turn(aside === 'back' ? '' : 'back')}>
        ${t.handedToMe.giveBack}
      </button>
    </div>
    <p class="faint t1">${t.handedToMe.reads(row.sender_name)}</p>
  </div>`;
}

/** @param {{has: boolean, yes: string, no: string}} props */
const Hint = ({ has, yes, no }) => html`<span class=${has ? 'ok' : 'faint'}>
  ${has ? '✓' : '○'} ${has ? yes : no}
</span>`;

/** Over the timeline of the incident in view, if that is handed off to me. */
export function HandedToMe() {
  const row = forMeHere.value;
  if (!row) return null;
  return html`<section
    class="handedtome scroll"
    tabindex="0"
    aria-label=${t.handedToMe.from(row.sender_name)}>
    <div class="between"><h2>${t.handedToMe.from(row.sender_name)}</h2><${Left} row=${row}/></div>
    <${TargetBar} from=${began(row)} to=${row.due} class=${`s${row.severity}`}/>
    ${row.hastened && html`<p class="s1 b">${t.handedToMe.hastened}</p>`}
    ${!row.agent && html`<p class="muted t1">${t.handedToMe.group(row.to)}</p>`}
    <${FiveParts} of=${row.parts} severity=${html`<${Sev} level=${row.severity}/>`}>
      ${row.questions.map(
        (one) => html`
          <dt key=${`${one.id} of`} class="muted">${one.by}</dt>
          <dd key=${one.id}>
            ${one.question} <b>${one.answer || html`<span class="faint">${t.handedToMe.noAnswer}</span>`}</b>
          </dd>
        `,
      )}
    </${FiveParts}>
    <${ReadBack} key=${row.id} row=${row}/>
  </section>`;
}
