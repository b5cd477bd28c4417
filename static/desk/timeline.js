import { cls, html, memo, useEffect, useMemo, useRef, useState } from '../ui.js';
import { Icon } from '../icons.js';
import { dayName, exactTime, flowed, offsetText, spanText, timeOfDay } from '../format.js';
import { serverTime } from '../clock.js';
import { Marked } from '../grounds.js';
import { usePinned } from '../pinned.js';
import { t } from '../strings/en.js';
import { lookAt } from '../in_view.js';
import { CallReport } from './call_report.js';
import { Filing } from './filing.js';
import { FiveParts } from './five_parts.js';
import { DueAt } from './next.js';
import { folded, isFold } from './folds.js';

/** @param {TimelineEntry} e */
const iconOf = (e) =>
  e.kind === 'message'
    ? (e.channel ?? 'sms')
    : e.kind === 'call'
      ? 'voice'
      : e.kind === 'note'
        ? 'note'
        : 'event';

const BAD = new Set(['failed', 'undelivered', 'canceled']);

/** A mail that came only as HTML, as words: it is parsed, never shown as a page, so nothing in it
 * can run, load or unmask who reads it. @param {string} source */
function wordsOfHtml(source) {
  const page = new DOMParser().parseFromString(source, 'text/html');
  const pictures = page.querySelectorAll('img').length > 0;
  for (const gone of page.querySelectorAll('script, style, head')) gone.remove();
  for (const end of page.querySelectorAll('br, p, div, li, tr, h1, h2, h3, blockquote'))
    end.append(end.tagName === 'BR' ? '' : '\n');
  for (const br of page.querySelectorAll('br')) br.replaceWith('\n');
  return { words: (page.body.textContent ?? '').replace(/\n{3,}/g, '\n\n').trim(), pictures };
}

/** A mail whose repeated parts are folded.
 * @param {{parts: {text: string, quoted: boolean}[], words: string[]|null}} props */
const Parts = ({ parts, words }) =>
  parts.map((p, i) =>
    p.quoted
      ? html`<details key=${i} class="quoted">
          <summary>${t.timeline.quoted(p.text.trim().split('\n').length)}</summary>
          <div>${p.text.trim()}</div>
        </details>`
      : html`<span key=${i}>
          <${Marked} text=${flowed(i ? p.text.replace(/^\n/, '') : p.text.trimEnd())} words=${words}/>
        </span>`,
  );

/** A message of pictures alone, or of nothing. @param {TimelineEntry} e @param {{words: string}|null} mail */
const wordless = (e, mail) => e.kind === 'message' && !e.recording && !(mail ? mail.words : e.text)?.trim();

/** @param {{e: TimelineEntry}} props */
function Words({ e }) {
  const mail = useMemo(() => (!e.text && e.html ? wordsOfHtml(e.html) : null), [e.text, e.html]);
  return html`
    <div class="words">
      ${e.who && e.kind !== 'event' && html`<b>${e.who}</b> `}
      ${e.to && html`<span class="faint">${t.timeline.to(e.to)}</span> `}
      ${wordless(e, mail)
        ? html`<span class="faint">${t.timeline.noWords}</span>`
        : mail
          ? mail.words
          : e.parts
            ? html`<${Parts} parts=${e.parts} words=${e.decided}/>`
            : html`<${Marked}
                text=${e.channel === 'email' ? flowed(e.text ?? '') : (e.text ?? '')}
                words=${e.decided}/>`}
    </div>
    ${mail?.pictures && html`<span class="t0 faint">${t.timeline.pictures}</span>`}
  `;
}

