/** G.711 µ-law (ITU-T G.711) and a straight-line resampler. Pure; used by the worklet and by tests. */

const BIAS = 0x84;
const CLIP = 32635;

/** @param {number} pcm 16-bit sample @returns {number} */
export function encode(pcm) {
  const sign = pcm < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(pcm), CLIP) + BIAS;
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && !(magnitude & mask); mask >>= 1) exponent -= 1;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

/** @param {number} ulaw @returns {number} 16-bit sample */
export function decode(ulaw) {
  const u = ~ulaw & 0xff;
  const magnitude = ((((u & 0x0f) << 3) + BIAS) << ((u >> 4) & 7)) - BIAS;
  return u & 0x80 ? -magnitude : magnitude;
}

/**
 * Brings a stream of float samples from one rate to another, keeping its phase between blocks.
 * Going down it averages what each output sample covers (a box filter: enough for speech in a demo).
 * @param {number} from @param {number} to
 */
export function resampler(from, to) {
  const step = from / to;
  let sum = 0,
    weight = 0,
    need = step;
  let position = 0,
    last = 0;
  return step >= 1
    ? (/** @type {Float32Array} */ input, /** @type {(x: number) => void} */ emit) => {
        for (const x of input) {
          let left = 1;
          while (left >= need - weight) {
            const take = need - weight;
            emit((sum + x * take) / need);
            left -= take;
            sum = 0;
            weight = 0;
          }
          sum += x * left;
          weight += left;
        }
      }
    : (/** @type {Float32Array} */ input, /** @type {(x: number) => void} */ emit) => {
        for (const x of input) {
          while (position < 1) {
            emit(last + (x - last) * position);
            position += step;
          }
          position -= 1;
          last = x;
        }
      };
}
