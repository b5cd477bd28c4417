/** The people of the incident, by whose side they are on, and how to reach each. */
import { html, signal } from '../ui.js';
import { roleWord } from '../contact.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { AddButton } from './add_party.js';
import { blocked, callBack, calling, hasCalled } from './callback.js';
import { act, incident, pending } from './context.js';
import { WriteButton } from './first_words.js';
import { PersonButton, Unsafe } from './person.js';
import { JoinButton } from './join.js';
import { askLater, Promised } from './callback_dialog.js';

/** @type {readonly (Party['side'])[]} */
const SIDES = ['owner', 'sitter', 'third', null];

const SHOWN_MS = 60_000; // long enough to read it to somebody

/** What was shown whole, for a while, by the address's id. */
const shown = signal(/** @type {Record<string, string>} */ ({}));

/** @param {Incident} of @param {Address} a */
async function reveal(of, a) {
  const told = await act('reveal', { incident: of.id, address: a.id });
  if (!told) return;
  shown.value = { ...shown.peek(), [a.id]: told.shown };
  setTimeout(() => {
    const { [a.id]: _, ...rest } = shown.peek();
    shown.value = rest;
  }, SHOWN_MS);
}

/** The masked address, where the name does not already say it. @param {Address} a @param {Party} p */
const shortOf = (a, p) => (a.masked === p.name ? (t.party.kinds[a.kind] ?? '') : a.masked);

/** @param {{p: Party, a: Address, of: Incident}} props */
const Reached = ({ p, a, of }) => html`<div class="row addr">
  ${shown.value[a.id]
    ? html`<b class="whole">${shown.value[a.id]}</b>`
    : html`<span class="muted">
        <button
          class="link shows"
          title=${t.reveal.of(p.name || a.masked)}
          aria-label=${`${shortOf(a, p)}. ${t.reveal.of(p.name || a.masked)}`}
          disabled=${pending.value.reveal}
          onClick=${() => reveal(of, a)}>
          ${shortOf(a, p)}
        </button>
      </span>`}
  <span class="ways">
    ${of.state === 'open' && html`<${WriteButton} p=${p} a=${a}/>`}
    ${a.kind === 'phone' && html`
      <button
        class="small"
        disabled=${!!a.no_call || !!p.in_call || !!blocked.value || !!calling.value}
        title=${a.no_call || p.in_call || blocked.value}
        aria-label=${t.party.callTo(p.name ?? '', a.masked, hasCalled(p, of))}
        onClick=${() => callBack(a.id)}>
        ${calling.value === a.id ? t.party.calling : hasCalled(p, of) ? t.party.call : t.party.callFirst}
      </button>
      ${!of.callback && !a.no_call && html`<button
        class="small quiet"
        aria-haspopup="dialog"
        title=${t.promised.laterTo(p.name || a.masked)}
        aria-label=${t.promised.laterTo(p.name || a.masked)}
        onClick=${() => askLater(a, p.name || a.masked)}>
        <${Icon} name="callback"/>
      </button>`}
    `}
  </span>
  ${a.unsure || a.unsafe || a.opted_out
    ? html`<span class="marks">
        ${a.unsure && html`<span class="tag s3">${a.unsure}</span>`}
        <${Unsafe} a=${a}/>
        ${a.opted_out && html`<span class="tag s2">${t.party.out}</span>`}
      </span>`
    : null}
</div>`;

/** @param {{p: Party, of: Incident}} props */
const Person = ({ p, of }) => html`<li>
  <div class="between">
    <span class="cut">
      <b>${p.name || t.incident.nobody}</b> <span class="muted">${roleWord(p.role)}</span>
    </span>
    ${of.state === 'open' && html`<${PersonButton} p=${p}/>`}
    ${p.in_call && !blocked.value && html`<span class="s2 t1 cut">${p.in_call}</span>`}
  </div>
  ${(p.addresses ?? []).map((a) => html`<${Reached} key=${a.id} p=${p} a=${a} of=${of}/>`)}
</li>`;

export function People() {
  const of = incident.value;
  if (!of) return null;
  const people = of.parties ?? [];
  const sides = SIDES.filter((side) => people.some((p) => (p.side ?? null) === side));
  const named = sides.some((side) => side !== null);
  return html`<section class="panel sec people" tabindex="0" aria-label=${t.party.title}>
    <div class="between">
      <h2>${t.party.title}</h2>
      <span class="row"><${JoinButton} of=${of}/><${AddButton} of=${of}/></span>
    </div>
    ${of.callback && html`<${Promised} of=${of.callback}/>`}
    ${blocked.value && html`<p class="muted t1">${blocked.value}</p>`}
    ${people.length
      ? sides.map(
          (side) => html`<div key=${side} class="stack side">
            ${named && html`<h3 class="muted t1">${t.addParty.sides[side ?? '']}</h3>`}
            <ul class="stack">
              ${people
                .filter((p) => (p.side ?? null) === side)
                .map((p) => html`<${Person} key=${p.id} p=${p} of=${of}/>`)}
            </ul>
          </div>`,
        )
      : html`<p class="faint">${t.party.none}</p>`}
  </section>`;
}
