/** An agent, as every page tells of them. */
/** @type {Record<string, string>} */
const missedWhat = {
  voice: 'a call from',
  sms: 'a text from',
  email: 'an email from',
  callback: 'a callback to',
};

const thenWhat = {
  paused: 'You are paused: press Ready to get the next one.',
  after: 'You are paused after this: press Ready to get the next one.',
  active: 'You were at work, so you stay ready.',
  testing: 'This desk is testing itself; if it works, you are ready again at once.',
};

const safe = 'What you missed is back in line; nobody is lost.';

export const agent = {
  states: {
    ready: 'ready',
    ringing: 'ringing',
    connecting: 'connecting',
    talking: 'on a call',
    dialing: 'dialling',
    messages: 'messages',
    wrapup: 'wrap-up',
    testing: 'desk test',
    paused: 'paused',
    lost: 'connection lost',
    offline: 'signed out',
  },
  /** Why they pause, where the router decided it: a word for all, and what their own desk tells them.
   * @type {Record<string, {word: string, told?: string, hint?: string}>} */
  pauses: {
    missed: {
      word: 'missed offers',
      told: 'You missed several offers. Press Ready when you are back.',
      hint: safe,
    },
    self_test_failed: {
      word: 'desk test failed',
      told: 'The test of this desk failed. Check the sound below, then press Ready.',
      hint: safe,
    },
    no_sound: {
      word: 'no sound',
      told: 'Your sound was not up when you answered. Check it below, then press Ready.',
      hint: safe,
    },
    left: {
      word: 'was away',
      told: 'You were away too long and were signed off duty. Press Ready when you are back.',
      hint: safe,
    },
    signed_in: { word: 'just signed in', hint: 'Press Ready to begin.' },
    signed_out: { word: 'signed out' },
  },
  agent: {
    /** @param {string} why */
    paused: (why) => `Paused: ${why}`,
    /** @param {string} why */
    pausedAfter: (why) => `paused after this: ${why}`,
    /** @param {string} why */
    quiet: (why) => `${why} (nothing rings)`,
    againHint: 'Press Ready when you want to go on.',
    comeBack: 'to return',
    left: 'left',
    noCalls: 'texts only',
    noCallsWhy: 'No sound at this desk: texts and mails are offered, calls are not',
    /** @param {number} n */
    roomShort: (n) => (n ? `room for ${n}` : 'full'),
    /** @param {number} n */
    room: (n) => `${n ? `room for ${n} text${n === 1 ? '' : 's'}` : 'full'}; a worse call sets them aside`,
    /** @param {string} channel @param {string} who @param {keyof typeof thenWhat} then */
    missed: (channel, who, then) =>
      `You missed ${missedWhat[channel]} ${who}. It is back in line; nobody is lost. ${thenWhat[then]}`,
  },
  terms: {
    /** @param {string} word @param {number} floor */
    stage: (word, floor) => `${word}: ${floor === 2 ? 'S3 and S4 only' : 'S2 to S4 only'}`,
    outside: 'outside shift',
    /** @param {string} time */
    outsideWhy: (time) => `The next shift begins ${time}; until then S1 and S2 only`,
    /** @param {string} time */
    ready: (time) => `You are outside your shift (next: ${time}). You are ready for S1 and S2.`,
  },
};
