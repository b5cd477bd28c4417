/** An agent asks for help: at their desk, and at the pages of supervisors. */
export const asksHelp = {
  asksHelp: {
    button: 'Help',
    command: 'Ask for help now',
    again: 'Ask for help again',
    /** @param {string} stands */
    already: (stands) => `You have asked already: ${stands}.`,
    bar: 'Help',
    others: 'Who asks for help',
    asking: 'Asking for help …',
    asked: 'Help asked',
    told: {
      /** @param {string} name */
      one: (name) => `${name} is told`,
      all: 'all supervisors are told',
      telephone: 'all are told, and the numbers on call are rung',
      /** @param {string} name */
      rings: (name) => `all are told, and ${name}’s telephone rings`,
    },
    /** @param {string} name */
    seen: (name) => `Seen by ${name}`,
    /** @param {string} name */
    byTelephone: (name) => `Seen by ${name}, at their telephone`,
    /** @param {string} names @param {number} n */
    listens: (names, n) => `${names} ${n === 1 ? 'is' : 'are'} listening`,
    notNeeded: 'Not needed any more',
    /** At the pages of supervisors. @param {string} name */
    asks: (name) => `${name} asks for help`,
    /** @param {string} name @param {string} about */
    speak: (name, about) => `${name} asks for help. ${about}`,
    has: { elsewhere: 'not theirs any more', over: 'over by now' },
    noCall: 'nothing in hand',
    away: 'their desk is not connected',
    listen: 'Listen',
    mine: 'I’m on it',
    done: 'Done',
    doneWhy: 'Nothing more is to be done: it ends at their desk, too',
    open: 'Incident',
    /** @param {string} name */
    hasIt: (name) => `${name} has it`,
    youHaveIt: 'You have it',
    onlyTold: 'You are told',
    keyListen: 'Alt V',
  },
};
