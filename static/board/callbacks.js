/** The promised calls, for supervisors: all of them, overdue first. */
import { html } from '../ui.js';
import { askCallbacks, CallbackList } from '../callback_list.js';
import { whoOf } from '../contact.js';
import { link } from '../in_view.js';
import { toast, wordsOf } from '../toasts.js';
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
const off = (row) =>
  link.send('cancel_callback', { contact: row.contact }).then(
    () => toast(t.promised.offDone, 'info'),
    (error) => toast(wordsOf(error), 'warn'),
  );

export const Callbacks = () => html`<${CallbackList} filters=${FILTERS} call=${call} off=${off}/>`;
