/** Finding an incident from the board: it opens in the drawer. */
import { html, signal } from '../ui.js';
import { Finder } from '../finder.js';
import { Icon } from '../icons.js';
import { letterOf, singleKeys } from '../single_keys.js';
import { t } from '../strings/en.js';
import { link } from './context.js';
import { open } from '../in_view.js';

const finding = signal(false);
const find = () => {
  finding.value = true;
};

/** In the head. */
export const FindButton = () => html`<button class="small" aria-haspopup="dialog" onClick=${find}>
  <${Icon} name="find"/> ${t.find.button} ${singleKeys.value && html`<kbd>/</kbd>`}
</button>`;

/** `/` opens it, wherever nothing is being typed and nothing lies on top. */
export function followFindKey() {
  document.addEventListener('keydown', (e) => {
    const at = /** @type {HTMLElement} */ (e.target);
    if (letterOf(e) !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.repeat || !singleKeys.peek()) return;
    if (link.status.peek() === 'locked' || at.closest?.('input, textarea, select, [role="menu"], dialog'))
      return;
    e.preventDefault();
    find();
  });
}

export const FindDialog = () =>
  finding.value && link.status.value !== 'locked'
    ? html`<${Finder}
        link=${link}
        shut=${() => {
          finding.value = false;
        }}
        open=${open}/>`
    : null;
