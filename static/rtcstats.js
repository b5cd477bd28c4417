/** getStats() about the sound since the last look, as three numbers. */

/** @typedef {{rtt_ms: number, loss: number, jitter_ms: number}} Seen */

export function createStats() {
  let last = { received: 0, lost: 0 };
  return {
    reset() {
      last = { received: 0, lost: 0 };
    },
    /** @param {RTCPeerConnection} pc @returns {Promise<Seen>} */
    async read(pc) {
      let rtt = 0,
        jitter = 0,
        received = 0,
        lost = 0;
      for (const report of (await pc.getStats()).values()) {
        if (report.type === 'candidate-pair' && report.nominated)
          rtt = (report.currentRoundTripTime ?? 0) * 1000;
        if (report.type === 'inbound-rtp') {
          jitter = (report.jitter ?? 0) * 1000;
          received = report.packetsReceived ?? 0;
          lost = report.packetsLost ?? 0;
        }
      }
      const got = received - last.received;
      const gone = Math.max(0, lost - last.lost);
      last = { received, lost };
      return {
        rtt_ms: Math.round(rtt),
        loss: got + gone > 0 ? Math.round((gone / (got + gone)) * 1000) / 1000 : 0,
        jitter_ms: Math.round(jitter),
      };
    },
  };
}

/** @param {Seen|null} s @returns {'good'|'fair'|'poor'} */
export function verdict(s) {
  if (!s) return 'good';
  if (s.loss > 0.05 || s.rtt_ms > 400 || s.jitter_ms > 60) return 'poor';
  return s.loss > 0.015 || s.rtt_ms > 200 || s.jitter_ms > 30 ? 'fair' : 'good';
}
