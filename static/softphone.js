/**
 * The sound path: one RTCPeerConnection that stays up while on duty.
 *
 * Microphone first, then an offer (audio sendrecv, PCMU) with one data channel "alive", ICE gathered
 * (≤ 1 s) and sent as the intent `rtc` with a rising epoch. A broken path is rebuilt automatically.
 */
import { effect, signal } from './ui.js';
import { serverTime } from './clock.js';
import { choose, devices, inUse, listDevices, missing } from './devices.js';
import { createMeter } from './meter.js';
import { noteBlocked } from './network.js';
import { beat, follow, leave, quiet } from './sound_health.js';
import { createStats } from './rtcstats.js';
import { talkGain, volume } from './volume.js';

const GATHER_MS = 1000;
const BROKEN_MS = 3000; // "disconnected" often mends itself; after this it is rebuilt
const SILENT_MS = 4000; // the server's `p` comes each second
const STATS_MS = 2000;

/** 'off' | 'asking' | 'connecting' | 'up' | 'broken' | 'failed' */
export const path = signal('off');
/** 'denied' | 'missing' | 'busy' | 'path' | 'unknown' | null */
export const fault = signal(/** @type {string|null} */ (null));
export const muted = signal(false);
export const playBlocked = signal(false);
/** 0..1, what the microphone hears (also while muted, so that we can say so) */
export const level = signal(0);
export const talkingMuted = signal(false);
export const stats = signal(/** @type {import('./rtcstats.js').Seen|null} */ (null));

/** @type {Link['send']} */
let send = async () => {
  throw new Error('softphone is not wired');
};
/** @type {MediaStream|null} */
let stream = null;
/** The microphone with which it was opened. */
let opened = '';
/** That the chosen one was not there, and which was opened in its place. */
export const instead = signal(/** @type {{gone: string, now: string}|null} */ (null));
/** @type {RTCPeerConnection|null} */
let peer = null;
/** @type {Promise<MediaStream>|null} */
let asking = null;
/** @type {HTMLAudioElement|null} */
let audio = null;
let relay = false; // the centre has one
/** @type {RTCIceServer[]} */
let ice = [];
let wanted = false;
let speaks = true; // false: somebody who only listens, without a microphone
let epoch = 0;
let tries = 0;
let retry = 0;
let ticker = 0;
let lastAlive = 0;
let silences = 0;
let building = 0;
const counters = createStats();
let inCall = () => false;
let onHold = () => false;
const meter = createMeter(
  (value) => {
    level.value = value;
  },
  (loud) => {
    talkingMuted.value = loud && muted.peek() && inCall();
  },
);

/** @param {typeof send} intent @param {() => boolean} duringCall @param {() => boolean} held */
export function wire(intent, duringCall, held) {
  send = intent;
  inCall = duringCall;
  onHold = held;
  navigator.mediaDevices?.addEventListener('devicechange', async () => {
    await listDevices();
    const track = stream?.getAudioTracks()[0];
    // Gone, or the one that was chosen is back.
    const other = !track || track.readyState === 'ended' || inUse('mic') !== opened;
    if (wanted && speaks && other) void reopen();
    else if (fault.peek() === 'missing') fault.value = null;
    await useSpeaker();
  });
}

/** @type {Record<string, 'denied'|'missing'|'busy'>} */
const FAULTS = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};
/** Which sentence helps with this error. @param {unknown} error */
export const faultOf = (error) => FAULTS[/** @type {Fault|null} */ (error)?.name ?? ''] ?? 'unknown';

/** Opens the microphone (once). @returns {Promise<MediaStream>} */
export function openMic() {
  if (stream?.getAudioTracks().some((track) => track.readyState === 'live')) return Promise.resolve(stream);
  asking ??= (async () => {
    const constraints = (/** @type {string} */ id) => ({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        channelCount: 1,
        ...(id === 'default' ? {} : { deviceId: { exact: id } }),
      },
    });
    if (!devices.peek().length) await listDevices();
    opened = inUse('mic');
    try {
      stream = await navigator.mediaDevices.getUserMedia(constraints(opened));
    } catch (error) {
      if (/** @type {Fault} */ (error).name !== 'OverconstrainedError') throw error;
      // Unplugged since the list was read.
      opened = 'default';
      stream = await navigator.mediaDevices.getUserMedia(constraints(opened));
    }
    for (const track of stream.getAudioTracks()) {
      track.enabled = !muted.peek();
      track.onended = () => {
        if (wanted) void reopen();
      };
    }
    meter.follow(stream);
    const gone = missing('mic');
    instead.value = gone ? { gone, now: stream.getAudioTracks()[0]?.label ?? '' } : null;
    void listDevices().then(() => {
      // Names are told only now: the chosen one may have another id than before.
      if (wanted && stream && inUse('mic') !== opened) void reopen();
    });
    return stream;
  })().finally(() => {
    asking = null;
  });
  return asking;
}

