/** The figures of the day, on the board. What each word counts: docs/figures.md. */

export const today = {
  today: {
    tab: 'Today',
    title: 'Today, by severity',
    cols: {
      sev: 'Sev',
      offered: 'Reached out',
      answered: 'Answered',
      abandoned: 'Gave up',
      left: 'Left',
      late: 'Late now',
      level: 'In target',
      all: 'Of all who came',
    },
    /** @param {number} n */
    inTime: (n) => `${n} in target`,
    /** @param {number} n */
    short: (n) => `${n} within 5 s`,
    /** @param {string} share */
    withShort: (share) => `of all ${share}`,
    /** @param {number} answered @param {number} left @param {number} abandoned */
    closed: (answered, left, abandoned) =>
      `Calls in closed hours (not above): ${answered} answered, ${left} left, ${abandoned} gave up.`,
    /** @param {number} kept @param {number} unreached */
    promises: (kept, unreached) =>
      `Promised calls: ${kept} reached their person, ${unreached} did not after all tries.`,
    definition:
      'In target: answered within the target, of all who were answered, gave up, left, or wait past the ' +
      'target now; whoever hung up within 5 s is not counted. Of all who came: they are counted too. Left: ' +
      'ended at a voicemail, at a number outside where nobody pressed the key, or with a promise to call.',
    /** @param {DayFigures} d */
    of: (d) =>
      [
        `${d.offered} reached out`,
        `${d.answered} answered (${d.in_target} in target)`,
        `${d.abandoned} gave up${d.short ? ` (${d.short} within 5 s: not counted)` : ''}`,
        `${d.left} left: voicemail, nobody outside, or a promise to call`,
        ...(d.late ? [`${d.late} wait past the target now`] : []),
      ].join(', '),
  },
};
