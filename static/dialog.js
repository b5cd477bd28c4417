// @ts-check
import { html, useEffect, useRef } from './ui.js';

/** A modal dialog: focus goes in, stays in, comes back; Escape closes where that is allowed.
 * @param {{title: string, close?: () => void, children?: any, class?: string}} props */
export function Dialog({ title, close, children, class: extra = '' }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    (box.current.querySelector('[autofocus],input,textarea') ?? box.current.querySelector('button') ?? box.current).focus();
    return () => /** @type {HTMLElement|null} */ (before)?.focus?.();
  }, []);
  const keys = (e) => {
    e.stopPropagation();
    if (e.key === 'Escape' && close) { close(); return; }
    if (e.key !== 'Tab') return;
    const all = [...box.current.querySelectorAll('button:not(:disabled),input,textarea,select,a[href]')];
    if (!all.length) return e.preventDefault();
    const at = all.indexOf(document.activeElement);
    if (e.shiftKey && at <= 0) { all[all.length - 1].focus(); e.preventDefault(); }
    else if (!e.shiftKey && at === all.length - 1) { all[0].focus(); e.preventDefault(); }
  };
  return html`<div class="veil" onPointerDown=${(e) => { if (e.target === e.currentTarget) close?.(); }}>
    <div ref=${box} class=${`dialog ${extra}`} role="dialog" aria-modal="true" aria-label=${title} tabindex="-1" onKeyDown=${keys}>
      <h2>${title}</h2>${children}</div></div>`;
}
