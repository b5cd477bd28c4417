import { signal } from './ui.js';
import { local } from './store.js';

/** 'system' follows the machine; kept per browser. @typedef {'system'|'light'|'dark'} Theme */
export const theme = signal(/** @type {Theme} */ (local.get('theme') ?? 'system'));

/** @param {Theme} wanted */
export function setTheme(wanted) {
  theme.value = wanted;
  if (wanted === 'system') {
    local.drop('theme');
    delete document.documentElement.dataset.theme;
  } else {
    local.set('theme', wanted);
    document.documentElement.dataset.theme = wanted;
  }
}