const Entry = memo(
  (/** @type {{e: TimelineEntry, inside?: boolean, on?: boolean}} */ { e, inside = false, on = false }) => {
    const out = e.direction === 'out';
    const bubble = e.kind === 'message';
    return html`<li
      class=${cls('ev', e.kind, out && 'out', inside && 'inside', on && 'pointed')}
      tabindex=${on ? -1 : undefined}>
      <time class="t" title=${exactTime(e.at)}>${timeOfDay(e.at)}</time>
      <span class=${`ico ${e.fault ? 'returned' : e.kind}`}>
        <${Icon} name=${e.fault ? 'warn' : iconOf(e)}/>
      </span>
      <div class=${bubble ? `bub ${out ? 'out' : ''} ${e.fault ? 'returned' : ''}` : 'plain'}>
        ${e.fault && html`<div class="s1 b">✕ ${e.fault}</div><div class="t0">${t.timeline.wrote}</div>`}
        ${e.subject && html`<div class="b"><${Marked} text=${e.subject} words=${e.decided}/></div>`}
        <${Words} e=${e}/>
        ${e.recording && html`<audio
          controls
          preload="none"
          src=${`/api/voicemail/${e.recording}`}
          aria-label=${t.timeline.message}></audio>`}
        ${e.filing && html`<${Filing} e=${e} of=${e.filing}/>`}
        ${e.due != null && html`<${DueAt} at=${e.due}/>`}
        ${e.hand_off && html`<${FiveParts} of=${e.hand_off}/>`}
        ${e.kind === 'note' && e.offset_ms != null && html`<span class="faint t0">
          ${t.timeline.offset(offsetText(e.offset_ms))}
        </span>`}
        ${e.written_by && html`<span class="t0 faint">${t.timeline.writtenBy(e.written_by)}</span>`}
        ${e.answer_to && html`<span class="t0 s2">${t.timeline.answerTo(e.answer_to)}</span>`}
        ${e.status && html`<span class=${`t0 ${BAD.has(e.status) ? 's1 b' : 'faint'}`}>
          ${BAD.has(e.status) ? '✕ ' : ''}
          ${t.timeline.status[e.status] ?? e.status}
        </span>`}
        ${e.notice && html`<span class=${`t0 ${BAD.has(e.status ?? '') ? 's2' : 'faint'}`}>
          ${e.notice}
        </span>`}
        ${e.sound && html`<${CallReport} of=${e.sound}/>`}
      </div>
    </li>`;
  },
);

/** The search for somebody, in one line that opens.
 * @param {{of: import('./folds.js').Fold, open: boolean, turn: (id: string) => void}} props */
const Folded = ({ of, open, turn }) => html`<li class="ev event">
  <time class="t" title=${exactTime(of.at)}>${timeOfDay(of.at)}</time>
  <span class="ico event"><${Icon} name=${open ? 'down' : 'event'}/></span>
  <div class="plain">
    <button class="quiet small unfold" aria-expanded=${String(open)} onClick=${() => turn(of.id)}>
      <span>
        ${t.timeline.folded(of.counts)}
        ${of.until - of.at >= 1000 && html` <span class="faint">· ${spanText(of.until - of.at)}</span>`}
      </span>
      <span class="accent">${open ? t.timeline.hide : t.timeline.show}</span>
    </button>
  </div>
</li>`;

/** @param {number} at */
const dayKey = (at) => new Date(at).toDateString();

/** @param {{of: Incident, scroller: {current: HTMLElement|null}}} props */
export function Timeline({ of, scroller }) {
  const own = useRef(/** @type {HTMLElement|null} */ (null));
  const box = scroller ?? own;
  const last = of.timeline?.[of.timeline.length - 1]?.id;
  const scrolled = usePinned(box, [of.id, last, of.timeline?.length]);
  const [opened, setOpened] = useState(/** @type {Set<string>} */ (new Set()));
  const turn = (/** @type {string} */ id) => {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  };
  const shown = useMemo(() => folded(of.timeline ?? [], dayKey), [of.timeline]);
  const wanted = lookAt.value?.incident === of.id ? lookAt.value.line : '';
  useEffect(() => {
    if (!wanted) return;
    const fold = shown.find((one) => isFold(one) && one.entries.some(({ id }) => id === wanted));
    if (fold) setOpened(new Set([...opened, fold.id]));
    // Behind what lay on top, which gives the focus back as it goes.
    setTimeout(() => {
      const line = /** @type {HTMLElement|null} */ (box.current?.querySelector('.pointed') ?? null);
      line?.scrollIntoView({ block: 'center' });
      line?.focus({ preventScroll: true });
    }, 60);
  }, [lookAt.value]);
  let day = '';
  const rows = [];
  for (const e of shown) {
    const key = dayKey(e.at);
    if (key !== day) {
      day = key;
      rows.push(html`<li key=${key} class="day">
        ${key === dayKey(serverTime()) ? t.timeline.today : dayName(e.at)}
      </li>`);
    }
    if (isFold(e)) {
      const open = opened.has(e.id);
      rows.push(html`<${Folded} key=${`fold ${e.id}`} of=${e} open=${open} turn=${turn}/>`);
      if (open)
        for (const one of e.entries)
          rows.push(html`<${Entry} key=${one.id} e=${one} on=${one.id === wanted} inside/>`);
    } else rows.push(html`<${Entry} key=${e.id} e=${e} on=${e.id === wanted}/>`);
  }
  return html`<div
    ref=${box}
    class="tl scroll"
    tabindex="0"
    role="region"
    aria-label=${t.timeline.title}
    onScroll=${scrolled}>
    ${rows.length ? html`<ol>${rows}</ol>` : html`<p class="empty">${t.timeline.empty}</p>`}
  </div>`;
}
