// @ts-check
/** State, who waits, and the menu. */
import { html } from '../ui.js';
import { Icon, SevShape, StateMark } from '../icons.js';
import { api } from '../link.js';
import { timeOfDay } from '../format.js';
import { oldestWaiting, waitingCount } from '../model.js';
import { Brand, MenuButton, UserMenu } from '../menu.js';
import { StaleBar, toast, wordsOf } from '../toasts.js';
import { Since } from '../timers.js';
import { session } from '../store.js';
import { t } from '../strings/en.js';
import { centre, layer, link, me, pending, state } from './context.js';
import { goPause, goReady, starting } from './duty.js';

function Choice() {
  const agent = me.value;
  if (!agent) return null;
  const reasons = centre.value?.pause_reasons ?? [];
  const busy = ['talking', 'connecting', 'wrapup', 'messages', 'dialing', 'ringing'].includes(agent.state);
  const ready = agent.choice === 'ready';
  const why = reasons.find((r) => r.code === agent.pause_reason)?.word ?? t.pausedBy[agent.pause_reason];
  return html`<div class="choice" role="group" aria-label=${t.top.state}>
    <span class="now"><${StateMark} state=${agent.state} word=${agent.state === 'paused' && why ? t.top.paused(why) : undefined}/><span class="faint"><${Since} at=${agent.state_at}/></span></span>
    ${ready ? null : html`<button class="primary" disabled=${starting.value || pending.value.ready} onClick=${goReady}>${starting.value || pending.value.ready ? t.top.getting : busy ? t.top.readyAfter : t.top.ready}</button>`}
    ${ready && html`<${MenuButton} disabled=${pending.value.pause} label=${html`<${Icon} name="pause"/>${busy ? t.top.pauseAfter : t.top.pause}<${Icon} name="down"/>`}
      items=${[{ title: t.top.pauseWhy }, ...reasons.map((r) => ({ label: r.word, act: () => goPause(r.code) }))]}/>`}
  </div>`;
}

function Glance() {
  const tally = state.value.tally;
  if (!tally) return null;
  const oldest = oldestWaiting(tally);
  return html`<div class="glance"><span class="faint">${t.top.waiting}</span>
    ${[1, 2, 3, 4].map((s) => { const n = waitingCount(tally, s); return html`<span key=${s} class=${n ? `sev s${s}` : 'sev faint zero'}><${SevShape} level=${s}/>S${s} <b class="n">${n}</b></span>`; })}
    <span class="faint oldest">${oldest ? html`${t.top.oldest} <b class=${`s${oldest.severity}`}><${Since} at=${oldest.at}/></b>` : t.top.nobody}</span></div>`;
}

export async function signOut() {
  try {
    await api('/api/logout', {});
  } catch (error) { // not during a call, and never with words that have not arrived
    if (/** @type {any} */ (error).code !== 'unauthorized') return toast(wordsOf(error), 'warn');
  }
  session.drop('duty');
  session.drop('selected');
  location.href = '/login';
}

export function TopBar() {
  const user = state.value.me;
  const may = user?.permissions?.includes('board.see');
  return html`<header class="top"><${Brand}/><${Choice}/><span class="grow"></span><${Glance}/>
    <button class="quiet" onClick=${() => { layer.value = 'commands'; }} title=${t.commands.title}><kbd>Ctrl K</kbd></button>
    ${user && html`<${UserMenu} me=${user} out=${signOut} help=${() => { layer.value = 'help'; }} more=${[
      { label: t.menu.sound, act: () => { layer.value = 'sound'; } },
      may && { label: t.menu.board, act: () => { window.open('/board', '_blank'); } },
      centre.value?.demo && { label: t.menu.phone, act: () => { window.open('/sandbox/phone', '_blank'); } },
    ].filter(Boolean)}/>`}</header>
    ${link.status.value === 'stale' && html`<${StaleBar} text=${t.status.staleBar(timeOfDay(link.heardAt.value))}/>`}`;
}
