/** Why a promised call stands, and for how long at most. */
import { html } from './ui.js';
import { Until } from './timers.js';
import { t } from './strings/en.js';

/** @param {{of: {why: 'call'|'text', at: number|null}, until: number|null, name: string|null}} props
 *   name: who has that contact; null: somebody outside */
export const Stands = ({ of, until, name }) => html`<span title=${t.promised.withUsWhy}>
  <b>
    ${of.why === 'text' && of.at !== null
      ? html`<${Until} at=${of.at} over=${t.promised.writing}/>`
      : name === null
        ? t.promised.outside
        : t.promised.withUs(name)}
  </b>
  ${until ? html` · <${Until} at=${until} left=${t.promised.inTime}/>` : ''}
</span>`;
