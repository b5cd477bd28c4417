/** Words of what an agent holds in the hand: a headset, its volume, the keys. */
export const controls = {
  machine: {
    leave: 'Leave the message',
    person: 'Press here if it is a person after all.',
    why: 'It plays to its end on their machine; your wrap-up begins at once.',
  },
  volume: {
    talk: 'Call volume',
    ring: 'Ring volume',
    /** @param {number} step @param {number} most */
    of: (step, most) => `${step} of ${most}`,
    /** @param {string} what @param {number} step @param {number} most */
    is: (what, step, most) => `${what}: ${step} of ${most}`,
    /** @param {number} step */
    least: (step) => `An S1 rings at ${step} at least: somebody’s life may depend on hearing it.`,
  },
  keys: {
    menu: 'Single keys',
    turnOff: 'Turn single keys off (N, W, J, 1 …)',
    turnOn: 'Turn single keys on (N, W, J, 1 …)',
    /** @param {string} key */
    withAlt: (key) => `Alt ${key}`,
    /** @param {string} what @param {string} key */
    named: (what, key) => `${what} (${key})`,
    off: 'Single keys are off: they need Alt, but for Enter and Esc.',
    talk:
      'While you talk, what you type beside a field goes into the notes, “?” too; single keys need Alt ' +
      'then.',
  },
  dial: {
    button: 'Dial',
    title: 'Dial a number',
    label: 'Telephone number',
    placeholder: '+1 206 555 0142',
    lead: 'With its country, or as one dials it from here.',
    /** @param {string} word @param {string} number */
    shown: (word, number) => `They see ${number}, ${word}.`,
    where: 'Where it goes',
    theirs: 'On its own',
    /** @param {string} no @param {string} title */
    into: (no, title) => `Into ${no}${title ? `, ${title}` : ''}`,
    alone: 'On its own: into their own open incident; if they have none, a new one opens.',
    cancel: 'Cancel',
    go: 'Call',
  },
  redial: {
    /** @param {string} who */
    short: (who) => `Redial ${who}`,
    /** @param {string|null} who @param {string} number @param {string} no */
    to: (who, number, no) => `Redial ${who && who !== number ? `${who}, ` : ''}${number}, into ${no}`,
    none: 'You have called nobody in the last 24 hours. Find (/) has everybody.',
  },
  headset: {
    title: 'Headset buttons',
    choose: 'Choose the headset …',
    forget: 'Stop using it',
    lead: 'Answer, mute and hang up with the buttons on your headset.',
    away: 'Plug it in: this page notices it. If it does not, stop using it and choose it again.',
    /** @type {Record<string, string>} */
    does: { hook: 'answer and hang up', mute: 'mute', flash: 'hold', redial: 'redial' },
    /** @param {string[]} all */
    has: (all) => `Its buttons: ${[...new Set(all)].join(', ')}.`,
    /** @type {Record<string, string>} */
    faults: {
      busy:
        'Another program holds its buttons. Close that program, then unplug the headset and plug it in ' +
        'again. Calls work without them.',
      none: 'This headset tells the browser of no telephone buttons. Calls work without them.',
      denied: 'The browser did not allow it. Choose it again and allow it. Calls work without the buttons.',
      lamps:
        'The headset does not take what it is told: its lamps may be wrong. Unplug it and plug it in again.',
    },
  },
};
