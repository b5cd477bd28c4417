/** Hands the incident in view off: to whom, in five parts, by when they accept. */
import { cls, html, newId, useEffect, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Sev } from '../icons.js';
import { dueText, hourMinute } from '../format.js';
import { serverTime } from '../clock.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, centre, incident, layer, pending, selected, state } from './context.js';
import { PARTS, partWord } from './five_parts.js';
import { spanWords, ToList, useWhoIsHere } from './hand_off_to.js';
import { askHandOffs } from './hand_offs.js';
import { keptBy, useKept } from './kept.js';
import { keepThere } from './kept_there.js';
import { Wrong } from './wrong.js';

const LAYER = 'hand off';
const NOTES = 3;
const NOTE_LETTERS = 300;
const LETTERS = { reason: 300, summary: 2000, actions: 1000, what_if: 1000, questions: 1000 };

/** @typedef {HandOffParts & {to: import('./hand_off_to.js').To, within: number, key: string}} Said */

/** What was typed, by incident: a call took the dialog away. @type {Map<string, Said>} */
const begun = keptBy();

/** @param {string} of @param {Said|null} said null: nothing is begun any more */
function save(of, said) {
  const fields = { incident: of, text: said ? JSON.stringify(said) : '' };
  keepThere(`hand off ${of}`, 'draft_hand_off', fields, { now: !said });
}

/** As this page wrote it on another machine; null: nothing that can be read. @param {string} text */
function readDraft(text) {
  try {
    return text ? /** @type {Said} */ (JSON.parse(text)) : null;
  } catch {
    return null;
  }
}

/** Open, and mine. */
const ofMine = () =>
  incident.value?.state === 'open' && incident.value.owner === state.value.me?.id ? incident.value : null;
boundLayer(LAYER, () => ofMine()?.id);

export function askHandOff() {
  if (!ofMine()) return false;
  layer.value = LAYER;
  return true;
}
const shut = () => {
  layer.value = null;
};

/** In the incident's head, where it is mine. @param {{of: Incident}} props */
export const HandOffButton = ({ of }) =>
  of.state === 'open' && of.owner === state.value.me?.id && !of.hand_off
    ? html`<button class="small handoff" aria-haspopup="dialog" onClick=${askHandOff}>
        ${t.handOff.button}
      </button>`
    : null;

/** As much as the incident says by itself. @param {Incident} of @returns {Said} */
function filled(of) {
  const kind = centre.peek()?.incident_types?.find((one) => one.code === of.facts?.kind)?.word;
  const notes = (of.timeline ?? [])
    .filter((one) => one.kind === 'note' && one.text)
    .slice(-NOTES)
    .map((one) => (one.text ?? '').slice(0, NOTE_LETTERS));
  const head = [of.title, kind, of.facts?.place].filter(Boolean).join('. ');
  const c = selected.peek();
  return {
    reason: c?.incident === of.id ? (c.grounds?.why ?? []).join(', ') : '',
    summary: [head && `${head}.`, ...notes].filter(Boolean).join('\n'),
    actions: of.next ? `${hourMinute(of.next.due)} ${of.next.what}` : '',
    what_if: '',
    questions: '',
    to: { agent: '', department: '', word: '' },
    within: 0,
    key: newId(),
  };
}

/** What has to be mended first; null: nothing. @param {Said} said */
const faultOf = (said) =>
  !said.to.word
    ? t.handOff.choose
    : PARTS.filter((name) => name !== 'questions' && !said[name].trim()).map((name) =>
        t.handOff.missing(partWord(name)),
      )[0];

