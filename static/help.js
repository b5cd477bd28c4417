/** Agents who ask for help, at every page of a supervisor: an alarm until somebody has it, then who. */
import { alarmOn } from './alarm_sound.js';
import { announce } from './announce.js';
import { drawAbove } from './dialog.js';
import { Icon, Sev } from './icons.js';
import { letterOf } from './single_keys.js';
import { t } from './strings/en.js';
import { Since } from './timers.js';
import { dialogs } from './toasts.js';
import { cls, computed, effect, html } from './ui.js';

/** What a page gives to it: its link and what only it can do there.
 * @typedef {{
 *   link: Link,
 *   state: Link['state'],
 *   wordOf: (level: Severity) => string,
 *   send: (what: 'help_see'|'help_done', fields: object) => unknown,
 *   listen: (help: Help) => unknown,
 *   open: (incident: string) => unknown,
 *   ask: (contact: string) => unknown,
 *   pending: () => boolean,
 * }} Page */

/** Whose they are, the one to be seen to first in front. @param {PageState} state @returns {Help[]} */
export const othersHelps = (state) =>
  Object.values(state.helps)
    .filter((one) => one.agent !== state.me?.id)
    .sort((a, b) => Number(!!a.seen) - Number(!!b.seen) || a.at - b.at);

/** It rings here. @param {Help} help @param {string|undefined} me */
export const rings = (help, me) => !help.seen && (help.stage !== 'one' || help.told?.agent === me);

/** @param {Help} help */
const aboutOf = (help) =>
  [
    help.restricted ? t.restricted.word : help.who.name,
    help.incident_no,
    help.has && help.has in t.asksHelp.has ? t.asksHelp.has[/** @type {'over'} */ (help.has)] : null,
    help.contact ? null : t.asksHelp.noCall,
    help.here ? null : t.asksHelp.away,
  ].filter(Boolean);

/** Who has it, or who is told of it. @param {Help} help @param {string|undefined} me */
export function standsOf(help, me) {
  if (help.seen) return help.seen.by === me ? t.asksHelp.youHaveIt : t.asksHelp.hasIt(help.seen.name);
  if (help.stage === 'one' && help.told)
    return help.told.agent === me ? t.asksHelp.onlyTold : t.asksHelp.told.one(help.told.name);
  if (help.stage === 'telephone')
    return help.rings ? t.asksHelp.told.rings(help.rings) : t.asksHelp.told.telephone;
  return t.asksHelp.told.all;
}

/** The rows of a page, and its key.
 * @param {Page} page */
export function helpsOf(page) {
  const shown = computed(() => othersHelps(page.state.value));
  const me = () => page.state.value.me?.id;
  const ringing = computed(() => shown.value.filter((one) => rings(one, me())));
  /** They could sit down there, and do not yet: whoever whispers goes on. @param {Help} help */
  const canListen = (help) =>
    help.has === 'talks' && !help.restricted && !help.listens.some((one) => one.agent === me());
  /** One press: they hear the call where there is one, and it is theirs. @param {Help} help */
  const go = (help) => (canListen(help) ? page.listen(help) : page.send('help_see', { help: help.id }));

  /** @param {KeyboardEvent} e */
  function onKey(e) {
    if (!e.altKey || e.ctrlKey || e.metaKey || e.repeat || e.getModifierState('AltGraph')) return;
    const first = shown.peek().find((one) => !one.seen) ?? null;
    if (letterOf(e) !== 'v' || !first || page.pending()) return;
    e.preventDefault();
    e.stopPropagation();
    void go(first);
  }

  /** `over`: in a dialog, below which an incident would open unseen.
   * @param {{help: Help, first: boolean, over: boolean}} props */
  const Row = ({ help, first, over }) => {
    const mine = help.seen?.by === me();
    const loud = rings(help, me());
    const keyed = first && !help.seen && html` <kbd>${t.asksHelp.keyListen}</kbd>`;
    return html`<li class=${cls('row helprow', loud && 'loud', !!help.seen && 'seen')}>
      <${Icon} name=${help.seen ? 'check' : 'help'}/>
      <b class="asks">${t.asksHelp.asks(help.name)}</b>
      ${help.severity && html`<${Sev} level=${help.severity} word=${page.wordOf(help.severity)}/>`}
      <span class="cut about">${aboutOf(help).join(' · ')}</span>
      <span class="b n"><${Since} at=${help.at}/></span>
      <span class="cut stands">
        ${standsOf(help, me())}
        ${help.listens.length > 0 && ` · ${listening(help)}`}
      </span>
      <span class="grow"></span>
      ${canListen(help) && html`<button
        class=${cls('small', loud && 'end')}
        disabled=${page.pending()}
        onClick=${() => page.listen(help)}>
        <${Icon} name="speaker"/>
        ${t.asksHelp.listen}
        ${keyed}
      </button>`}
      ${help.restricted && help.contact && html`<button
        class="small"
        title=${t.restricted.hidden}
        onClick=${() => page.ask(/** @type {string} */ (help.contact))}>
        <${Icon} name="lock"/>
        ${t.restricted.open}
      </button>`}
      ${!help.seen && html`<button
        class=${cls('small', loud && !canListen(help) && 'end')}
        disabled=${page.pending()}
        onClick=${() => page.send('help_see', { help: help.id })}>
        ${t.asksHelp.mine}
        ${!canListen(help) && keyed}
      </button>`}
      ${(mine || help.seen?.how === 'telephone') && html`<button
        class="small"
        title=${t.asksHelp.doneWhy}
        disabled=${page.pending()}
        onClick=${() => page.send('help_done', { help: help.id })}>
        ${t.asksHelp.done}
      </button>`}
      ${help.incident && !over && html`<button
        class="small quiet"
        onClick=${() => page.open(/** @type {string} */ (help.incident))}>
        ${t.asksHelp.open}
      </button>`}
    </li>`;
  };

  /** On the page, or in the dialog that lies on top: there its own copy keeps its place, unseen.
   * @param {{on?: object}} props */
  function Helps({ on }) {
    const top = dialogs.value.at(-1);
    if (!shown.value.length || (on && (on !== top || page.link.status.value === 'locked'))) return null;
    return html`<section class=${cls('helps', !on && !!top && 'under')} aria-label=${t.asksHelp.others}>
      <ul>
        ${shown.value.map(
          (help, n) => html`<${Row} key=${help.id} help=${help} first=${n === 0} over=${!!on}/>`,
        )}
      </ul>
    </section>`;
  }

  function follow() {
    drawAbove(Helps);
    document.addEventListener('keydown', onKey, true);
    /** What was said, by request and by when it was raised. @type {Set<string>} */
    const said = new Set();
    effect(() => {
      alarmOn(page.link.status.value === 'live' && ringing.value.length > 0);
      for (const help of ringing.value) {
        const name = `${help.id} ${help.again ?? ''}`;
        if (said.has(name)) continue;
        said.add(name);
        announce(t.asksHelp.speak(help.name, aboutOf(help).join(', ')), 'assertive');
      }
    });
  }
  return { Helps, follow, ringing };
}

/** @param {Help} help */
export const listening = (help) =>
  t.asksHelp.listens(help.listens.map((one) => one.name).join(', '), help.listens.length);
