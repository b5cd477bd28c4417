/** What is wrong, where it is: at its field. */
import { html } from '../ui.js';

/** @param {{words?: string|false|null}} props */
export const Wrong = ({ words }) =>
  words ? html`<span class="s2 b t1" role="alert">✕ ${words}</span>` : null;
