// @ts-check
/** Why here, why now: a contact's place, who may take it, what keeps it from the others. */
import { html, signal, useEffect, useRef, useState } from '../ui.js';
import { Sev } from '../icons.js';
import { needsText, spanText, timeOfDay } from '../format.js';
import { Dialog } from '../dialog.js';
import { Left } from '../timers.js';
import { toast, wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { agentsByName } from '../model.js';
import { link, state, whoOf, wordOf } from './context.js';

const asked = signal(/** @type {string|null} */ (null));
/** Answers are asked for again when something moved, twice a second at most. */
const AGAIN_MS = 500;

/** @param {string} what @param {object} fields */
async function steer(what, fields) {
  try { await link.send(what, fields); return true; } catch (error) { toast(wordsOf(error), 'warn'); return false; }
}

/** The place of a row; opens the explanation. @param {{c: any, children?: any}} props */
export const WhyButton = ({ c, children }) => html`<button class="quiet small why" title=${t.why.open} onClick=${() => { asked.value = c.id; }}>${children}</button>`;

const Row = ({ label, children }) => html`<div><dt>${label}</dt><dd>${children}</dd></div>`;

/** @param {{c: any}} props */
function Assign({ c }) {
  const agents = agentsByName(state.value).filter((a) => a.choice === 'ready' && a.presence === 'online');
  const [to, setTo] = useState('');
  return html`<div class="row"><label class="row">${t.why.assign}<select value=${to} onChange=${(e) => setTo(e.currentTarget.value)}><option value="">…</option>${agents.map((a) => html`<option key=${a.id} value=${a.id}>${a.name} · ${t.states[a.state] ?? a.state}</option>`)}</select></label>
    <button disabled=${!to} onClick=${async () => { if (await steer('assign', { contact: c.id, agent: to })) asked.value = null; }}>${t.why.assignGo}</button></div>`;
}

/** @param {{of: any, c: any}} props */
const Body = ({ of, c }) => html`<dl class="whybox">
  <${Row} label=${t.why.place}><b>${t.board.place(of.place)}</b> <span class="muted">${of.promoted ? t.why.promoted : t.why.tiers[of.tier]} · ${t.why.due(timeOfDay(c.answer_by))}</span></${Row}>
  <${Row} label=${t.why.wait}>${of.wait ? html`<b>${t.why.about(spanText(of.wait.p50_ms))}</b> <span class="muted">${t.why.within(spanText(of.wait.p90_ms))}</span>` : html`<span class="muted">${t.why.noWait}</span>`}</${Row}>
  <${Row} label=${t.why.needs}>${needsText(of.needs) || t.why.anybody} <span class="muted">${t.why.step(of.step + 1, of.steps)}${of.next_step_at ? html` · ${t.why.next} <${Left} at=${of.next_step_at}/>` : ''}</span></${Row}>
  ${of.held_for && html`<${Row} label=${t.why.held}><b>${of.held_for}</b></${Row}>`}
  ${of.ringing.length > 0 && html`<${Row} label=${t.why.rings}><b>${of.ringing.join(', ')}</b>${c.order_why ? html` <span class="muted">${c.order_why}</span>` : ''}</${Row}>`}
  <${Row} label=${t.why.may}>${of.may.length ? html`<ul>${of.may.map((m) => html`<li key=${m.agent}><b>${m.agent}</b> <span class="muted">${m.word}</span></li>`)}</ul>` : html`<b>${t.why.nobody}</b>`}</${Row}>
  ${of.kept_from.length > 0 && html`<${Row} label=${t.why.kept}><ul>${of.kept_from.map((k) => html`<li key=${k.cause}><b>${k.count}</b> ${k.word} <span class="muted">${k.names.join(', ')}${k.count > k.names.length ? ' …' : ''}</span></li>`)}</ul></${Row}>`}
</dl>`;

export function Why() {
  const id = asked.value;
  const [of, setOf] = useState(/** @type {any} */ (null));
  const timer = useRef(0);
  const seq = state.value.seq;
  useEffect(() => {
    if (!id) { setOf(null); return undefined; }
    const ask = () => link.send('why', { contact: id }).then(setOf).catch(() => { asked.value = null; });
    if (!of || of.contact !== id) { void ask(); return undefined; }
    timer.current = window.setTimeout(ask, AGAIN_MS);
    return () => clearTimeout(timer.current);
  }, [id, seq]);
  const c = id ? state.value.contacts[id] : null;
  if (!id || !c) return null;
  return html`<${Dialog} title=${t.why.title(whoOf(c))} class="whydialog" close=${() => { asked.value = null; }}>
    <p class="row"><${Sev} level=${c.severity} word=${wordOf(c.severity)}/><span class="muted">${c.rule}</span></p>
    ${of && of.contact === id ? html`<${Body} of=${of} c=${c}/>` : html`<p class="muted">${t.why.asking}</p>`}
    ${(c.state === 'queued' || c.state === 'offered') && state.value.me?.permissions?.includes('queue.steer') && html`<${Assign} c=${c}/>`}
    <div class="row end"><button onClick=${() => { asked.value = null; }}>${t.incident.shut}</button></div></${Dialog}>`;
}

/** How many agents stay free for S1: raised or lowered in one action. */
export function Reserve() {
  const k = state.value.tally?.reserve ?? 0;
  if (!state.value.me?.permissions?.includes('queue.steer')) return null;
  return html`<span class="row reserve" title=${t.why.reserveWhy}><span class="muted">${t.why.reserve}</span><button class="small" aria-label=${t.why.reserveLess} disabled=${k === 0} onClick=${() => steer('reserve', { agents: k - 1 })}>−</button><b aria-live="polite">${k}</b><button class="small" aria-label=${t.why.reserveMore} onClick=${() => steer('reserve', { agents: k + 1 })}>+</button></span>`;
}
