/** Words of the page on which one hears what callers hear. */
export const callers = {
  hear: {
    title: 'What callers hear',
    lead: /** @param {string} file */ (file) =>
      `As ${file} says it now. Change it there, hear it here, then take it.`,
    leadFaulty: 'What callers hear now: the file has faults, and nothing of it is shown.',
    voice: 'Sentences without a clip are read by this browser here. Callers hear the carrier’s voice.',
    noVoice: /** @param {string} language */ (language) =>
      `This browser has no ${language} voice to read it. Callers hear the carrier’s.`,
    again: 'Read the file again',
    take: 'Take it',
    takeAll: 'Take the whole file',
    others: /** @param {number} n */ (n) =>
      n === 1
        ? 'To take it changes another setting, too: a file counts as a whole.'
        : `To take it changes ${n} other settings, too: a file counts as a whole.`,
    setting: 'Setting',
    old: 'Now',
    young: 'In the file',
    taken: 'Taken. The next caller hears it.',
    sameNow: 'Callers hear all of this already.',
    news: /** @param {number} n */ (n) =>
      n === 1
        ? 'One sentence is new: callers do not hear it yet.'
        : `${n} sentences are new: callers do not hear them yet.`,
    askAdmin: 'An administrator takes it here, or with holdfast reload.',
    faulty: 'The file cannot be taken like this. Callers hear what they heard before.',
    broken: /** @param {string} why */ (why) => `Cannot be played: ${why}. Callers hear the words.`,
    play: 'Play',
    stop: 'Stop',
    playIt: /** @param {string} what @param {string} language */ (what, language) => `${what}, ${language}`,
    music: 'music',
    musicWhen: 'while they wait, and on hold',
    isNew: 'new',
    clip: 'clip',
    read: 'read out',
    silent: 'nothing is said',
    failed: 'It cannot be played just now.',
    offline: 'The centre does not answer. Nothing was changed.',
    notAllowed: 'Supervisors and administrators see what callers hear.',
    whose: { ours: 'shipped', centre: 'all lines', line: 'this line' },
  },
};
