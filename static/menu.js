/** A button that opens a menu: arrows move, Escape closes and gives the focus back. */
import { html, useLayoutEffect, useRef, useState } from './ui.js';
import { lend } from './focus.js';
import { t } from './strings/en.js';
import { setTheme, theme } from './theme.js';
import { Icon } from './icons.js';

/**
 * @param {{label: Shown, name?: string, class?: string, items: MenuItem[]|(() => MenuItem[]),
 *   align?: 'left'|'right', disabled?: boolean, title?: string}} props items: asked when it opens, where
 *   what can be done depends on more than what the button is drawn with
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
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const button = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    if (!open || !box.current || !button.current) return undefined;
    box.current.showPopover(); // the top layer: rows with containment would cut it off
    place(box.current, button.current, align);
    const giveBack = lend(box.current, box.current.querySelector('button'));
    const away = (/** @type {PointerEvent} */ e) => {
      const at = /** @type {Node} */ (e.target);
      if (!box.current?.contains(at) && !button.current?.contains(at)) setOpen(false);
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
  const keys = (/** @type {KeyboardEvent} */ e) => {
    const all = [...(box.current?.querySelectorAll('button') ?? [])];
    const at = all.findIndex((one) => one === document.activeElement);
    const to = new Map([
      ['ArrowDown', at + 1],
      ['ArrowUp', at - 1],
      ['Home', 0],
      ['End', all.length - 1],
    ]).get(e.key);
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
      ${(typeof items === 'function' ? items() : items).map((item, i) =>
        item === null
          ? html`<hr key=${i} role="separator"/>`
          : item.title !== undefined
            ? html`<h3 key=${i} role="presentation">${item.title}</h3>`
            : html`<button
                key=${i}
                role=${item.checked === undefined
                  ? 'menuitem'
                  : item.box
                    ? 'menuitemcheckbox'
                    : 'menuitemradio'}
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

/** Menus stand on top of everything, also over scrolling lists.
 * @param {HTMLElement} box @param {HTMLElement} button @param {'left'|'right'} align */
function place(box, button, align) {
  const at = button.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = at.bottom + 4 + size.height <= innerHeight;
  box.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - 4 - size.height)}px`;
  const left = align === 'right' ? at.right - size.width : at.left;
  box.style.left = `${Math.max(4, Math.min(left, innerWidth - size.width - 4))}px`;
}

/** @type {import('./theme.js').Theme[]} */
const THEMES = ['system', 'light', 'dark'];
/** @returns {MenuItem[]} */
export const themeItems = () =>
  THEMES.map((one) => ({ label: t.menu[one], checked: theme.value === one, act: () => setTheme(one) }));

/** Name, theme, help, password, sign out.
 * @param {{me: Me, more?: MenuItem[], out: () => void, help?: () => void, password: () => void}} props */
export function UserMenu({ me, more = [], out, help, password }) {
  return html`<${MenuButton}
    class="quiet"
    align="right"
    name=${t.menu.account(me.name)}
    label=${html`<span class="cut me" title=${me.name}>${me.name}</span><${Icon} name="down"/>`}
    items=${[
      ...more,
      more.length ? null : undefined,
      { title: t.menu.theme },
      ...themeItems(),
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
