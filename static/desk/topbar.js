/** State, who is waiting, and the menu. */
import { cls, computed, html } from '../ui.js';
import { now } from '../clock.js';
import { After, Clock, Mute, Stage, StateMark, pauseChoice, pausedWord } from '../agent.js';
import { Icon, SevShape } from '../icons.js';
import { api } from '../link.js';
import { timeOfDay } from '../format.js';
import { SEVERITIES, mostPressing, waitingCount } from '../model.js';
import { Brand, MenuButton, UserMenu } from '../menu.js';
import { StaleBar, toast, wordsOf } from '../toasts.js';
import { Until } from '../timers.js';
import { session } from '../store.js';
import { t } from '../strings/en.js';
import { call, centre, layer, link, me, pending, state, work } from './context.js';
import { goPause, goReady, starting } from './duty.js';
import { emergencies } from './emergencies.js';
import { soundGoesOn } from './phonebar.js';
import { Key } from './single_keys.js';
import { singleKeysItem } from '../single_keys.js';
import { AgentState, ContactState, agentStateOf } from '../states.js';

function Choice() {
  const agent = me.value;
  if (!agent) return null;
  const reasons = centre.value?.pause_reasons ?? [];
  const busy = agentStateOf(agent).busy;
  const ready = agent.choice === 'ready';
  return html`<div class="choice" role="group" aria-label=${t.top.state}>
    <span class="now">
      <span class="cut">
        <${StateMark}
          a=${agent}
          word=${agent.state === AgentState.PAUSED ? pausedWord(agent, centre.value) : undefined}/>
      </span>
      <span class="row under">
        <span class="faint"><${Clock} a=${agent}/></span>
        <${After} a=${agent} centre=${centre.value} class="after cut"/>
        <${Mute} a=${agent}/>
        <${Stage} a=${agent} short/>
      </span>
    </span>
    ${ready
      ? null
      : html`<button class="primary" disabled=${starting.value || pending.value.ready} onClick=${goReady}>
          ${starting.value || pending.value.ready ? t.top.getting : busy ? t.top.readyAfter : t.top.ready}
        </button>`}
    ${ready && html`<${MenuButton}
      disabled=${pending.value.pause}
      label=${html`<${Icon} name="pause"/>${busy ? t.top.pauseAfter : t.top.pause}<${Icon} name="down"/>`}
      items=${[
        { title: t.top.pauseWhy },
        ...reasons.map((r) => ({ label: pauseChoice(r), act: () => goPause(r.code) })),
      ]}/>`}
  </div>`;
}

/** Whose turn it is by now changes seldom: only then is the glance drawn anew. */
const pressing = computed(() => mostPressing(state.value.tally, now.value)?.severity);

function Glance() {
  const tally = state.value.tally;
  if (!tally) return null;
  const due = pressing.value && mostPressing(tally, now.peek());
  const told = call.value ? emergencies.value : 0;
  return html`<button
    class=${cls('quiet glance', told > 0 && 'told')}
    aria-haspopup="dialog"
    title=${t.line.show}
    onClick=${() => {
      layer.value = 'line';
    }}>
    <span class="faint waiting">${t.top.waiting}</span>
    ${SEVERITIES.map((s) => {
      const n = waitingCount(tally, s);
      return html`<span key=${s} class=${n ? `sev s${s}` : 'sev faint zero'}>
        <${SevShape} level=${s}/>S${s} <b class="n">${n}</b>
      </span>`;
    })}
    <span class="faint due" title=${due && !told ? t.top.dueWhy : ''}>
      ${told
        ? html`<b role="status">${t.emergencies.wait(told)}</b>`
        : due
          ? html`
              <span>${t.top.due}</span> <b class=${`s${due.severity}`}>S${due.severity} <${Until}
                  at=${due.answer_by}
                  left=${t.top.left}
                  over=${t.top.over}/></b>
            `
          : t.top.nobody}
    </span>
  </button>`;
}

/** Texts and mails in hand: they would go back to their place. */
export const inHand = () =>
  work.peek().filter((c) => c.channel !== 'voice' && c.state === ContactState.ACTIVE).length;

/** Asks first when work would be put down. */
export const askSignOut = () => {
  if (inHand()) layer.value = 'signout';
  else void signOut();
};

export async function signOut() {
  try {
    await api('/api/logout', {});
  } catch (error) {
    // not during a call, and never with words that have not arrived
    if (/** @type {Fault} */ (error).code !== 'unauthorized') return toast(wordsOf(error), 'warn');
  }
  session.drop('duty');
  session.drop('texts');
  session.drop('selected');
  location.href = '/login';
}

/** What is true of the call while the centre cannot be asked: nobody is told that sound flows unless
 * it does. */
const staleWords = () =>
  !call.value ? t.status.staleBar : soundGoesOn() ? t.status.staleCall : t.status.staleQuiet;

export function TopBar() {
  const user = state.value.me;
  const may = user?.permissions?.includes('board.see');
  const stale = link.status.value === 'stale'; // in the place of counts that are old now: nothing moves
  return html`<header class="top">
    <${Brand}/>
    <${Choice}/>
    ${stale
      ? html`<${StaleBar} text=${staleWords()(timeOfDay(link.heardAt.value))}/>`
      : html`<span class="grow"></span><${Glance}/>`}
    <button
      class="quiet"
      onClick=${() => {
        layer.value = 'find';
      }}
      title=${t.find.title}>
      <${Icon} name="find"/>
      ${t.find.button} <${Key} of="/"/>
    </button>
    <button
      class="quiet"
      onClick=${() => {
        layer.value = 'commands';
      }}
      title=${t.commands.title}>
      ${t.top.commands} <kbd>Ctrl K</kbd>
    </button>
    ${user && html`<${UserMenu}
      me=${user}
      out=${askSignOut}
      help=${() => {
        layer.value = 'help';
      }}
      password=${() => {
        layer.value = 'password';
      }}
      more=${[
        {
          label: t.menu.sound,
          act: () => {
            layer.value = 'sound';
          },
        },
        singleKeysItem(),
        may && {
          label: t.menu.board,
          act: () => {
            window.open('/board', '_blank');
          },
        },
        centre.value?.demo && {
          label: t.menu.phone,
          act: () => {
            window.open('/sandbox/phone', '_blank');
          },
        },
      ].filter((x) => !!x)}/>`}
  </header>`;
}

/** Why the record takes no writes: below the work, so that nothing above it moves. */
export const RecordBar = () =>
  link.status.value === 'live' && centre.value?.record
    ? html`<${StaleBar} text=${t.record.desk(t.record.why[centre.value.record] ?? '')}/>`
    : null;
