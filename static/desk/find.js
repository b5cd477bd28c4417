/** Finding an incident that is not in hand: searched for, opened in the middle without a contact. */
import { effect, html, useEffect, useRef, useState } from '../ui.js';
import { Found, Finder, useFound } from '../finder.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { useAsked } from '../why.js';
import { askTake, takeOf } from './pull_dialog.js';
import { browsed, call, centre, closeFound, layer, link, offer, openFound, state } from './context.js';
import { joined } from './consult.js';
import { Key } from './single_keys.js';

const RECENT = 5;
const RECENT_AGAIN_MS = 3000;

/** /desk#incident=… opens it. @param {string} hash */
export const incidentOf = (hash) => /^#incident=([\w-]{1,32})$/.exec(hash)?.[1] ?? null;

/** The address of the page says which incident was opened by hand: a link, and kept over a reload. */
export function followHash() {
  const open = () => {
    const [id, taken] = [incidentOf(location.hash), takeOf(location.hash)];
    if (id) openFound(id);
    if (taken) {
      history.replaceState(null, '', location.pathname + location.search);
      askTake(taken);
    }
  };
  open();
  window.addEventListener('hashchange', open);
  effect(() => {
    const hash = browsed.value ? `#incident=${browsed.value}` : '';
    if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname + location.search);
  });
}

/** Below Ready, where nothing is open: what was touched last. */
export function Recent() {
  const { found, ask } = useFound(link);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (found.asked) setTurn(1); // once more: what was done just before may not have been in the record
  }, [found.asked]);
  useAsked(
    link.status.value === 'live' ? 'recent' : null,
    () => ask('', ''),
    `${state.value.seq} ${turn}`,
    undefined,
    RECENT_AGAIN_MS,
  );
  return html`<div class="recent" role="group" aria-label=${t.find.recent}>
    <div class="between">
      <h2>${t.find.recent}</h2>
      <button
        class="small"
        onClick=${() => {
          layer.value = 'find';
        }}>
        ${t.find.button} <${Key} of="/"/>
      </button>
    </div>
    ${found.rows.length
      ? html`<ul>
          ${found.rows
            .slice(0, RECENT)
            .map(
              (row) => html`<li key=${row.id}>
                <button class="foundrow" onClick=${() => openFound(row.id)}><${Found} row=${row}/></button>
              </li>`,
            )}
        </ul>`
      : html`<p class="faint t1">${found.fault || (found.asked ? t.find.noneYet : t.find.asking)}</p>`}
  </div>`;
}

const shut = () => {
  layer.value = null;
};

/** The list with its search field. */
function DeskFinder() {
  const began = useRef(call.peek()?.id);
  useEffect(() => {
    if (call.value && call.value.id !== began.current) shut();
  }, [call.value?.id]); // a call comes to the front
  return html`<${Finder} link=${link} shut=${shut} open=${openFound} hint=${offer.value && t.offer.typing}/>`;
}

export const FindDialog = () =>
  layer.value === 'find' && link.status.value !== 'locked' ? html`<${DeskFinder}/>` : null;

/** On top of an incident that was opened by hand. */
export const FoundBar = () => html`<div class="donebar calm">
  <${Icon} name="find"/>
  <span class="grow">
    ${centre.value && state.value.incident?.timeline
      ? joined.value
        ? t.consult.mine.bar
        : t.find.bar
      : t.incident.loading}
  </span>
  <button class="small" onClick=${closeFound}>${t.incident.hide} <kbd>Esc</kbd></button>
</div>`;

const openFind = () => {
  layer.value = 'find';
  return true;
};

/** @type {import('./dialogs.js').Row} */
export const FIND = {
  body: FindDialog,
  key: '/',
  opens: openFind,
  help: () => t.find.help,
  commands: () => [[t.find.title, '/', openFind]],
};
