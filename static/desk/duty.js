/** On duty: the first Ready asks for the microphone, sound and notifications, then tells the server. */
import { effect, signal } from '../ui.js';
import { dayAndTime } from '../format.js';
import { session } from '../store.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import * as phone from '../softphone.js';
import { act, centre, layer, me, onLive, offer, call } from './context.js';
import { ringOn, unlockSound } from './ring.js';

export const starting = signal(false);
export const secure = window.isSecureContext && !!navigator.mediaDevices?.getUserMedia;

/** The words for a microphone or path error: what, and the mend. @param {string} fault @returns {string[]} */
export const faultWords = (fault) => t.sound.errors[fault] ?? t.sound.errors.unknown;

/** Why there is no sound, for as long as there is none. @param {string} otherwise */
export const tellFault = (otherwise) =>
  toast(faultWords(phone.fault.peek() ?? otherwise).join(' '), 'warn', null, () => !!phone.fault.value);

/** @returns {Promise<boolean>} they are ready */
export async function goReady() {
  if (!secure) {
    layer.value = 'insecure';
    return false;
  }
  if (starting.peek()) return false;
  starting.value = true;
  try {
    void unlockSound();
    if ('Notification' in window && Notification.permission === 'default')
      void Notification.requestPermission();
    if (!(await phone.start())) {
      tellFault('unknown');
      return false;
    }
    session.set('duty', true);
    void ringOn(phone.speakerId.peek());
    const done = await act('ready');
    const agent = me.peek();
    if (done && agent?.shift?.outside) toast(t.terms.ready(dayAndTime(agent.shift.from)), 'info');
    return !!done;
  } finally {
    starting.value = false;
  }
}

/** @param {string} reason */
export const goPause = (reason) => act('pause', { reason });

/** After a reload: if this tab was on duty the sound path is built at once, beside the snapshot. */
export function resumeDuty() {
  if (!secure) return;
  if (session.get('duty')) void phone.openMic().catch(() => {});
  onLive.add(() => {
    phone.useIce(centre.peek()?.ice);
    const agent = me.peek();
    const wanted = agent && (session.get('duty') || agent.choice === 'ready' || call.peek());
    if (wanted && phone.path.peek() === 'off') {
      void phone.start().then((up) => {
        if (!up && phone.fault.peek()) tellFault('unknown');
      });
    } else phone.afterReconnect();
  });
  // A new call starts unmuted: nobody should answer an emergency into a closed microphone.
  let talking = '';
  effect(() => {
    const id = call.value?.id ?? '';
    if (id !== talking) {
      talking = id;
      if (id) phone.setMuted(false);
    }
  });
  effect(() => {
    if (offer.value && phone.path.peek() === 'off' && !starting.peek()) void phone.start();
  });
}
