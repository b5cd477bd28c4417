/** A call promised for later instead of made now: in some minutes, at a time, or when somebody is free. */
import { html, newId, signal, useState } from '../ui.js';
import { askCallOff } from '../call_off.js';
import { cancelling } from './ask_next.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { now, serverTime } from '../clock.js';
import { momentOf, otherClock, There } from '../call_times.js';
import { exactTime, hourMinute } from '../format.js';
import { firstOf } from '../contact.js';
import { AtNight, MomentFields, NOTHING_TYPED, typedMoment } from '../moment_fields.js';
import { Until } from '../timers.js';
import { Stands } from '../stands.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, incident, incidentId, layer, link, pending } from './context.js';
import { Key } from './single_keys.js';
import { actSure } from './sure.js';
import { ContactState } from '../states.js';
import { undoable } from './undo.js';

const MINUTES = [10, 30, 60];

/** Whom it is about, while the dialog is open. */
const asked = signal(
  /** @type {{incident: string|null, address: string, who: string, zone: string}|null} */ (null),
);

/** @param {Address} at @param {string} who */
export const askLater = (at, who) => {
  const zone = incident.peek()?.facts.zone || at.zone || '';
  asked.value = { incident: incidentId.peek(), address: at.id, who, zone };
  layer.value = 'later';
};
const shut = () => {
  layer.value = null;
  atNight.value = null;
};

/** Refused, because it is night there: why, and for when it was meant. */
const atNight = signal(/** @type {{why: string, at: number|null}|null} */ (null));

/** @param {number|null} at @param {string} note @param {string[]} [sure] */
async function promise(at, note, sure = []) {
  const of = asked.peek();
  if (!of) return;
  const when = at === null ? null : Math.round(at);
  atNight.value = null;
  await promised({ incident: of.incident, address: of.address, key: newId(), at: when, note, sure }, at);
}

/** @param {object} fields @param {number|null} at */
async function promised(fields, at) {
  const night = (/** @type {Fault} */ fault) => {
    if (fault.code !== 'night') return false;
    atNight.value = { why: fault.message ?? '', at };
    return true;
  };
  if (!(await actSure('request_callback', fields, (more) => promised(more, at), night))) return;
  if (layer.peek() === 'later') shut();
  const there = at === null ? '' : otherClock(at, asked.peek()?.zone);
  toast(t.promised.done(at === null ? '' : momentOf(at), there), 'info');
}

export function Later() {
  const of = asked.value;
  const [typed, type] = useState(NOTHING_TYPED);
  const [note, setNote] = useState('');
  if (!of) return null;
  const busy = pending.value.request_callback;
  const night = atNight.value;
  const at = typedMoment(typed);
  return html`<${Dialog} title=${t.promised.title(of.who)} close=${shut} class="laterbox">
    <p class="muted">${t.promised.lead}</p>
    <div class="stack">
      <button autofocus disabled=${busy} onClick=${() => promise(null, note)}>
        ${t.promised.soon} <${There} at=${now.value} zone=${of.zone}/>
      </button>
      ${MINUTES.map(
        (m) => html`<button
          key=${m}
          disabled=${busy}
          onClick=${() => promise(serverTime() + m * 60_000, note)}>
          ${t.promised.minutes(m, hourMinute(now.value + m * 60_000))}
          <${TheirTime} at=${now.value + m * 60_000} zone=${of.zone}/>
        </button>`,
      )}
    </div>
    ${night
      ? html`<${AtNight}
          why=${night.why}
          note=${note}
          say=${setNote}
          busy=${busy}
          word=${t.promised.nightGo}
          go=${() => promise(night.at, note, ['night'])}/>`
      : html`<input
          maxlength="160"
          aria-label=${t.promised.note}
          placeholder=${t.promised.note}
          value=${note}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setNote(e.currentTarget.value)}/>`}
    <form
      class="stack"
      onSubmit=${(/** @type {On<SubmitEvent, HTMLFormElement>} */ e) => {
        e.preventDefault();
        if (at !== null) void promise(at, note);
      }}>
      <${MomentFields} zones=${[of.zone]} typed=${typed} say=${type}/>
      <div class="row end">
        <button type="button" onClick=${shut}>${t.incident.shut}</button>
        <button class="primary" disabled=${busy || at === null}>${t.promised.atGo}</button>
      </div>
    </form>
  </${Dialog}>`;
}

