/** Words of handing a call or a text on. */
export const transfer = {
  transfer: {
    button: 'Transfer',
    /** @param {string} who */
    title: (who) => `Transfer ${who} to`,
    label: 'Colleague, queue, skill, number or interpreter',
    kinds: {
      agent: 'colleague',
      queue: 'queue',
      skill: 'skill',
      number: 'number',
      interpreter: 'interpreter',
    },
    free: 'free',
    room: 'has room',
    closed: 'closed now: it waits there',
    anyOf: 'anyone free who has it',
    outside: 'outside; comes back to you if nobody answers',
    askOnly: 'outside; can be asked in',
    notCalled: 'outside; is not called',
    none: 'Nothing with that name has room. Try other words, or put them back in line.',
    noNumbers:
      'Callers can be transferred only to numbers on this centre’s list. An administrator can allow others.',
    noInterpreters:
      'Nothing with that name has room, and this centre has no interpreters (an administrator can add ' +
      'them). Try other words, or put them back in line.',
    nobody: 'No colleague has room right now.',
    onlyAsked: 'No colleague can take it right now; those with “Ask first” can be asked in.',
    asking: 'Asking who has room …',
    /** Why a key did nothing. */
    whyNot: {
      text: 'Only a call can be shared. Enter hands this on.',
      asked: 'You have asked somebody in already. Let them go first.',
      /** @param {string} name @param {string} state */
      ask: (name, state) => `${name} cannot be asked in now${state ? ` (${state})` : ''}.`,
      /** @param {string} name @param {string} state @param {boolean} [asks] */
      take: (name, state, asks) =>
        `${name} cannot take it now${state ? ` (${state})` : ''}.${asks ? ' Shift + Enter asks first.' : ''}`,
    },
    back: 'Back in line',
    /** @param {string} who */
    backOf: (who) => `Put ${who} back in line`,
    hint: 'Enter transfers, Esc closes',
    hintChoose: 'Choose somebody first: type, or press ↓',
    hintNot: 'Cannot take it now; choose somebody else',
    going: 'Transferring …',
    /** @param {string} name */
    done: (name) => `Transferred to ${name}. They hear music until somebody answers.`,
    /** @param {string} name */
    ringsAt: (name) => `Ringing ${name}. If nobody answers, the call comes back to you.`,
    /** @param {string} who */
    returned: (who) => `${who} is back in line, at their old place.`,
  },
};
