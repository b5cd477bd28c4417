/** What I handed off: that it waits, what they ask, how it ended. In the left column, and under the head
 * of its incident, where anybody sees it. */
import { html } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { dueText } from '../format.js';
import { serverTime } from '../clock.js';
import { TargetBar, Until } from '../timers.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, incidentId, openFound, pending, state } from './context.js';
import { askHandOffs, began, forMeHere, outgoing } from './hand_offs.js';
import { askHandOff } from './hand_off.js';
import { keptBy, useKept } from './kept.js';

/** What is typed and not sent, by question. @type {Map<string, string>} */
const answers = keptBy();

/** It came back, and nothing has moved. */
const STILL = new Set(['expired', 'returned']);

/** Where it stands, in words. @param {HandOff} of */
const stands = (of) =>
  of.opened_by
    ? t.handedAway.open(of.opened_by)
    : of.opens_at && of.opens_at > serverTime()
      ? t.handedAway.opens(dueText(of.opens_at, serverTime()))
      : t.handedAway.waits;

/** @param {string} id */
export async function takeBack(id) {
  await act('take_back_hand_off', { hand_off: id }, { says: SAYS_OF_UNDO });
  askHandOffs();
}

/** @param {string} id */
async function read(id) {
  await act('read_hand_off', { hand_off: id });
  askHandOffs();
}

/** @param {{one: HandOff['questions'][0]}} props */
function Question({ one }) {
  const [words, say, forget] = useKept(answers, one.id, () => '');
  const key = `answer ${one.id}`;
  const send = async () => {
    if (!words.trim()) return;
    if (await act('answer_hand_off', { question: one.id, words }, { key, says: SAYS_OF_UNDO })) forget();
    askHandOffs();
  };
  if (one.answer)
    return html`<p class="muted t1 cut" title=${`${one.by}: ${one.question}\n${one.answer}`}>
      <${Icon} name="check"/> ${one.answer}
    </p>`;
  return html`<div class="stack tight asked">
    <p><b>${one.by}:</b> ${one.question}</p>
    <div class="row">
      <input
        class="grow"
        maxlength="500"
        aria-label=${t.handedAway.answerTo(one.by)}
        placeholder=${t.handedAway.answerTo(one.by)}
        value=${words}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => say(e.currentTarget.value)}
        onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => e.key === 'Enter' && !e.isComposing && send()}/>
      <button class="small" disabled=${!words.trim() || pending.value[key]} onClick=${send}>
        ${pending.value[key] ? t.handedAway.answering : t.handedAway.answer}
      </button>
    </div>
  </div>`;
}

/** It waits: to whom, and who has it open. @param {{row: HandOffRow}} props */
const Waits = ({ row }) => html`<li class="sec handed offered">
  <button class="quiet plainly" title=${row.title} onClick=${() => openFound(row.incident)}>
    <span class="between">
      <span class="row">
        <${Sev} level=${row.severity} class="t1"/> <span class="mono t1">${row.number}</span>
      </span>
      <b class=${`s${row.severity}`}>
        <${Until} at=${row.due} left=${t.handedAway.left} over=${t.handedAway.over}/>
      </b>
    </span>
    <span class="t1 cut"><b>${t.handedAway.to(row.to)}</b> <span class="muted">· ${stands(row)}</span></span>
  </button>
  <${TargetBar} from=${began(row)} to=${row.due} class=${`s${row.severity}`}/>
  ${row.questions.map((one) => html`<${Question} key=${one.id} one=${one}/>`)}
</li>`;

/** How it ended, on one line; whole while its incident is in view. @param {{row: HandOffRow}} props */
const Ended = ({ row }) => {
  const whole = row.incident === incidentId.value;
  const words = `${begins(row.ended ?? '')}.${STILL.has(row.state) ? ` ${t.handedAway.still}` : ''}`;
  return html`<li class=${`sec handed ${row.state}`}>
    <div class="row">
      <button
        class="quiet plainly grow"
        aria-expanded=${String(whole)}
        title=${`${row.title}\n${words}`}
        onClick=${() => openFound(row.incident)}>
        <span class=${`t1 cut ${row.state === 'expired' ? 's1' : ''}`}>
          <${Icon} name=${row.state === 'accepted' ? 'check' : 'warn'}/>
          ${' '}
          <span class="mono">${row.number}</span> <b>${t.handedAway.states[row.state]}</b>
        </span>
      </button>
      <button class="small" disabled=${pending.value.read_hand_off} onClick=${() => read(row.id)}>
        ${t.handedAway.read}
      </button>
    </div>
    ${whole && html`<p class="t1">${words}</p>`}
    ${whole && row.questions.map((one) => html`<${Question} key=${one.id} one=${one}/>`)}
  </li>`;
};

/** @param {string} words */
const begins = (words) => words.charAt(0).toUpperCase() + words.slice(1);

export const HandedAway = () =>
  outgoing.value.length
    ? html`<section class="panel" aria-label=${t.handedAway.title}>
        <div class="head"><h2>${t.handedAway.title} · ${outgoing.value.length}</h2></div>
        <ul class="handedlist scroll away" role="list" tabindex="0">
          ${outgoing.value.map((row) =>
            row.ended
              ? html`<${Ended} key=${row.id} row=${row}/>`
              : html`<${Waits} key=${row.id} row=${row}/>`,
          )}
        </ul>
      </section>`
    : null;

/** Under the head of the incident in view. @param {{of: Incident}} props */
export function HandOffBar({ of }) {
  const one = of.hand_off;
  if (!one || forMeHere.value) return null; // its card says more
  const me = state.value.me?.id;
  const mine = me === one.sender || me === of.owner;
  return html`<div class="nextbar handedbar row">
    <${Icon} name="transfer"/>
    <span class="grow cut">
      <b>${t.handedAway.to(one.to)}</b>
      <span class="muted"> · ${stands(one)}${one.hastened ? ` · ${t.handedAway.hastened}` : ''}</span>
    </span>
    <b class=${`s${of.severity}`}>
      <${Until} at=${one.due} left=${t.handedAway.left} over=${t.handedAway.over}/>
    </b>
    ${mine && html`
      <button class="small" disabled=${pending.value.take_back_hand_off} onClick=${() => takeBack(one.id)}>
        ${pending.value.take_back_hand_off ? t.handedAway.taking : t.handedAway.take}
      </button>
      ${me === of.owner && html`<button class="small" aria-haspopup="dialog" onClick=${askHandOff}>
        ${t.handedAway.change}
      </button>`}
    `}
  </div>`;
}