/** The promise of the incident in view. @param {{of: NonNullable<Incident['callback']>}} props */
export function Promised({ of: p }) {
  const tries = p.tried > 1 && t.promised.tryOf(p.tried, p.tries);
  const there = otherClock(p.due, zoneOf(incident.value, p.contact));
  const said = [there && t.promised.there(there), tries, t.promised.asked(p.by_name)]
    .filter(Boolean)
    .join(' · ');
  return html`<div class="promised s3">
    <${Icon} name="callback"/>
    <div class="grow">
      <b>${t.promised.open}</b> ${p.stands
        ? html`<${Stands}
            of=${p.stands}
            until=${p.stands.until}
            name=${p.stands.agent_name && firstOf(p.stands.agent_name)}/>`
        : html`<${Due} of=${p}/>`}
      <div class="row">
        <span class="grow muted t1 cut" title=${said}>${said}</span>
        <button
          class="small"
          title=${t.promised.off}
          disabled=${pending.value.cancel_callback}
          onClick=${() => {
            const of = incident.peek();
            const asks = of && { of, proposal: t.next.proposals.reach };
            askCallOff({ contact: p.contact, who: of?.number ?? '', cancel: cancelling(asks), undoable });
          }}>
          ${t.promised.offShort}
        </button>
      </div>
    </div>
  </div>`;
}

/** Where it is another time for them. @param {{at: number, zone: string|null}} props */
const TheirTime = ({ at, zone }) => {
  const clock = otherClock(at, zone);
  return clock && html` <span class="muted">${t.promised.there(clock)}</span>`;
};

/** Where whoever is called is: as it is written down, or by their number; null: nobody knows.
 * @param {Incident|null} of @param {string} contact */
function zoneOf(of, contact) {
  const to = of?.contacts.find((one) => one.id === contact)?.address;
  const at = of?.parties.flatMap((one) => one.addresses ?? []).find((one) => one.id === to);
  return of?.facts.zone || at?.zone || null;
}

/** When it is due, or since when it waits. @param {{of: NonNullable<Incident['callback']>}} props */
const Due = ({ of: p }) => html`
  <span title=${exactTime(p.due)}>${t.promised.due(momentOf(p.due))}</span> · ${p.state ===
  ContactState.SCHEDULED
    ? html`<${Until} at=${p.due} left=${t.promised.inTime} over=${t.promised.over}/>`
    : t.promised.waits}
`;

/** Answered with yes: the contact in wrap-up and the promise. */
const kept = signal(/** @type {ReadonlySet<string>} */ (new Set()));

/** @param {Contact} c @param {StillNeeded} of */
const pair = (c, of) => `${c.id} ${of.contact}`;

/** What is asked with this contact in wrap-up. @param {Contact|null} c */
const question = (c) => (c?.still_needed && !kept.value.has(pair(c, c.still_needed)) ? c.still_needed : null);

/** Nothing is sent: no answer means the same. @param {Contact} c @param {StillNeeded} of */
function keep(c, of) {
  kept.value = new Set([...kept.peek(), pair(c, of)]);
  toast(t.promised.kept, 'info');
}

/** @param {Contact} c @param {StillNeeded} of */
async function notNeeded(c, of) {
  if (await act('not_needed', { contact: of.contact, through: c.id }))
    undoable(t.promised.noDone, {
      send: () => link.send('not_needed_undo', { contact: of.contact }),
      done: t.promised.noUndone,
    });
}

/** Y and X. Not N: that begins a note, and nobody ends a promise with the first letter of one.
 * @param {string} key @param {Contact|null} c @returns {boolean} whether the key did something */
export function stillNeededKey(key, c) {
  const of = /^[yx]$/i.test(key) && question(c);
  if (!c || !of) return false;
  if (key.toLowerCase() === 'y') keep(c, of);
  else void notNeeded(c, of);
  return true;
}

/** Asked in the wrap-up, which ends with or without an answer. @param {{c: Contact}} props */
export function StillNeeded({ c }) {
  const of = question(c);
  if (!of) return null;
  return html`<div class="promised s3" role="group" aria-label=${t.promised.still}>
    <${Icon} name="callback"/>
    <div class="grow">
      <b>${t.promised.still}</b>
      <div class="muted t1">${t.promised.stillWhy(of.by_name, hourMinute(of.due))}</div>
      <div class="row">
        <button class="small" onClick=${() => keep(c, of)}>${t.promised.yes} <${Key} of="Y"/></button>
        <button class="small" disabled=${pending.value.not_needed} onClick=${() => notNeeded(c, of)}>
          ${t.promised.no} <${Key} of="X"/>
        </button>
      </div>
    </div>
  </div>`;
}
