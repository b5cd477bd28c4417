/** The promised calls, for supervisors: all of them, overdue first. */
import { html } from '../ui.js';
import { askCallOff } from '../call_off.js';
import { askCallbacks, CallbackList } from '../callback_list.js';
import { whoOf } from '../contact.js';
import { t } from '../strings/en.js';
import { hints } from './context.js';
import { CallBack } from './drawer.js';

const FILTERS = /** @type {const} */ (['', 'overdue', 'nobodys', 'severe']);
hints.set('callbacks_changed', askCallbacks);

/** @param {CallbackRow} row */
const call = (row) => html`<${CallBack}
  incident=${row.incident}
  name=${t.board.callBackTo(whoOf(row))}
  class="small"/>`;

/** @param {CallbackRow} row */
const off = (row) => askCallOff({ contact: row.contact, who: whoOf(row) });

export const Callbacks = () => html`<${CallbackList} filters=${FILTERS} call=${call} off=${off}/>`;
