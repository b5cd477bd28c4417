/** A name that begins a sentence. @param {string} name */
const cap = (name) => name.charAt(0).toUpperCase() + name.slice(1);

/** To whom whoever takes part speaks. @param {'both'|'agent'|'second'|'caller'|'all'} talk
 * @param {string} you the agent @param {string} second whoever was asked in */
const to = (talk, you, second) =>
  ({
    both: 'both',
    agent: `${you}; the caller is on hold`,
    second: `${you} and ${second}; the caller is on hold`,
    caller: `${you} and the caller`,
    all: 'all',
  })[talk];

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
      /** @param {string} heard */
      barge: (heard) => `${heard}.`,
    },
    /** @param {string} name */
    left: (name) => `You have left ${name}’s call.`,
    /** @param {string} who @param {string} name */
    taken: (who, name) => `You have ${who} at your desk. ${name} has time for their notes.`,
    /** In the agent’s drawer. */
    call: 'This call',
    /** @param {string} time */
    joined: (time) => `you joined at ${time}`,
    microphone: 'Your microphone',
    hears: 'hears you',
    hearsNot: 'does not hear you',
    /** Whom nobody need name. */
    caller: 'the caller',
    meanwhile: { held: 'on hold', music: 'hears music', gone: 'sound lost' },
    /** @param {string[]} names @param {string} held who is on hold, or '' */
    heardBy: (names, held) => {
      const all = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
      const heard = all ? `${cap(all)} ${names.length > 1 ? 'hear' : 'hears'} you` : 'Nobody hears you';
      return held ? `${heard}; ${held} is on hold` : heard;
    },
    /** @param {string} name @param {BesideMode} mode @param {boolean} hidden
     * @param {{talk: 'both'|'agent'|'second'|'caller'|'all', second: string}} at */
    theySee: (name, mode, hidden, { talk, second }) => {
      if (hidden) return `${name} does not see that you listen. The audit has it.`;
      const what = {
        listen: 'listen',
        whisper: 'speak to them',
        barge: `speak to ${to(talk, 'them', second)}`,
      };
      return `${name} sees that you ${what[mode]}.`;
    },
    /** The sound of one’s own board. */
    bar: 'Beside an agent',
    /** @param {string} name @param {BesideMode} mode */
    nowWith: (name, mode) => `${name} has the call now${mode === 'listen' ? '' : ' and hears you'}.`,
    /** In the drawer of an agent who has it no more. @param {string} name */
    callOf: (name) => `The call of ${name}, beside whom you sit`,
    over: 'You no longer hear the call: it is over, or you have one of your own.',
    press: 'press anywhere to hear it',
    otherPage: 'on another page',
    /** What stands at one’s own desk, or board, meanwhile. */
    mine: {
      /** @param {string} who @param {string} name of the agent, or '' */
      listen: (who, name) => `You listen to ${name ? `${name} with` : 'the call with'} ${who}`,
      /** @param {string} who @param {string} name */
      whisper: (who, name) => (name ? `${name}, with ${who}, hears you` : `The agent with ${who} hears you`),
      agent: 'the agent',
    },
    /** On the board, of whoever sits there. @param {string} name */
    at: (name) => `beside ${name}`,
    /** What an agent sees. */
    sees: {
      /** @param {string} name */
      listen: (name) => `${name} listens`,
      /** @param {string} name */
      whisper: (name) => `${name} speaks to you`,
      /** @param {string} name @param {{talk: 'both'|'agent'|'second'|'caller'|'all', second: string}} at */
      barge: (name, { talk, second }) => `${name} speaks to ${to(talk, 'you', second)}`,
    },
    /** The same as a colleague reads it who was asked in; they hear it, or not.
     * @param {string} name @param {string} agent */
    speaksToYou: (name, agent) => `${name} speaks to you and ${agent}`,
    /** @param {string} name @param {string} agent */
    speaksToThem: (name, agent) => `${name} speaks to ${agent} and the caller`,
  },
};
