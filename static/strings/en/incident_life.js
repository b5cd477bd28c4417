/** What an incident is: its status, how severe it is, what is known of it; and how it ends. */
export const incidentLife = {
  /** Of an incident. @type {Record<string, string>} */
  statuses: {
    new: 'new',
    triaged: 'triaged',
    active: 'active',
    waiting_party: 'waiting on a party',
    waiting_third: 'waiting on a third party',
    resolved: 'resolved',
    reopened: 'reopened',
    closed: 'closed',
  },
  standing: {
    /** @param {string} no */
    title: (no) => `Where does ${no} stand?`,
    label: 'Status',
    /** @type {Record<string, string>} */
    said: {
      active: 'Active: we are working on it',
      waiting_party: 'Waiting on a party: their answer is next',
      waiting_third: 'Waiting on a third party: vet, police, claims',
    },
    comment: 'What for? (optional)',
    after: 'It is active again by itself when somebody involved calls or writes.',
    go: 'Save',
    saving: 'Saving …',
    cancel: 'Cancel',
    choose: 'Choose one first (1 to 3).',
    /** @param {string} no */
    byWhen: (no) => `${no} waits. By when do you look again?`,
  },
  howSevere: {
    /** @param {string} no */
    title: (no) => `How severe is ${no}?`,
    /** @param {string} word */
    change: (word) => `${word}. Change how severe the incident is`,
    label: 'Severity',
    reason: 'Why? The timeline shows it',
    lead: 'New words of emergency raise it again. Its contacts keep their own.',
    go: 'Save',
    saving: 'Saving …',
    cancel: 'Cancel',
    choose: 'Choose how severe it is (1 to 4).',
    say: 'Say why.',
  },
  facts: {
    label: 'What is known',
    add: 'Add booking, place …',
    change: 'Edit …',
    /** @param {string} no */
    title: (no) => `What is known of ${no}`,
    booking: 'Booking',
    place: 'Place',
    zone: 'Time zone there',
    kind: 'Type',
    language: 'Language',
    none: 'not given',
    bookingExample: '88-1920',
    placeExample: '4021 Burke Ave N, Seattle',
    /** @param {string} time */
    there: (time) => `${time} there`,
    proposed: 'Proposed:',
    /** @param {string} zone @param {string} time */
    propose: (zone, time) => `${zone}, ${time} there`,
    go: 'Save',
    saving: 'Saving …',
    cancel: 'Cancel',
  },
  ending: {
    merge: 'Merge with it instead …',
    button: 'Resolve',
    /** @param {string} no */
    title: (no) => `Resolve ${no}`,
    why: 'How did it end?',
    comment: 'In your own words (optional)',
    after: 'It opens again when its people call or write soon, or when you reopen it.',
    keep: 'Keep it open',
    closing: 'Saving …',
    /** @param {number} n */
    choose: (n) => `Choose how it ended first (1 to ${n}).`,
    /** @param {string} no */
    done: (no) => `${no} is resolved.`,
    reopen: 'Reopen',
    reopening: 'Reopening …',
    /** @param {string} no */
    again: (no) => `Reopen ${no}`,
    /** @param {string} no */
    reopened: (no) => `${no} is open again.`,
  },
};
