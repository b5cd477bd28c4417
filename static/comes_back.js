/** Whether what the speaker plays comes back by the microphone, and how loud: what a caller would hear of
 * themselves. A rushing sound that repeats itself exactly is played, and looked for in what the microphone
 * gives, at every delay at once. Nothing is recorded, and nothing leaves the page. */

/** One turn of the sound, in samples: as much as can be seen at once, 0.68 s at 48 kHz. */
const TURN = 32768;
const LOW_HZ = 300;
const HIGH_HZ = 3400;
/** As loud as voices are. */
const LEVEL = 0.1;
/** It swells and fades like syllables: what rushes evenly is taken for noise and left out on its way. */
const SYLLABLES = 3;
/** Echo cancelling has learned by then, as it has in a call. */
const LEARN_S = 1.4;
const LOOKS = 2;
/** What a room adds belongs to it. */
const NEAR_S = 0.008;
/** So far it stands out of what is there by chance. */
const CLEAR = 6;

/** In place. @param {Float64Array} re @param {Float64Array} im @param {boolean} back */
function fft(re, im, back) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let half = 1; half < n; half *= 2) {
    const step = ((back ? 1 : -1) * Math.PI) / half;
    for (let k = 0; k < half; k++) {
      const c = Math.cos(step * k);
      const s = Math.sin(step * k);
      for (let i = k; i < n; i += 2 * half) {
        const j = i + half;
        const r = re[j] * c - im[j] * s;
        const m = re[j] * s + im[j] * c;
        re[j] = re[i] - r;
        im[j] = im[i] - m;
        re[i] += r;
        im[i] += m;
      }
    }
  }
}

/** One turn of it. @param {number} rate @returns {Float32Array<ArrayBuffer>} */
export function rush(rate) {
  const re = new Float64Array(TURN);
  const im = new Float64Array(TURN);
  let seed = 1;
  for (let k = 1; k < TURN / 2; k++) {
    const hz = (k * rate) / TURN;
    if (hz < LOW_HZ || hz > HIGH_HZ) continue;
    seed = (seed * 48271) % 2147483647; // the same each time
    const turn = (seed / 2147483647) * 2 * Math.PI;
    re[k] = Math.cos(turn);
    im[k] = Math.sin(turn);
  }
  fft(re, im, true);
  let power = 0;
  const sound = new Float32Array(TURN);
  for (let i = 0; i < TURN; i++) {
    sound[i] = re[i] * (1.1 - Math.cos((2 * Math.PI * SYLLABLES * i) / TURN));
    power += sound[i] ** 2 / TURN;
  }
  return sound.map((one) => (one * LEVEL) / Math.sqrt(power));
}

/** How loud one turn of `sound` is in one turn of `heard`, at whatever delay: in dB of what was played; and
 * whether it stands out. Pure.
 * @param {Float32Array} heard @param {Float32Array} sound @param {number} rate */
export function backIn(heard, sound, rate) {
  const [xr, xi] = [Float64Array.from(sound), new Float64Array(TURN)];
  const [yr, yi] = [Float64Array.from(heard), new Float64Array(TURN)];
  fft(xr, xi, false);
  fft(yr, yi, false);
  const [same, mixed] = [new Float64Array(TURN), new Float64Array(TURN)];
  const [none, left] = [new Float64Array(TURN), new Float64Array(TURN)];
  for (let k = 0; k < TURN; k++) {
    same[k] = xr[k] ** 2 + xi[k] ** 2;
    mixed[k] = yr[k] * xr[k] + yi[k] * xi[k];
    left[k] = yi[k] * xr[k] - yr[k] * xi[k];
  }
  fft(same, none, true);
  fft(mixed, left, true);
  let at = 0;
  for (let i = 1; i < TURN; i++) if (Math.abs(mixed[i]) > Math.abs(mixed[at])) at = i;
  const near = Math.round(NEAR_S * rate);
  const sum = (/** @type {Float64Array} */ of, /** @type {number} */ middle) => {
    let all = 0;
    for (let d = -near; d <= near; d++) all += of[(middle + d + TURN) % TURN] ** 2;
    return all;
  };
  let rest = 0;
  let many = 0;
  for (let i = 0; i < TURN; i++) {
    const away = Math.min((i - at + TURN) % TURN, (at - i + TURN) % TURN);
    if (away > 4 * near) {
      rest += mixed[i] ** 2;
      many += 1;
    }
  }
  const chance = Math.sqrt(rest / many);
  const clear = Math.abs(mixed[at]) > CLEAR * chance;
  const beside = (2 * near + 1) * chance ** 2; // of the noise, by chance
  const most = (CLEAR * chance) ** 2 / same[0] ** 2;
  const power = Math.max((mixed[at] / same[0]) ** 2, (sum(mixed, at) - beside) / sum(same, 0));
  return { db: Math.max(-90, 10 * Math.log10((clear ? power : most) + 1e-12)), clear };
}

/** Plays it, and says how loud it comes back, in dB of what is played. Not heard at all: the most that it can
 * be; null: the room is too loud to tell, or there is no sound.
 * @param {MediaStream} mic @param {{sink: string, gain: number, faint: number}} options `faint`: dB below
 * which nobody minds it @returns {Promise<number|null>} */
export async function comesBack(mic, { sink, gain, faint }) {
  const context = new AudioContext();
  try {
    await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
    if (context.state !== 'running') return null;
    if (sink !== 'default')
      await /** @type {{setSinkId?: (id: string) => Promise<void>}} */ (context)
        .setSinkId?.(sink)
        .catch(() => {});
    const sound = rush(context.sampleRate);
    const buffer = context.createBuffer(1, TURN, context.sampleRate);
    buffer.copyToChannel(sound, 0);
    const player = context.createBufferSource();
    const loud = context.createGain();
    const ear = context.createAnalyser();
    ear.fftSize = TURN;
    context.createMediaStreamSource(mic).connect(ear);
    Object.assign(player, { buffer, loop: true });
    loud.gain.value = gain;
    player.connect(loud).connect(context.destination);
    player.start();
    const turn_ms = (TURN / context.sampleRate) * 1000;
    await new Promise((done) => setTimeout(done, LEARN_S * 1000));
    const found = [];
    for (let n = 0; n < LOOKS; n++) {
      await new Promise((done) => setTimeout(done, turn_ms));
      const heard = new Float32Array(TURN);
      ear.getFloatTimeDomainData(heard);
      found.push(backIn(heard, sound, context.sampleRate));
    }
    player.stop();
    const loudest = found.reduce((a, b) => (b.db > a.db ? b : a));
    return loudest.clear || loudest.db < faint ? Math.round(loudest.db) : null;
  } finally {
    void context.close().catch(() => {});
  }
}
