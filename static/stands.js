/** Why a promised call stands, and until when at most. */
import { html } from './ui.js';
import { Until } from './timers.js';
import { t } from './strings/en.js';

/** @param {{of: {why: 'call'|'text', at: number|null}, until: number|null, name: string}} props
 *   name: who has that contact */
export const Stands = ({ of, until, name }) => html`
  <b>${of.why === 'text' && of.at !== null ? html`<${Ago} at=${of.at}/>` : t.promised.withUs(name)}</b>
  ${until ? html` · <${Until} at=${until} left=${t.promised.goesOn}/>` : ''}
`;

/** @param {{at: number}} props */
const Ago = ({ at }) => html`<${Until} at=${at} over=${t.promised.writing}/>`;
