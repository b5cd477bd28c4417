import { html } from '../ui.js';
import { roleWord } from '../contact.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { blocked, callBack, calling } from './callback.js';
import { incident } from './context.js';
import { askLater, Promised } from './callback_dialog.js';

export function People() {
  const of = incident.value;
  if (!of) return null;
  return html`<section class="panel sec people" tabindex="0" aria-label=${t.party.title}>
    <h2>${t.party.title}</h2>
    ${of.callback && html`<${Promised} of=${of.callback}/>`}
    ${blocked.value && html`<p class="muted t1">${blocked.value}</p>`}
    ${of.parties?.length
      ? html`<ul class="stack">
          ${of.parties.map(
            (p) => html`<li key=${p.id}>
              <div class="between">
                <span class="cut">
                  <b>${p.name || t.incident.nobody}</b> <span class="muted">${roleWord(p.role)}</span>
                </span>
                ${p.in_call && !blocked.value && html`<span class="s2 t1 cut">${p.in_call}</span>`}
              </div>
              ${(p.addresses ?? []).map(
                (a) => html`<div key=${a.id} class="row addr">
                  <${Icon} name=${a.kind === 'phone' ? 'voice' : 'email'} class="faint"/>
                  <span class="muted grow">
                    ${a.masked === p.name ? (t.party.kinds[a.kind] ?? '') : a.masked}
                    ${a.unsure ? html` <span class="tag s3">${a.unsure}</span>` : ''}
                    ${a.opted_out ? html` <span class="tag s2">${t.party.out}</span>` : ''}
                  </span>
                  ${a.kind === 'phone' && html`
                    <button
                      class="small"
                      disabled=${!!a.no_call || !!p.in_call || !!blocked.value || !!calling.value}
                      title=${a.no_call || p.in_call || blocked.value}
                      aria-label=${t.party.callTo(p.name ?? '', a.masked)}
                      onClick=${() => callBack(a.id)}>
                      ${calling.value === a.id ? t.party.calling : t.party.call}
                    </button>
                    ${!of.callback && !a.no_call && html`<button
                      class="small quiet"
                      aria-haspopup="dialog"
                      title=${t.promised.laterTo(p.name || a.masked)}
                      aria-label=${t.promised.laterTo(p.name || a.masked)}
                      onClick=${() => askLater(a.id, p.name || a.masked)}>
                      <${Icon} name="callback"/>
                    </button>`}
                  `}
                </div>`,
              )}
            </li>`,
          )}
        </ul>`
      : html`<p class="faint">${t.party.none}</p>`}
  </section>`;
}
