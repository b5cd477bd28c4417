/** Guidance beside the notes: what to ask and say in an incident of this type. It leads and never blocks. */
import { cls, computed, effect, html, newId, signal, useEffect, useRef, useState } from '../ui.js';
import { exactTime, hourMinute, offsetText } from '../format.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { act, centre, incident, pending, selected } from './context.js';
import { keepThere } from './kept_there.js';
import { Key } from './single_keys.js';
import { tab } from './tabs.js';

/** The line that is open for words, of the incident in view. */
const openLine = signal('');
/** What was typed here and is not said yet, by incident and line; ahead of what the centre has of it.
 * @type {Signal<Record<string, Record<string, string>>>} */
const typed = signal({});
effect(() => {
  if (tab.value === 'elsewhere') typed.value = {};
}); // goes on there
/** As this page wrote it, at this desk or at another one.
 * @param {string} text @returns {Record<string, string>} */
function readDraft(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}
/** @param {Pick<Incident, 'id'|'guidance_draft'>|null} of */
const begunIn = (of) => (of && (typed.value[of.id] ?? readDraft(of.guidance_draft ?? ''))) || {};
/** @param {string} of the incident @param {string} line @param {string} words none: nothing is begun */
function begin(of, line, words) {
  const seen = incident.peek();
  const { [line]: _, ...others } = begunIn(seen?.id === of ? seen : { id: of });
  const all = words ? { ...others, [line]: words } : others;
  typed.value = { ...typed.peek(), [of]: all };
  const text = Object.keys(all).length ? JSON.stringify(all) : '';
  keepThere(`guidance ${of}`, 'draft_guidance', { incident: of, text }, { now: !words });
}

/** What they speak, where that is known. */
const spoken = computed(() => {
  const of = incident.value;
  const c = selected.value;
  return of?.facts.language || (c?.incident === of?.id && c?.speaks) || '';
});
const card = computed(() => incident.value?.guidance ?? null);
const isOpen = (/** @type {GuidanceLine} */ line) => !line.says;
/** After this line, or from the beginning: the stars come first in each card.
 * @param {string} [after] */
function nextOf(after = '') {
  const lines = card.peek()?.lines ?? [];
  const at = lines.findIndex((line) => line.name === after);
  return [...lines.slice(at + 1), ...lines.slice(0, at + 1)].find(
    (line) => isOpen(line) && line.name !== after,
  );
}

/** An act that did not come through has the same key when it is done again: it is one.
 * @type {Map<string, string>} */
const keys = new Map();

/** @param {GuidanceLine} line @param {GuidanceLine['says']} says @param {string} [words] */
async function say(line, says, words = '') {
  const of = incident.peek();
  if (!of?.guidance) return false;
  const c = selected.peek();
  const same = [of.id, line.name, says, words].join('\n');
  const key = keys.get(same) ?? newId();
  keys.set(same, key);
  const done = !!(await act('guidance_said', {
    incident: of.id,
    card: of.guidance.card,
    line: line.name,
    says,
    words,
    contact: c?.incident === of.id ? c.id : null,
    key,
  }));
  if (done) keys.delete(same);
  return done;
}

function goOn() {
  const line = nextOf();
  if (line) openLine.value = line.name;
  return !!line;
}

/** @param {GuidanceLine} line @param {string} words */
async function answer(line, words) {
  const of = incident.peek()?.id ?? '';
  openLine.value = nextOf(line.name)?.name ?? '';
  if (await say(line, 'asked', words.trim())) begin(of, line.name, '');
  else if (words.trim()) openLine.value = line.name; // what was typed is there again
}

/** @param {string} code */
const reasonWord = (code) => centre.value?.guidance_reasons?.find((one) => one.code === code)?.word ?? code;

/** Why it was left out. @param {{choose: (code: string) => unknown}} props */
const Reasons = ({ choose }) => html`<span class="row wraps">
  ${(centre.value?.guidance_reasons ?? []).map(
    (one) => html`<button
      key=${one.code}
      type="button"
      class="small"
      disabled=${pending.value.guidance_said}
      onClick=${() => choose(one.code)}>
      ${one.word}
    </button>`,
  )}
</span>`;

/** @param {{line: GuidanceLine}} props */
function Words({ line }) {
  const box = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => box.current?.focus(), []);
  const of = incident.value;
  const [begun] = useState(() => begunIn(of)[line.name] ?? '');
  return html`<div class="says">
    <input
      ref=${box}
      maxlength="500"
      aria-label=${t.guidance.answer(line.said)}
      placeholder=${line.tells ? t.guidance.told : t.guidance.placeholder}
      defaultValue=${begun}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
        if (of) begin(of.id, line.name, e.currentTarget.value);
      }}
      onKeyDown=${(/** @type {On<KeyboardEvent, HTMLInputElement>} */ e) => {
        if (e.isComposing) return;
        if (e.key === 'Enter') {
          e.preventDefault();
          e.stopPropagation();
          void answer(line, e.currentTarget.value);
        }
        if (e.key === 'Escape') openLine.value = '';
      }}/>
    ${line.star && html`<div class="row wraps" role="group" aria-label=${t.guidance.leave}>
      <${Reasons}
        choose=${(/** @type {string} */ code) => {
          openLine.value = nextOf(line.name)?.name ?? '';
          void say(line, 'left', code);
        }}/>
    </div>`}
  </div>`;
}

