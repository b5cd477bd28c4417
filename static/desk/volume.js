/** How loud it is here: two sliders, and Alt with an arrow for what is heard just now. */
import { html } from '../ui.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { toast, untell } from '../toasts.js';
import { LOUDEST, S1_AT_LEAST, ringStep, setVolume, volume } from '../volume.js';
import { call, offer, seat } from './context.js';
import { asked, joined } from './consult.js';
import { ringOnce, ringsNow } from './ring.js';

let said = '';

/** @returns {import('../volume.js').Volume|null} what is heard just now */
const heard = () =>
  call.peek() || joined.peek() || seat.peek() ? 'talk' : offer.peek() || asked.peek() ? 'ring' : null;

/** @param {number} by */
function turn(by) {
  const which = heard();
  if (!which) return;
  const severity = ringsNow();
  const was = volume[which].peek();
  const now = which === 'ring' && severity ? ringStep(was, severity) + by : was + by;
  setVolume(which, which === 'ring' && severity ? ringStep(now, severity) : now);
  untell(said);
  const least = which === 'ring' && severity === 1 && now < S1_AT_LEAST;
  said = least ? t.volume.least(S1_AT_LEAST) : t.volume.is(t.volume[which], volume[which].peek(), LOUDEST);
  toast(said, 'ok');
}

/** By the key's place, with Alt: it works while somebody types. */
export const VOLUME_KEYS = {
  ArrowUp: { when: () => !!heard(), does: () => turn(1), repeats: true },
  ArrowDown: { when: () => !!heard(), does: () => turn(-1), repeats: true },
};

/** @param {{which: import('../volume.js').Volume}} props */
export function Loudness({ which }) {
  const step = volume[which].value;
  const word = t.volume[which];
  return html`
    <label class="pick">
      <${Icon} name="speaker"/>
      <span>${word}</span>
      <span class="row">
        <input
          type="range"
          class="grow"
          min="1"
          max=${LOUDEST}
          aria-label=${word}
          aria-valuetext=${t.volume.of(step, LOUDEST)}
          value=${step}
          onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) =>
            setVolume(which, Number(e.currentTarget.value))}
          onChange=${() => which === 'ring' && !ringsNow() && ringOnce()}/>
        <b class="n">${step}</b>
      </span>
    </label>
    ${which === 'ring' && step < S1_AT_LEAST && html`<p class="faint t1" role="status">
      ${t.volume.least(S1_AT_LEAST)}
    </p>`}
  `;
}