/** What the microphone hears goes into the path; or nothing, without one. */
const speakInto = () =>
  peer
    ?.getSenders()
    .find((s) => s.track?.kind === 'audio' || s.track === null)
    ?.replaceTrack(stream?.getAudioTracks()[0] ?? null);

function letMicGo() {
  meter.stop();
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
  stream = null;
}

/** Builds the path and keeps it up. True when it stands. @param {boolean} [mic] false: to listen only */
export async function start(mic = true) {
  wanted = true;
  fault.value = null;
  if (path.peek() === 'up' && speaks === mic) return true;
  if (path.peek() === 'off' || path.peek() === 'failed') path.value = 'asking';
  try {
    if (mic) await openMic();
    else letMicGo();
  } catch (error) {
    fault.value = faultOf(error);
    if (path.peek() === 'up') return false; // they go on listening
    path.value = 'failed';
    wanted = false;
    return false;
  }
  speaks = mic;
  if (path.peek() === 'up') {
    await speakInto();
    return true;
  }
  tries = 0;
  await build();
  const end = performance.now() + 5000;
  while (path.peek() !== 'up' && performance.now() < end) await new Promise((done) => setTimeout(done, 40));
  const standing = path.peek() === 'up';
  if (!standing && wanted) {
    if (peer) noteBlocked(peer, ice);
    fault.value = 'path';
  } else fault.value = null;
  return standing;
}

async function build() {
  clearTimeout(retry);
  if (!wanted || (speaks && !stream)) return;
  drop();
  if (path.peek() !== 'broken') path.value = 'connecting';
  const turn = ++building;
  let only = false;
  try {
    if (relay) ({ ice, only } = await send('relays', {}, 4000));
    else ice = [];
  } catch {
    if (turn === building) rebuild();
    return;
  }
  if (turn !== building || !wanted) return;
  const mine = new RTCPeerConnection({
    iceServers: ice,
    iceTransportPolicy: only ? 'relay' : 'all',
    bundlePolicy: 'max-bundle',
  });
  peer = mine;
  const channel = mine.createDataChannel('alive');
  channel.onmessage = (event) => {
    if (peer !== mine) return;
    lastAlive = performance.now();
    beat();
    if (channel.readyState === 'open') channel.send(event.data);
  };
  const transceiver = mine.addTransceiver(stream?.getAudioTracks()[0] ?? 'audio', {
    direction: 'sendrecv',
    streams: stream ? [stream] : [],
  });
  const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs.filter(
    (c) => c.mimeType.toLowerCase() === 'audio/pcmu',
  );
  if (codecs?.length) transceiver.setCodecPreferences(codecs);
  mine.ontrack = (event) => play(event.streams[0] ?? new MediaStream([event.track]));
  mine.onconnectionstatechange = () => {
    if (peer === mine) changed(mine);
  };
  try {
    await mine.setLocalDescription(await mine.createOffer());
    await gathered(mine);
    epoch = Math.max(epoch + 1, Math.round(serverTime()));
    const answer = await send('rtc', { sdp: mine.localDescription?.sdp, epoch }, 6000);
    if (peer !== mine) return;
    await mine.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    lastAlive = performance.now();
    follow(mine, { up: () => path.peek() === 'up', inCall, onHold });
    clearInterval(ticker);
    ticker = window.setInterval(() => void look(), STATS_MS);
  } catch {
    if (peer === mine) rebuild();
  }
}

/** @param {RTCPeerConnection} pc */
function gathered(pc) {
  if (pc.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(done, GATHER_MS);
    pc.addEventListener('icegatheringstatechange', () => {
      if (pc.iceGatheringState === 'complete') {
        clearTimeout(timer);
        done(undefined);
      }
    });
  });
}

/** @param {RTCPeerConnection} pc */
function changed(pc) {
  switch (pc.connectionState) {
    case 'connected':
      path.value = 'up';
      fault.value = null;
      tries = 0;
      break;
    case 'disconnected':
      path.value = 'broken';
      clearTimeout(retry);
      retry = window.setTimeout(() => {
        if (peer === pc && pc.connectionState !== 'connected') rebuild(0);
      }, BROKEN_MS);
      break;
    case 'failed':
    case 'closed':
      rebuild(0);
      break;
  }
}

/** @param {number} [delay] */
function rebuild(delay = Math.min(5000, 300 * 2 ** tries)) {
  if (!wanted) return;
  path.value = 'broken';
  tries += 1;
  clearTimeout(retry);
  retry = window.setTimeout(() => void build(), delay);
}

