/** One tile per severity: how many, by channel, which is due first, and today's figures. */
import { html } from '../ui.js';
import { Icon, Sev } from '../icons.js';
import { aboutText, percent, spanText } from '../format.js';
import { shareOf, waitingCount, SEVERITIES } from '../model.js';
import { Since, TargetBar, Until } from '../timers.js';
import { t } from '../strings/en.js';
import { severity, state, wordOf } from './context.js';

/** Past its target: the tile says so in words, not by colour alone. @param {{at: number}} props */
const Over = ({ at }) => html`<${Until} at=${at} left=${t.board.left} over=${t.board.over}/>`;

/** @type {Channel[]} */
const CHANNELS = ['voice', 'sms', 'email'];

/** Middle and nine-of-ten of an estimated wait.
 * @param {Span} wait @returns {[string, string]} */
export const guess = (wait) => [aboutText(wait.p50_ms), aboutText(wait.p90_ms, Math.ceil)];

/** @param {{level: Severity}} props */
const Tile = ({ level }) => {
  const tally = state.value.tally;
  const w = tally?.waiting?.[level];
  const n = waitingCount(tally, level);
  const today = tally?.today?.[level];
  const share = shareOf(today?.level);
  return html`<button
    class=${`tile panel s${level} ${n ? 'some' : ''}`}
    aria-pressed=${String(severity.value === level)}
    onClick=${() => {
      severity.value = severity.peek() === level ? null : level;
    }}>
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
      <span class="num">${n}</span>
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
    <span class="between t1" title=${today ? t.today.of(today) : ''}>
      <span class="muted">${t.board.inTarget}</span>
      ${share === null || !today
        ? html`<span class="faint">${t.board.noToday}</span>`
        : html`<span>
            <b class="share">${percent(share)}</b> <span class="faint">${today.level.join(' / ')}</span>
            ${level === 1 && today.short > 0 && html` <span class="muted">
              ${t.today.withShort(percent(shareOf(today.all)))}
            </span>`}
          </span>`}
    </span>
  </button>`;
};

export const Tiles = () => html`${SEVERITIES.map((level) => html`<${Tile} key=${level} level=${level}/>`)}`;
