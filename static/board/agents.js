// @ts-check
/** Who is here, in what state and for how long, on what, and what they can do. */
import { html, memo } from '../ui.js';
import { Channel, Sev, StateMark } from '../icons.js';
import { skillsText } from '../format.js';
import { agentStates, agentsByName } from '../model.js';
import { Seconds, Since } from '../timers.js';
import { t } from '../strings/en.js';
import { centre, state, whoOf } from './context.js';

/** @param {any} a @param {any[]} contacts */
function on(a, contacts) {
  if (a.state === 'lost' && a.until) return html`<span class="s2 b">${t.board.away}, <${Seconds} at=${a.until}/> s</span>`;
  if (a.state === 'paused') return centre.value?.pause_reasons?.find((r) => r.code === a.pause_reason)?.word ?? t.pausedBy[a.pause_reason] ?? a.pause_reason ?? '';
  if (a.state === 'wrapup' && a.until) return html`<${Seconds} at=${a.until}/> s left`;
  if (!contacts.length) return a.contacts?.length ? html`${a.contacts.length}` : '';
  const [first, ...rest] = contacts;
  return html`<span class="two"><span><${Sev} level=${first.severity}/> <${Channel} channel=${first.channel}/>${rest.length ? html` <span class="t1">${t.board.more(rest.length)}</span>` : ''}</span><span class="cut t1">${whoOf(first)}</span></span>`;
}

const Row = memo(({ a, first, count }) => {
  const contacts = first ? [first, ...Array(Math.max(0, count - 1)).fill(first)] : [];
  return html`<div role="row" class="tr at"><span role="cell" class="two"><b class="cut">${a.name}</b><span class="cut faint t0" title=${skillsText(a.skills)}>${skillsText(a.skills)}</span></span><span role="cell"><${StateMark} state=${a.state} word=${t.board.agentStates[a.state]}/></span>
    <span role="cell"><${Since} at=${a.state_at}/></span><span role="cell" class="cut muted on">${on(a, contacts)}</span></div>`;
});

export function Agents() {
  const agents = agentsByName(state.value);
  const all = state.value.contacts;
  const c = t.board.agentCols;
  const ready = agents.filter((a) => a.state === 'ready').length;
  return html`<section class="panel agents" aria-label=${t.board.agents}><div class="head"><h2>${t.board.agents} · ${t.board.on(ready, agents.length)}</h2>
    <span class="row counts">${agentStates(state.value).slice(0, 4).map(([s, n]) => html`<span key=${s} class="t1"><${StateMark} state=${s} word=${n}/><span class="sr"> ${t.states[s]}</span></span>`)}</span></div>
    <div class="rows scroll" role="table" tabindex="0" aria-label=${t.board.agents}><div role="rowgroup" class="thead"><div role="row" class="tr at th">${[c.name, c.state, c.for, c.on].map((x) => html`<span key=${x} role="columnheader">${x}</span>`)}</div></div>
    <div role="rowgroup">${agents.map((a) => {
      const ids = a.offer && all[a.offer.contact] ? [a.offer.contact] : (a.contacts ?? []).filter((id) => all[id]);
      return html`<${Row} key=${a.id} a=${a} first=${all[ids[0]] ?? null} count=${ids.length}/>`;
    })}</div></div>${agents.length === 0 && html`<p class="empty over">${t.board.noAgents}</p>`}</section>`;
}
