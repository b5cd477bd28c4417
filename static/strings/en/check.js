/** The check of one's sound before a shift. */

export const check = {
  check: {
    title: 'Check your sound',
    offer: 'Before your shift: half a minute, and you know that they will hear you.',
    button: 'Check',
    begin: 'Start',
    lead: 'You hear two sounds, say a few words and hear yourself. Nothing you say is kept.',
    yes: 'Yes',
    no: 'No',
    again: 'Play again',
    anew: 'Check again',
    ready: 'Ready',
    /** What is asked, or goes on, by step. */
    steps: {
      asking: 'Opening the microphone …',
      speaker: 'Do you hear the voice in your headset?',
      ring: 'Do you hear the ring?',
      speak: 'Say a few words now, as you speak to callers.',
      listen: 'Now you hear yourself, as callers do.',
      heard: 'Did you hear yourself well?',
      rush: 'Please say nothing: you hear a rushing sound for three seconds.',
      network: 'Measuring the way to the centre …',
    },
    /** @param {number} n @param {number} of */
    step: (n, of) => `Step ${n} of ${of}`,
    stopped: 'The check was ended: a call rings.',
    notKept: 'The record takes nothing just now: the result is tried again.',
    verdict: {
      good: 'Good for calls.',
      fair: 'Good enough for calls, but not good.',
      poor: 'Not fit for calls yet.',
    },
    /** @param {string} at */
    at: (at) => `Checked at ${at}.`,
    rows: {
      mic: 'Microphone',
      speaker: 'Speaker',
      ring: 'Ring',
      back: 'Echo',
      network: 'Network',
      speed: 'Bandwidth',
    },
    standard: 'System default',
    heard: 'you heard it',
    notAsked: 'not checked',
    /** @param {number} db */
    level: (db) => `speaks at ${db} dB`,
    /** @param {number} db */
    back: (db) => (db <= -60 ? 'nothing comes back' : `comes back at ${db} dB`),
    /** @param {number} rtt @param {number} jitter @param {string} up @param {string} down */
    network: (rtt, jitter, up, down) =>
      `${rtt} ms there and back · jitter ${jitter} ms · lost ${up} % out, ${down} % in`,
    /** @param {number} mbit */
    least: (mbit) => `at least ${mbit}`,
    /** @param {string} up @param {string} down */
    speed: (up, down) => `${up} Mbit/s out, ${down} in · a call needs 0.1`,
    /** What is wrong, and the mend. */
    faults: {
      no_mic: 'The browser gives no microphone. Allow it beside the address, or plug in a headset.',
      no_path: 'No sound came to the centre. Choose another network, or tell your administrator.',
      silent: 'The microphone gives silence. Is the headset muted, or another one chosen?',
      not_heard: 'You did not hear yourself. Choose another microphone or speaker, and check again.',
      no_ring: 'You did not hear the ring. Choose another device for it, or turn it up.',
      no_speaker: 'You heard nothing. Choose another speaker, or turn it up.',
      loss_up: 'Part of what you say gets lost. Use a network cable; stop video and downloads.',
      loss_down: 'Part of what they say gets lost. Use a network cable; stop video and downloads.',
      slow_up: 'Too little bandwidth for your voice. Stop uploads, or choose another network.',
      slow_down: 'Too little bandwidth for their voice. Stop downloads, or choose another network.',
      quiet: 'You are quiet. Move the microphone nearer to your mouth.',
      loud: 'You are too loud, and it crackles. Move the microphone away a little.',
      comes_back: 'Your speaker comes back into your microphone: callers hear themselves. Use a headset.',
      jitter: 'The network is uneven. Use a cable instead of the air.',
      far: 'The way is long: leave a pause after each sentence.',
    },
    board: {
      /** @param {string} verdict @param {string} at */
      told: (verdict, at) => `Sound checked at ${at}: ${verdict}.`,
      /** @param {string} verdict */
      short: (verdict) => `${verdict} sound check`,
      words: { good: 'good', fair: 'fair', poor: 'poor' },
    },
  },
};
