/** Microphone, speaker and ring: which one somebody chose, remembered by its name too. A browser gives
 * devices new ids when it forgets the page, and a headset that is unplugged for a while stays the choice. */
import { local } from './store.js';
import { signal } from './ui.js';

/** @typedef {{id: string, name: string}} Choice */
/** @typedef {'mic' | 'speaker' | 'ring'} Use */

const STANDARD = 'default';
/** The ring's own: where calls are heard. */
export const SAME = 'same';
/** @type {Record<Use, MediaDeviceKind>} */
const KINDS = { mic: 'audioinput', speaker: 'audiooutput', ring: 'audiooutput' };

export const devices = signal(/** @type {MediaDeviceInfo[]} */ ([]));

/** What was stored; older pages stored the id alone. @param {unknown} kept @returns {Choice} */
export function choiceOf(kept) {
  if (typeof kept === 'string') return { id: kept, name: '' };
  const { id, name } = /** @type {Partial<Choice>} */ (kept ?? {});
  return { id: id || STANDARD, name: name ?? '' };
}

const first = (/** @type {Use} */ use) => local.get(use) ?? { id: use === 'ring' ? SAME : STANDARD };
/** @type {Record<Use, Signal<Choice>>} */
export const chosen = {
  mic: signal(choiceOf(first('mic'))),
  speaker: signal(choiceOf(first('speaker'))),
  ring: signal(choiceOf(first('ring'))),
};

/** Those that can be chosen besides the standard one. @param {MediaDeviceInfo[]} all @param {Use} use */
export const offered = (all, use) =>
  all.filter(
    (d) => d.kind === KINDS[use] && d.deviceId && !['default', 'communications'].includes(d.deviceId),
  );

/** The id of whom the choice means among those that are plugged in: by id, else by name; the standard one
 * where it is not there. @param {MediaDeviceInfo[]} all @param {Use} use @param {Choice} choice */
export function find(all, use, choice) {
  const here = offered(all, use);
  const it =
    here.find((d) => d.deviceId === choice.id) ??
    (choice.name ? here.find((d) => d.label === choice.name) : undefined);
  return it?.deviceId ?? STANDARD;
}

/** The one in use now. @param {Use} use @returns {string} */
export function inUse(use) {
  const choice = chosen[use].value;
  return use === 'ring' && choice.id === SAME ? inUse('speaker') : find(devices.value, use, choice);
}

/** The name of the chosen one while it is not plugged in; ''. @param {Use} use */
export const missing = (use) => {
  const choice = chosen[use].value;
  const fixed = choice.id === STANDARD || choice.id === SAME;
  return !fixed && choice.name && devices.value.length && inUse(use) === STANDARD ? choice.name : '';
};

/** @param {Use} use @param {string} id */
export function choose(use, id) {
  const it = devices.peek().find((d) => d.kind === KINDS[use] && d.deviceId === id);
  chosen[use].value = { id, name: it?.label ?? '' };
  local.set(use, chosen[use].peek());
}

export async function listDevices() {
  try {
    devices.value = await navigator.mediaDevices.enumerateDevices();
  } catch {
    devices.value = [];
  }
}
