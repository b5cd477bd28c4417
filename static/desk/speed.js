/** How quickly data go each way between this page and the centre. Others call over the same line, so it is
 * short: a second and 3.7 MB each way at most, and a line that is faster than can be told is only told to be
 * at least so fast. Not over the sound's own path, whose packets the centre handles one by one. */
import { MOST_KBPS } from '../sound_check.js';

const PATH = '/api/desk/speed';
const KIB = 1024;
/** Each larger than the one before, until the next would take too long. */
const SIZES = [8 * KIB, 32 * KIB, 128 * KIB, 512 * KIB, 1000 * KIB];
const WAY_MS = 1000;
const TRIES = 3;

/** @param {Response} answer */
function good(answer) {
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

/** @param {number} size @param {AbortSignal} signal */
const down = async (size, signal) =>
  good(await fetch(`${PATH}?bytes=${size}`, { signal, cache: 'no-store' })).arrayBuffer();

const noise = () => {
  const all = new Uint8Array(SIZES[SIZES.length - 1]);
  for (let at = 0; at < all.length; at += 64 * KIB) crypto.getRandomValues(all.subarray(at, at + 64 * KIB));
  return all;
};

/** A size counts by its best try: something else may hold one up for a moment, and then the next size seems
 * too much. @param {(size: number, signal: AbortSignal) => Promise<unknown>} send @param {number} rtt_ms
 * @returns {Promise<number|null>} kbit/s; null: the centre did not answer */
async function way(send, rtt_ms) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), WAY_MS);
  const began = performance.now();
  const fits = (/** @type {number} */ size, /** @type {number} */ kbps) =>
    (size * 8) / kbps <= WAY_MS - (performance.now() - began);
  let kbps = null;
  let at = 0;
  try {
    for (let tries = 1; at < SIZES.length; tries++) {
      const size = SIZES[at];
      const from = performance.now();
      try {
        await send(size, late.signal);
      } catch {
        // Too slow even for the first: slower than this.
        if (kbps === null && late.signal.aborted) kbps = (size * 8) / WAY_MS;
        break;
      }
      const took = (size * 8) / Math.max(1, performance.now() - from - rtt_ms);
      kbps = tries > 1 ? Math.max(kbps ?? 0, took) : took;
      if (at + 1 < SIZES.length && fits(SIZES[at + 1], kbps)) {
        at += 1;
        tries = 0;
      } else if (tries === TRIES || !fits(size, kbps)) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return kbps === null ? null : Math.round(Math.min(MOST_KBPS, kbps));
}

/** One way, then the other. @param {number} rtt_ms what each request takes of itself */
export async function speed(rtt_ms) {
  const bytes = noise();
  const headers = { 'X-Holdfast': '1', 'Content-Type': 'application/octet-stream' };
  const up = async (/** @type {number} */ size, /** @type {AbortSignal} */ signal) =>
    good(await fetch(PATH, { method: 'POST', headers, body: bytes.subarray(0, size), signal })).json();
  await up(1, AbortSignal.timeout(WAY_MS)).catch(() => {}); // the connection stands
  const up_kbps = await way(up, rtt_ms);
  const down_kbps = await way(down, rtt_ms);
  return { ...(up_kbps !== null && { up_kbps }), ...(down_kbps !== null && { down_kbps }) };
}
