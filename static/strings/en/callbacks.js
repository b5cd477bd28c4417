/** The list of callbacks. */
export const callbacks = {
  /** How a promise came to be. @type {Record<string, string>} */
  callbackKinds: {
    key: 'asked by key',
    voicemail: 'voicemail',
    gave_up: 'gave up waiting',
    dropped: 'call was lost',
    again: 'not reached before',
    scheduled: 'for a set time',
    person: 'promised',
  },
  /** What came of the try before. @type {Record<string, string>} */
  callbackLast: {
    busy: 'line was busy',
    no_answer: 'no answer',
    failed: 'could not connect',
    line_lost: 'line was lost',
    agent_hung_up: 'we hung up first',
    message_left: 'message left',
    unclear: 'unclear if it rang',
    not_reached: 'not reached',
  },
  callbackList: {
    tab: 'Callbacks',
    kinds: 'Callbacks today, by severity and kind',
    /** @param {number} kept @param {number} late @param {number} gaveUp */
    became: (kept, late, gaveUp) => `${kept} kept (${late} late), ${gaveUp} given up`,
    title: 'Callbacks',
    help: 'callbacks: mine, due, overdue',
    which: 'Which callbacks',
    filters: {
      '': 'All',
      mine: 'Mine',
      due: 'Due',
      overdue: 'Overdue',
      nobodys: 'Nobody’s',
      severe: 'S1 and S2',
    },
    cols: ['Severity', 'Who', 'Promised', 'Due', 'Their time', 'Owner', 'Acts'],
    /** @param {string} name */
    by: (name) => `by ${name}`,
    /** @param {string} x */
    left: (x) => `in ${x}`,
    /** @param {string} x */
    since: (x) => `due since ${x}`,
    /** @param {string} x */
    over: (x) => `overdue ${x}`,
    /** @param {string} names */
    rings: (names) => `rings at ${names}`,
    /** @param {string} names */
    dials: (names) => `${names} is calling`,
    /** @param {string} time */
    place: (time) => `place kept: ${time}`,
    /** @param {string} clock */
    now: (clock) => `${clock} there`,
    /** @param {string} clock */
    then: (clock) => `${clock} there then`,
    or: ' or ',
    unknown: 'local time unknown',
    nobody: 'nobody',
    away: 'not here',
    awayWhy: 'It rings at whoever is free.',
    call: 'Call',
    /** @param {string} who */
    callOf: (who) => `Call ${who} now`,
    more: 'More',
    /** @param {string} who */
    moreOf: (who) => `More for ${who}`,
    move: 'Move to another time …',
    give: 'Give to somebody …',
    /** @param {string} who */
    giveTitle: (who) => `Who calls ${who}?`,
    /** @param {string} no */
    giveLead: (no) => `This callback alone: it rings there first, and ${no} stays with its owner.`,
    /** @param {string} name */
    given: (name) => `The callback is ${name}’s. The incident stays with its owner.`,
    open: 'Open the incident',
    none: 'None.',
    asking: 'Looking …',
    failed: 'The list could not be read. It is asked for again.',
    /** @param {number} n */
    first: (n) => `The first ${n}.`,
    /** @param {string} who */
    moveTitle: (who) => `Move the callback to ${who}`,
    moveLead: 'It rings at the new time, and its place in line counts from then.',
    moveGo: 'Move it',
    moveAnyway: 'Move it anyway',
    /** @param {string} time */
    moved: (time) => `Moved to ${time}.`,
  },
};
