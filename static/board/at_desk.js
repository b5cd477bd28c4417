/** What the board does at one's own desk: at the one that is open in this browser, else it opens. */
import { html } from '../ui.js';
import { whoOf } from '../contact.js';
import { askDesk } from '../desk_tab.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { shutWhy } from '../why.js';
import { state } from './context.js';

/** @param {string} href @param {{take: string}|{incident: string}} what */
async function goTo(href, what) {
  const answer = await askDesk({ by: state.peek().me?.id ?? '', ...what });
  if (!answer) window.open(href, 'holdfast-desk');
  else if (answer.became === 'refused') toast(answer.words, 'warn');
  else toast(t.atDesk[answer.became], answer.became === 'taken' || answer.became === 'shown' ? 'ok' : 'warn');
}

/** A link to one's own desk. Pressed with a key held (a new tab, a new window) it is a link and no more.
 * @param {{what: {take: string}|{incident: string}, name?: string, title: string, class?: string,
 *   children?: Shown}} props */
export function AtDesk({ what, name, title, class: extra = '', children }) {
  const href = 'take' in what ? `/desk#take=${what.take}` : `/desk#incident=${what.incident}`;
  return html`<a
    class=${`button ${extra}`}
    href=${href}
    target="holdfast-desk"
    aria-label=${name}
    title=${title}
    onClick=${(/** @type {MouseEvent} */ e) => {
      shutWhy();
      if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
      e.preventDefault();
      void goTo(href, what);
    }}>
    ${children}
  </a>`;
}

/** Who waits, taken to their own desk. @param {{c: Contact, children?: Shown}} props */
export const TakeLink = ({ c, children }) => html`<${AtDesk}
  what=${{ take: c.id }}
  name=${t.take.of(whoOf(c))}
  title=${t.take.selfWhy}
  class="small">
  ${children ?? t.take.button}
</${AtDesk}>`;
