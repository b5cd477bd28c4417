/** Incidents merged and split, contacts moved, people joined, and all of it undone. */
export const filing = {
  merge: {
    button: 'Merge …',
    /** @param {string} no */
    title: (no) => `Merge ${no} with another incident`,
    which: 'Which other one? Its number, a name or a telephone',
    find: 'Find',
    finding: 'Looking …',
    nothing: 'Nothing found. Try its number.',
    stays: 'Which one stays?',
    next: 'Both have a next action. Which one stays?',
    /** @param {string} no @param {string} was @param {string} is */
    owner: (no, was, is) => `${no} is ${was}’s now. From then on it is ${is}’s, and ${was} is told.`,
    /** @param {string} stays @param {string} goes */
    what: (stays, goes) =>
      `${goes} is found as ${stays} from now on: all of both is on one timeline. Its number, links` +
      ' and mails lead here. The timeline undoes it.',
    /** @param {string} no */
    closed: (no) => `${no} is closed: reopen it first, or let the other one stay.`,
    /** @param {string} goes @param {string} stays */
    go: (goes, stays) => `Merge ${goes} into ${stays}`,
    merging: 'Merging …',
    other: 'Another one …',
    cancel: 'Cancel',
    /** @param {number} n @param {number} live */
    contacts: (n, live) => `${n} ${n === 1 ? 'contact' : 'contacts'}${live ? `, ${live} not over` : ''}`,
    noNext: 'no next action',
    /** @param {string} goes @param {string} stays */
    done: (goes, stays) => `${goes} is found as ${stays} now.`,
  },
  move: {
    button: 'Move …',
    /** @param {string} no */
    title: (no) => `What does not belong in ${no}?`,
    lead: 'A call takes its notes along, a text or mail its whole conversation. The timeline undoes it.',
    choose: 'Choose what is to go.',
    calls: 'Calls, texts and mails',
    notes: 'Your notes that belong to no call',
    where: 'Where does it belong?',
    new: 'In a new incident (split)',
    fresh: 'a new incident',
    other: 'In another one:',
    example: 'INC-20418',
    go: 'Move',
    split: 'Split off',
    moving: 'Moving …',
    cancel: 'Cancel',
    /** @param {string} no */
    done: (no) => `It is in ${no} now.`,
    open: 'Open it',
    /** @type {Record<string, string>} */
    kinds: {
      'voice in': 'call',
      'voice out': 'call of ours',
      'sms in': 'text',
      'sms out': 'text of ours',
      'email in': 'mail',
      'email out': 'mail of ours',
    },
  },
  join: {
    button: 'Join …',
    title: 'Which two are one person?',
    lead: 'They have one name, and all numbers and addresses of both. The timeline parts them again.',
    one: 'This person …',
    other: '… is the same as',
    choose: 'Choose two people, one in each list.',
    /** @param {string} why */
    refused: (why) => `Nothing was joined: ${why.replace(/\.$/, '')}.`,
    go: 'Join',
    joining: 'Joining …',
    cancel: 'Cancel',
  },
  undoFiling: {
    button: 'Undo',
    /** @param {string} what */
    of: (what) => `Undo: ${what}`,
    undoing: 'Undoing …',
    /** @param {string} no */
    title: (no) => `Undo the merge with ${no}`,
    since: 'This came since. Where does each belong?',
    /** @param {string} no */
    goes: (no) => `to ${no}`,
    stays: 'stays here',
    go: 'Undo the merge',
    cancel: 'Cancel',
  },
  linked: {
    /** @param {number} n */
    title: (n) => `Linked incidents · ${n}`,
    /** @type {Record<string, string>} */
    why: {
      merged: 'merged',
      moved: 'moved',
      split: 'split',
      person: 'same people',
      booking: 'same booking',
      named: 'named in it',
    },
    merge: 'Merge …',
    /** @param {string} no */
    mergeOf: (no) => `Merge with ${no} …`,
    /** @param {string} no */
    open: (no) => `Open ${no}`,
  },
};
