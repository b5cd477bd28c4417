/** getStats() about the sound since the last look, in a few numbers. The centre judges them. */

/** `buffer_ms`: how long a frame waited here for its turn; null: none came.
 * @typedef {{rtt_ms: number, loss: number, jitter_ms: number, buffer_ms: number|null}} Seen */

const NOTHING = { received: 0, lost: 0, waited: 0, played: 0 };

export function createStats() {
  let last = NOTHING;
  return {
    reset() {
      last = NOTHING;
    },
    /** @param {RTCPeerConnection} pc @returns {Promise<Seen>} */
    async read(pc) {
      let rtt = 0,
        jitter = 0,
        now = NOTHING;
      for (const report of (await pc.getStats()).values()) {
        if (report.type === 'candidate-pair' && report.nominated)
          rtt = (report.currentRoundTripTime ?? 0) * 1000;
        if (report.type === 'inbound-rtp') {
          jitter = (report.jitter ?? 0) * 1000;
          now = {
            received: report.packetsReceived ?? 0,
            lost: report.packetsLost ?? 0,
            waited: report.jitterBufferDelay ?? 0,
            played: report.jitterBufferEmittedCount ?? 0,
          };
        }
      }
      const got = now.received - last.received;
      const gone = Math.max(0, now.lost - last.lost);
      const played = now.played - last.played;
      const waited = now.waited - last.waited;
      last = now;
      return {
        rtt_ms: Math.round(rtt),
        loss: got + gone > 0 ? Math.round((gone / (got + gone)) * 1000) / 1000 : 0,
        jitter_ms: Math.round(jitter),
        buffer_ms: played > 0 ? Math.round((waited / played) * 1000) : null,
      };
    },
  };
}
