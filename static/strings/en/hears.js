/** How a call sounds, both ways. */

export const hears = {
  hears: {
    desk: {
      agent: 'You hear them',
      caller: 'They hear you',
      /** @param {string} name whoever was asked in, while the caller is on hold */
      hearsOf: (name) => `You hear ${name}`,
      heard: 'Heard of you',
      onHold: 'The caller',
    },
    onHold: 'on hold',
    nothing: 'nothing comes',
    /** Nothing comes at all, by who hears nothing. */
    missing: { agent: 'you do not hear them', caller: 'they do not hear you' },
    mend: {
      agent: 'They may hear you: say that you will call back, then hang up and call.',
      caller: 'Check the headset and its mute button. If it stays so, hang up and call back.',
      /** The caller is on hold, and whoever was asked in hears nothing. */
      apart: 'Check the headset and its mute button. The caller is on hold and safe.',
    },
    dead: 'The caller has heard no sound from your microphone. Is the headset muted?',
    /** What is at fault, by who hears it so. */
    why: {
      network: {
        agent: 'Your network loses part of what they say.',
        caller: 'Your network loses part of what you say.',
      },
      line: { agent: 'The caller’s line breaks up.', caller: 'The caller’s line breaks up.' },
      backlog: { agent: 'They come to you late.', caller: 'They hear you late.' },
    },
    /** Of whoever was asked in, while the caller is on hold. */
    elsewhere: 'It breaks up before it reaches you; your network is fine.',
    do: {
      network: 'Use a network cable; stop video and downloads.',
      line: 'Nothing here mends it. Ask them to move, or call them back.',
      backlog: 'Wait a moment after each sentence, so that you do not talk over each other.',
    },
    is: { fair: 'fair', poor: 'poor', good: 'good', missing: '' },
    board: {
      agent: 'agent hears:',
      caller: 'caller hears:',
      heard: 'heard of the agent:',
      onHold: 'caller:',
      missing: { agent: 'agent hears nothing', caller: 'caller hears nothing' },
      where: { network: 'agent’s network', line: 'caller’s line', backlog: 'carrier is late' },
    },
    /** At the desk of whoever was asked into a call. */
    third: {
      missing: 'They do not hear you. Check the headset and its mute button.',
      elsewhere: 'it breaks up before it reaches you; your network is fine.',
    },
    /** Of a caller who was handed over to a number outside: what stands there instead of the agent. */
    number: {
      /** @param {string} name */
      missing: (name) => `${name} hears nothing`,
      /** @param {string} name */
      line: (name) => `line of ${name}`,
      unmeasured: 'sound not measured here: it is between the carrier and the number',
    },
    others: {
      /** @param {string} who */
      hears: (who) => `${who} hears:`,
      /** @param {string} who */
      heard: (who) => `heard of ${who}:`,
      /** @param {string} who */
      absent: (who) => `Nothing comes from ${who}.`,
      /** @param {string} who */
      side: (who) => `on the side of ${who}`,
      somebody: 'the colleague',
    },
    /** @param {string} mos @param {string} lost @param {number} ms */
    figures: (mos, lost, ms) => `${mos} of 4.4 · ${lost} % lost · ${ms} ms`,
    report: {
      /** @param {string} agent @param {string} caller @param {string|null} number that has the caller */
      sum: (agent, caller, number) =>
        number
          ? `Sound with ${number}: they ${agent}, caller ${caller}`
          : `Sound: agent ${agent}, caller ${caller}`,
      /** @param {string} mos */
      of: (mos) => `heard ${mos} of 4.4`,
      none: 'heard nothing',
      /** @param {number} s @param {string} who */
      silent: (s, who) => `${who} heard nothing for ${s} s`,
      /** @param {number} s @param {string} where */
      bad: (s, where) => `${s} s not good: ${where}`,
      /** @param {string} from @param {string} to @param {string|null} number */
      picture: (from, to, number) =>
        `How the call sounded from ${from} to ${to}: what ${number ?? 'agent'} and caller heard, ` +
        'from 1 to 4.4.',
      rows: { agent: 'Agent heard', caller: 'Caller heard' },
      /** @param {string} number */
      heard: (number) => `${number} heard`,
      /** @param {string} number */
      whatHeard: (number) => `what ${number} heard`,
      cols: ['', 'mean', 'worst', 'lost', 'jitter', 'delay', 'silent'],
      hold: 'on hold',
      gone: 'heard nothing',
      lines: { agent: 'what the agent heard', caller: 'what the caller heard' },
    },
    mos: 'The first figure is what listeners would give (MOS).',
  },
};