/** Typed, and not said yet. @param {{line: GuidanceLine}} props */
const Begun = ({ line }) => {
  const words = openLine.value === line.name ? '' : begunIn(incident.value)[line.name];
  return words ? html`<span class="t1 muted cut">${t.guidance.begun(words)}</span>` : null;
};

/** @param {{line: GuidanceLine}} props */
const Row = ({ line }) => html`<li
  class=${cls('guide', isOpen(line) && line.star && 'b', line.says && 'done')}>
  <div class="row">
    <button
      type="button"
      class="quiet mark"
      role="checkbox"
      aria-checked=${String(line.says === 'asked')}
      aria-label=${(line.says ? t.guidance.unmark : t.guidance.mark)(line.said)}
      onClick=${() => say(line, line.says ? '' : 'asked')}>
      ${line.says === 'asked' ? html`<${Icon} name="check"/>` : line.says === 'left' ? '–' : '○'}
    </button>
    <span class="star" title=${line.star ? t.guidance.starred : ''}>${line.star ? '★' : ''}</span>
    <button
      type="button"
      class="quiet grow line"
      aria-expanded=${String(openLine.value === line.name)}
      onClick=${() => {
        openLine.value = openLine.peek() === line.name ? '' : line.name;
      }}>
      <span>${line.said}</span>
      ${line.theirs[spoken.value] && html`<span class="theirs muted t1" lang=${spoken.value}>
        ${line.theirs[spoken.value]}
      </span>`}
      ${line.says === 'asked' && line.words && html`<span class="said">${line.words}</span>`}
      ${line.says === 'left' && html`<span class="t1 muted">${reasonWord(line.words)}</span>`}
      <${Begun} line=${line}/>
    </button>
    ${line.at && html`<span class="mono faint t1" title=${`${exactTime(line.at)} · ${line.by_name ?? ''}`}>
      ${line.offset_ms != null ? offsetText(line.offset_ms) : hourMinute(line.at)}
    </span>`}
  </div>
  ${openLine.value === line.name && html`<${Words} line=${line}/>`}
</li>`;

/** A call or text is in hand and nobody has said what it is about. @param {{of: Incident}} props */
const ChooseKind = ({ of }) => html`<div class="row wraps kinds">
  <span class="muted t1">${t.guidance.choose}</span>
  ${(centre.value?.incident_types ?? [])
    .filter((one) => centre.value?.guidance_kinds?.includes(one.code))
    .map(
      (one) => html`<button
        key=${one.code}
        type="button"
        class="small"
        disabled=${pending.value.incident_fact}
        onClick=${() =>
          act('incident_fact', { incident: of.id, name: 'kind', value: one.code, before: of.facts.kind })}>
        ${one.word}
      </button>`,
    )}
</div>`;

export function Guidance() {
  const of = incident.value;
  const it = card.value;
  const asks = of?.state === 'open' && !of.facts.kind && selected.value?.incident === of.id;
  if (!of || (!it && !(asks && centre.value?.guidance_kinds?.length))) return null;
  return html`<section class="panel guidance" aria-label=${t.guidance.title}>
    <div class="head">
      <h2 class="cut" title=${it ? `${t.guidance.title} · ${it.word}` : ''}>
        ${it ? it.word : t.guidance.title}
      </h2>
      ${it && html`<span class="row t0 faint" title=${it.number ? t.guidance.version(it.number) : ''}>
        <span>${t.guidance.asked(it.asked, it.stars)}</span> <${Key} of="F"/>
      </span>`}
    </div>
    ${it
      ? html`<ul class="scroll" tabindex="0" aria-label=${it.word}>
          ${it.lines.map((line) => html`<${Row} key=${line.name} line=${line}/>`)}
        </ul>`
      : html`<${ChooseKind} of=${of}/>`}
  </section>`;
}

/** At the wrap-up of a contact: what had a star and was not asked. It can be left.
 * @param {{c: Contact}} props */
export function LeftOut({ c }) {
  const it = incident.value?.id === c.incident ? card.value : null;
  const open = it?.number ? it.lines.filter((line) => line.star && isOpen(line)) : [];
  if (!open.length) return null;
  return html`<div class="row wraps t1" role="group" aria-label=${t.guidance.open(open.length)}>
    <span title=${t.guidance.openHint}>${t.guidance.open(open.length)}</span>
    <${Reasons}
      choose=${async (/** @type {string} */ code) => {
        for (const line of open) if (!(await say(line, 'left', code))) return;
      }}/>
  </div>`;
}

/** Its row among the keys: it opens no dialog. @type {import('./dialogs.js').Row} */
export const GUIDANCE = {
  body: () => null,
  key: 'F',
  opens: goOn,
  help: () => t.guidance.help,
  commands: () => (nextOf() ? [[t.guidance.command, 'F', goOn]] : []),
};
