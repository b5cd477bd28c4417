/** The headset that is plugged in, for its buttons and lamps: found, opened, remembered. What a button does
 * is the desk's; which bit it is: `hid.js`. Where a browser has no WebHID nothing of it is shown. */
import { local } from './store.js';
import { signal } from './ui.js';
import { TELEPHONY, controlsOf, listenTo, reportsFor } from './hid.js';

/** @typedef {{name: string, buttons: import('./hid.js').ButtonName[]}} Shown */

const hid = /** @type {{hid?: Hid}} */ (/** @type {unknown} */ (navigator)).hid ?? null;
export const supported = !!hid && window.isSecureContext;

/** Those whose buttons are heard now. */
export const headsets = signal(/** @type {Shown[]} */ ([]));
/** 'busy' | 'none' | 'denied' | 'lamps' | null */
export const fault = signal(/** @type {string|null} */ (null));
/** The one that was chosen here, also while it is not plugged in; ''. */
export const chosenName = signal(String(local.get('headset') ?? ''));

/** @typedef {{device: HidDevice, controls: HidControls, sent: Map<number, string>}} Open */
/** @type {Map<HidDevice, Open>} */
const open = new Map();
/** @type {(press: HidPress) => void} */
let heard = () => {};
/** @type {import('./hid.js').Lit} */
let lit = { offHook: false, ring: false, mute: false, hold: false };
let writing = Promise.resolve();

let mine = false; // this tab has the desk

/** @param {(press: HidPress) => void} onPress */
export function wire(onPress) {
  heard = onPress;
  hid?.addEventListener('connect', ({ device }) => {
    if (mine) void use(device);
  });
  hid?.addEventListener('disconnect', ({ device }) => {
    if (open.delete(device)) tell();
  });
}

/** Those that somebody allowed before. */
export async function resume() {
  mine = true;
  if (!hid || !supported) return;
  for (const device of await hid.getDevices().catch(() => [])) if (mine) await use(device);
}

const tell = () => {
  headsets.value = [...open.values()].map(({ device, controls }) => ({
    name: device.productName,
    buttons: controls.buttons.map((one) => one.name),
  }));
};

/** @param {HidDevice} device @returns {Promise<boolean>} its buttons are heard */
async function use(device) {
  if (open.has(device)) return true;
  const controls = controlsOf(device.collections);
  if (!controls.buttons.length) return false;
  try {
    if (!device.opened) await device.open();
  } catch {
    fault.value = 'busy';
    return false;
  }
  fault.value = null;
  open.set(device, { device, controls, sent: new Map() });
  const presses = listenTo(controls);
  device.oninputreport = ({ reportId, data }) => presses(reportId, data).forEach(heard);
  chosenName.value = device.productName;
  local.set('headset', device.productName);
  tell();
  light(open.get(device));
  return true;
}

/** Asks which one. Only from a click: browsers ask for nothing else. */
export async function choose() {
  if (!hid) return;
  fault.value = null;
  try {
    const picked = await hid.requestDevice({ filters: [{ usagePage: TELEPHONY }] });
    const used = await Promise.all(picked.map(use));
    if (picked.length && !used.includes(true)) fault.value ??= 'none';
  } catch {
    fault.value = 'denied';
  }
}

/** @returns {HidDevice[]} */
function letGo() {
  const all = [...open.keys()];
  open.clear();
  for (const device of all) device.oninputreport = null;
  tell();
  return all;
}

/** Its buttons are not heard any more, until it is chosen again. */
export async function forget() {
  chosenName.value = '';
  fault.value = null;
  local.drop('headset');
  for (const device of letGo()) {
    await device.close().catch(() => {});
    await device.forget?.().catch(() => {});
  }
}

/** Another tab has the desk, and with it the headset. */
export function release() {
  mine = false;
  for (const device of letGo()) void device.close().catch(() => {});
}

/** @param {import('./hid.js').Lit} lamps */
export function show(lamps) {
  lit = lamps;
  for (const one of open.values()) light(one);
}

/** What was pressed did nothing here: the headset goes back to how things are. */
export function showAgain() {
  for (const one of open.values()) {
    one.sent.clear();
    light(one);
  }
}

/** One report after the other: a headset takes the last as what is. @param {Open|undefined} to */
function light(to) {
  if (!to) return;
  for (const { reportId, data } of reportsFor(to.controls, lit)) {
    if (to.sent.get(reportId) === String(data)) continue;
    to.sent.set(reportId, String(data));
    writing = writing
      .then(() => (open.has(to.device) ? to.device.sendReport(reportId, data) : undefined))
      .catch(() => {
        fault.value = 'lamps';
      });
  }
}
