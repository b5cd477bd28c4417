/** Incidents that are handed off: at the desk of whoever does it, and of whom it is for. */
export const handOff = {
  handOff: {
    button: 'Hand off',
    help: 'hand the incident off to somebody',
    /** @param {string} no */
    title: (no) => `Hand off ${no}`,
    person: 'A person',
    team: 'A team or department',
    /** @type {Record<string, string>} */
    states: {
      lost: 'connection lost',
      paused: 'paused',
      testing: 'testing sound',
      ready: 'ready',
      ringing: 'ringing',
      connecting: 'on a call',
      dialing: 'on a call',
      talking: 'on a call',
      wrapup: 'in wrap-up',
      messages: 'answering messages',
    },
    /** @param {number} n */
    moreAway: (n) => `${n} more ${n === 1 ? 'is' : 'are'} at no desk`,
    /** @param {string} time */
    until: (time) => `on until ${time}`,
    /** @param {number} ready @param {number} of */
    ready: (ready, of) => `${ready} of ${of} ready`,
    training: 'in training: too severe',
    first: 'first to accept becomes the owner',
    /** @param {string} time */
    opens: (time) => `shut · opens ${time}`,
    /** @param {string} time */
    closes: (time) => `open until ${time}`,
    /** @param {string} span */
    answers: (span) => `answers within ${span}`,
    loading: 'Looking who is here …',
    nobody: 'Nobody else is at a desk.',
    severity: 'Severity',
    summary: 'Summary',
    actions: 'Actions',
    what_if: 'What if',
    questions: 'Questions',
    hints: {
      reason: 'Why it is so severe',
      summary: 'What happened, to whom, how it is now',
      actions: 'What is to be done next, and when',
      what_if: 'What to do if it gets worse',
      questions: 'What is still open; none: leave it empty',
    },
    by: 'Accept by',
    /** @param {number} n */
    seconds: (n) => `${n} s`,
    /** @param {number} n */
    minutes: (n) => `${n} min`,
    /** @param {number} n */
    hours: (n) => `${n} h`,
    /** @param {string} span @param {number} level */
    usual: (span, level) => `${span} for S${level}`,
    /** @param {string} time */
    fromOpening: (time) => `The time runs from when they open, ${time}.`,
    stays: 'If nobody accepts, it stays yours, and your lead is told.',
    filled: 'Filled in from the incident. What you change is kept.',
    cancel: 'Cancel',
    choose: 'Choose to whom.',
    /** @param {string} part */
    missing: (part) => `Fill in ${part}.`,
    /** @param {string} to */
    go: (to) => (to ? `Hand off to ${to}` : 'Hand off'),
    going: 'Handing off …',
    /** @param {string} why */
    refused: (why) =>
      `Not handed off: ${why.replace(/\.$/, '')}. It is still yours, and your words are here.`,
    /** @param {string} to */
    done: (to) => `Handed to ${to}. It is yours until they accept.`,
  },
  handedAway: {
    title: 'Handed off',
    /** @param {string} to */
    to: (to) => `Handed to ${to}`,
    waits: 'waits to be accepted',
    /** @param {string} name */
    open: (name) => `${name} has it open`,
    /** @param {string} time */
    opens: (time) => `they open ${time}`,
    hastened: 'sooner, because it is S1 now',
    /** @param {string} x */
    left: (x) => x,
    over: () => 'time is up',
    take: 'Take it back',
    taking: 'Taking it back …',
    change: 'Change …',
    answer: 'Answer',
    answering: 'Sending …',
    /** @param {string} name */
    answerTo: (name) => `Your answer to ${name}`,
    read: 'OK',
    still: 'It is still yours.',
    /** @type {Record<HandOff['state'], string>} */
    states: {
      offered: 'waits',
      accepted: 'accepted',
      returned: 'came back',
      expired: 'came back: too late',
      withdrawn: 'taken back',
      overtaken: 'given to somebody',
    },
    /** @param {string} no @param {string} ended */
    news: (no, ended) => `${no}: ${ended}.`,
    /** @param {string} name @param {string} no @param {string} question */
    asks: (name, no, question) => `${name} asks about ${no}: ${question}`,
    /** @param {string} to */
    mine: (to) => `handed to ${to}`,
  },
  handedToMe: {
    title: 'Handed off to you',
    /** @param {string} name */
    from: (name) => `Hand-off from ${name}`,
    /** @param {string} name @param {string} no @param {string} title */
    came: (name, no, title) => `${name} hands ${no} off to you: ${title}`,
    /** @param {string} to */
    group: (to) => `to ${to}: the first to accept owns it`,
    read: 'Read it',
    none: 'none',
    hastened: 'Due sooner: the incident is S1 now.',
    back: 'Say it back in your words',
    example: 'What it is, what you do next and when, what you do if it gets worse',
    hasActions: 'The next action and its time are in your words',
    noActions: 'The next action and its time',
    hasWhatIf: 'So is the what-if',
    noWhatIf: 'The what-if',
    does: 'I do what is next, too',
    plans: 'Next, for you',
    pick: 'Say by when you do it: choose a moment beside “By when”.',
    /** @param {string} name @param {string} what */
    leaves: (name, what) => `${name}: ${what}`,
    accept: 'Accept',
    accepting: 'Accepting …',
    /** @param {string} name */
    ask: (name) => `Ask ${name} …`,
    /** @param {string} name */
    question: (name) => `Your question to ${name}`,
    send: 'Ask',
    giveBack: 'Return …',
    why: 'Why you cannot take it',
    go: 'Return it',
    leave: 'Not now',
    /** @param {string} name */
    reads: (name) => `${name} sees your question at once, and stays the owner until you accept.`,
    noAnswer: 'not answered yet',
    say: 'Say it back in your words first.',
    /** @param {string} no */
    yours: (no) => `${no} is yours.`,
    /** @param {string} name */
    returned: (name) => `Returned to ${name}.`,
    /** @param {string} no @param {string} x */
    soon: (no, x) => `${x} left to accept ${no}`,
  },
};
