/** How a call sounds, both ways. */

export const hears = {
  desk: { agent: 'You hear them', caller: 'They hear you' },
  /** Nothing comes at all, by who hears nothing. */
  missing: { agent: 'you do not hear them', caller: 'they do not hear you' },
  mend: {
    agent: 'They may hear you: say that you will call back, then hang up and call.',
    caller: 'Check the headset and its mute button. If it stays so, hang up and call back.',
  },
  /** What is at fault, by who hears it so. */
  why: {
    network: {
      agent: 'Your network loses part of what they say.',
      caller: 'Your network loses part of what you say.',
    },
    line: { agent: 'The caller’s line breaks up.', caller: 'The caller’s line breaks up.' },
    backlog: { agent: 'They come to you late.', caller: 'They hear you late.' },
  },
  do: {
    network: 'Use a network cable; stop video and downloads.',
    line: 'Nothing here mends it. Ask them to move, or call them back.',
    backlog: 'Wait a moment after each sentence, so that you do not talk over each other.',
  },
  is: { fair: 'fair', poor: 'poor', good: 'good', missing: '' },
  board: {
    agent: 'agent hears:',
    caller: 'caller hears:',
    missing: { agent: 'agent hears nothing', caller: 'caller hears nothing' },
    where: { network: 'agent’s network', line: 'caller’s line', backlog: 'carrier is late' },
  },
  /** @param {string} mos @param {string} lost @param {number} ms */
  figures: (mos, lost, ms) => `${mos} of 4.4 · ${lost} % lost · ${ms} ms`,
  mos: 'The first figure is what listeners would give (MOS).',
};
