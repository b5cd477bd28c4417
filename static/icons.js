/** Shapes. A status is never shown by colour alone: shape, word and colour go together. */
import { html } from './ui.js';
import { t } from './strings/en.js';

/** @type {Record<Severity, Shown>} */
const SHAPES = {
  1: html`<path d="M4.6 1h4.8L13 4.600v4.800L9.400 13H4.600L1 9.400V4.600z"/>`,
  2: html`<path d="M7 .4 13.600 7 7 13.600.4 7z"/>`,
  3: html`<circle cx="7" cy="7" r="5.600"/>`,
  4: html`<circle cx="7" cy="7" r="4.600" fill="none" stroke="currentColor" stroke-width="2"/>`,
};

/** @param {{level: Severity, word?: string|false, class?: string}} props */
export const Sev = ({ level, word, class: extra = '' }) => html`<span class=${`sev s${level} ${extra}`}>
  <svg viewBox="0 0 14 14" aria-hidden="true">${SHAPES[level]}</svg>S${level}
  ${word ? ` ${word}` : ''}
</span>`;

/** @param {{level: Severity}} props */
export const SevShape = ({ level }) => html`<svg
  class=${`shape s${level}`}
  viewBox="0 0 14 14"
  aria-hidden="true">
  ${SHAPES[level]}
</svg>`;

