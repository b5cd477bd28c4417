/** The promised calls, at a desk: mine, and those that are due for whoever is free. */
import { html } from '../ui.js';
import { askCallOff } from '../call_off.js';
import { cancelling } from './ask_next.js';
import { askCallbacks, CallbackList, inView } from '../callback_list.js';
import { whoOf } from '../contact.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { ContactState } from '../states.js';
import { t } from '../strings/en.js';
import { blocked, callBack } from './callback.js';
import { hints, layer } from './context.js';
import { undoable } from './undo.js';

const LAYER = 'callbacks';
const FILTERS = /** @type {const} */ (['mine', 'due', 'overdue']);
hints.set('callbacks_changed', askCallbacks);
const shut = () => {
  layer.value = null;
};

/** @param {CallbackRow} row */
const call = (row) => html`<button
  class="small"
  aria-label=${t.callbackList.callOf(whoOf(row))}
  title=${blocked.value}
  disabled=${!!blocked.value || row.state === ContactState.DIALING}
  onClick=${() => {
    shut();
    void callBack(row.address, row.incident);
  }}>
  <${Icon} name="voice"/>
  ${t.callbackList.call}
</button>`;

/** @param {CallbackRow} row */
const off = (row) =>
  inView(row.incident, (of) => {
    const asks = { of, proposal: t.next.proposals.reach };
    askCallOff({ contact: row.contact, who: whoOf(row), cancel: cancelling(asks), undoable });
  });

const CallbacksDialog = () =>
  layer.value === LAYER
    ? html`<${Dialog} title=${t.callbackList.title} close=${shut} class="cbbox">
        <${CallbackList} filters=${FILTERS} call=${call} off=${off}/>
        <div class="row end"><button onClick=${shut}>${t.incident.shut} <kbd>Esc</kbd></button></div>
      </${Dialog}>`
    : null;

const open = () => {
  layer.value = LAYER;
  return true;
};

/** @type {import('./dialogs.js').Row} */
export const CALLBACKS = {
  body: CallbacksDialog,
  key: 'X',
  opens: open,
  help: () => t.callbackList.help,
  commands: () => [[t.callbackList.title, 'X', open]],
};
