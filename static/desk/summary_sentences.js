/** Sentences of a summary, each beside its line of the timeline: to be changed, ordered, added, removed; or
 * as they read redacted. */
import { cls, html, useState } from '../ui.js';
import { timeOfDay } from '../format.js';
import { t } from '../strings/en.js';
import { lookAt } from '../in_view.js';

const EXCERPT = 90;
const LETTERS = 400;
const OFFERED = 500;

/** @param {TimelineEntry} e */
const wordsOf = (e) => `${e.who ?? ''} ${e.subject ?? ''} ${e.text ?? ''}`.replace(/\s+/g, ' ').trim();

/** Lines of the timeline to choose from, the newest first.
 * @param {{of: Incident, label: string, choose: (line: TimelineEntry|null) => void,
 *   leave: () => void}} props */
const Lines = ({ of, label, choose, leave }) => html`<select
  autofocus
  aria-label=${label}
  onBlur=${leave}
  onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => {
    const { value } = e.currentTarget;
    if (value) choose(of.timeline.find((one) => one.id === value) ?? null);
  }}>
  <option value="">${label}</option>
  <option value="-">${t.summary.noLine}</option>
  ${[...of.timeline]
    .reverse()
    .slice(0, OFFERED)
    .map(
      (one) => html`<option key=${one.id} value=${one.id}>
        ${timeOfDay(one.at)} ${wordsOf(one).slice(0, EXCERPT)}
      </option>`,
    )}
</select>`;

/** What a sentence stands on: a press shows that line.
 * @param {{one: SummarySentence, of: Incident, leave: () => void}} props */
function Source({ one, of, leave }) {
  if (!one.line)
    return html`<span class="muted t1">
      ◇ ${one.by_name ? t.summary.assessmentBy(one.by_name) : t.summary.assessment}
    </span>`;
  if (!one.here) return html`<span class="s2 t1">✕ ${one.when} ${one.source}<br/>${t.summary.gone}</span>`;
  const line = of.timeline.find((it) => it.id === one.line);
  const words = one.when ? `${one.when} ${one.source}` : timeOfDay(line?.at ?? null);
  return html`<button
    class="quiet small source"
    title=${t.summary.show(wordsOf(line ?? /** @type {TimelineEntry} */ ({})).slice(0, 200))}
    onClick=${() => {
      lookAt.value = { incident: of.id, line: one.line };
      leave();
    }}>
    ▸ ${words}
  </button>`;
}

/** What is told of the words that were taken out.
 * @param {{parts: RedactedPart[][], counts?: boolean}} props */
export function RedactedText({ parts, counts = false }) {
  if (counts) {
    const whys = parts.flat().map(([, why]) => why);
    const unsure = whys.filter((why) => why === 'unsure').length;
    const out = whys.filter((why) => why && why !== 'unsure').length;
    return html`<span>
      ${t.summary.removed(out)} ${unsure > 0 && html`<span class="s2 b">⚠ ${t.summary.unsure(unsure)}</span>`}
    </span>`;
  }
  return parts[0]?.map(([words, why], i) =>
    why
      ? html`<mark key=${i} class=${cls('out', why === 'unsure' && 'unsure')} title=${t.summary.why[why]}>
          ${why === 'unsure' && '⚠ '}
          ${words}
        </mark>`
      : html`<span key=${i}>${words}</span>`,
  );
}

/** @param {{hides: boolean, choose: (hides: boolean) => void}} props */
export const Variants = ({ hides, choose }) => html`<div
  class="row"
  role="group"
  aria-label=${t.summary.variant}>
  ${[false, true].map(
    (one) => html`<button
      key=${String(one)}
      class=${cls('small', one === hides && 'on')}
      aria-pressed=${String(one === hides)}
      onClick=${() => choose(one)}>
      ${one ? t.summary.redacted : t.summary.plain}
    </button>`,
  )}
</div>`;

