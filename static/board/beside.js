/** A supervisor beside an agent who talks: listens, whispers, takes part, takes the call over. */
import { myContacts } from '../model.js';
import { ContactState, stateOf } from '../states.js';
import { t } from '../strings/en.js';
import { SAYS_OF_UNDO, toast } from '../toasts.js';
import { whoOf } from '../contact.js';
import { state } from './context.js';
import { leave, sit } from './ears.js';
import { steer } from './steer.js';

/** @type {BesideMode[]} */
const MODES = ['listen', 'whisper', 'barge'];

/** The call in which somebody talks. @param {Agent} a */
const talksIn = (a) =>
  (a.contacts ?? [])
    .map((id) => state.peek().contacts[id])
    .find((c) => c?.channel === 'voice' && c.state === ContactState.ACTIVE);

/** @param {Contact} c @param {Agent} a @param {BesideMode} mode */
async function sitDown(c, a, mode) {
  if (await sit(c, mode)) toast(t.beside.done[mode](a.name), 'ok');
}

/** @param {Agent} a */
async function getUp(a) {
  if (await leave()) toast(t.beside.left(a.name), 'ok');
}

/** @param {Contact} c @param {Agent} a */
async function take(c, a) {
  if (await steer('take_call', { contact: c.id }, SAYS_OF_UNDO))
    toast(t.beside.taken(whoOf(c), a.name), 'ok');
}

/** On a call of their own, or in its wrap-up. */
const busy = () =>
  myContacts(state.peek()).some(
    (c) => c.channel === 'voice' && (stateOf(c).talks || c.state === ContactState.WRAPUP),
  );

/** Items of an agent’s menu while they talk; the sound is this page’s. They depend on one’s own
 * work, too: asked for when the menu opens. @param {Agent} a @returns {MenuItem[]} */
export function besideItems(a) {
  const { me } = state.peek();
  const c = talksIn(a);
  if (!c || !me?.permissions?.includes('call.listen') || a.id === me.id) return [];
  if (busy()) return [{ title: t.beside.busy }];
  const mine = c.beside.find((one) => one.agent === me.id);
  return [
    ...MODES.filter((mode) => mode !== mine?.mode).map((mode) => ({
      label: t.beside[mode],
      act: () => sitDown(c, a, mode),
    })),
    ...(mine ? [{ label: t.beside.leave, act: () => getUp(a) }] : []),
    { label: t.beside.take, act: () => take(c, a) },
  ];
}
