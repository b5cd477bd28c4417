/** After a missed offer, or a call that could not be joined, the desk tests itself: this socket, the
 * microphone, the sound path. Whoever was active when they missed it is not tested. */
import { active } from '../activity.js';
import { pausedByMisses } from '../agent.js';
import { effect } from '../ui.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import * as phone from '../softphone.js';
import { link, me } from './context.js';
import { textsOnly } from './duty.js';

/** How long the sound path may take to come up, within the server's five seconds. */
const PATIENCE_MS = 3000;

/** @returns {Promise<boolean>} */
async function soundWorks() {
  if (textsOnly.peek()) return true; // the socket alone
  if (phone.path.peek() !== 'up') {
    await Promise.race([phone.start(), new Promise((late) => setTimeout(late, PATIENCE_MS))]);
  }
  return phone.path.peek() === 'up' && phone.micLive();
}

/** A miss that paused them is told by their state: nothing reassuring stands beside it. */
const stays = () => !!me.value && !pausedByMisses(me.value);

async function test() {
  if (me.peek()?.missed && active()) {
    await link.send('selftest', { passed: true, active: true }).catch(() => {});
    return; // the toast of the miss says the rest (agent.js)
  }
  const passed = await soundWorks();
  try {
    await link.send('selftest', { passed, detail: passed ? '' : (phone.fault.peek() ?? 'no sound path') });
    if (!passed) toast(t.offer.testFailed, 'alarm');
    else if (stays()) toast(t.offer.testPassed, 'info', null, stays);
  } catch {
    /* too late, or the socket went away: the server decides */
  }
}

/** Answers each test that the server opens, once. */
export function answerTests() {
  let asked = 0;
  effect(() => {
    const until = me.value?.testing ?? 0;
    if (until && until !== asked) {
      asked = until;
      void test();
    }
  });
}
