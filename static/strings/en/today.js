/** The figures of the day, on the board. What each word counts: docs/figures.md. */

/** What each figure is of. @type {Record<FigureName, string>} */
const title = {
  offered: 'Reached out today',
  answered: 'Answered today',
  in_target: 'Answered in target today',
  abandoned: 'Gave up today',
  short: 'Gave up within 5 s today',
  left: 'Left today',
  late: 'Late now',
  late_apart: 'Late now, in no service level',
  kept: 'Callbacks that reached their person today',
  unreached: 'Callbacks that reached nobody today',
  level: 'In target today, of all who count',
  all: 'In target today, of all who came',
  closed_answered: 'Answered in closed hours today',
  closed_abandoned: 'Gave up in closed hours today',
  closed_left: 'Left in closed hours today',
};

/** @param {number} n @param {string} word */
const many = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;

export const today = {
  figures: {
    title,
    /** @param {FigureName} figure @param {number} level @param {string} says */
    name: (figure, level, says) => `${title[figure]}${level ? `, S${level}` : ''}: ${says}`,
    show: 'Show them',
    every: 'All severities',
    /** What is counted: not people. @param {number} n @param {number} incidents */
    count: (n, incidents) => `${many(n, 'contact')} in ${many(incidents, 'incident')}`,
    /** @param {number} n */
    newest: (n) => `the newest ${many(n, 'contact')}`,
    /** @param {number} n */
    next: (n) => `the next ${many(n, 'contact')}`,
    /** @param {number} n */
    last: (n) => `the last ${many(n, 'contact')}`,
    older: 'Older',
    toNewest: 'Newest',
    cols: {
      at: 'Time',
      sev: 'Sev',
      who: 'Who',
      incident: 'Incident',
      waited: 'Waited',
      became: 'What became of it',
      agent: 'Agent',
    },
    late: 'waits, past the target',
    open: 'still open',
    inTarget: 'in target',
    /** @param {string} here @param {string} all */
    inAll: (here, all) => `${here} here, ${all} in all`,
    keptWhy: 'The target counts from before this call: the place was kept for them.',
    early: 'not in the record yet',
    asking: 'Asking …',
    nobody: 'Nobody just now: the figure has moved.',
  },
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
    closedLead: 'Calls in closed hours (not above):',
    promisesLead: 'Callbacks:',
    lateLead: 'Late now, not above:',
    /** @param {string} share */
    withShort: (share) => `of all ${share}`,
    /** Words after a figure. @type {Partial<Record<FigureName, string>>} */
    after: {
      closed_answered: 'answered',
      closed_left: 'left',
      closed_abandoned: 'gave up',
      kept: 'reached their person',
      unreached: 'did not after all tries',
      late_apart: '(callbacks, calls in closed hours, texts and mails that were answered before)',
    },
    definition:
      'In target: answered within the target, of all who were answered, gave up, left, or wait past the ' +
      'target now; whoever hung up within 5 s is not counted. Of all who came: they are counted too. Left: ' +
      'ended at a voicemail, at a number outside where nobody pressed the key, or with a callback ' +
      'promised. ' +
      'Counted are contacts, not people: each call, each text conversation and each mail is one. ' +
      'Callbacks have a line of their own.',
    /** @param {DayFigures} d */
    of: (d) =>
      [
        `${d.offered} reached out`,
        `${d.answered} answered (${d.in_target} in target)`,
        `${d.abandoned} gave up${d.short ? ` (${d.short} within 5 s: not counted)` : ''}`,
        `${d.left} left: voicemail, nobody outside, or a callback promised`,
        ...(d.late ? [`${d.late} wait past the target now`] : []),
      ].join(', '),
  },
};
