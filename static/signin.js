import { html, useState } from './ui.js';
import { api } from './link.js';
import { t } from './strings/en.js';

/** The form for login and password. @param {{done: (me: Me) => void}} props */
export function SignIn({ done }) {
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const [caps, setCaps] = useState(false);
  /** @param {On<SubmitEvent, HTMLFormElement>} e */
  const submit = async (e) => {
    e.preventDefault();
    if (busy) return;
    const form = new FormData(e.currentTarget);
    setBusy(true);
    setFault('');
    try {
      const words = { login: form.get('login'), password: form.get('password') };
      const { me } = /** @type {{me: Me}} */ (await api('/api/login', words));
      done(me);
    } catch (error) {
      const { code, name, message } = /** @type {Fault} */ (error);
      setFault(
        code === 'unauthorized'
          ? t.login.wrong
          : code === 'http_429' || code === 'too_many'
            ? t.login.slow
            : name === 'TypeError'
              ? t.login.offline
              : message || t.login.offline,
      );
      setBusy(false);
    }
  };
  return html`<form class="stack signin" onSubmit=${submit}>
    <label>
      ${t.login.login}
      <input
        name="login"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        autofocus/>
    </label>
    <label>
      ${t.login.password}
      <input
        name="password"
        type="password"
        autocomplete="current-password"
        required
        onKeyUp=${(/** @type {KeyboardEvent} */ e) => setCaps(!!e.getModifierState?.('CapsLock'))}/>
    </label>
    ${caps && html`<p class="s2 t1">${t.login.caps}</p>`}
    ${fault && html`<p class="s1 b" role="alert">${fault}</p>`}
    <button class="primary big" disabled=${busy}>${busy ? t.login.going : t.login.go}</button>
  </form>`;
}