/** `say`: what they are by now; without it they are only read. `parts`: of each, redacted.
 * @param {{of: Incident, sections: {name: string, word: string}[], sentences: SummarySentence[],
 *   parts: RedactedPart[][]|null, say?: (sentences: SummarySentence[]) => void, leave: () => void}} props */
export function Sentences({ of, sections, sentences, parts, say, leave }) {
  const [tying, tie] = useState(''); // a sentence's place, or a section to which one is added
  const put = (/** @type {number} */ at, /** @type {Partial<SummarySentence>} */ more) =>
    say?.(sentences.map((one, i) => (i === at ? { ...one, ...more } : one)));
  /** @param {number} at @param {number} to the place of the one with which it changes places */
  const swap = (at, to) => {
    const now = [...sentences];
    [now[at], now[to]] = [now[to], now[at]];
    say?.(now);
  };
  const tied = (/** @type {TimelineEntry|null} */ line) => ({
    line: line?.id ?? '',
    source: line ? '' : 'assessment',
    when: '',
    by_name: '',
    here: true,
  });
  return sections.map(({ name, word }) => {
    const mine = sentences.map((one, at) => ({ one, at })).filter(({ one }) => one.section === name);
    if (!mine.length && !say) return null;
    return html`<section key=${name} aria-label=${word} class="stack tight">
      <div class="row">
        <h3 class="grow">${word}</h3>
        ${say &&
        !parts &&
        (tying === name
          ? html`<${Lines}
              of=${of}
              label=${t.summary.addTo(word)}
              leave=${() => tie('')}
              choose=${(/** @type {TimelineEntry|null} */ line) => {
                tie('');
                const text = line ? wordsOf(line).slice(0, LETTERS) : '';
                const at = (mine[mine.length - 1]?.at ?? sentences.length - 1) + 1;
                say([
                  ...sentences.slice(0, at),
                  { section: name, text, ...tied(line) },
                  ...sentences.slice(at),
                ]);
              }}/>`
          : html`<button class="small quiet" aria-label=${t.summary.addTo(word)} onClick=${() => tie(name)}>
              ${t.summary.add}
            </button>`)}
      </div>
      ${mine.map(
        ({ one, at }, n) => html`<div key=${at} class="said">
          <${Source} one=${one} of=${of} leave=${leave}/>
          ${parts
            ? html`<p>${parts[at] ? html`<${RedactedText} parts=${[parts[at]]}/>` : '…'}</p>`
            : say
              ? html`<textarea
                  rows="1"
                  maxlength=${LETTERS}
                  aria-label=${t.summary.sentence(at + 1)}
                  value=${one.text}
                  onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) =>
                    put(at, { text: e.currentTarget.value })}></textarea>`
              : html`<p>${one.text}</p>`}
          ${say && !parts && html`<span class="row acts">
            ${tying === String(at)
              ? html`<${Lines}
                  of=${of}
                  label=${t.summary.tieTo(at + 1)}
                  leave=${() => tie('')}
                  choose=${(/** @type {TimelineEntry|null} */ line) => {
                    tie('');
                    put(at, tied(line));
                  }}/>`
              : html`<button
                  class="small quiet"
                  aria-label=${t.summary.tieTo(at + 1)}
                  onClick=${() => tie(String(at))}>
                  ${t.summary.tie}
                </button>`}
            ${[
              ['↑', t.summary.up, mine[n - 1]?.at],
              ['↓', t.summary.downward, mine[n + 1]?.at],
            ].map(
              ([sign, does, to]) => html`<button
                key=${sign}
                class="small quiet"
                disabled=${to === undefined}
                title=${does}
                aria-label=${t.summary.does(String(does), at + 1)}
                onClick=${() => swap(at, Number(to))}>
                ${sign}
              </button>`,
            )}
            <button
              class="small quiet"
              title=${t.summary.remove}
              aria-label=${t.summary.does(t.summary.remove, at + 1)}
              onClick=${() => say(sentences.filter((_, i) => i !== at))}>
              ✕
            </button>
          </span>`}
        </div>`,
      )}
    </section>`;
  });
}
