// @ts-check
import { html, render } from './ui.js';
import { Icon } from './icons.js';
import { Brand } from './menu.js';
import { SignIn } from './signin.js';
import { t } from './strings/en.js';

/** @param {any} me */
function go(me) {
  const next = new URLSearchParams(location.search).get('next');
  // Only a path of our own: "//elsewhere" would be another host.
  location.href = next && /^\/[a-z]/.test(next) ? next : me.role === 'agent' ? '/desk' : '/board';
}

const Login = () => html`<main class="login"><div class="panel sec"><div class="stack"><${Brand}/><p class="muted">${t.login.lead}</p></div><h1>${t.login.title}</h1>
  ${!window.isSecureContext && html`<p class="s2" role="alert"><${Icon} name="warn"/> <b>${t.login.insecure}</b> ${t.sound.insecure}</p>`}
  <${SignIn} done=${go}/></div></main>`;

render(html`<${Login}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
