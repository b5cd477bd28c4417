/** One agent, as a supervisor sees them. */
export const seen = {
  seen: {
    /** @param {string} name */
    open: (name) => `${name}: look`,
    /** @param {string} name */
    why: (name) => `${name}: their call, their hour and day; listen, help, free them or make them ready`,
    /** In the menu of what they have in hand. @param {string} name */
    has: (name) => `Look at ${name}: listen, help …`,
    /** @param {string} name */
    of: (name) => `${name}: work, hour and day`,
    /** @param {string} time */
    since: (time) => `since ${time}`,
    /** @param {string} from @param {string} to */
    shift: (from, to) => `shift ${from} – ${to}`,
    /** @param {number} ms */
    minutes: (ms) => (ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`),
    inHand: 'In hand',
    /** @param {string} name */
    askedIn: (name) => `asked in by ${name}`,
    /** The caller is with their colleague, and they hear music. @param {string} name */
    onHold: (name) => `on hold, asked in by ${name}`,
    /** @param {string} name */
    asks: (name) => `${name} asks them in`,
    /** The way to it. @param {string} name */
    callOf: (name) => `${name}’s call`,
    nothing: 'Nothing.',
    hour: 'Last hour',
    today: 'Today',
    took: 'Took',
    /** @param {number} calls @param {number} texts */
    tookOf: (calls, texts) =>
      `${calls} ${calls === 1 ? 'call' : 'calls'}, ${texts} ${texts === 1 ? 'text' : 'texts'}`,
    /** @param {number} n */
    dialled: (n) => `, called ${n}`,
    rang: 'Rang before',
    /** @param {string} time */
    slowest: (time) => `slowest tenth ${time}`,
    missed: 'Missed',
    /** @param {number} n */
    declined: (n) => `${n} declined`,
    kinds: {
      calls: 'calls',
      texts: 'texts',
      ready: 'ready',
      wrapup: 'wrap-up',
      paused: 'paused',
      away: 'not connected',
    },
  },
};
