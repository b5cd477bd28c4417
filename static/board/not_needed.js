/** A supervisor says that a promised call is not needed: they were reached in another way, and the audit
 * keeps how. */
import { html, signal, useLayoutEffect, useState } from '../ui.js';
import { whoOf } from '../contact.js';
import { Dialog } from '../dialog.js';
import { SAYS_OF_UNDO, toast, wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { ContactState } from '../states.js';
import { link, state } from './context.js';
import { steer } from './steer.js';

const LETTERS = 200;

/** The promised call that is asked about. */
const asked = signal(/** @type {string|null} */ (null));
const shut = () => {
  asked.value = null;
};

/** In its row's menu. @param {Contact} c @returns {MenuItem[]} */
export const notNeededItems = (c) =>
  state.peek().me?.permissions?.includes('queue.steer')
    ? [
        {
          label: t.notNeeded.item,
          act: () => {
            asked.value = c.id;
          },
        },
      ]
    : [];

/** @param {string} contact */
const takeBack = (contact) =>
  link.send('not_needed_undo', { contact }).then(
    () => toast(t.promised.noUndone, 'ok'),
    (error) => toast(wordsOf(error, SAYS_OF_UNDO), 'warn'),
  );

/** @param {string} contact @param {string} reason */
async function say(contact, reason) {
  if (!(await steer('not_needed', { contact, through: null, reason }, SAYS_OF_UNDO))) return;
  shut();
  toast(t.promised.noDone, 'ok', { label: t.undo, act: () => takeBack(contact), ms: 5000 });
}

/** @param {{c: Contact}} props */
function Asked({ c }) {
  const [reason, setReason] = useState('');
  const [going, setGoing] = useState(false);
  const go = async () => {
    if (going || !reason.trim()) return;
    setGoing(true);
    await say(c.id, reason.trim());
    setGoing(false);
  };
  return html`<${Dialog} title=${t.notNeeded.title(whoOf(c))} close=${shut}>
    <form
      class="stack"
      onSubmit=${(/** @type {SubmitEvent} */ e) => {
        e.preventDefault();
        void go();
      }}>
      <p class="muted">${t.notNeeded.lead}</p>
      <input
        aria-label=${t.notNeeded.reason}
        placeholder=${t.notNeeded.reason}
        maxlength=${LETTERS}
        value=${reason}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setReason(e.currentTarget.value)}/>
      <div class="row end">
        <button type="button" onClick=${shut}>${t.notNeeded.keep} <kbd>Esc</kbd></button>
        <button class="primary" disabled=${going || !reason.trim()}>${t.notNeeded.go} <kbd>↵</kbd></button>
      </div>
    </form>
  </${Dialog}>`;
}

export function NotNeededDialog() {
  const c = asked.value ? state.value.contacts[asked.value] : null;
  const over = !c || c.state === ContactState.DIALING || !!c.answered_at; // with somebody, or done with
  useLayoutEffect(() => {
    if (asked.peek() && over) shut();
  });
  return over ? null : html`<${Asked} key=${c.id} c=${c}/>`;
}
