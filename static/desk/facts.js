/** What is known of the incident in view: booking, place and its time, type, language. */
import { computed, html, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { now } from '../clock.js';
import { exactTime } from '../format.js';
import { Since } from '../timers.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, centre, incident, layer, pending } from './context.js';
import { keptBy, onto, useKept } from './kept.js';

const LAYER = 'facts';
const open = () => (incident.value?.state === 'open' ? incident.value : null);
boundLayer(LAYER, () => open()?.id);
const ask = () => {
  layer.value = LAYER;
};

/** @typedef {Incident['facts']} Facts */
const NAMES = /** @type {(keyof Facts)[]} */ (['booking', 'place', 'zone', 'kind', 'language']);

const minute = computed(() => Math.floor(now.value / 60_000));
/** The time in a zone now, to the minute. @param {string} zone */
function timeIn(zone) {
  try {
    const at = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
    return at.format(minute.value * 60_000);
  } catch {
    return ''; // a zone that this browser does not know
  }
}
/** Drawn anew as its minute changes. @param {{zone: string}} props */
const TimeThere = ({ zone }) => {
  const time = timeIn(zone);
  return time ? html`<span title=${zone}>${t.facts.there(time)}</span>` : null;
};

/** @param {string} code */
const kindWord = (code) => centre.value?.incident_types?.find((one) => one.code === code)?.word ?? code;
/** @param {string} code */
const languageWord = (code) => centre.value?.languages?.[code] ?? code;

/** Under the title. @param {{of: Incident}} props */
export function FactsLine({ of }) {
  const { booking, place, zone, kind, language } = of.facts;
  const any = booking || place || zone || kind || language;
  return html`<div class="row known" role="group" aria-label=${t.facts.label}>
    ${booking && html`<span>${t.facts.booking} <b>${booking}</b></span>`}
    ${place && html`<b class="cut" title=${place}>${place}</b>`}
    ${zone && html`<${TimeThere} zone=${zone}/>`}
    ${kind && html`<span>${kindWord(kind)}</span>`}
    ${language && html`<span>${languageWord(language)}</span>`}
    <span title=${exactTime(of.opened_at)}>
      ${t.incident.opened} <${Since} at=${of.opened_at}/> ${t.incident.ago}
    </span>
    ${of.state === 'open' && html`<button class="link t1" aria-haspopup="dialog" onClick=${ask}>
      ${any ? t.facts.change : t.facts.add}
    </button>`}
  </div>`;
}

const PROPOSED = 3;
const ZONES = Intl.supportedValuesOf('timeZone');
const EXAMPLES = /** @type {Partial<Facts>} */ ({
  booking: t.facts.bookingExample,
  place: t.facts.placeExample,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});
const LETTERS = /** @type {Partial<Record<keyof Facts, number>>} */ ({ booking: 64, place: 200, zone: 64 });

const kept = /** @type {Map<string, import('./kept.js').Edit<Facts>>} */ (keptBy());

/** The last part of its name, as people say it. @param {string} zone */
const cityOf = (zone) => zone.split('/').slice(-1)[0].replaceAll('_', ' ').toLowerCase();
/** Those that the place names, then those of its people's numbers; a third party is somewhere else.
 * @param {Incident} of @param {string} place */
function zonesFor(of, place) {
  const words = ` ${place.toLowerCase().replaceAll(/[^\p{L}]+/gu, ' ')} `;
  const named = place.trim() ? ZONES.filter((zone) => words.includes(` ${cityOf(zone)} `)) : [];
  const theirs = of.parties.filter((p) => p.side !== 'third').flatMap((p) => p.addresses.map((a) => a.zone));
  return [...new Set([...named, ...theirs])].flatMap((zone) => zone || []).slice(0, PROPOSED);
}

/** Where none is said yet, those that are likely, each with its time; otherwise the time in it.
 * @param {{of: Incident, said: Facts, say: (zone: string) => void}} props */
function ZoneHints({ of, said, say }) {
  if (said.zone) return html`<span class="muted t1" role="status"><${TimeThere} zone=${said.zone}/></span>`;
  const zones = zonesFor(of, said.place);
  if (!zones.length) return null;
  return html`<div class="row wraps t1" role="group" aria-label=${t.facts.proposed}>
    <span class="muted">${t.facts.proposed}</span>
    ${zones.map(
      (zone) => html`<button key=${zone} type="button" class="small" onClick=${() => say(zone)}>
        ${t.facts.propose(zone, timeIn(zone))}
      </button>`,
    )}
  </div>`;
}

/** @param {{of: Incident}} props */
function FactsForm({ of }) {
  const [begun, put, forget] = useKept(
    kept,
    of.id,
    () => ({ said: of.facts, before: of.facts }),
    (typed) => onto(typed, of.facts),
  );
  const { said, before } = begun;
  const [faults, tell] = useState(/** @type {Partial<Record<keyof Facts, string>>} */ ({}));
  /** @param {keyof Facts} name @param {string} value */
  const say = (name, value) => {
    put({ before, said: { ...said, [name]: value } });
    tell({ ...faults, [name]: '' });
  };
  const leave = () => {
    forget();
    layer.value = null;
  };
  /** @param {On<SubmitEvent>} e */
  const go = async (e) => {
    e.preventDefault();
    /** @type {typeof faults} */
    const refused = {};
    let shown = before;
    for (const name of NAMES) {
      const order = { incident: of.id, name, value: said[name], before: before[name] };
      if (said[name].trim() === before[name]) continue;
      const onFault = (/** @type {Fault} */ no) => {
        refused[name] = no.message;
      };
      // The others are saved all the same; who was told of this one may say it again.
      const saved = await act('incident_fact', order, { says: SAYS_OF_UNDO, onFault });
      const now = saved ? said[name].trim() : (incident.peek()?.facts[name] ?? before[name]);
      shown = { ...shown, [name]: now };
      put({ before: shown, said: kept.get(of.id)?.said ?? said });
    }
    tell(refused);
    if (!Object.keys(refused).length) leave();
  };
  const kinds = (centre.value?.incident_types ?? []).map((one) => [one.code, one.word]);
  const languages = Object.entries(centre.value?.languages ?? {}).sort((a, b) => a[1].localeCompare(b[1]));
  /** @param {keyof Facts} name */
  const wrong = (name) => faults[name] && html`<span class="s2 b t1" role="alert">✕ ${faults[name]}</span>`;
  /** @param {keyof Facts} name @param {string[][]} options @param {string} word */
  const select = (name, options, word) => html`<label class="stack tight">
    <span>${word}</span>
    <select
      value=${said[name]}
      onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => say(name, e.currentTarget.value)}>
      <option value="">${t.facts.none}</option>
      ${options.map(([code, text]) => html`<option key=${code} value=${code}>${text}</option>`)}
    </select>
    ${wrong(name)}
  </label>`;
  /** @param {keyof Facts} name @param {string} word @param {boolean} [first] */
  const input = (name, word, first = false) => html`<label class="stack tight">
    <span>${word}</span>
    <input
      autofocus=${first}
      autocomplete="off"
      maxlength=${LETTERS[name]}
      list=${name === 'zone' ? 'zones' : undefined}
      placeholder=${EXAMPLES[name]}
      value=${said[name]}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => say(name, e.currentTarget.value)}/>
    ${wrong(name)}
  </label>`;
  return html`<${Dialog} title=${t.facts.title(of.number)} close=${leave} class="nextbox">
    <form class="stack" onSubmit=${go}>
      ${input('booking', t.facts.booking, true)} ${input('place', t.facts.place)} ${input(
        'zone',
        t.facts.zone,
      )}
      <${ZoneHints} of=${of} said=${said} say=${(/** @type {string} */ zone) => say('zone', zone)}/>
      <datalist id="zones">
        ${ZONES.map((zone) => html`<option key=${zone} value=${zone}></option>`)}
      </datalist>
      ${select('kind', kinds, t.facts.kind)} ${select('language', languages, t.facts.language)}
      <div class="row">
        <span class="grow"></span>
        <button type="button" onClick=${leave}>${t.facts.cancel}</button>
        <button class="primary" disabled=${pending.value.incident_fact}>
          ${pending.value.incident_fact ? t.facts.saving : t.facts.go}
        </button>
      </div>
    </form>
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const FACTS = {
  body: () => {
    const of = open();
    return layer.value === LAYER && of ? html`<${FactsForm} key=${of.id} of=${of}/>` : null;
  },
  commands: () => {
    const of = open();
    return of ? [[t.facts.title(of.number), '', ask]] : [];
  },
};
