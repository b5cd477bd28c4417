/** What has to happen next, and what is one's own to do. */
export const next = {
  next: {
    word: 'Next',
    help: 'say what is next in the incident, by whom, by when',
    none: 'No next action yet.',
    plan: 'Say what is next',
    change: 'Change …',
    done: 'Done',
    saving: 'Saving …',
    you: 'you',
    /** @param {string} x */
    left: (x) => `in ${x}`,
    /** @param {string} x */
    over: (x) => `${x} overdue`,
    /** @param {string} no */
    title: (no) => `What is next in ${no}?`,
    what: 'What has to happen?',
    example: 'Call the vet for the blood result',
    who: 'Who does it?',
    /** @param {string} name */
    me: (name) => `${name} (you)`,
    /** @param {string} name */
    away: (name) => `${name} · not at a desk`,
    by: 'By when?',
    /** @param {number} minutes */
    within: (minutes) => (minutes < 60 ? `${minutes} min` : `${minutes / 60} h`),
    tomorrow: 'Tomorrow 9:00',
    /** @param {string} time */
    due: (time) => `by ${time}`,
    pick: 'Choose by when.',
    say: 'Say what has to happen.',
    /** @param {string} why */
    refused: (why) => `Not saved: ${why.replace(/\.$/, '')}. What you typed is still here.`,
    go: 'Save',
    cancel: 'Cancel',
    /** @param {string} no */
    doneIn: (no) => `Done. What is next in ${no}?`,
    /** @param {string} no */
    needed: (no) => `${no} stays open: say what is next, by whom, by when.`,
    /** @param {string} no */
    asks: (no) => `${no} stays open. What is next?`,
    resolved: 'Nothing: it is resolved',
    /** @param {string} no @param {number} severity */
    sure: (no, severity) => `${no} is S${severity}. Resolved, it is on nobody’s list any more.`,
    sureGo: 'Yes, it is resolved',
    else: 'Something else …',
    /** @param {string} what @param {string} time */
    proposed: (what, time) => `${what} · you, ${time}`,
    proposals: {
      message: 'Look whether they answered',
      call: 'Ask how it is now',
      reach: 'Try to reach them',
      other: 'Look how it is now',
    },
    closeInstead: 'Nothing more: resolve the incident …',
    later: 'Later',
    /** @param {string} what @param {string} no */
    dueNow: (what, no) => `Due now: ${what}, ${no}.`,
    /** @param {string} time */
    byTime: (time) => `by ${time}`,
  },
  owner: {
    choose: 'Choose somebody …',
    take: 'Take it myself',
    /** @param {string} no */
    title: (no) => `Whose is ${no}?`,
    lead: 'Whoever owns an incident sees it through. What is next stays with whoever does it.',
    who: 'Give it to',
    go: 'Give it',
    giving: 'Saving …',
    cancel: 'Cancel',
    /** @param {string} no */
    taken: (no) => `${no} is yours.`,
    /** @param {string} no @param {string} name */
    given: (no, name) => `${no} is ${name}’s.`,
  },
  reveal: {
    /** @param {string} who */
    of: (who) => `Show in full: ${who}. The audit log records it.`,
  },
  addParty: {
    button: 'Add …',
    /** @param {string} no */
    title: (no) => `Add somebody to ${no}`,
    at: 'Telephone number or mail address',
    example: '+1 206 555 0119',
    name: 'Name',
    nameExample: 'Dr. P. Novak, Ballard',
    role: 'Who they are',
    go: 'Add',
    adding: 'Saving …',
    cancel: 'Cancel',
    lead: 'Nobody outside is told.',
    /** @type {Record<string, string>} */
    sides: { owner: 'Owner’s side', sitter: 'Sitter’s side', third: 'Third parties', '': 'Role not given' },
    /** @type {Record<string, string>} */
    of: { owner: 'owner’s side', sitter: 'sitter’s side', third: 'third party' },
  },
  mine: {
    mine: 'Mine',
    team: 'Team',
    failed: 'The list could not be read. It is asked for again.',
    /** @param {number} n */
    overdue: (n) => `${n} overdue`,
    more: 'There are more: Find (/) has them all.',
    unplanned: 'No next action yet',
    /** @param {string} name */
    theirs: (name) => `${name} does it`,
  },
};
