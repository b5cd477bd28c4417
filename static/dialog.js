import { html, useLayoutEffect, useRef } from './ui.js';
import { lend } from './focus.js';
import { dialogs, Toasts } from './toasts.js';

/** What is to be had in any layer: who asks for help. @type {((props: {on: object}) => unknown)|null} */
let Above = null;
/** @param {(props: {on: object}) => unknown} part is drawn in each dialog, above what it says */
export const drawAbove = (part) => {
  Above = part;
};

/** Where a modal dialog has left the page, Chromium drops what is typed, though a field has the focus, until
 * that field gets it anew. */
function writeAgain() {
  const at = document.activeElement;
  if (!(at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement)) return;
  at.blur();
  at.focus({ preventScroll: true });
}

/** A modal dialog, the browser's own: the page below can neither be reached nor read. Focus goes in and
 * comes back; Escape and a press beside it close it where that is allowed. Messages are drawn in it, and who
 * asks for help.
 * One that is read (`read`) opens at its top: its heading has the focus.
 * @param {{title: string, close?: () => void, children?: Shown, class?: string, read?: boolean}} props */
export function Dialog({ title, close, children, class: extra = '', read = false }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const key = useRef({});
  useLayoutEffect(() => {
    const dialog = /** @type {HTMLDialogElement} */ (box.current);
    /** @type {HTMLElement|null} */
    const first =
      dialog.querySelector('[autofocus],input,textarea') ?? dialog.querySelector('button:not(:disabled)');
    const giveBack = lend(dialog, first, () => dialog.showModal());
    dialogs.value = [...dialogs.peek(), key.current];
    return () => {
      dialogs.value = dialogs.peek().filter((one) => one !== key.current);
      dialog.close();
      giveBack();
      setTimeout(writeAgain); // after it has left the page
    };
  }, []);
  const keys = (/** @type {On<KeyboardEvent>} */ e) => {
    e.stopPropagation();
    if (e.key !== 'Escape') return;
    e.preventDefault();
    close?.();
  };
  return html`<dialog
    ref=${box}
    class="veil"
    aria-label=${title}
    closedby=${close ? 'closerequest' : 'none'}
    onKeyDown=${keys}
    onCancel=${(/** @type {Event} */ e) => {
      e.preventDefault(); // it goes when what it shows goes
      close?.();
    }}
    onMouseDown=${(/** @type {On<MouseEvent>} */ e) => {
      if (e.target === e.currentTarget) {
        e.preventDefault();
        close?.();
      }
    }}>
    <div class=${`dialog ${extra}`}>
      <h2 tabindex=${read ? -1 : undefined} autofocus=${read}>${title}</h2>
      ${children}
    </div>
    ${Above && html`<${Above} on=${key.current}/>`}
    <${Toasts} on=${key.current}/>
  </dialog>`;
}
