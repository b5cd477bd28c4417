/** Contacts that went back to their places while this agent was away: where they ring, and Take it back. */
import { computed, effect, html } from '../ui.js';
import { firstOf, whoOf } from '../contact.js';
import { announce } from '../announce.js';
import { Icon, Sev } from '../icons.js';
import { wentBack } from '../model.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import { act, pending, select, state, wordOf } from './context.js';
import { Key } from './single_keys.js';

export const gone = computed(() => wentBack(state.value));

/** Each is told once, when it comes. @type {Set<string>} */
const told = new Set();
effect(() => {
  for (const c of gone.value) {
    if (!told.has(c.id)) announce(`${t.back.of(whoOf(c), c.incident_no ?? '')} ${t.back.line}`);
    told.add(c.id);
  }
});

/** Takes it, or says why not. @param {Contact} [c] the next of them when none is named */
export async function takeBack(c = gone.peek()[0]) {
  if (!c || pending.peek().pull) return;
  const why = c.returned?.kept;
  if (why) toast(t.causes.takeBack[why], 'info');
  else if (await act('pull', { contact: c.id })) select(c.id);
}

/** @param {Contact} c */
const where = (c) =>
  c.returned?.rings_at.length ? t.back.rings(c.returned.rings_at.map(firstOf).join(', ')) : t.back.waits;

/** @param {{c: Contact, first: boolean}} props */
const Row = ({ c, first }) => {
  const why = c.returned?.kept;
  return html`<li class="sec gone">
    <span class="between">
      <span class="b cut"><${Icon} name=${c.channel}/> ${whoOf(c)}</span>
      <${Sev} level=${c.severity} word=${wordOf(c.severity)} class="t1"/>
    </span>
    <span class="muted t1">
      ${c.incident_no ? html`<span class="mono">${c.incident_no}</span> ` : ''}
      ${t.back.line} · <b>${where(c)}</b>
    </span>
    <span class="row">
      <button class="small" disabled=${!!why || !!pending.value.pull} onClick=${() => takeBack(c)}>
        <${Icon} name="back"/>
        ${pending.value.pull ? t.back.taking : t.back.take}
        <span class="sr"> ${t.back.of(whoOf(c), c.incident_no ?? '')}</span>
        ${first ? html` <${Key} of="B"/>` : ''}
      </button>
      ${why && html`<span class="muted t1">${t.causes.takeBack[why]}</span>`}
    </span>
  </li>`;
};

export const Returned = () =>
  gone.value.length
    ? html`<ul class="goneback" role="list" tabindex="0" aria-label=${t.back.title}>
        ${gone.value.map((c, i) => html`<${Row} key=${c.id} c=${c} first=${i === 0}/>`)}
      </ul>`
    : null;
