/** Calling back. An agent who never pressed Ready has no sound yet: it comes up before the call is made. */
import { computed, effect, newId, signal } from '../ui.js';
import * as phone from '../softphone.js';
import { t } from '../strings/en.js';
import { call, incident, incidentId, layer, me, offer, work } from './context.js';
import { secure, tellFault } from './duty.js';
import { unlockSound } from './ring.js';
import { actSure } from './sure.js';

const HEARD_MS = 4000;

/** The address that is being called, until the call shows. */
export const calling = signal('');

/** Why nobody can be called now, in words; '' when it works. */
export const blocked = computed(() =>
  call.value || me.value?.consult
    ? t.party.inCall
    : work.value.some((c) => c.channel === 'voice')
      ? t.party.inWrapUp
      : offer.value?.contact.severity === 1
        ? t.party.emergencyRings
        : '',
);

/** Sound first: agent first, the person then. @template T @param {string} whom what shows as being called
 * @param {() => Promise<T>} dial @returns {Promise<T|undefined>} */
export async function withSound(whom, dial) {
  if (calling.peek()) return undefined;
  if (!secure) {
    layer.value = 'insecure';
    return undefined;
  }
  calling.value = whom;
  try {
    void unlockSound();
    if ((await phone.start()) && (await centreHears())) return await dial();
    tellFault('path');
    return undefined;
  } finally {
    calling.value = '';
  }
}

/** They have called us: who never did is called, not called back. @param {Party} p @param {Incident} of */
export const hasCalled = (p, of) =>
  of.contacts.some((c) => c.party === p.id && c.channel === 'voice' && c.direction === 'in');

/** @param {string} address @param {string|null} [incident] */
export const callBack = (address, incident = incidentId.peek()) =>
  callSure({ incident, address, key: newId() }, address);

/** @param {object} fields @param {string} address @returns {Promise<object|undefined>} */
const callSure = (fields, address) =>
  withSound(address, () => actSure('callback', fields, (more) => callSure(more, address)));

/** Everybody in view who can be called. @returns {import('./overlays.js').Command[]} */
export function callCommands() {
  const of = incident.value;
  if (!of || blocked.value) return [];
  return of.parties.flatMap((p) =>
    (p.addresses ?? [])
      .filter((a) => a.kind === 'phone' && !a.no_call && !p.in_call)
      .map((a) => [t.party.callTo(p.name ?? '', a.masked, hasCalled(p, of)), '', () => callBack(a.id)]),
  );
}

/** The path stands here a moment before the centre says so. @returns {Promise<boolean>} */
function centreHears() {
  return new Promise((done) => {
    const timer = setTimeout(() => finish(false), HEARD_MS);
    const finish = (/** @type {boolean} */ heard) => {
      clearTimeout(timer);
      setTimeout(() => stop(), 0);
      done(heard);
    };
    const stop = effect(() => {
      if (me.value?.sound !== false) finish(true);
    });
  });
}
