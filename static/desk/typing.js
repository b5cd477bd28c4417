/** Somebody else writes in the incident in view: said while it is so, so that two do not answer the same. */
import { computed, effect, html, signal } from '../ui.js';
import { now, serverTime } from '../clock.js';
import { Icon } from '../icons.js';
import { hints, incidentId } from './context.js';

const LASTS_MS = 5000; // words are saved every two seconds while they are typed

const heard = signal({ text: '', until: 0 });

export function followTyping() {
  hints.set('incident.typing', ({ text }) => {
    heard.value = { text, until: serverTime() + LASTS_MS };
  });
  effect(() => {
    incidentId.value; // another is in view
    heard.value = { text: '', until: 0 };
  });
}

/** Drawn anew only as it changes. */
const said = computed(() => (heard.value.until > now.value ? heard.value.text : ''));

/** Over the answer. */
export const Typing = () => html`<p class=${said.value ? 'typing' : 'sr'} role="status">
  ${said.value && html`<${Icon} name="note"/> ${said.value}`}
</p>`;
