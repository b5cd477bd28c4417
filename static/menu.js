// @ts-check
/** A button that opens a menu: arrows move, Escape closes and gives the focus back. */
import { html, useLayoutEffect, useRef, useState } from './ui.js';
import { lend } from './focus.js';
import { t } from './strings/en.js';
import { setTheme, theme } from './theme.js';
import { Icon } from './icons.js';

/**
 * @param {{label: any, name?: string, class?: string, items: any[], align?: 'left'|'right',
 *   disabled?: boolean, title?: string}} props
 *   items: {label, act, checked?, icon?} | {title} | null (a line)
 */
export function MenuButton({
  label,
  name,
  class: extra = '',
  items,
  align = 'left',
  disabled = false,
  title,
}) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const button = useRef(null);
  useLayoutEffect(() => {
    if (!open) return undefined;
    box.current.showPopover?.(); // the top layer: rows with containment would cut it off
    place(box.current, button.current, align);
    const giveBack = lend(box.current, box.current.querySelector('button'));
    const away = (e) => {
      if (!box.current?.contains(e.target) && !button.current?.contains(e.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', away, true);
    return () => {
      document.removeEventListener('pointerdown', away, true);
      giveBack();
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const keys = (e) => {
    const all = [...box.current.querySelectorAll('button')];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to !== undefined) {
      all[(to + all.length) % all.length]?.focus();
      e.preventDefault();
    }
    if (e.key === 'Escape' || e.key === 'Tab') {
      close();
      e.preventDefault();
    }
    e.stopPropagation();
  };
  return html`<span class="anchor">
    <button
      ref=${button}
      class=${extra}
      disabled=${disabled}
      title=${title}
      aria-haspopup="menu"
      aria-expanded=${String(open)}
      aria-label=${name}
      onClick=${() => setOpen(!open)}>
      ${label}
    </button>
    ${open && html`<div
      ref=${box}
      class="menu"
      role="menu"
      popover="manual"
      aria-label=${name ?? title ?? ''}
      onKeyDown=${keys}>
      ${items.map((item, i) =>
        item === null
          ? html`<hr key=${i} role="separator"/>`
          : item.title
            ? html`<h3 key=${i} role="presentation">${item.title}</h3>`
            : html`<button
                key=${i}
                role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked=${item.checked === undefined ? undefined : String(item.checked)}
                onClick=${() => {
                  close();
                  item.act();
                }}>
                ${item.icon}
                ${item.label}
              </button>`,
      )}
    </div>`}
  </span>`;
}

/** Menus stand on top of everything, also over scrolling lists. */
function place(box, button, align) {
  const at = button.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = at.bottom + 4 + size.height <= innerHeight;
  box.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - 4 - size.height)}px`;
  const left = align === 'right' ? at.right - size.width : at.left;
  box.style.left = `${Math.max(4, Math.min(left, innerWidth - size.width - 4))}px`;
}

/** Name, theme, help, password, sign out.
 * @param {{me: any, more?: any[], out: () => void, help?: () => void, password: () => void}} props */
export function UserMenu({ me, more = [], out, help, password }) {
  const pick = (value, label) => ({ label, checked: theme.value === value, act: () => setTheme(value) });
  return html`<${MenuButton}
    class="quiet"
    align="right"
    name=${t.menu.account(me.name)}
    label=${html`<span class="cut me" title=${me.name}>${me.name}</span><${Icon} name="down"/>`}
    items=${[
      ...more,
      more.length ? null : undefined,
      { title: t.menu.theme },
      pick('system', t.menu.system),
      pick('light', t.menu.light),
      pick('dark', t.menu.dark),
      null,
      help && { label: t.menu.help, act: help },
      { label: t.menu.password, act: password },
      { label: t.menu.out, act: out },
    ].filter((x) => x !== undefined)}/>`;
}

export const Brand = () => html`<span class="brand">
  <svg viewBox="0 0 18 18" fill="currentColor" aria-hidden="true">
    <path
      d="M9 .8 16 3.400v5.200c0 4-2.800 7-7 8.600-4.200-1.600-7-4.600-7-8.600V3.400z
        M6.200 5v8h1.900V9.800h1.800V13h1.900V5H9.900v3.100H8.100V5z"
      fill-rule="evenodd"/>
  </svg>
  ${t.brand}
</span>`;
