/** Loudness of a microphone, measured on a copy of the track: muting the call does not blind it. */

const EVERY_MS = 80;
const LOUD = 0.16;
const TALK_TICKS = 4; // about a third of a second of speech

/** @param {(level: number) => void} onLevel @param {(talking: boolean) => void} onTalk */
export function createMeter(onLevel, onTalk) {
  /** @type {AudioContext|null} */
  let context = null;
  /** @type {MediaStream|null} */
  let copy = null;
  let timer = 0;
  let loud = 0;
  let shown = 0;

  function stop() {
    clearInterval(timer);
    for (const track of copy?.getTracks() ?? []) track.stop();
    copy = null;
    onLevel(0);
    onTalk(false);
  }

  /** @param {MediaStream} stream */
  function follow(stream) {
    stop();
    try {
      context ??= new AudioContext();
    } catch {
      return;
    }
    void context.resume();
    copy = stream.clone();
    for (const track of copy.getTracks()) track.enabled = true;
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(copy).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    timer = window.setInterval(() => {
      if (document.hidden) return;
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const x of samples) sum += x * x;
      const db = 10 * Math.log10(sum / samples.length + 1e-9);
      const value = Math.max(0, Math.min(1, (db + 60) / 50)); // -60 dB … -10 dB
      const next = Math.round(Math.max(value, shown * 0.75) * 20) / 20;
      if (next !== shown) {
        shown = next;
        onLevel(shown);
      }
      loud = value > LOUD + 0.3 ? Math.min(loud + 1, TALK_TICKS * 3) : Math.max(0, loud - 0.25);
      onTalk(loud >= TALK_TICKS);
    }, EVERY_MS);
  }

  return { follow, stop };
}
