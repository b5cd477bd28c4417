/** My work: each card with its true clock. */
import { effect, html, memo } from '../ui.js';
import { roomTold } from '../agent.js';
import { Fault, stateWord, whoOf } from '../contact.js';
import { Speaks } from '../speaks.js';
import { Icon, Sev } from '../icons.js';
import { isAside, owes } from '../snooze.js';
import { hourMinute } from '../format.js';
import { Since, TargetBar, Threshold, Until } from '../timers.js';
import { isUnsure, Unsure } from '../grounds.js';
import { t } from '../strings/en.js';
import { Returned } from './returned.js';
import { browsed, centre, me, select, selected, selectedId, work, wordOf } from './context.js';
import { ContactState } from '../states.js';

/** @param {{c: Contact}} props */
const Clock = ({ c }) => {
  if (c.state === ContactState.WRAPUP && c.until)
    return html`<b class="s3"><${Until} at=${c.until} left=${t.wrapup.left}/></b>`;
  if (owes(c)) return html`<b><${Until} at=${c.answer_by} left=${t.work.left} over=${t.work.over}/></b>`;
  if (isAside(c)) return html`<b class="muted"><${Until} at=${c.until} left=${t.aside.until}/></b>`;
  if (c.state === ContactState.PARKED) return html`<span class="muted"><${Since} at=${c.state_at}/></span>`;
  return html`<b><${Since} at=${c.state_at}/></b>`;
};

/** How many unanswered messages of each were there when it was last in view here.
 * @type {Map<string, number>} */
const seen = new Map();
effect(() => {
  const c = selected.value;
  if (c && !browsed.value) seen.set(c.id, c.unread ?? 0);
});
/** Messages that came since; an answer begins the count anew. @param {Contact} c */
function fresh(c) {
  const now = c.unread ?? 0;
  const was = Math.min(now, seen.get(c.id) ?? 0);
  seen.set(c.id, was);
  return now - was;
}

const Card = memo(
  (/** @type {{c: Contact, on: boolean}} */ { c, on }) => html`<li>
    <button
      class=${`card ${on ? 'on' : ''}`}
      aria-current=${on ? 'true' : undefined}
      onClick=${() => select(c.id)}>
      <span class="between">
        <span class="b cut"><${Icon} name=${c.channel}/> ${whoOf(c)}</span>
        <${Speaks} c=${c} centre=${centre.value} who=${me.value}/>
        ${fresh(c) && !on ? html`<span class="tag fresh">${t.work.unread(fresh(c))}</span>` : ''}
        <${Clock} c=${c}/>
      </span>
      ${c.about && c.channel !== 'voice' && html`<span class="muted cut">${c.about}</span>`}
      <span class="between">
        <${Sev} level=${c.severity} word=${wordOf(c.severity)} class="t1"/>
        <span class="muted t1 cut">${owes(c) ? t.work.due(hourMinute(c.answer_by)) : stateWord(c)}</span>
      </span>
      ${isUnsure(c) && html`<${Unsure}/>`}
      ${owes(c) && c.state === ContactState.PARKED && html`<span class="muted t1">${stateWord(c)}</span>`}
      ${owes(c) && html`
        <${TargetBar} from=${c.queued_at ?? c.arrived_at} to=${c.answer_by} class=${`s${c.severity}`}/>
        <${Threshold} at=${c.answer_by} before=${60_000} text=${t.work.dueSoon(whoOf(c))}/>
        <${Threshold} at=${c.answer_by} before=${0} text=${t.work.dueOver(whoOf(c))}/>
      `}
      ${c.fault && html`<span class="s2 t1 b"><${Fault} c=${c}/></span>`}
    </button>
  </li>`,
);

export function Work() {
  const all = work.value;
  const agent = me.value;
  return html`<section class="panel work" aria-label=${t.work.title}>
    <div class="head">
      <h2>${t.work.title}${all.length ? ` · ${all.length}` : ''}</h2>
      ${all.length > 0 && html`<span class="faint t0">${agent && roomTold(agent)}</span>`}
    </div>
    <${Returned}/>
    ${all.length
      ? html`<ul class="scroll">
          ${all.map((c) => html`<${Card} key=${c.id} c=${c} on=${c.id === selectedId.value}/>`)}
        </ul>`
      : html`<p class="empty">${t.work.none}</p>`}
  </section>`;
}
