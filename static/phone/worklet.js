// The sound of the phone page, on the audio thread: microphone → 8 kHz µ-law frames of 20 ms, and
// frames → loudspeaker through a small jitter buffer. Talks to call.js by its port.
import { decode, encode, resampler } from './ulaw.js';

const FRAME = 160;
const START = 3 * FRAME; // 60 ms in hand before it plays
const MOST = 12 * FRAME; // 240 ms: what is older is dropped, so that delay never grows

class Telephone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = resampler(sampleRate, 8000);
    this.up = resampler(8000, sampleRate);
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    /** 8 kHz samples to play. @type {number[]} */
    this.buffer = [];
    this.playing = false;
    /** @type {number[]} */
    this.out = [];
    this.loud = [0, 0];
    this.ticks = 0;
    this.one = new Float32Array(1);
    this.port.onmessage = (/** @type {MessageEvent<ArrayBuffer>} */ event) =>
      this.take(new Uint8Array(event.data));
  }

  /** @param {Uint8Array} bytes */
  take(bytes) {
    for (const b of bytes) this.buffer.push(decode(b) / 32768);
    if (this.buffer.length > MOST) this.buffer.splice(0, this.buffer.length - START);
  }

  /** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs */
  process(inputs, outputs) {
    const mic = inputs[0]?.[0];
    if (mic) {
      for (const x of mic) this.loud[0] = Math.max(this.loud[0], Math.abs(x));
      this.down(mic, (x) => {
        this.frame[this.filled++] = encode(Math.round(Math.max(-1, Math.min(1, x)) * 32767));
        if (this.filled === FRAME) {
          this.port.postMessage({ frame: this.frame.slice().buffer });
          this.filled = 0;
        }
      });
    }
    const ear = outputs[0][0];
    if (!this.playing && this.buffer.length >= START) this.playing = true;
    while (this.playing && this.out.length < ear.length) {
      if (!this.buffer.length) {
        this.playing = false;
        break;
      }
      this.one[0] = this.buffer.shift() ?? 0;
      this.up(this.one, (x) => this.out.push(x));
    }
    for (let i = 0; i < ear.length; i += 1) {
      ear[i] = this.out.length ? (this.out.shift() ?? 0) : 0;
      this.loud[1] = Math.max(this.loud[1], Math.abs(ear[i]));
    }
    if (++this.ticks % 32 === 0) {
      // about 12 times a second
      this.port.postMessage({ mine: this.loud[0], theirs: this.loud[1] });
      this.loud = [0, 0];
    }
    return true;
  }
}

registerProcessor('telephone', Telephone);
