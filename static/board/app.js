/** The board: trouble is seen before it hurts someone. One WebSocket, no request after loading. */
import { html, render, signal, useComputed } from '../ui.js';
import { CallOff } from '../call_off.js';
import { whoOf } from '../contact.js';
import { startTicking } from '../clock.js';
import { timeOfDay } from '../format.js';
import { api } from '../link.js';
import { Icon } from '../icons.js';
import { Brand, UserMenu } from '../menu.js';
import { Dialog } from '../dialog.js';
import { PasswordDialog } from '../password.js';
import { SignIn } from '../signin.js';
import { singleKeysItem } from '../single_keys.js';
import { StaleBar, Toasts } from '../toasts.js';
import { t } from '../strings/en.js';
import { AgentDrawer } from './agent.js';
import { Agents } from './agents.js';
import { centre, link, state, wordOf } from './context.js';
import { Depth } from './depth.js';
import { Drawer } from './drawer.js';
import { OPEN_RESTRICTED } from '../desk/restrict.js';
import { Ears, followEars, seat } from './ears.js';
import { FigureDialog } from './figure.js';
import { FindButton, FindDialog, followFindKey } from './find.js';
import { Free } from './free.js';
import { followHelps, Helps } from './help.js';
import { Hours } from './hours.js';
import { List } from './list.js';
import { GiveCallback } from '../give_callback.js';
import { MoveCallback } from '../move_callback.js';
import { SoundPlaces, soundPlacesItem } from './sound_places.js';
import { Tiles } from './tiles.js';
import { Why } from '../why.js';
import { Assign } from './steer.js';
import { stands } from '../order.js';
import { stateOf } from '../states.js';

/** Who waits or rings can be given to somebody by name. @param {Contact} c @param {Why|null} of */
const assign = (c, of) =>
  of && (stateOf(c).waits || stands(c)) && state.value.me?.permissions?.includes('queue.steer')
    ? html`<${Assign} c=${c} of=${of}/>`
    : null;

/** The dialog for one's own password is open. */
const changing = signal(false);

/** What the carrier's account cannot do is read. */
const limits = signal(false);

async function signOut() {
  await api('/api/logout', {}).catch(() => {});
  location.href = '/login';
}

const AsOf = () => {
  const text = useComputed(() =>
    t.status.asOf(timeOfDay(link.heardAt.value || 0), t.status[link.status.value]),
  );
  return html`<span class=${link.status.value === 'live' ? 'faint' : 's2 b'}>
    ${state.value.loaded ? text : t.status.connecting}
  </span>`;
};

function Board() {
  const me = state.value.me;
  return html`<div class="board">
    <header class="top">
      <${Brand}/>
      <h1>${t.board.title}</h1>
      ${centre.value && html`<span class="tag">${centre.value.name}</span>`}
      ${centre.value?.email_ready === false && html`<span class="tag s2">${t.board.email}</span>`}
      ${(centre.value?.account ?? []).length > 0 && html`<button
        class="small s2"
        onClick=${() => {
          limits.value = true;
        }}>
        <${Icon} name="warn"/> ${t.board.account}
      </button>`}
      ${link.status.value === 'stale'
        ? html`<${StaleBar} text=${t.board.stale(timeOfDay(link.heardAt.value))}/>`
        : html`${seat.value ? html`<${Ears}/>` : html`<${Hours}/>`}<span class="grow"></span><${AsOf}/>`}
      <${FindButton}/>
      ${me && html`<${UserMenu}
        me=${me}
        out=${signOut}
        password=${() => {
          changing.value = true;
        }}
        more=${[
          singleKeysItem(),
          {
            label: t.menu.desk,
            act: () => {
              window.open('/desk', '_blank');
            },
          },
          {
            label: t.hear.title,
            act: () => {
              window.open('/callers', '_blank');
            },
          },
          soundPlacesItem(),
          centre.value?.demo && {
            label: t.menu.phone,
            act: () => {
              window.open('/sandbox/phone', '_blank');
            },
          },
        ].filter((x) => !!x)}/>`}
    </header>
    <${Helps}/>
    <main>
      <div class="tiles"><${Tiles}/><${Depth}/></div>
      <div class="lower"><${List}/><div class="side"><${Agents}/><${Toasts}/></div></div>
      <${AgentDrawer}/>
      <${Drawer}/>
      <${OPEN_RESTRICTED.body}/>
      <${Why} link=${link} state=${state} who=${whoOf} word=${wordOf} act=${assign}/>
      <${Free}/>
      <${CallOff}/>
      <${MoveCallback}/>
      <${GiveCallback}/>
      <${FigureDialog}/>
      <${FindDialog}/>
      <${SoundPlaces}/>
    </main>
    ${link.status.value === 'live' && centre.value?.record && html`<${StaleBar}
      text=${t.record.board(t.record.why[centre.value.record] ?? '')}/>`}
    ${limits.value && html`<${Dialog}
      title=${t.board.accountTitle}
      close=${() => {
        limits.value = false;
      }}>
      <p>${t.board.accountLead}</p>
      <ul class="limits">${(centre.value?.account ?? []).map((x) => html`<li key=${x}>${x}</li>`)}</ul>
      <p>
        <button
          onClick=${() => {
            limits.value = false;
          }}>
          ${t.help.close}
        </button>
      </p>
    </${Dialog}>`}
    ${changing.value && html`<${PasswordDialog}
      close=${() => {
        changing.value = false;
      }}/>`}
    ${link.status.value === 'locked' && html`<${Dialog} title=${t.locked.title}>
      <${SignIn} done=${() => link.unlock()}/>
    </${Dialog}>`}
  </div>`;
}

startTicking();
followEars();
followHelps();
followFindKey();
link.start();
render(html`<${Board}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
api('/api/me')
  .then((found) => {
    const { me } = /** @type {{me: Me}} */ (found);
    if (!me.permissions?.includes('board.see')) {
      link.stop();
      render(
        html`<main class="refused">
          <p class="panel empty">
            ${t.board.notAllowed}
            <br/>
            <br/>
            <a href="/login?next=/board">${t.login.title}</a> · <a href="/desk">${t.menu.desk}</a>
          </p>
        </main>`,
        /** @type {HTMLElement} */ (document.getElementById('app')),
      );
    }
  })
  .catch((error) => {
    if (error.code === 'unauthorized') location.replace('/login?next=/board');
  });
