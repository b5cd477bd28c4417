/** Help for whoever works here: one key, no question; then who was told, who has it, who listens. And at the
 * desk of a supervisor: who else asks. */
import { helpsOf, listening, standsOf } from '../help.js';
import { Icon } from '../icons.js';
import { Since } from '../timers.js';
import { cls, computed, html } from '../ui.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import * as phone from '../softphone.js';
import { askOpen } from './restrict.js';
import { act, link, me, openFound, pending, state, wordOf } from './context.js';
import { tellFault } from './duty.js';

/** Mine, while it is open. */
const mine = computed(() => Object.values(state.value.helps).find((one) => one.agent === me.value?.id));

/** Pressed again: the centre asks anew, if somebody has it or another contact is in hand; else it is the same
 * request, which is said. */
export async function askHelp() {
  const before = mine.peek();
  const asked = await act('help_ask');
  if (asked && before && asked.help === before.id) toast(t.asksHelp.already(standsOf(before, undefined)));
}

export const HELP_KEYS = { KeyQ: { when: () => !!me.peek(), does: () => void askHelp() } };

export const HelpButton = () => html`<button
  type="button"
  class="askhelp"
  aria-pressed=${String(!!mine.value && !mine.value.seen)}
  title=${t.keys.named(mine.value ? t.asksHelp.again : t.asksHelp.command, 'Alt Q')}
  disabled=${!me.value || pending.value.help_ask}
  onClick=${askHelp}>
  <${Icon} name="help"/>
  ${t.asksHelp.button} <kbd>Alt Q</kbd>
</button>`;

/** @returns {import('./overlays.js').Command[]} */
export const helpCommands = () =>
  me.value
    ? [[mine.value ? t.asksHelp.again : t.asksHelp.command, 'Alt Q', askHelp, 'supervisor emergency']]
    : [];

/** @param {Help} help */
function words(help) {
  if (help.listens.length) return listening(help);
  if (!help.seen) return `${t.asksHelp.asked} · ${standsOf(help, undefined)}`;
  const name = help.seen.name;
  return help.seen.how === 'telephone' ? t.asksHelp.byTelephone(name) : t.asksHelp.seen(name);
}

/** Below the phone bar: what became of it. */
export function MyHelp() {
  const help = mine.value;
  if (!help && !pending.value.help_ask) return null;
  return html`<div
    class=${cls('phonebar myhelp', !!help?.seen && 'seen')}
    role="region"
    aria-label=${t.asksHelp.bar}>
    <span class="row b cut" role="status">
      <${Icon} name=${help?.listens.length ? 'speaker' : help?.seen ? 'check' : 'help'}/>
      ${help ? words(help) : t.asksHelp.asking}
    </span>
    ${help && html`<span class="muted n"><${Since} at=${help.seen?.at ?? help.at}/></span>`}
    <span class="grow"></span>
    ${help && html`<button
      class="small"
      disabled=${pending.value.help_take_back}
      onClick=${() => act('help_take_back', { help: help.id })}>
      ${t.asksHelp.notNeeded}
    </button>`}
  </div>`;
}

/** With the sound of this desk. @param {Help} help */
async function listen(help) {
  if (phone.path.peek() !== 'up' && !(await phone.start())) return tellFault('unknown');
  return act('sit_beside', { contact: help.contact, mode: 'listen' });
}

export const { Helps, follow: followHelps } = helpsOf({
  link,
  state,
  wordOf,
  send: (what, fields) => act(what, fields),
  listen,
  open: openFound,
  ask: askOpen,
  pending: () => !!(pending.value.help_see ?? pending.value.help_done) || !!pending.value.sit_beside,
});
