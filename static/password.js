/** One's own password: the old one, the new one twice. Every other device is signed out by it. */
import { html, useState } from './ui.js';
import { api } from './link.js';
import { Dialog } from './dialog.js';
import { toast, wordsOf } from './toasts.js';
import { t } from './strings/en.js';

const SHORTEST = 12;

/** The faults found before the server is asked. @param {string} next @param {string} again */
const faultOf = (next, again) =>
  next.length < SHORTEST ? t.password.short(SHORTEST) : next !== again ? t.password.differs : '';

/** @param {{close: () => void}} props */
export function PasswordDialog({ close }) {
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  /** @param {On<SubmitEvent, HTMLFormElement>} e */
  const submit = async (e) => {
    e.preventDefault();
    if (busy) return;
    const form = new FormData(e.currentTarget);
    const [old, next, again] = ['old', 'new', 'again'].map((name) => String(form.get(name)));
    const wrong = faultOf(next, again);
    setFault(wrong);
    if (wrong) return;
    setBusy(true);
    try {
      await api('/api/password', { old, new: next });
      close();
      toast(t.password.done, 'ok');
    } catch (error) {
      setFault(wordsOf(error));
      setBusy(false);
    }
  };
  /** @param {string} name @param {string} word @param {string} kind @param {object} [more] */
  const field = (name, word, kind, more = {}) => html`<label>
    ${word}
    <input name=${name} type="password" autocomplete=${kind} required ...${more}/>
  </label>`;
  return html`<${Dialog} title=${t.password.title} close=${close}>
    <form class="stack signin" onSubmit=${submit}>
      ${field('old', t.password.old, 'current-password', { autofocus: true })}
      ${field('new', t.password.new, 'new-password')}
      ${field('again', t.password.again, 'new-password')}
      <p class="muted">${t.password.lead(SHORTEST)}</p>
      ${fault && html`<p class="s1 b" role="alert">${fault}</p>`}
      <div class="row end">
        <button type="button" onClick=${close}>${t.password.leave}</button>
        <button class="primary" disabled=${busy}>${busy ? t.password.going : t.password.go}</button>
      </div>
    </form>
  </${Dialog}>`;
}
