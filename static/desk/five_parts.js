/** The five parts of a hand-off, as they are read. */
import { html } from '../ui.js';
import { t } from '../strings/en.js';

/** @type {(keyof HandOffParts)[]} */
export const PARTS = ['reason', 'summary', 'actions', 'what_if', 'questions'];

/** @param {keyof HandOffParts} name */
export const partWord = (name) => (name === 'reason' ? t.handOff.severity : t.handOff[name]);

/** `severity` goes before why it is so severe; `children`: what follows, as more of the list.
 * @param {{of: HandOffParts, severity?: Shown, children?: Shown}} props */
export const FiveParts = ({ of, severity, children }) => html`<dl class="fiveparts">
  ${PARTS.map(
    (name) => html`
      <dt key=${`${name} of`} class="muted">${partWord(name)}</dt>
      <dd key=${name}>
        ${name === 'reason' && severity && html`${severity} `}
        ${of[name] || html`<span class="faint">${t.handedToMe.none}</span>`}
      </dd>
    `,
  )}
  ${children}
</dl>`;
