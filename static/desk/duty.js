/** On duty: the first Ready asks for the microphone, sound and notifications, then tells the server. */
import { computed, effect, signal } from '../ui.js';
import { dayAndTime } from '../format.js';
import { session } from '../store.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import { inUse } from '../devices.js';
import { toldOf } from '../network.js';
import * as phone from '../softphone.js';
import { act, centre, layer, me, onLive, offer, call } from './context.js';
import { joined } from './consult.js';
import { ringOn, unlockSound } from './ring.js';

export const starting = signal(false);
export const secure = window.isSecureContext && !!navigator.mediaDevices?.getUserMedia;

/** Why there is no sound, for as long as there is none.
 * @param {string} otherwise @param {Parameters<typeof toast>[2]} [more] */
export const tellFault = (otherwise, more = null) =>
  toast(toldOf(phone.fault.peek() ?? otherwise), 'warn', more, () => !!phone.fault.value && !textsOnly.value);

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
      const act = () => void readyForTexts();
      tellFault('unknown', { label: t.sound.textsShort, act, ms: 20_000 });
      return false;
    }
    onlyTexts(false);
    session.set('duty', true);
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

/** Without a microphone: texts and mails, and no call. */
export const textsOnly = signal(!!session.get('texts'));

/** @param {boolean} on */
function onlyTexts(on) {
  textsOnly.value = on;
  if (on) session.set('texts', true);
  else session.drop('texts');
}

/** @returns {Promise<boolean>} they are ready */
export async function readyForTexts() {
  onlyTexts(true);
  session.set('duty', true);
  void unlockSound();
  if (layer.peek() === 'insecure') layer.value = null;
  return !!(await act('ready'));
}

/** The chosen microphone was pulled out and another took over: said, whatever stands open. */
function followMicrophone() {
  let told = '';
  effect(() => {
    const it = phone.instead.value;
    const gone = it?.gone ?? '';
    if (it && gone !== told && phone.path.peek() === 'up')
      toast(t.sound.instead(gone, it.now), 'warn', null, () => phone.instead.value?.gone === gone);
    told = gone;
  });
}

/** A new call starts unmuted: nobody should answer an emergency into a closed microphone. Whoever is muted
 * stays so over a reload: they speak with somebody beside them. */
function followMute() {
  const at = computed(() => call.value?.id ?? (joined.value ? `with ${joined.value.c.id}` : ''));
  let talking = '';
  effect(() => {
    if (at.value === talking) return;
    talking = at.value;
    if (talking) phone.setMuted(session.get('muted') === talking);
  });
  effect(() => {
    const on = phone.muted.value;
    if (!at.peek()) return;
    if (on) session.set('muted', at.peek());
    else session.drop('muted');
  });
}

/** After a reload: if this tab was on duty the sound path is built at once, beside the snapshot. */
export function resumeDuty() {
  effect(() => ringOn(inUse('ring')));
  if (!secure) return;
  if (session.get('duty') && !textsOnly.peek()) void phone.openMic().catch(() => {});
  onLive.add(() => {
    phone.useRelay(!!centre.peek()?.relay);
    const agent = me.peek();
    if (textsOnly.peek() && !call.peek()) return;
    const wanted = agent && (session.get('duty') || agent.choice === 'ready' || call.peek());
    if (wanted && phone.path.peek() === 'off') {
      void phone.start().then((up) => {
        if (!up && phone.fault.peek()) tellFault('unknown');
      });
    } else phone.afterReconnect();
  });
  followMute();
  followMicrophone();
  effect(() => {
    const idle = phone.path.peek() === 'off' && !starting.peek() && !textsOnly.peek();
    if (offer.value && idle) void phone.start();
  });
}
