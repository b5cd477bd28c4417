/** The summary of the incident in view: written, saved in versions, redacted, exported. */
import { cls, effect, html, newId, useEffect, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { dayAndTime } from '../format.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, boundLayer, incident, layer, link, pending } from '../in_view.js';
import { RedactedText, Sentences, Variants } from './summary_sentences.js';
import { Version } from './summary_version.js';
import { Wrong } from './wrong.js';

const LAYER = 'summary';
const SAVED_MS = 700;
boundLayer(LAYER, () => incident.value?.id);

/** `before`: the newest version on which it was begun. `key`: of the next version.
 * @typedef {{sentences: SummarySentence[], hide: string, before: string|null, key: string}} Begun */

/** What is being written, by incident: what takes the dialog away leaves it. @type {Map<string, Begun>} */
const begun = new Map();
/** What the centre does not have yet. @type {Map<string, (page: SummaryPage) => void>} */
const owed = new Map();
/** @type {Map<string, number>} */
const timers = new Map();

/** @param {Begun} it */
const fieldsOf = ({ sentences, hide, before }) => ({
  sentences: sentences.map(({ section, text, line }) => ({ section, text, line })),
  hide: hide
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
  before,
});

/** On its way: a version is saved behind it, or it would be a draft again.
 * @type {Map<string, Promise<void>>} */
const flying = new Map();

/** @param {string} of */
function send(of) {
  clearTimeout(timers.get(of));
  timers.delete(of);
  const [told, it] = [owed.get(of), begun.get(of)];
  if (!told || !it || link.status.peek() !== 'live') return;
  const sent = link
    .send('draft_summary', { incident: of, ...fieldsOf(it) })
    .then((page) => {
      if (begun.get(of) !== it) return; // more was written meanwhile
      owed.delete(of);
      told(page);
    })
    .catch(() => {}); // it goes with the next letter, or once the link is back
  flying.set(of, sent);
}
let follows = false;
/** Once there is something to keep: what is owed goes when the link is back. */
function follow() {
  if (follows) return;
  follows = true;
  effect(() => {
    if (link.status.value === 'live') for (const of of owed.keys()) send(of);
  });
}

/** @param {string} of @param {(page: SummaryPage) => void} told */
function keep(of, told) {
  owed.set(of, told);
  follow();
  if (!timers.has(of)) timers.set(of, window.setTimeout(send, SAVED_MS, of));
}

/** @param {string} of */
function forget(of) {
  owed.delete(of);
  clearTimeout(timers.get(of));
  timers.delete(of);
  begun.delete(of);
}

export function askSummary() {
  if (!incident.peek()) return false;
  layer.value = LAYER;
  return true;
}
const shut = () => {
  layer.value = null;
};

/** @param {SummarySentence[]} sentences @param {string[]} hide @param {string|null} before
 * @returns {Begun} */
const starting = (sentences, hide, before) => ({ sentences, hide: hide.join(', '), before, key: newId() });

/** @param {{of: Incident, found: ResultOf<'summary'>, newest: SummaryVersion|null,
 *   again: (show: string) => void}} props */
function Writing({ of, found, newest, again }) {
  const last = found.versions[0] ?? null;
  const fresh = () =>
    newest ? starting(newest.sentences, newest.hide, newest.id) : starting(found.proposal, [], null);
  const [it, put] = useState(
    () =>
      begun.get(of.id) ??
      (found.draft ? starting(found.draft.sentences, found.draft.hide, found.draft.before) : fresh()),
  );
  const [page, see] = useState(/** @type {SummaryPage|null} */ (null));
  const [hides, hide] = useState(false);
  const [fault, tell] = useState('');
  const [asked, ask] = useState(0);
  const draws = (/** @type {SummaryPage} */ now) => {
    see(now);
    ask((n) => n + 1);
  };
  useEffect(() => {
    if (owed.has(of.id)) return keep(of.id, draws);
    void act('draft_summary', { incident: of.id, ...fieldsOf(it), look: true }, { quiet: true }).then(
      (now) => now && draws(now),
    );
  }, []);
  const say = (/** @type {Partial<Begun>} */ more) => {
    tell('');
    const now = { ...it, ...more, key: newId() };
    begun.set(of.id, now);
    put(now);
    keep(of.id, draws);
  };
  const drop = async () => {
    forget(of.id);
    await flying.get(of.id);
    await act('draft_summary', { incident: of.id, sentences: [], hide: [], before: null, drop: true });
    again('');
  };
  const save = async () => {
    const empty = it.sentences.findIndex((one) => !one.text.trim());
    if (!it.sentences.length) return tell(t.summary.none);
    if (empty >= 0) return tell(t.summary.noWords(empty + 1));
    const before = last?.id ?? null;
    const order = { incident: of.id, ...fieldsOf(it), before, key: it.key };
    const onFault = (/** @type {Fault} */ no) => {
      tell(no.message ?? '');
      if (no.code !== 'too_late') return;
      toast(no.message ?? '', 'warn');
      again(''); // with theirs
    };
    await flying.get(of.id);
    const saved = await act('save_summary', order, { says: SAYS_OF_SUMMARY, onFault });
    if (!saved) return;
    forget(of.id);
    toast(t.summary.saved(saved.number), 'ok');
    again(saved.summary);
  };
  const unkept = owed.has(of.id);
  const tooLong = !!page && page.lines > page.room;
  const number = (found.versions.find((one) => one.incident === of.number)?.number ?? 0) + 1;
  const parts = hides && page && !unkept ? page.redacted : null;
  return html`
    <div class="row wraps t1 muted">
      ${parts
        ? html`<span class="grow"><${RedactedText} parts=${parts} counts/></span>`
        : html`<span class=${cls('grow', last && it.before !== last.id && 's2 b')}>
            ${last && it.before !== last.id
              ? t.summary.newer(last.number, last.by_name)
              : last
                ? t.summary.from(last.number)
                : t.summary.proposed}
          </span>`}
      <span key=${asked} role="status">
        ${unkept && link.status.value !== 'live'
          ? t.summary.notKept
          : unkept
            ? t.summary.keeping
            : t.summary.kept}
      </span>
      <${Variants} hides=${hides} choose=${hide}/>
    </div>
    <div class="scroll page">
      <${Sentences}
        of=${of}
        sections=${found.sections}
        sentences=${it.sentences}
        parts=${hides ? (parts ?? []) : null}
        say=${(/** @type {SummarySentence[]} */ sentences) => say({ sentences })}
        leave=${shut}/>
    </div>
    <label class="part">
      <span class="muted t1">${t.summary.hide}</span>
      <input
        maxlength="800"
        autocomplete="off"
        placeholder=${t.summary.hideHint}
        value=${it.hide}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
          say({ hide: e.currentTarget.value })}/>
    </label>
    <${Wrong} words=${fault}/>
    <div class="row wraps">
      <span class=${cls('t1', 'grow', tooLong ? 's2 b' : 'muted')}>
        ${page &&
        `${tooLong ? '✕ ' : ''}${(tooLong ? t.summary.tooLong : t.summary.fits)(page.lines, page.room)}`}
      </span>
      ${newest && html`<button class="quiet" onClick=${() => say(starting(found.proposal, [], it.before))}>
        ${t.summary.again}
      </button>`}
      <button class="quiet" onClick=${drop}>${t.summary.drop}</button>
      <button onClick=${shut}>${t.summary.close}</button>
      <button class="primary" disabled=${tooLong || pending.value.save_summary} onClick=${save}>
        ${pending.value.save_summary ? t.summary.saving : t.summary.save(number)}
      </button>
    </div>
  `;
}

/** Codes whose words are the centre's. */
const SAYS_OF_SUMMARY = new Set([...SAYS_OF_UNDO, 'too_long', 'not_here', 'bad_request']);

/** @param {{of: Incident}} props */
function Summary({ of }) {
  const [found, show] = useState(/** @type {ResultOf<'summary'>|null} */ (null));
  const [newest, see] = useState(/** @type {SummaryVersion|null} */ (null));
  const [fault, tell] = useState(false);
  const [at, go] = useState(''); // a version; '': writing
  const [round, turn] = useState(0);
  /** @param {string} [after] what is shown then; else what is begun, or what is saved */
  const read = async (after) => {
    tell(false);
    const now = await act('summary', { incident: of.id }, { quiet: true });
    const last = now?.versions[0];
    const whole =
      last && (await act('summary_version', { incident: of.id, summary: last.id }, { quiet: true }));
    if (!now || (last && !whole)) return tell(true);
    see(whole ?? null);
    show(now);
    turn(round + 1);
    go(after ?? (last && !begun.has(of.id) && !now.draft ? last.id : ''));
  };
  useEffect(() => {
    void read();
  }, []);
  const writeFrom = (/** @type {SummaryVersion} */ version) => {
    forget(of.id);
    begun.set(of.id, starting(version.sentences, version.hide, version.id));
    turn(round + 1);
    go('');
  };
  return html`<${Dialog} title=${t.summary.title(of.number)} close=${shut} class="summarybox">
    ${!found
      ? html`
          <p class="muted">${fault ? t.summary.failed : t.summary.loading}</p>
          <div class="row">
            <span class="grow"></span>
            ${fault && html`<button onClick=${() => read()}>${t.summary.retry}</button>`}
            <button onClick=${shut}>${t.summary.close}</button>
          </div>
        `
      : html`
          ${found.versions.length > 0 && html`<div
            class="row wraps"
            role="group"
            aria-label=${t.summary.versions}>
            ${[{ id: '', number: 0, incident: '', at: 0, by_name: '' }, ...found.versions].map(
              (one) => html`<button
                key=${one.id}
                class=${cls('small', one.id === at && 'on')}
                aria-pressed=${String(one.id === at)}
                title=${one.id ? t.summary.savedBy(one.by_name, dayAndTime(one.at)) : undefined}
                onClick=${() => go(one.id)}>
                ${one.id
                  ? t.summary.version(one.number, one.incident === of.number ? '' : one.incident)
                  : t.summary.write}
              </button>`,
            )}
          </div>`}
          ${at
            ? html`<${Version} key=${at} of=${of} found=${found} id=${at} leave=${shut} useIt=${writeFrom}/>`
            : html`<${Writing} key=${`w ${round}`} of=${of} found=${found} newest=${newest} again=${read}/>`}
        `}
  </${Dialog}>`;
}

/** @type {import('./dialogs.js').Row} */
export const SUMMARY = {
  body: () => {
    const of = incident.value;
    return layer.value === LAYER && of ? html`<${Summary} key=${of.id} of=${of}/>` : null;
  },
  key: 'Y',
  opens: askSummary,
  help: () => t.summary.help,
  commands: () => (incident.value ? [[t.summary.title(incident.value.number), 'Y', askSummary]] : []),
  more: () => ({ label: t.summary.button, act: askSummary }),
};
