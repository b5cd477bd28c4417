/** Whether sound still arrives: its end is noticed within a second and a half, never taken on trust. */
import { acted } from './activity.js';
import { signal } from './vendor/signals-core.mjs';

const EVERY_MS = 250;
const FLOW_MS = 1100; // packets come each 20 ms: so long without one is no jitter
const IDLE_MS = 2500; // the server's `p` comes each second
const ECHO_MS = 200; // what was still on its way when the socket broke proves nothing
const VOICE = 0.02; // of the loudest: somebody speaks, and no room hums

/** Is anything heard from the centre? Fed with every `p` and with the count of packets. Times are
 * performance.now(). */
export function createPulse() {
  let heardAt = 0,
    packets = -1,
    packetsAt = 0,
    flowsSince = 0,
    doubtAt = -Infinity;
  return {
    /** @param {number} now */
    reset(now) {
      heardAt = now;
      packets = -1;
      packetsAt = 0;
      flowsSince = 0;
      doubtAt = -Infinity;
    },
    /** The server's `p` came. @param {number} now */
    beat(now) {
      heardAt = now;
    },
    /** How many packets have come in all; `due`: in a call that is not on hold they must go on.
     * @param {number} count @param {boolean} due @param {number} now */
    count(count, due, now) {
      if (packets >= 0 && count > packets) {
        heardAt = packetsAt = now;
        if (due) flowsSince ||= now;
      }
      if (!due) flowsSince = 0;
      packets = count;
    },
    /** The socket to the centre broke: what was heard before is no proof any more. @param {number} now */
    doubt(now) {
      doubtAt = now;
    },
    /** @param {number} now */
    silent(now) {
      if (heardAt <= doubtAt + ECHO_MS) return true;
      if (flowsSince && now - packetsAt > FLOW_MS) return true;
      return now - heardAt > IDLE_MS;
    },
  };
}

/** Nothing is heard from the centre just now, or nothing since the socket to it broke. */
export const quiet = signal(false);
const pulse = createPulse();
let up = () => false;
let timer = 0;

export const beat = () => pulse.beat(performance.now());

/** The socket to the centre broke: whether sound still flows is not known until some is heard. */
export function doubt() {
  pulse.doubt(performance.now());
  quiet.value = up();
}

/** In a call: how many packets have come. Whoever speaks is at this desk.
 * @param {RTCPeerConnection} pc */
async function packetsOf(pc) {
  let packets = 0;
  for (const report of (await pc.getStats()).values()) {
    if (report.type === 'inbound-rtp') packets = report.packetsReceived ?? 0;
    if (report.type === 'media-source' && report.audioLevel > VOICE) acted();
  }
  return packets;
}

/** Feels the pulse of this connection until another one is followed.
 * @param {RTCPeerConnection} pc
 * @param {{up: () => boolean, inCall: () => boolean, onHold: () => boolean}} now */
export function follow(pc, now) {
  let reading = false;
  up = now.up;
  leave();
  pulse.reset(performance.now());
  const mine = (timer = window.setInterval(async () => {
    if (document.hidden || reading) return; // a hidden page's timers are late by themselves
    reading = true;
    const count = now.inCall() ? await packetsOf(pc) : -1;
    reading = false;
    if (timer !== mine) return;
    const at = performance.now();
    pulse.count(count, now.inCall() && !now.onHold(), at);
    quiet.value = now.up() && pulse.silent(at);
  }, EVERY_MS));
}

export function leave() {
  clearInterval(timer);
  timer = 0;
  quiet.value = false;
}
