/** The dialogs of the desk. A new one brings a file and its row here: the page, the keys, the help and the
 * command bar ask this list. */
import { html } from '../ui.js';
import { Icon } from '../icons.js';
import { MenuButton } from '../menu.js';
import { t } from '../strings/en.js';
import { AddPartyDialog } from './add_party.js';
import { AskNextDialog } from './ask_next.js';
import { CallOff } from '../call_off.js';
import { GiveCallback } from '../give_callback.js';
import { MoveCallback } from '../move_callback.js';
import { CALLBACKS } from './callbacks.js';
import { CHECK } from './check.js';
import { DIAL } from './dial.js';
import { CLOSE_INCIDENT } from './ending.js';
import { FACTS } from './facts.js';
import { UNDO_FILING } from './filing.js';
import { FIND } from './find.js';
import { HAND_OFF } from './hand_off.js';
import { GUIDANCE } from './guidance.js';
import { JOIN } from './join.js';
import { MERGE } from './merge.js';
import { MOVE } from './move.js';
import { NEXT } from './next.js';
import { OwnerDialog } from './owner.js';
import { TakeDialog } from './pull_dialog.js';
import { PERSON } from './person.js';
import { OPEN_RESTRICTED, RESTRICT } from './restrict.js';
import { SeverityDialog } from './severity.js';
import { keyNow } from './single_keys.js';
import { SNIPPETS } from './snippets.js';
import { SOUND } from './sound.js';
import { SEVERITY_OF, STATUS_OF } from './status.js';
import { SUMMARY } from './summary.js';
import { SURE } from './sure.js';
import { TITLE } from './title.js';
import { TransferDialog } from './transfer.js';
import { LineDialogs } from './waiting_dialog.js';
import { CloseDialog } from './wrapup.js';

/** `key`: one letter or mark that opens it (single_keys.js), by `opens`, which says whether it did;
 * `help`: what that does, in the list of keys; `commands`: what can be done now, for the command bar, with
 * that key; `more`: what the menu in an incident's head has of it.
 * @typedef {{
 *   body: () => unknown,
 *   key?: string,
 *   opens?: () => boolean,
 *   help?: () => string,
 *   commands?: () => import('./overlays.js').Command[],
 *   more?: () => {label: string, act: () => unknown}|never[],
 * }} Row */

/** @type {Row[]} */
export const DIALOGS = [
  CLOSE_INCIDENT,
  NEXT,
  HAND_OFF,
  TITLE,
  { body: AskNextDialog },
  STATUS_OF,
  SEVERITY_OF,
  FACTS,
  RESTRICT,
  OPEN_RESTRICTED,
  { body: OwnerDialog },
  { body: AddPartyDialog },
  JOIN,
  SUMMARY,
  MERGE,
  MOVE,
  UNDO_FILING,
  PERSON,
  SURE,
  SNIPPETS,
  CHECK,
  DIAL,
  FIND,
  CALLBACKS,
  { body: MoveCallback },
  { body: GiveCallback },
  { body: CallOff },
  GUIDANCE,
  SOUND,
  { body: TransferDialog },
  { body: SeverityDialog },
  { body: CloseDialog },
  { body: LineDialogs },
  { body: TakeDialog },
];

/** @param {string} key @returns {boolean} whether one opened */
export const dialogKey = (key) =>
  !!DIALOGS.find((row) => row.key?.toLowerCase() === key.toLowerCase())?.opens?.();

/** @returns {import('./overlays.js').Command[]} */
export const dialogCommands = () =>
  DIALOGS.flatMap((row) => row.commands?.() ?? []).map(([word, key, go, more]) => [
    word,
    keyNow(key),
    go,
    more,
  ]);

/** What else can be done with the incident in view. */
export const MoreButton = () => html`<${MenuButton}
  class="small"
  align="right"
  label=${html`${t.incident.more} <${Icon} name="down"/>`}
  items=${() => DIALOGS.flatMap((row) => row.more?.() ?? [])}/>`;

/** Key, what it does, the key with Alt. @returns {string[][]} */
export const dialogHelp = () =>
  DIALOGS.flatMap(({ key, help }) => (key && help ? [[key, help(), `Alt + ${key}`]] : []));
