/** One tile per severity: how many, by channel, which is due first, and today's figures. */
import { cls, html } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { aboutText, percent, spanText } from '../format.js';
import { shareOf, waitingCount, SEVERITIES } from '../model.js';
import { Since, TargetBar, Until } from '../timers.js';
import { t } from '../strings/en.js';
import { severity, state, tabOf, wordOf } from './context.js';
import { Figure } from './figure.js';

/** Past its target: the tile says so in words, not by colour alone. @param {{at: number}} props */
const Over = ({ at }) => html`<${Until} at=${at} left=${t.board.left} over=${t.board.over}/>`;

/** @type {Channel[]} */
const CHANNELS = ['voice', 'sms', 'email'];

/** Middle and nine-of-ten of an estimated wait.
 * @param {Span} wait @returns {[string, string]} */
export const guess = (wait) => [aboutText(wait.p50_ms), aboutText(wait.p90_ms, Math.ceil)];

/** Lists of who waits or gave up go by the severity; the others do not, so a tile leads away from them. */
const FILTERED = ['waiting', 'work', 'abandoned'];

/** Only this severity in the list, or all again. @param {Severity} level */
function choose(level) {
  const seen = FILTERED.includes(tabOf.peek());
  if (!seen) tabOf.value = 'waiting';
  severity.value = seen && severity.peek() === level ? null : level;
}

/** @param {{level: Severity}} props */
const Tile = ({ level }) => {
  const tally = state.value.tally;
  const w = tally?.waiting?.[level];
  const n = waitingCount(tally, level);
  const today = tally?.today?.[level];
  const share = shareOf(today?.level);
  const only = severity.value === level;
  const ofAll = level === 1 && today?.short ? t.today.withShort(percent(shareOf(today.all))) : '';
  const told = `${percent(share)} ${today?.level.join(' / ')} ${ofAll}`.trim();
  return html`<div class=${cls('tile panel', `s${level}`, n > 0 && 'some', only && 'only')}>
    <button class="waits" aria-pressed=${String(only)} onClick=${() => choose(level)}>
      <span class="between">
        <${Sev} level=${level} word=${wordOf(level)}/>
        <span class="ways muted">
          ${CHANNELS.map(
            (ch) => html`<span key=${ch} class=${w?.[ch] ? '' : 'none'} title=${t.channelsMany[ch]}>
              <${Icon} name=${ch}/>
              ${w?.[ch] ?? 0}
              <span class="sr"> ${t.channelsMany[ch]}</span>
            </span>`,
          )}
        </span>
      </span>
      <span class="mids">
        <span class="num" title=${t.board.waitingWhy}>${n}</span>
        ${w?.due
          ? html`<span class="old" title=${t.top.dueWhy}>
              <b><${Over} at=${w.due.answer_by}/></b>
              <span class="faint">
                ${t.board.waits} <${Since} at=${w.due.waits_from}/> · ${t.board.target(
                  spanText(w.due.answer_by - w.due.waits_from),
                )}
              </span>
            </span>`
          : html`<span class="old faint">${t.board.none}</span>`}
      </span>
      ${w?.due
        ? html`<${TargetBar} from=${w.due.waits_from} to=${w.due.answer_by}/>`
        : html`<span class="bar"></span>`}
      ${w?.wait && html`<span class="t0 muted cut" title=${t.board.estimateWhy(...guess(w.wait))}>
        <${Icon} name="voice"/> <span class="sr">${t.board.queues}</span>
        ${t.board.estimate(...guess(w.wait))}
      </span>`}
    </button>
    <span class="between t1 sofar" title=${today ? t.today.of(today) : ''}>
      <span class="muted cut">${t.board.inTarget}</span>
      ${share === null || !today
        ? html`<span class="faint">${t.board.noToday}</span>`
        : html`<${Figure} figure="level" severity=${level} n=${today.level[1]} says=${told}>
            <b class="share">${percent(share)}</b> <span class="faint">${today.level.join(' / ')}</span>
            ${ofAll && html` <span class="muted">${ofAll}</span>`}
          </${Figure}>`}
    </span>
  </div>`;
};

export const Tiles = () => html`${SEVERITIES.map((level) => html`<${Tile} key=${level} level=${level}/>`)}`;
