/** How loud one’s own microphone is, as a bar. */
import { html, useRef, useSignalEffect } from './ui.js';
import { level } from './softphone.js';
import { t } from './strings/en.js';

export function MicLevel() {
  const bar = useRef(/** @type {HTMLElement|null} */ (null));
  useSignalEffect(() => {
    bar.current?.style.setProperty('--p', String(level.value));
  });
  return html`<div class="bar level ok" role="img" aria-label=${t.sound.level}><i ref=${bar}></i></div>`;
}