/** @param {{of: Incident}} props */
function HandOffForm({ of }) {
  const [said, put, forget] = useKept(begun, of.id, () => filled(of));
  const found = useWhoIsHere(of.id);
  const [before, see] = useState(of.hand_off?.id ?? null);
  const [fault, tell] = useState('');
  const busy = pending.value.hand_off;
  const usual = found?.within[of.severity - 1] ?? 60_000;
  const team = found?.departments.find((one) => one.name === said.to.department);
  const within = team?.within ?? (said.within || usual);
  useEffect(() => {
    if (!found || begun.has(of.id)) return;
    const draft = readDraft(found.draft);
    if (draft) put({ ...said, ...draft });
    else if (found.reason && !said.reason) put({ ...said, reason: found.reason });
  }, [!found]);
  /** @param {Partial<Said>} more */
  const say = (more) => {
    tell('');
    const now = { ...said, ...more, key: newId() };
    put(now);
    save(of.id, now);
  };
  const leave = () => {
    forget();
    save(of.id, null);
    shut();
  };
  const go = async () => {
    const wrong = faultOf(said);
    if (wrong) return tell(wrong);
    const { to, key, within: _, ...parts } = said;
    const done = await act(
      'hand_off',
      { incident: of.id, agent: to.agent, department: to.department, ...parts, within, key, before },
      { says: SAYS_OF_UNDO, onFault: (no) => tell(t.handOff.refused(no.message ?? '')) },
    );
    if (!done) return see(incident.peek()?.hand_off?.id ?? null); // they were told, and may say it again
    leave();
    askHandOffs();
    toast(t.handOff.done(to.word), 'ok');
  };
  const chips = [...new Set([usual, 5 * 60_000, 30 * 60_000])].sort((a, b) => a - b);
  return html`<${Dialog} title=${t.handOff.title(of.number)} close=${shut} class="handoffbox">
    <div
      class="stack handoffparts scroll"
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || e.isComposing) return;
        e.preventDefault();
        void go();
      }}>
      <p class="muted cut">${of.title}</p>
      <${ToList} found=${found} to=${said.to} choose=${(/** @type {Said['to']} */ to) => say({ to })}/>
      ${PARTS.map(
        (name) => html`<label key=${name} class="part">
          <span class="muted">
            ${name === 'reason'
              ? html`${t.handOff.severity} <${Sev} level=${of.severity} class="t1"/>`
              : partWord(name)}
          </span>
          <textarea
            rows=${name === 'summary' ? 2 : 1}
            maxlength=${LETTERS[name]}
            placeholder=${t.handOff.hints[name]}
            value=${said[name]}
            onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) =>
              say({ [name]: e.currentTarget.value })}></textarea>
        </label>`,
      )}
      <div class="part">
        <span class="muted" id="hand-off-by">${t.handOff.by}</span>
        <div class="row wraps" role="group" aria-labelledby="hand-off-by">
          ${team?.within
            ? html`<b>${spanWords(team.within)}</b>`
            : chips.map(
                (ms) => html`<button
                  key=${ms}
                  type="button"
                  class=${cls('small', ms === within && 'on')}
                  aria-pressed=${String(ms === within)}
                  onClick=${() => say({ within: ms })}>
                  ${ms === usual ? t.handOff.usual(spanWords(ms), of.severity) : spanWords(ms)}
                </button>`,
              )}
          <span class="muted t1">
            ${team?.opens_at ? t.handOff.fromOpening(dueText(team.opens_at, serverTime())) : t.handOff.stays}
          </span>
        </div>
      </div>
    </div>
    <${Wrong} words=${fault}/>
    <div class="row">
      <span class="faint t1 grow">${t.handOff.filled}</span>
      <button onClick=${leave}>${t.handOff.cancel}</button>
      <button class="primary" disabled=${busy} onClick=${go}>
        ${busy ? t.handOff.going : html`${t.handOff.go(said.to.word)} <kbd>Ctrl ↵</kbd>`}
      </button>
    </div>
  </${Dialog}>`;
}

function HandOffDialog() {
  const of = ofMine();
  return layer.value === LAYER && of ? html`<${HandOffForm} key=${of.id} of=${of}/>` : null;
}

/** @type {import('./dialogs.js').Row} */
export const HAND_OFF = {
  body: HandOffDialog,
  key: 'G',
  opens: askHandOff,
  help: () => t.handOff.help,
  commands: () => {
    const of = ofMine();
    return of ? [[t.handOff.title(of.number), 'G', () => askHandOff()]] : [];
  },
};
