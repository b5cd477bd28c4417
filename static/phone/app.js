/** A telephone in the browser, for the demo: it reaches the centre as a customer would. */
import { html, render } from '../ui.js';
import { Icon } from '../icons.js';
import { Brand, MenuButton, themeItems } from '../menu.js';
import { StaleBar, Toasts } from '../toasts.js';
import { t } from '../strings/en.js';
import { config, fault, linked, load, phone } from './call.js';
import { Mails, Scripted, Telephone, Texts } from './panels.js';

const Page = () => html`<div class="phonepage">
  <header class="top">
    <${Brand}/>
    <h1>${t.sandbox.title}</h1>
    <span class="muted cut lead">${t.sandbox.lead}</span>
    <span class="grow"></span>
    <span class="faint mono">${phone.value.mail}</span>
    <${MenuButton} class="quiet" align="right" label=${t.menu.theme} items=${themeItems()}/>
  </header>
  ${fault.value
    ? html`<${StaleBar} text=${t.sandbox.off}/>`
    : phone.value.number && !linked.value
      ? html`<${StaleBar} text=${t.sandbox.reconnecting}/>`
      : null}
  ${config.value?.account && html`<p class="muted t1 account" role="note">
    <${Icon} name="warn"/> ${t.sandbox.account(config.value.account)}
  </p>`}
  ${!window.isSecureContext && html`<p class="stalebar" role="alert">
    <${Icon} name="warn"/>
    ${t.sound.insecureTitle} ${t.sound.insecure}
  </p>`}
  <main><div class="left"><${Telephone}/><${Scripted}/></div><${Texts}/><${Mails}/></main>
  <${Toasts}/>
</div>`;

render(html`<${Page}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
void load();