/** @type {Record<string, Shown>} */
const PATHS = {
  voice: html`<path
    d="M3 2h3l1 4-2 1a9 9 0 0 0 4 4l1-2 4 1v3a1 1 0 0 1-1 1A11 11 0 0 1 2 3a1 1 0 0 1 1-1z"/>`,
  sms: html`<path
    d="M3 2.500h10a1.500 1.500 0 0 1 1.500 1.500v5.500
      A1.500 1.500 0 0 1 13 11H7.500L4 14v-3H3a1.500 1.500 0 0 1-1.500-1.500V4A1.500 1.500 0 0 1 3 2.500z"/>`,
  email: html`<g fill="none" stroke="currentColor" stroke-width="1.500" stroke-linejoin="round">
    <rect x="1.700" y="3.200" width="12.600" height="9.600" rx="1.300"/>
    <path d="m2.200 4.200 5.800 4.600 5.800-4.600"/>
  </g>`,
  note: html`<path
    d="M3.500 2h6.500l3 3v9h-9.500z M6 7.500h4.500 M6 10.500h4.500"
    fill="none"
    stroke="currentColor"
    stroke-width="1.400"/>`,
  pencil: html`<path
    d="m3 13 .700-3L10.500 3.200l2.300 2.300L6 12.300z M9 4.700 11.300 7"
    fill="none"
    stroke="currentColor"
    stroke-width="1.400"
    stroke-linejoin="round"/>`,
  lock: html`
    <path d="M3.500 7h9v7h-9z"/>
    <path d="M5.500 7V5a2.500 2.500 0 0 1 5 0v2" fill="none" stroke="currentColor" stroke-width="1.600"/>
  `,
  clock: html`<g fill="none" stroke="currentColor" stroke-width="1.600">
    <circle cx="8" cy="8" r="5.700"/>
    <path d="M8 4.700V8l2.200 1.600"/>
  </g>`,
  event: html`<circle cx="8" cy="8" r="2.600"/>`,
  mic: html`
    <path
      d="M8 1.500a2.200 2.200 0 0 1 2.200 2.200v4a2.200 2.200 0 0 1-4.400 0v-4A2.200 2.200 0 0 1 8 1.500z"/>
    <path
      d="M3.800 7.500a4.200 4.200 0 0 0 8.400 0 M8 11.700v2.800"
      fill="none"
      stroke="currentColor"
      stroke-width="1.400"/>
  `,
  micOff: html`
    <path
      d="M8 1.500a2.200 2.200 0 0 1 2.200 2.200v4a2.200 2.200 0 0 1-4.400 0v-4A2.200 2.200 0 0 1 8 1.500z"/>
    <path
      d="M3.800 7.500a4.200 4.200 0 0 0 8.400 0 M8 11.700v2.800 M2 2l12 12"
      fill="none"
      stroke="currentColor"
      stroke-width="1.400"/>
  `,
  hold: html`<path d="M4 2.500h3v11H4z M9 2.500h3v11H9z"/>`,
  transfer: html`<path d="M9 2.500 14 7l-5 4.500V8.800H2.500V5.200H9z M2.500 12.500h8V14h-8z"/>`,
  back: html`<path d="M7 2.500 2 7l5 4.500V8.800h6.500V5.200H7z"/>`,
  keypad: html`<path
    d="M3 2h2v2H3z M7 2h2v2H7z M11 2h2v2h-2z M3 6h2v2H3z M7 6h2v2H7z M11 6h2v2h-2z
      M3 10h2v2H3z M7 10h2v2H7z M11 10h2v2h-2z M7 13.500h2v2H7z"/>`,
  find: html`<g fill="none" stroke="currentColor" stroke-width="1.700">
    <circle cx="7" cy="7" r="4.300"/>
    <path d="m10.200 10.200 4 4"/>
  </g>`,
  end: html`<path
    d="M1.500 9.500c0-5 13-5 13 0v1.300a.8.8 0 0 1-1 .8l-2.600-.6a.8.8 0 0 1-.6-.8
      V8.700a9 9 0 0 0-4.600 0v1.500a.8.8 0 0 1-.6.8l-2.600.6a.8.8 0 0 1-1-.8z"/>`,
  people: html`
    <circle cx="5.500" cy="5" r="2.500"/>
    <circle cx="11" cy="5.500" r="2"/>
    <path
      d="M1 13c0-2.600 1.800-4.200 4.500-4.200S10 10.400 10 13z M11 13c0-1.700-.400-3-1.200-4
        3-.500 5.200 1.200 5.200 4z"/>
  `,
  pause: html`<path d="M4.500 3h2.500v10H4.500z M9 3h2.500v10H9z"/>`,
  closed: html`<g fill="none" stroke="currentColor" stroke-width="1.600">
    <rect x="2" y="2" width="12" height="12" rx="2.500"/>
    <path d="m5 8.300 2.200 2.200L11 5.800"/>
  </g>`,
  help: html`<g fill="none" stroke="currentColor" stroke-width="1.600">
    <circle cx="8" cy="8" r="6"/>
    <circle cx="8" cy="8" r="2.400"/>
    <path
      d="m3.800 3.800 2.500 2.500
        M9.700 9.700l2.500 2.500 M12.200 3.800 9.700 6.300 M6.300 9.700l-2.500 2.500"/>
  </g>`,
  check: html`<path d="m3 8.500 3.500 3.500L13 4.500" fill="none" stroke="currentColor" stroke-width="2"/>`,
  warn: html`<path
    d="M8 1.500 15 14H1z M7.200 6h1.600v4H7.200z M7.200 11h1.600v1.600H7.200z"
    fill-rule="evenodd"/>`,
  callback: html`<path
    d="M8 1.700a6.300 6.300 0 1 0 6.300 6.300 M8 4.500v3.800l2.600 1.600 M11 1.500h3.500V5"
    fill="none"
    stroke="currentColor"
    stroke-width="1.600"/>`,
  down: html`<path d="m4 6 4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.700"/>`,
  speaker: html`
    <path d="M2 6h3l4-3.500v11L5 10H2z"/>
    <path
      d="M11 5.500a3.500 3.500 0 0 1 0 5 M12.800 3.500a6.300 6.300 0 0 1 0 9"
      fill="none"
      stroke="currentColor"
      stroke-width="1.400"/>
  `,
};

/** @param {{name: string, class?: string}} props */
export const Icon = ({ name, class: extra = '' }) => html`<svg
  class=${`icon ${extra}`}
  viewBox="0 0 16 16"
  fill="currentColor"
  aria-hidden="true">
  ${PATHS[name] ?? PATHS.event}
</svg>`;

/** The channel with its word for those who do not see the picture. @param {{channel: Channel}} props */
export const Channel = ({ channel }) => html`<span class="chan" title=${t.channels[channel]}>
  <${Icon} name=${channel}/>
  <span class="sr">${t.channels[channel]}</span>
</span>`;
