/** An incident on the board: what happened, and who; whose it is, how severe, where it stands and what is
 * next, each said here as at a desk; and the way to call back from there. */
import { computed, html, useLayoutEffect, useRef } from '../ui.js';
import { lend } from '../focus.js';
import { SoundInFull, unmeasured } from '../call_sound.js';
import { hasCaller } from '../has_caller.js';
import { Icon } from '../icons.js';
import { exactTime } from '../format.js';
import { Since } from '../timers.js';
import { Because } from '../grounds.js';
import { t } from '../strings/en.js';
import { AskNextDialog } from '../desk/ask_next.js';
import { CLOSE_INCIDENT, EndButton, Reopen } from '../desk/ending.js';
import { UNDO_FILING } from '../desk/filing.js';
import { MERGE } from '../desk/merge.js';
import { NEXT, NextBar } from '../desk/next.js';
import { Owner, OwnerDialog } from '../desk/owner.js';
import { SEVERITY_OF, SeverityButton, STATUS_OF, StatusButton } from '../desk/status.js';
import { askSummary, SUMMARY } from '../desk/summary.js';
import { RESTRICT, RestrictButton, RestrictedTag } from '../desk/restrict.js';
import { Timeline } from '../desk/timeline.js';
import { incident, incidentId, open, openAgain, openFault, shut } from '../in_view.js';
import { AtDesk } from './at_desk.js';
import { onLive, state } from './context.js';

/** An incident lies on top. */
export const reading = computed(() => incidentId.value !== null);
onLive.add(openAgain);

/** The desk opens with the incident; a desk of this browser that is open already goes there.
 * @param {{incident: string, name?: string, class?: string}} props */
export const CallBack = ({ incident, name, class: extra = '' }) => html`<${AtDesk}
  what=${{ incident }}
  name=${name}
  title=${t.board.callBackWhy}
  class=${extra}>
  <${Icon} name="voice"/>
  ${t.party.call}
</${AtDesk}>`;

/** The number of a row's incident. @param {{id: string|null, no: string|null, who: string}} props */
export const IncidentButton = ({ id, no, who }) =>
  id && no
    ? html`<button
        class="quiet small mono no"
        aria-label=${t.board.openOf(no, who)}
        onClick=${() => open(id)}>
        ${no}
      </button>`
    : null;

/** @param {{of: Incident}} props */
const People = ({ of }) => html`<ul class="stack people">
  ${of.parties.map(
    (p) => html`<li key=${p.id} class="row">
      <b class="cut">${p.name || t.incident.nobody}</b>
      <span class="muted">${p.role ?? ''}</span> ${p.in_call && html`<span class="s2">${p.in_call}</span>`}
      <span class="muted cut grow">
        ${p.addresses
          .filter((a) => a.masked !== p.name)
          .map((a) => a.masked)
          .join(' · ')}
      </span>
    </li>`,
  )}
</ul>`;

/** The box of a drawer: while it shows somebody or something it has the focus, and Esc closes it.
 * @param {string|null} id of what it shows @param {() => void} close */
export function useDrawer(id, close) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    if (!id || !box.current) return undefined;
    const giveBack = lend(box.current, box.current.querySelector('button'));
    const keys = (/** @type {KeyboardEvent} */ e) => {
      if (
        e.key === 'Escape' &&
        !e.defaultPrevented &&
        !(/** @type {HTMLElement} */ (e.target).closest?.('[role="menu"]'))
      )
        close();
    };
    document.addEventListener('keydown', keys);
    return () => {
      document.removeEventListener('keydown', keys);
      giveBack();
    };
  }, [id]);
  return box;
}

/** Booking, place, type. @param {{of: Incident}} props */
function Known({ of: { facts } }) {
  const kind = state.value.centre?.incident_types?.find((one) => one.code === facts.kind)?.word;
  const said = [facts.booking && `${t.facts.booking} ${facts.booking}`, facts.place, kind].filter(Boolean);
  return said.length ? html`<div class="muted t1">${said.join(' · ')}</div>` : null;
}

/** What is said of it here, as at a desk. */
const DIALOGS = [
  CLOSE_INCIDENT.body,
  NEXT.body,
  AskNextDialog,
  STATUS_OF.body,
  SEVERITY_OF.body,
  OwnerDialog,
  MERGE.body,
  SUMMARY.body,
  UNDO_FILING.body,
  RESTRICT.body,
];

export function Drawer() {
  const id = incidentId.value;
  const box = useDrawer(id, shut);
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  if (!id) return null;
  const of = incident.value;
  const judged = Object.values(state.value.contacts).find((c) => c.incident === id && c.grounds);
  const handed = Object.values(state.value.contacts).filter(
    (c) => c.incident === id && (hasCaller(c).by === 'number' || unmeasured(c)),
  );
  return html`
    <section
      ref=${box}
      class="drawer panel"
      role="dialog"
      aria-label=${of ? `${of.number} ${of.title ?? ''}` : t.incident.loading}>
      <header class="sec">
        <div class="between">
          <span class="row">
            ${of && html`
              <span class="mono">${of.number}</span>
              <${RestrictedTag} of=${of}/>
              <${SeverityButton} of=${of}/>
              <${StatusButton} of=${of}/>
            `}
          </span>
          <button class="small" onClick=${shut}>${t.incident.shut} <kbd>Esc</kbd></button>
        </div>
        ${of && html`
          <h2 class="name">${of.title || t.incident.untitled}</h2>
          <div class="muted t1 row wraps">
            <span title=${exactTime(of.opened_at)}>
              ${t.incident.opened} <${Since} at=${of.opened_at}/> ${t.incident.ago} · ${t.incident.contacts(
                of.contacts.length,
              )}
            </span>
            <${Owner} of=${of}/>
          </div>
          <${Known} of=${of}/>
          ${judged && html`<${Because} c=${judged}/>`}
          ${handed.map((c) => html`<div key=${c.id} class="stack"><${SoundInFull} c=${c}/></div>`)}
          <${People} of=${of}/>
          <div class="row">
            <${CallBack} incident=${id} class="primary"/>
            <${RestrictButton}/>
            <${EndButton} of=${of}/>
            <button onClick=${askSummary}>${t.summary.button}</button>
          </div>
        `}
      </header>
      ${of && html`<${NextBar} of=${of}/><${Reopen} of=${of}/>`}
      ${of
        ? html`<${Timeline} of=${of} scroller=${scroller}/>`
        : html`<p class="empty">
            ${openFault.value ? html`${t.incident.failed}<br/>${openFault.value}` : t.incident.loading}
          </p>`}
    </section>
    ${DIALOGS.map((Body, i) => html`<${Body} key=${i}/>`)}
  `;
}
