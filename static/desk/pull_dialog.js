/** A supervisor takes a waiting contact out of order: by a link on the board (/desk#take=…), or from "Who is
 * waiting". */
import { html, signal } from '../ui.js';
import { Dialog } from '../dialog.js';
import { Icon, Sev } from '../icons.js';
import { Since } from '../timers.js';
import { t } from '../strings/en.js';
import { useAsked } from '../why.js';
import { toast, wordsOf } from '../toasts.js';
import { path } from '../softphone.js';
import { accept, layer, link, mark, me, offer, pending, select, state, wordOf } from './context.js';
import { goReady, starting } from './duty.js';
import { ContactState } from '../states.js';

/** The contact that the board's link names. */
const wanted = signal('');

/** @param {string} hash */
export const takeOf = (hash) => /^#take=([\w-]{1,32})$/.exec(hash)?.[1] ?? null;

/** Asks first: a page that opens takes nobody by itself, and rows of Who waits move under a hand.
 * @param {string} id */
export function askTake(id) {
  wanted.value = id;
  layer.value = 'take';
}

const shut = () => {
  layer.value = null;
};

/** Ready where they are not, then theirs; or why not, in words ('' where these were told, or nothing is to
 * be). Who becomes ready is often rung in the same moment: by this very contact, then it is answered; or by
 * another one, which then goes on to others, unless it is an S1.
 * @param {string} id @param {() => boolean} meant still
 * @returns {Promise<DeskAnswer>} */
async function take(id, meant) {
  const ringsHere = () => offer.peek()?.contact.id === id;
  if (me.peek()?.choice !== 'ready' && !(await goReady())) return { became: 'refused', words: '' };
  if (!meant() || pending.peek().pull) return { became: 'refused', words: '' };
  try {
    mark('pull', true);
    if (!ringsHere()) await link.send('pull', { contact: id });
    select(id);
  } catch (error) {
    if (!ringsHere()) {
      const other = offer.peek()?.contact.severity === 1 && /** @type {Fault} */ (error).code === 'not_ready';
      return other ? { became: 'rings' } : { became: 'refused', words: wordsOf(error) };
    }
  } finally {
    mark('pull', false);
  }
  if (meant() && ringsHere()) await accept();
  return { became: 'taken' };
}

/** The answer to the question; who shut it meanwhile takes nobody. @param {string} id */
async function takeAsked(id) {
  const meant = () => layer.peek() === 'take' && wanted.peek() === id;
  const told = await take(id, meant);
  const words = told.became === 'rings' ? t.take.other : told.became === 'refused' ? told.words : '';
  if (words) toast(words, 'warn');
  if (meant() && told.became !== 'refused') shut();
}

/** Asked on the board by a press on this one’s name: at once, unless there is sound to be allowed here first.
 * @param {string} id @returns {Promise<DeskAnswer>} */
export async function takeNow(id) {
  if (me.peek()?.choice === 'ready' || path.peek() === 'up') {
    const told = await take(id, () => true);
    return told.became === 'refused' && !told.words ? { became: 'asked' } : told;
  }
  askTake(id);
  return { became: 'asked' };
}

export const mayTake = () => !!state.value.me?.permissions?.includes('queue.steer');

/** In a row of Who waits. @param {{row: WaitingRow}} props */
export const TakeButton = ({ row }) =>
  row.state === ContactState.CONNECTING
    ? null
    : html`<button
        class="small"
        aria-haspopup="dialog"
        aria-label=${t.take.of(row.who)}
        onClick=${() => askTake(row.contact)}>
        ${t.take.button}
      </button>`;

export function TakeDialog() {
  const open = layer.value === 'take' && link.status.value !== 'locked';
  const found = useAsked(open ? wanted.value : null, () => link.send('waiting', {}), state.value.seq);
  if (!open) return null;
  const row = found?.rows.find((one) => one.contact === wanted.value);
  const gone = found && !row && !found.more;
  const going = !!pending.value.pull || starting.value;
  return html`<${Dialog} title=${t.take.title} close=${shut}>
    ${row
      ? html`<p class="row">
          <${Sev} level=${row.severity} word=${wordOf(row.severity)}/>
          <${Icon} name=${row.callback ? 'callback' : row.channel}/>
          <b>${row.who}</b>
          <span class="muted">
            ${t.board.waits} <${Since} at=${row.waits_from}/>
            ${row.ringing.length ? ` · ${t.line.rings(row.ringing.join(', '))}` : ''}
          </span>
        </p>`
      : ''}
    <p role="status">${gone ? t.take.gone : t.take.lead}</p>
    <div class="row end">
      <button onClick=${shut}>${gone ? t.help.close : t.take.leave}</button>
      ${!gone && html`<button
        class="primary"
        autofocus
        disabled=${going}
        onClick=${() => takeAsked(wanted.peek())}>
        ${going ? t.back.taking : t.take.button}
      </button>`}
    </div>
  </${Dialog}>`;
}
