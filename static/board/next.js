/** What happens next with a contact of the board, as one cell: nothing of it is cut but long names, and what
 * can be done about it stands beside it, whole. */
import { html } from '../ui.js';
import { SoundMark, unmeasured } from '../call_sound.js';
import { onCallWords } from '../contact.js';
import { isAside, owes } from '../snooze.js';
import { exactTime, hourMinute, timeOfDay } from '../format.js';
import { kindOf } from '../model.js';
import { stands } from '../order.js';
import { Stands } from '../stands.js';
import { ContactState } from '../states.js';
import { t } from '../strings/en.js';
import { Left, Until } from '../timers.js';
import { Place, WhyButton } from '../why.js';
import { TakeLink } from './at_desk.js';
import { firstName } from './context.js';

/** Words that end with a name: only the name is cut. `told`: more, for whoever points at it.
 * @param {{words: string, tone?: string, told?: string}} props */
const Named = ({ words, tone = '', told = words }) => html`<span class=${`cut ${tone}`} title=${told}>
  ${words}
</span>`;

/** Until when; not torn apart. @param {{at: number, tone?: string}} props */
const Ends = ({ at, tone = '' }) => html`<span class=${`ends ${tone}`}>· <${Left} at=${at}/></span>`;

/** A promised call: shape, word, and who asked for it. */
const Promised = (/** @type {{of: NonNullable<Contact['callback']>}} */ { of }) => html` <span
  class="tag promise"
  title=${[t.promised.asked(of.by_name), of.tried > 1 && t.promised.tryOf(of.tried, of.tries)]
    .filter(Boolean)
    .join(' · ')}>
  ${t.promised.word}
</span>`;

/** Where the carrier has them. @param {{c: Contact}} props */
const There = ({ c }) =>
  c.outside
    ? html`<${Named}
        words=${(c.state === ContactState.AWAY ? t.board.away : t.board.outside)(c.outside.word)}/>`
    : html`<span>${t.contactStates[c.state]}</span>`;

/** Whose telephone rings for it, or who took it over by telephone; and when the numbers are rung again.
 * @param {{c: Contact}} props */
function OnCall({ c }) {
  const { at, word, until } = c.telling ?? {};
  const words = at === 'rings' ? t.board.outside : at === 'taken' ? t.board.has : null;
  if (words) return html`<${Named} words=${words(word ?? '')} tone="b" told=${onCallWords(c.telling)}/> · `;
  if (at !== 'pause' || !until) return null;
  return html`<b title=${onCallWords(c.telling)}>${t.board.onCallAgain} <${Left} at=${until}/></b> · `;
}

/** Its place, and whom it is kept for. @param {{c: Contact, order?: number, told?: number}} props */
const Queued = ({ c, order, told }) => html`
  <${WhyButton} c=${c}>
    <span title=${c.promoted ? t.why.promoted : t.board.placeWhy(c.severity, timeOfDay(c.answer_by))}>
      <${OnCall} c=${c}/>
      ${order
        ? html`<${Place} order=${order} told=${told ?? order}/>`
        : html`<b>${t.contactStates.queued}</b>`}
    </span>
    ${c.sticky_for ? html` <span class="muted">${t.board.heldFor(firstName(c.sticky_for))}</span>` : ''}
  </${WhyButton}>
  ${kindOf(c) === 'callback' && c.callback ? html`<${Promised} of=${c.callback}/>` : ''}
`;

