/** The middle: what happened, in the order it happened, whatever the channel. */
import { html, useEffect, useRef } from '../ui.js';
import { pauseTold, ringsForS1 } from '../agent.js';
import { whoOf } from '../contact.js';
import { Icon, Sev } from '../icons.js';
import { Because, isUnsure } from '../grounds.js';
import { kindOf, waitingCount } from '../model.js';
import { t } from '../strings/en.js';
import {
  browsed,
  centre,
  closeFound,
  handed,
  incident,
  incidentId,
  me,
  offer,
  open,
  openFault,
  selected,
  shut,
  state,
  work,
} from './context.js';
import { Composer } from './composer.js';
import { goReady, secure } from './duty.js';
import { MoreButton } from './dialogs.js';
import { EndButton, Reopen } from './ending.js';
import { FactsLine } from './facts.js';
import { FoundBar, Recent } from './find.js';
import { HandOffButton } from './hand_off.js';
import { HandOffBar } from './handed_away.js';
import { HandedToMe } from './handed_to_me.js';
import { NextBar } from './next.js';
import { Alone, RestrictedTag } from './restrict.js';
import { Owner } from './owner.js';
import { SoundCard } from './sound.js';
import { SeverityButton, StatusButton } from './status.js';
import { Timeline } from './timeline.js';
import { Title } from './title.js';
import { Typing } from './typing.js';
import { NotHere } from './waiting_dialog.js';
import { Key } from './single_keys.js';
import { GlanceInHand, WrongSeverity } from './severity.js';

/** @param {{of: Incident}} props */
function Header({ of }) {
  const c = selected.value?.incident === of.id ? selected.value : null;
  const whole = of.restricted?.whole !== false; // else its head would only refuse
  return html`<header class="inc">
    <div class="row facts">
      <span class="mono">${of.number}</span>
      ${whole && html`<${SeverityButton} of=${of}/>`}
      ${c && (!whole || c.severity !== of.severity) && html`<span class="t1 row ofcontact">
        ${t.incident.ofContact[c.channel]} <${Sev} level=${c.severity}/>
      </span>`}
      ${c && html`<${WrongSeverity}/>`}
      ${whole && html`
        <${StatusButton} of=${of}/>
        <${Owner} of=${of}/>
        <span class="grow"></span>
        <${HandOffButton} of=${of}/>
        <${MoreButton}/>
        <${EndButton} of=${of}/>
      `}
    </div>
    ${whole
      ? html`
          <div class="row titled"><${RestrictedTag} of=${of}/><${Title} of=${of}/></div>
          <${FactsLine} of=${of}/>
        `
      : html`<h1 class="plain">${of.title}</h1>`}
    ${c?.grounds
      ? html`<${Because} c=${c}/>`
      : c?.rule &&
        c.direction === 'in' &&
        html`<p class="faint t1 cut" title=${c.rule}>${t.incident.rule}: ${c.rule}</p>`}
    ${c && isUnsure(c) && html`<${GlanceInHand} c=${c}/>`}
  </header>`;
}

/** What rings while they pause: without sound, nothing does. @param {Agent} agent */
const pausedWords = (agent) =>
  !ringsForS1(agent, centre.value)
    ? t.incident.noneQuiet
    : agent.sound
      ? t.incident.nonePaused
      : t.incident.noneMute;

function Idle() {
  const agent = me.value;
  const ready = agent?.choice === 'ready';
  const waiting = [1, 2, 3, 4].reduce((n, s) => n + waitingCount(state.value.tally, s), 0);
  const idles = ready && !offer.value;
  const { told, hint } = pauseTold(agent);
  return html`<section class="panel idleroom" aria-label=${t.incident.none}>
    <div class="idlebox">
      <h1>
        ${offer.value
          ? t.incident.ringing[kindOf(offer.value.contact)]
          : !agent
            ? t.status.connecting
            : ready
              ? waiting
                ? t.incident.noneReadyWaiting(waiting)
                : t.incident.noneReady
              : (told ?? pausedWords(agent))}
      </h1>
      ${idles && waiting
        ? html`<${NotHere}/>`
        : html`<p class="muted">
            ${offer.value ? t.incident.ringingHint : ready ? t.incident.noneHint : hint}
          </p>`}
      ${agent && !ready && secure && html`<div>
        <button class="primary big" onClick=${goReady}>${t.top.ready}</button>
      </div>`}
      <${Recent}/>
      <${SoundCard}/>
    </div>
  </section>`;
}

/** The incident stays in view after its last contact, until something else is opened. */
function DoneBar() {
  if (work.value.length || handed.value) return null; // its wrap-up says more than this could
  const ready = me.value?.choice === 'ready';
  return html`<div class=${`donebar ${ready && !offer.value ? '' : 'calm'}`}>
    <${Icon} name=${offer.value ? kindOf(offer.value.contact) : ready ? 'check' : 'pause'}/>
    <span class="grow">
      ${offer.value
        ? t.incident.doneRings
        : ready
          ? t.incident.doneReady
          : (pauseTold(me.value).told ?? t.incident.donePaused)}
    </span>
    ${!offer.value && html`<button class="small" onClick=${shut}>${t.incident.hide}</button>`}
  </div>`;
}

export function Incident() {
  const of = incident.value;
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [of?.id]);
  const known = incidentId.value && (selected.value || of || openFault.value || browsed.value);
  if (!known && !work.value.length) return html`<${Idle}/>`;
  const early = selected.value && !selected.value.incident && !browsed.value ? selected.value : null;
  if (early) {
    return html`<section class="panel mid" aria-label=${whoOf(early)}>
      <div class="empty stack">
        <h1>${whoOf(early)}</h1>
        <p>${early.provisional ? t.record.call : t.incident.noIncident}</p>
      </div>
    </section>`;
  }
  if (!of) {
    return html`<section class="panel mid">
      <p class="empty">
        ${openFault.value
          ? html`
              ${t.incident.failed}
              <br/>
              ${openFault.value}
              <br/>
              <br/>
              <span class="row mend">
                <button onClick=${() => open(incidentId.peek())}>${t.incident.retry}</button>
                ${browsed.value && html`<button onClick=${closeFound}>${t.incident.hide}</button>`}
              </span>
            `
          : t.incident.loading}
      </p>
    </section>`;
  }
  return html`<section class="panel mid" aria-label=${`${of.number} ${of.title ?? ''}`}>
    ${browsed.value ? html`<${FoundBar}/>` : html`<${DoneBar}/>`}
    <${Header} of=${of}/>
    <${Alone} of=${of} contact=${selected.value?.incident === of.id ? selected.value.id : undefined}/>
    ${of.restricted?.whole !== false && html`
      <${NextBar} of=${of} plan=${html`<${Key} of="P"/>`}/>
      <${HandOffBar} of=${of}/>
      <${Reopen} of=${of}/>
    `}
    <${HandedToMe}/>
    <${Timeline} of=${of} scroller=${box}/>
    <${Typing}/>
    <${Composer} of=${of}/>
  </section>`;
}
