/** What the network lets through: what the browser found on its way, and what to ask an administrator for. */
import { signal } from './ui.js';
import { t } from './strings/en.js';

/** Where sound was sent in vain. `at`: our address and UDP port; `relays`: the hosts that were named;
 * `reached`: whether any of them was. @typedef {{at: string, relays: string[], reached: boolean}} Blocked */
export const blocked = signal(/** @type {Blocked|null} */ (null));

/** Where an SDP says that sound may be sent: the first of that kind.
 * @param {string|undefined} sdp @param {string} kind */
function candidateOf(sdp, kind) {
  for (const line of (sdp ?? '').split(/\r?\n/)) {
    const [, , udp, , address, port, , found] = line.split(' ');
    if (line.startsWith('a=candidate:') && udp?.toLowerCase() === 'udp' && found === kind)
      return address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }
  return '';
}

/** @param {string} url such as turns:turn.example.org:443?transport=tcp */
const hostOf = (url) => url.replace(/^turns?:/, '').replace(/\?.*$/, '');

/** A path that never came up: why, as far as can be told from here.
 * @param {RTCPeerConnection} pc @param {RTCIceServer[]} ice */
export function noteBlocked(pc, ice) {
  const relays = ice.flatMap((one) => one.urls).map(hostOf);
  blocked.value = {
    at: candidateOf(pc.remoteDescription?.sdp, 'host'),
    relays: [...new Set(relays)],
    reached: !!candidateOf(pc.localDescription?.sdp, 'relay'),
  };
}

/** The words for a fault of microphone or path: what, and the mend.
 * @param {string|null} fault @returns {string[]} */
export function faultWords(fault) {
  const why = fault === 'path' ? blocked.value : null;
  if (why?.at) return t.network.blocked(why);
  return t.sound.errors[fault ?? ''] ?? t.sound.errors.unknown;
}

/** The same for a message that leaves again: what to ask for stands under Your sound.
 * @param {string|null} fault */
export const toldOf = (fault) => {
  const words = faultWords(fault);
  return fault === 'path' && blocked.value?.at ? words[0] : words.join(' ');
};
