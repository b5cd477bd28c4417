/** Where the incident in view stands: its status, and how severe it is, at a person's word. */
import { html, signal } from '../ui.js';
import { IncidentState, SevOf } from '../closed.js';
import { Dialog } from '../dialog.js';
import { Icon, Sev } from '../icons.js';
import { SEVERITIES } from '../model.js';
import { SAYS_OF_UNDO } from '../toasts.js';
import { t } from '../strings/en.js';
import { Choices } from './choices.js';
import { act, boundLayer, incident, layer, pending, wordOf } from '../in_view.js';
import { askEnd, canEnd } from './ending.js';
import { askNext } from './next.js';

const STATUS = 'status';
const SEVERITY = 'incident severity';
const SAID = ['active', 'waiting_party', 'waiting_third'];

/** The open incident in view. */
const open = () => (incident.value?.state === 'open' ? incident.value : null);
for (const name of [STATUS, SEVERITY]) boundLayer(name, () => open()?.id);

/** What is chosen and typed, of which incident; a call that takes the dialog away leaves it. */
const chosen = signal({ of: '', layer: '', code: '', words: '' });
/** What is wrong with that, at its field. */
const fault = signal(/** @type {{at: 'choice'|'words', words: string}|null} */ (null));
/** @param {'choice'|'words'} at @param {string} words */
const wrong = (at, words) => {
  fault.value = { at, words };
};
/** @param {Fault} no */
const refused = (no) => wrong('words', t.next.refused(no.message ?? ''));
/** @param {Partial<typeof chosen.value>} now */
const put = (now) => {
  fault.value = null;
  chosen.value = { ...chosen.peek(), ...now };
};
const shut = () => {
  put({ of: '' });
  layer.value = null;
};
/** @param {Incident} of @param {string} name @param {string} code as it is now */
function ask(of, name, code) {
  const kept = chosen.peek();
  if (kept.of !== of.id || kept.layer !== name) put({ of: of.id, layer: name, code, words: '' });
  fault.value = null;
  layer.value = name;
}

function askStatus() {
  const of = open();
  if (!of) return false;
  ask(of, STATUS, SAID.includes(of.status) ? of.status : '');
  return true;
}

/** In the incident's head. @param {{of: Incident}} props */
export const StatusButton = ({ of }) =>
  of.state === 'open'
    ? html`<button
        class="quiet status"
        aria-haspopup="dialog"
        title=${t.standing.title(of.number)}
        onClick=${askStatus}>
        <${IncidentState} of=${of}/> <${Icon} name="down"/>
      </button>`
    : html`<${IncidentState} of=${of}/>`;

/** @param {Incident} of */
async function say(of) {
  const { code, words } = chosen.peek();
  if (!code) return wrong('choice', t.standing.choose);
  if (code === of.status) return shut();
  const order = { incident: of.id, status: code, before: of.status, comment: words };
  if (!(await act('incident_status', order, { says: SAYS_OF_UNDO, onFault: refused }))) return;
  shut();
  if (code !== 'active' && !of.next) askNext(t.standing.byWhen(of.number));
}

/** @param {{of: Incident}} props */
const StatusForm = ({ of }) => html`<${Dialog}
  title=${t.standing.title(of.number)}
  close=${shut}
  class="enddialog">
  <${Choices}
    options=${SAID.map((code) => ({ code, word: t.standing.said[code] }))}
    label=${t.standing.label}
    chosen=${chosen.value.code}
    fault=${fault.value}
    choose=${(/** @type {string} */ code) => put({ code })}
    go=${() => say(of)}
    words=${chosen.value.words}
    say=${(/** @type {string} */ words) => put({ words })}
    wordsLabel=${t.standing.comment}>
    <p class="faint t1">${t.standing.after}</p>
    <div class="row">
      ${canEnd(of) && html`<button onClick=${askEnd}>${t.ending.button} …</button>`}
      <span class="grow"></span>
      <button onClick=${shut}>${t.standing.cancel}</button>
      <button class="primary" disabled=${pending.value.incident_status} onClick=${() => say(of)}>
        ${pending.value.incident_status ? t.standing.saving : html`${t.standing.go} <kbd>↵</kbd>`}
      </button>
    </div>
  </${Choices}>
</${Dialog}>`;

/** How severe it is, while no contact of it is in view. @param {{of: Incident}} props */
export const SeverityButton = ({ of }) =>
  of.state === 'open'
    ? html`<button
        class="quiet status"
        aria-haspopup="dialog"
        aria-label=${t.howSevere.change(`S${of.severity} ${wordOf(of.severity)}`)}
        onClick=${() => ask(of, SEVERITY, String(of.severity))}>
        <${Sev} level=${of.severity} word=${wordOf(of.severity)}/> <${Icon} name="down"/>
      </button>`
    : html`<${SevOf} of=${of} word=${wordOf(of.severity)}/>`;

/** @param {Incident} of */
async function rate(of) {
  const { code, words } = chosen.peek();
  if (!code) return wrong('choice', t.howSevere.choose);
  if (code === String(of.severity)) return shut();
  if (!words.trim()) return wrong('words', t.howSevere.say);
  const order = { incident: of.id, severity: Number(code), before: of.severity, reason: words };
  if (await act('incident_severity', order, { says: SAYS_OF_UNDO, onFault: refused })) shut();
}

/** @param {{of: Incident}} props */
const SeverityForm = ({ of }) => html`<${Dialog}
  title=${t.howSevere.title(of.number)}
  close=${shut}
  class="enddialog">
  <${Choices}
    options=${SEVERITIES.map((s) => ({
      code: String(s),
      word: html`<${Sev} level=${s} word=${wordOf(s)}/>`,
    }))}
    label=${t.howSevere.label}
    chosen=${chosen.value.code}
    fault=${fault.value}
    choose=${(/** @type {string} */ code) => put({ code })}
    go=${() => rate(of)}
    words=${chosen.value.words}
    say=${(/** @type {string} */ words) => put({ words })}
    wordsLabel=${t.howSevere.reason}
    needs>
    <p class="faint t1">${t.howSevere.lead}</p>
    <div class="row">
      <span class="grow"></span>
      <button onClick=${shut}>${t.howSevere.cancel}</button>
      <button class="primary" disabled=${pending.value.incident_severity} onClick=${() => rate(of)}>
        ${pending.value.incident_severity ? t.howSevere.saving : html`${t.howSevere.go} <kbd>↵</kbd>`}
      </button>
    </div>
  </${Choices}>
</${Dialog}>`;

/** @param {string} name @param {(props: {of: Incident}) => unknown} Form */
const bodyOf = (name, Form) => () => {
  const of = open();
  return layer.value === name && of && chosen.value.of === of.id
    ? html`<${Form} key=${of.id} of=${of}/>`
    : null;
};

/** @type {import('./dialogs.js').Row} */
export const STATUS_OF = {
  body: bodyOf(STATUS, StatusForm),
  commands: () => {
    const of = open();
    return of ? [[t.standing.title(of.number), '', askStatus]] : [];
  },
};
/** @type {import('./dialogs.js').Row} */
export const SEVERITY_OF = {
  body: bodyOf(SEVERITY, SeverityForm),
  commands: () => {
    const of = open();
    return of ? [[t.howSevere.title(of.number), '', () => ask(of, SEVERITY, String(of.severity))]] : [];
  },
};