/** @param {{c: Contact, name: string, order?: number, told?: number}} props */
function Does({ c, name, order, told }) {
  switch (c.state) {
    case ContactState.OFFERED:
      return html`<${WhyButton} c=${c}>
        <span>
          <span class="s1 b">▲</span> <${Named} words=${t.board.ringingAt(name)} tone="b"/>
          ${c.offer?.expires ? html` <${Ends} at=${c.offer.expires}/>` : ''}
        </span>
      </${WhyButton}>`;
    case ContactState.CONNECTING:
      return html`<${Named} words=${t.board.connectingTo(name)} tone="accent b"/>`;
    case ContactState.SCHEDULED:
      if (c.stands)
        return html`<${WhyButton} c=${c}>
          <${Stands} of=${c.stands} until=${c.until} name=${c.stands.agent && firstName(c.stands.agent)}/>
        </${WhyButton}>`;
      return html`
        <b title=${exactTime(c.not_before)}>${t.promised.due(hourMinute(c.not_before))}</b> · <${Until}
          at=${c.not_before ?? c.arrived_at}
          left=${t.promised.inTime}/>
      `;
    case ContactState.QUEUED:
      return html`<${Queued} c=${c} order=${order} told=${told}/>`;
    case ContactState.IN_MENU:
      return t.board.menu;
    case ContactState.ACTIVE:
      if (c.alarm === 'lost')
        return html`
          <${Named} words=${t.board.lostOf(name)} tone="s1 b"/>
          ${c.until ? html` <${Ends} at=${c.until} tone="b"/>` : ''}
        `;
      return html`
        <${Named} words=${t.board.with(name)}/>
        ${c.consult
          ? html` · <${Named} words=${t.board.also(c.consult)}/>`
          : c.held
            ? ` · ${t.contactStates.held}`
            : ''}
      `;
    case ContactState.WRAPUP:
      return html`
        ${t.contactStates.wrapup} · <${Named} words=${name}/>
        ${c.until ? html` <${Ends} at=${c.until}/>` : ''}
      `;
    case ContactState.PARKED:
      return c.parked_for === 'call'
        ? html`
            ${owes(c)
              ? html`<b><${Until} at=${c.answer_by} left=${t.work.left} over=${t.work.over}/></b> · `
              : ''}
            ${t.contactStates.aside} · <${Named} words=${name}/>
          `
        : isAside(c)
          ? html`
              ${t.aside.word}
              ${c.agent ? html` · <${Named} words=${name}/>` : ''} · <${Until}
                at=${c.until}
                left=${t.aside.until}/>
            `
          : html`${t.contactStates.parked} · <${Named} words=${name}/>`;
    case ContactState.DIALING:
      return html`
        <${Named} words=${name}/> · ${t.phone.progressShort[c.progress ?? ''] ?? t.contactStates.dialing}
      `;
    case ContactState.OUTSIDE:
    case ContactState.VOICEMAIL:
      return stands(c)
        ? html`<${WhyButton} c=${c}>
            <span>
              <${There} c=${c}/>
              ${c.offer && html` · <${Named} words=${t.board.offeredTo(name)} tone="b"/> <${Ends}
                at=${c.offer.expires}/>`}
            </span>
          </${WhyButton}>`
        : html`<${There} c=${c}/>`;
    case ContactState.AWAY:
      return html`
        <${There} c=${c}/> <${SoundMark} c=${c}/>
        ${unmeasured(c) && html`<span class="muted t0">${t.hears.number.unmeasured}</span>`}
      `;
    default:
      return t.contactStates[c.state] ?? c.state;
  }
}

/** Somebody whom nobody here took can be taken from the row: at their place, and beyond us.
 * @param {Contact} c */
const takeable = (c) => (c.state === ContactState.QUEUED ? c.alarm === 'untaken' : stands(c));

/** @param {{c: Contact, name: string, order?: number, told?: number}} props name: of those it rings at, or
 * who has it */
export const Next = ({ c, name, order, told }) => html`<span role="cell" class="next">
  <span class="does">
    <${Does} c=${c} name=${name} order=${order} told=${told}/>
    ${c.fault && c.alarm !== 'lost'
      ? html` · <span class="s2 b">
          ${t.faultsBoard[c.fault] ?? c.fault}
          ${c.until ? html`, <${Left} at=${c.until}/>` : ''}
        </span>`
      : ''}
  </span>
  ${takeable(c) && html`<${TakeLink} c=${c}/>`}
</span>`;
