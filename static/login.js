import { html, render, signal } from './ui.js';
import { api } from './link.js';
import { Icon } from './icons.js';
import { Brand } from './menu.js';
import { SignIn } from './signin.js';
import { t } from './strings/en.js';

/** Without a page of their own choice, "/" knows the one of their role. */
function go() {
  const next = new URLSearchParams(location.search).get('next');
  // Only a path of our own: "//elsewhere" would be another host.
  location.href = next && /^\/[a-z]/.test(next) ? next : '/';
}

/** The demo tells its accounts; a real centre has no such route. */
/** @typedef {{password: string, accounts: {login: string, name: string, role: Me['role']}[]}} Demo */
const demo = signal(/** @type {Demo|null} */ (null));
api('/api/demo').then(
  (found) => {
    demo.value = /** @type {Demo} */ (found);
  },
  () => {},
);

/** @param {string} login */
function fill(login) {
  const form = /** @type {HTMLFormElement} */ (document.querySelector('form.signin'));
  for (const [name, value] of [
    ['login', login],
    ['password', demo.peek()?.password ?? ''],
  ]) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = value;
  }
  form.requestSubmit();
}

const Demo = () =>
  demo.value
    ? html`<div class="demo">
        <h2>${t.login.demo}</h2>
        <ul>
          ${demo.value.accounts.map(
            (a) => html`<li key=${a.login}>
              <button onClick=${() => fill(a.login)}>
                <b class="cut">${a.name}</b> <span class="muted">${t.login.roles[a.role] ?? a.role}</span>
              </button>
            </li>`,
          )}
        </ul>
      </div>`
    : null;

const Login = () => html`<main class="login">
  <div class="panel sec">
    <div class="stack"><${Brand}/><p class="muted">${t.login.lead}</p></div>
    <h1>${t.login.title}</h1>
    ${!window.isSecureContext && html`<p class="s2" role="alert">
      <${Icon} name="warn"/> <b>${t.login.insecure}</b>
    </p>`}
    <${SignIn} done=${go}/>
    <${Demo}/>
  </div>
</main>`;

render(html`<${Login}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
