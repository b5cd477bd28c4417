/** Words of whoever sits beside an agent: on the board, and at the agent’s desk. */
export const beside = {
  beside: {
    listen: 'Listen',
    whisper: 'Whisper',
    barge: 'Take part',
    leave: 'Leave the call',
    take: 'Take the call over',
    openDesk: 'Open my desk',
    needsDesk: 'To take the call over you need your desk, with sound: press Ready there once.',
    busy: 'To listen, end your own call and its wrap-up first',
    done: {
      /** @param {string} name @param {boolean} hidden */
      listen: (name, hidden) =>
        hidden
          ? `You listen to ${name}. They do not see it; the audit has it.`
          : `You listen to ${name}. They see it.`,
      /** @param {string} name */
      whisper: (name) => `${name} hears you, the caller does not.`,
      /** @param {string} name */
      barge: (name) => `${name} and the caller hear you.`,
    },
    /** @param {string} name */
    left: (name) => `You have left ${name}’s call.`,
    /** @param {string} who @param {string} name */
    taken: (who, name) => `You have ${who} at your desk. ${name} is free.`,
    /** In the agent’s drawer. */
    call: 'This call',
    /** @param {string} time */
    joined: (time) => `you joined at ${time}`,
    microphone: 'Your microphone',
    hears: 'hears you',
    hearsNot: 'does not hear you',
    /** @param {string} name @param {BesideMode} mode @param {boolean} hidden */
    theySee: (name, mode, hidden) => {
      if (hidden) return `${name} does not see that you listen. The audit has it.`;
      const what = { listen: 'listen', whisper: 'speak to them', barge: 'speak to both' };
      return `${name} sees that you ${what[mode]}.`;
    },
    /** The sound of one’s own board. */
    bar: 'Beside an agent',
    over: 'You no longer hear the call: it is over, or you have one of your own.',
    press: 'press anywhere to hear it',
    otherPage: 'on another page',
    /** What stands at one’s own desk, or board, meanwhile. */
    mine: {
      /** @param {string} who */
      listen: (who) => `You listen to the call with ${who}`,
      /** @param {string} who */
      whisper: (who) => `The agent with ${who} hears you`,
      /** @param {string} who */
      barge: (who) => `${who} and the agent hear you`,
    },
    /** On the board, of whoever sits there. @param {string} name */
    at: (name) => `beside ${name}`,
    /** What an agent sees. */
    sees: {
      /** @param {string} name */
      listen: (name) => `${name} listens`,
      /** @param {string} name */
      whisper: (name) => `${name} speaks to you`,
      /** @param {string} name */
      barge: (name) => `${name} speaks to both`,
    },
  },
};
