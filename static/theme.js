// @ts-check
import { signal } from './ui.js';
import { local } from './store.js';

/** 'system' follows the machine; kept per browser. */
export const theme = signal(local.get('theme') ?? 'system');

/** @param {'system'|'light'|'dark'} wanted */
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