/** @param {MediaStream} remote */
function play(remote) {
  if (!audio) {
    audio = document.createElement('audio');
    audio.autoplay = true;
    audio.hidden = true;
    document.body.append(audio);
    effect(() => loud());
  }
  audio.srcObject = remote;
  void useSpeaker();
  audio.play().then(
    () => {
      playBlocked.value = false;
    },
    (error) => {
      if (error.name !== 'NotAllowedError') return;
      playBlocked.value = true;
      document.addEventListener(
        'pointerdown',
        () =>
          void audio?.play().then(() => {
            playBlocked.value = false;
          }),
        { once: true },
      );
    },
  );
}

/** As loud as was chosen. @param {HTMLMediaElement|null} [player] */
function loud(player = audio) {
  if (player) player.volume = talkGain(volume.talk.value);
}

/** @param {HTMLMediaElement|null} [player] */
async function useSpeaker(player = audio) {
  const id = inUse('speaker');
  try {
    await player?.setSinkId?.(id === 'default' ? '' : id);
  } catch {
    /* unplugged: the standard one plays */
  }
}

/** @param {string} id */
export async function switchSpeaker(id) {
  choose('speaker', id);
  await useSpeaker();
}

/** A sound where calls are heard. @param {string} url */
export async function playThere(url) {
  const player = new Audio(url);
  loud(player);
  await useSpeaker(player);
  await player.play().catch(() => {});
}

/** @param {string} id */
export async function switchMic(id) {
  choose('mic', id);
  await reopen();
}

/** The microphone in use, whichever that is now, without a new connection. */
async function reopen() {
  letMicGo();
  try {
    await openMic();
    fault.value = null;
    await speakInto();
  } catch (error) {
    fault.value = faultOf(error);
  }
}

/** @param {boolean} on */
export function setMuted(on) {
  muted.value = on;
  talkingMuted.value = false;
  for (const track of stream?.getAudioTracks() ?? []) track.enabled = !on;
}

async function look() {
  const pc = peer;
  if (!pc) return;
  const silent = path.peek() === 'up' && lastAlive && performance.now() - lastAlive > SILENT_MS;
  silences = silent ? silences + 1 : 0;
  // A page that was frozen hears what came meanwhile only after its timers.
  if (silences > (document.hidden ? 1 : 0)) return rebuild(0);
  const seen = await counters.read(pc);
  if (peer !== pc) return;
  stats.value = seen;
  if (inCall()) await tell(pc, seen);
}

/** What is measured goes to the centre, which answers whether it has this path: it knows nothing of one of
 * another worker, or that it gave up while this page slept. That is built anew, at once: to the browser it
 * looks sound until the time-outs of ICE. @param {RTCPeerConnection} pc @param {object} [seen] */
async function tell(pc, seen) {
  try {
    const { here } = await send('rtc_state', { state: pc.connectionState, ...seen });
    if (here === false && peer === pc && path.peek() === 'up') rebuild(0);
  } catch {
    /* no link: asked again when it is back */
  }
}

/** Before each path the centre is asked how sound may pass its relay. @param {boolean} there */
export const useRelay = (there) => {
  relay = there;
};

/** The link came back, or this page from its sleep. */
export function afterReconnect() {
  if (!wanted || path.peek() === 'connecting' || path.peek() === 'asking') return;
  tries = 0;
  if (path.peek() !== 'up') return rebuild(0);
  if (peer) void tell(peer);
}

/** The centre has another place for our sound: what stands is built anew at once. */
export function anew() {
  if (!wanted || path.peek() !== 'up') return;
  tries = 0;
  rebuild(0);
}

function drop() {
  const old = peer;
  peer = null;
  if (old) {
    old.onconnectionstatechange = null;
    old.close();
  }
  counters.reset();
  lastAlive = silences = 0;
}

/** Off duty: lets the microphone go. */
export function stop() {
  wanted = false;
  clearTimeout(retry);
  clearInterval(ticker);
  building += 1;
  leave();
  drop();
  letMicGo();
  stats.value = null;
  path.value = 'off';
}

/** The connection that stands; null: none does. */
export const connection = () => (path.peek() === 'up' ? peer : null);

export const micLive = () =>
  !!stream?.getAudioTracks().some((track) => track.readyState === 'live' && !track.muted);

/** Of the path to the centre alone: how a call sounds is the centre's to say (`sound` of a contact).
 * @returns {'good'|'checking'|'lost'|'connecting'|'blocked'|'off'} */
export function quality() {
  if (path.value === 'off' || path.value === 'failed') return 'off';
  if (path.value !== 'up' && fault.value === 'path') return 'blocked';
  if (path.value === 'broken') return 'lost';
  if (path.value !== 'up') return 'connecting';
  if (quiet.value) return 'checking';
  return 'good';
}
