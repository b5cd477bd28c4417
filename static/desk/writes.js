/** A text or mail in a language that the agent does not speak: who speaks it is one press away. */
import { html } from '../ui.js';
import { Icon } from '../icons.js';
import { isForeign } from '../speaks.js';
import { t } from '../strings/en.js';
import { centre, me } from './context.js';
import { handable, openTransferTo } from './transfer.js';

/** @param {{c: Contact}} props */
export function Writes({ c }) {
  const code = isForeign(c, me.value) && c.speaks;
  if (!code) return null;
  const can = centre.value?.interpreters?.includes(code) ?? false;
  return html`<p class="between s2 t1 writes" role="status">
    <span><${Icon} name="people"/> ${t.speaks.writes(centre.value?.languages[code] ?? code, can)}</span>
    ${handable.value?.id === c.id && html`<button
      type="button"
      class="small"
      onClick=${() => openTransferTo(code)}>
      ${t.speaks.pass}
    </button>`}
  </p>`;
}
