/** The telephone's line: one WebSocket to the sandbox carrier, and the sound of the call. */
import { announce } from '../announce.js';
import { faultOf } from '../softphone.js';
import { t } from '../strings/en.js';
import { effect, signal } from '../ui.js';
import { hear, inCall, nothing } from './words.js';

/** @typedef {{number: string, word: string, severity?: Severity}} SandboxLine */
/** What the sandbox says of itself. */
export const config = signal(
  /** @type {{ws: string, lines: SandboxLine[], mail: string, account: string|null}|null} */ (null),
);
export const phone = signal(nothing());
export const linked = signal(false);
/** 'unknown' | 'off' | null */
export const fault = signal(/** @type {string|null} */ (null));
export const micFault = signal(/** @type {string|null} */ (null));
export const levels = signal({ mine: 0, theirs: 0 });
export const asking = signal(false);

const NO_CALL_MS = 4000;

/** @type {WebSocket|null} */
let socket = null;
/** @type {{context: AudioContext, node: AudioWorkletNode, stream: MediaStream|null}|null} */
let sound = null;
let tries = 0;

export async function load() {
  try {
    const response = await fetch('/api/sandbox', { credentials: 'same-origin' });
    if (!response.ok) throw new Error(String(response.status));
    config.value = await response.json();
    connect();
  } catch {
    fault.value = 'off';
    setTimeout(load, 4000);
  }
}

function connect() {
  // A path of the centre, or the carrier itself.
  const place = new URL(config.peek()?.ws ?? '', location.href);
  place.protocol = place.protocol.replace('http', 'ws');
  const mine = new WebSocket(place);
  socket = mine;
  mine.binaryType = 'arraybuffer';
  mine.onopen = () => {
    linked.value = true;
    fault.value = null;
    tries = 0;
  };
  mine.onmessage = (event) => {
    if (typeof event.data !== 'string') {
      sound?.node.port.postMessage(event.data, [event.data]);
      return;
    }
    const before = phone.peek();
    phone.value = hear(before, JSON.parse(event.data), performance.now());
    if (phone.peek().state !== before.state) announce(t.sandbox.states[phone.peek().state] ?? '');
  };
  mine.onclose = () => {
    linked.value = false;
    phone.value = { ...phone.peek(), state: 'idle' };
    tries += 1;
    if (tries > 3) fault.value = 'off';
    setTimeout(connect, Math.min(5000, 300 * 2 ** tries));
  };
}

/** @param {object} words */
export function say(words) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(words));
  return true;
}

/** Microphone and worklet; must begin in a click. Without a microphone one can still listen. */
async function openSound() {
  if (sound) return;
  const context = new AudioContext();
  void context.resume();
  const [, stream] = await Promise.all([
    context.audioWorklet.addModule(new URL('./worklet.js', import.meta.url)),
    navigator.mediaDevices
      .getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } })
      .then(
        (s) => {
          micFault.value = null;
          return s;
        },
        (error) => {
          micFault.value = faultOf(error);
          return null;
        },
      ),
  ]);
  const node = new AudioWorkletNode(context, 'telephone', {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [1],
  });
  if (stream) context.createMediaStreamSource(stream).connect(node);
  node.connect(context.destination);
  node.port.onmessage = ({ data }) => {
    if (data.frame) {
      if (phone.peek().state === 'in-progress' && socket?.readyState === WebSocket.OPEN)
        socket.send(data.frame);
    } else levels.value = data;
  };
  sound = { context, node, stream };
}

function closeSound() {
  if (!sound) return;
  for (const track of sound.stream?.getTracks() ?? []) track.stop();
  void sound.context.close();
  sound = null;
  levels.value = { mine: 0, theirs: 0 };
}

/** @param {object} words what to do once the sound is there */
async function withSound(words) {
  if (asking.peek()) return;
  asking.value = true;
  try {
    await openSound();
    say(words);
  } catch {
    micFault.value = 'unknown';
    say(words);
  } finally {
    asking.value = false;
    setTimeout(() => {
      if (!live) closeSound();
    }, NO_CALL_MS);
  }
}

/** @param {string} to */
export const call = (to) => withSound({ do: 'call', to });
export const answer = () => withSound({ do: 'answer' });
export const decline = () => say({ do: 'decline' });
export const hangUp = () => say({ do: 'hangup' });

// The sound ends with the call; also when no call came of the click (refused, line broken).
let live = false;
effect(() => {
  const was = live;
  live = inCall(phone.value.state);
  if (was && !live) closeSound();
});
