/** A supervisor's acts on waiting contacts: assigns them, keeps agents free for S1. */
import { html, useState } from '../ui.js';
import { toast, wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { pausedWord, stateWord } from '../agent.js';
import { agentsByName } from '../model.js';
import { shutWhy } from '../why.js';
import { TakeLink } from './at_desk.js';
import { centre, link, state } from './context.js';

/** Its result, or false when it was refused; the words of a refusal are told.
 * @template {string} K @param {K} what @param {object} fields
 * @param {ReadonlySet<string>} [says] of these codes the centre’s words
 * @returns {Promise<ResultOf<K>|false>} */
export async function steer(what, fields, says) {
  try {
    return (await link.send(what, fields)) ?? /** @type {ResultOf<K>} */ ({});
  } catch (error) {
    toast(wordsOf(error, says), 'warn');
    return false;
  }
}

/** Everybody who is here; who cannot have it now stands last, with the reason.
 * @param {{c: Contact, of: Why}} props `of`: what keeps it from each, as the centre says */
export function Assign({ c, of }) {
  const agents = agentsByName(state.value)
    .filter((a) => a.id in of.by_name)
    .map((a) => ({ ...a, not: of.by_name[a.id] }))
    .sort((a, b) => Number(!!a.not) - Number(!!b.not));
  const [to, setTo] = useState('');
  return html`<div class="row">
    <label class="row">
      ${t.why.assign}
      <select
        value=${to}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => setTo(e.currentTarget.value)}>
        <option value="">${agents.some((a) => !a.not) ? '…' : t.why.assignNobody}</option>
        ${agents.map(
          (a) => html`<option key=${a.id} value=${a.id} disabled=${!!a.not}>
            ${a.name} · ${a.not === 'paused'
              ? pausedWord(a, centre.value).toLowerCase()
              : a.not
                ? t.causes.give[a.not]
                : stateWord(a)}
          </option>`,
        )}
      </select>
    </label>
    <button
      disabled=${!to}
      onClick=${async () => {
        if (await steer('assign', { contact: c.id, agent: to })) {
          shutWhy();
          toast(t.why.assigned(agents.find((a) => a.id === to)?.name ?? ''), 'ok');
        }
      }}>
      ${t.why.assignGo}
    </button>
    <${Take} c=${c} of=${of}/>
  </div>`;
}

/** What can be mended at their own desk. @type {Partial<Record<CauseByName, boolean>>} */
const AT_DESK = { lost: true, paused: true, self_test: true, no_sound: true, ringing: true };

/** To themselves: at once where their desk is ready for it, else by way of their desk.
 * @param {{c: Contact, of: Why}} props */
function Take({ c, of }) {
  const ready = !(of.pull && AT_DESK[of.pull]);
  const take = async () => {
    if (await steer('pull', { contact: c.id })) {
      shutWhy();
      toast(t.atDesk.taken, 'ok');
    }
  };
  return ready
    ? html`<button onClick=${take}>${t.take.self}</button>`
    : html`<${TakeLink} c=${c}>${t.take.self}</${TakeLink}>`;
}

/** How many agents stay free for S1: raised or lowered in one action. */
export function Reserve() {
  const k = state.value.tally?.reserve ?? 0;
  if (!state.value.me?.permissions?.includes('queue.steer')) return null;
  return html`<span class="row reserve" title=${t.why.reserveWhy}>
    <span class="muted">${t.why.reserve}</span>
    <button
      class="small"
      aria-label=${t.why.reserveLess}
      disabled=${k === 0}
      onClick=${() => steer('reserve', { agents: k - 1 })}>−</button>
    <b aria-live="polite">${k}</b>
    <button
      class="small"
      aria-label=${t.why.reserveMore}
      onClick=${() => steer('reserve', { agents: k + 1 })}>+</button>
  </span>`;
}
