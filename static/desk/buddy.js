/** At the desk of a buddy: the call of their trainee, to listen to and to whisper into. */
import { cls, computed, html } from '../ui.js';
import { whoOf } from '../contact.js';
import { Channel, Sev } from '../icons.js';
import { Since } from '../timers.js';
import { t } from '../strings/en.js';
import * as phone from '../softphone.js';
import { act, call, layer, pending, seat, state, wordOf } from './context.js';
import { joined } from './consult.js';
import { tellFault } from './duty.js';

/** The call of a trainee who talks now. */
const theirs = computed(() => Object.values(state.value.contacts).find((c) => c.trainee) ?? null);

/** How I sit in their call. @param {Contact|null} c */
const mineIn = (c) => (c && seat.value?.c.id === c.id ? seat.value.mode : null);

/** Once more is the way out. @param {Contact} c @param {BesideMode} mode */
async function sit(c, mode) {
  if (mineIn(c) === mode) return act('leave_beside');
  if (phone.path.peek() !== 'up' && !(await phone.start())) return tellFault('unknown');
  return act('sit_beside', { contact: c.id, mode });
}

/** @type {[string, BesideMode][]} */
const WAYS = [
  ['I', 'listen'],
  ['S', 'whisper'],
];

/** With Alt, as the rest of the phone bar. @type {Record<string, {when: () => boolean, does: () => void}>} */
export const BUDDY_KEYS = Object.fromEntries(
  WAYS.map(([key, mode]) => [
    `Key${key}`,
    {
      when: () => !!theirs.peek() && !call.peek() && !joined.peek() && !layer.peek(),
      does: () => {
        const c = theirs.peek();
        if (c && !pending.peek().sit_beside) void sit(c, mode);
      },
    },
  ]),
);

/** In the phone bar, while there is no call of one’s own. */
export function Trainee() {
  const c = theirs.value;
  if (!c) return null;
  const mode = mineIn(c);
  const name = c.trainee ?? '';
  return html`<span class="row trainee" role="group" aria-label=${t.buddy.of(name)}>
    ${!mode && html`
      <span class="b cut">${t.buddy.talks(name)}</span>
      <${Sev} level=${c.severity} word=${wordOf(c.severity)}/>
      <${Channel} channel=${c.channel}/>
      <span class="cut">${whoOf(c)}</span>
      <span class="muted"><${Since} at=${c.state_at}/></span>
    `}
    ${WAYS.map(
      ([key, one]) => html`<button
        key=${one}
        class=${cls('small', mode === one && 'on')}
        aria-pressed=${String(mode === one)}
        disabled=${pending.value.sit_beside}
        onClick=${() => sit(c, one)}>
        ${t.beside[one]} <kbd>Alt ${key}</kbd>
      </button>`,
    )}
  </span>`;
}
