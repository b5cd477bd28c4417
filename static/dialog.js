import { html, useLayoutEffect, useRef } from './ui.js';
import { lend } from './focus.js';

/** A modal dialog: focus goes in, stays in, comes back; Escape closes where that is allowed.
 * @param {{title: string, close?: () => void, children?: Shown, class?: string}} props */
export function Dialog({ title, close, children, class: extra = '' }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const now = useRef(/** @type {(e: KeyboardEvent) => void} */ (() => {}));
  useLayoutEffect(() => {
    const panel = /** @type {HTMLElement} */ (box.current);
    const giveBack = lend(
      panel,
      panel.querySelector('[autofocus],input,textarea') ?? panel.querySelector('button:not(:disabled)'),
    );
    // What had the focus may go or be disabled; the keys stay the dialog's.
    const astray = (/** @type {KeyboardEvent} */ e) => {
      if (
        !box.current ||
        box.current.contains(document.activeElement) ||
        [...document.querySelectorAll('.dialog')].pop() !== box.current
      )
        return;
      box.current.focus();
      if (e.key === 'Escape' || e.key === 'Tab') now.current(e);
    };
    document.addEventListener('keydown', astray, true);
    return () => {
      document.removeEventListener('keydown', astray, true);
      giveBack();
    };
  }, []);
  const keys = (/** @type {KeyboardEvent} */ e) => {
    e.stopPropagation();
    if (e.key === 'Escape' && close) {
      close();
      return;
    }
    if (e.key !== 'Tab') return;
    const found = box.current?.querySelectorAll('button:not(:disabled),input,textarea,select,a[href]');
    const all = /** @type {HTMLElement[]} */ ([...(found ?? [])]);
    if (!all.length) return e.preventDefault();
    const at = all.findIndex((one) => one === document.activeElement);
    if (e.shiftKey && at <= 0) {
      all[all.length - 1].focus();
      e.preventDefault();
    } else if (!e.shiftKey && at === all.length - 1) {
      all[0].focus();
      e.preventDefault();
    }
  };
  now.current = keys;
  return html`<div
    class="veil"
    onMouseDown=${(/** @type {MouseEvent} */ e) => {
      if (e.target === e.currentTarget) {
        e.preventDefault();
        close?.();
      }
    }}>
    <div
      ref=${box}
      class=${`dialog ${extra}`}
      role="dialog"
      aria-modal="true"
      aria-label=${title}
      tabindex="-1"
      onKeyDown=${keys}>
      <h2>${title}</h2>
      ${children}
    </div>
  </div>`;
}
