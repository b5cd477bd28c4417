/** Restricted incidents: their list, and what whoever is not on it reads. */
export const restricted = {
  restricted: {
    word: 'Restricted',
    button: 'Restrict …',
    /** @param {number} n */
    tag: (n) => `Restricted · ${n}`,
    /** @param {string[]} names */
    tagTitle: (names) => `Only for ${names.join(', ')}. Click to change the list.`,
    /** @param {string} no */
    title: (no) => `Who may see ${no}?`,
    lead:
      'Only those on the list see it, find it and are offered its calls, texts and mails. An S1 that ' +
      'none of them can take rings for everybody, with its own words alone.',
    notMe: 'You are not on the list: you will not see it any more.',
    find: 'Find a colleague',
    /** @param {number} n */
    chosen: (n) => (n === 1 ? '1 person' : `${n} people`),
    none: 'Nobody of that name works here.',
    why: 'Why (they all read it; the audit log has it)',
    noWhy: 'Say why.',
    nobody: 'Choose at least one person, or lift the restriction.',
    cancel: 'Cancel',
    saving: 'Saving …',
    /** @param {number} n */
    go: (n) => (n === 1 ? 'Restrict to 1 person' : `Restrict to ${n} people`),
    lift: 'Lift the restriction',
    /** @param {string} no */
    lifted: (no) => `${no} is for everybody again.`,
    /** @param {string} no @param {number} n */
    done: (no, n) => `${no} is restricted to ${n === 1 ? '1 person' : `${n} people`}.`,
    alone: 'Restricted. Nobody on its list could take this, so it is yours; you see this contact alone.',
    open: 'Open all of it …',
    openShort: 'Open …',
    openTitle: 'Open a restricted incident?',
    openLead:
      'You are not on its list. You will be on it from now on; everybody on it reads why, supervisors ' +
      'hear of it, and it is in the audit log.',
    openWhy: 'Why you have to see it',
    openGo: 'Open it',
    shut:
      'This incident was restricted, and you are not on its list. Ask somebody who is, or your ' +
      'supervisor.',
    /** @param {number} n */
    onlyIts: (n) => `Restricted: only its ${n === 1 ? '1 person' : `${n} people`}.`,
    hidden: 'Restricted: you are not on its list',
  },
};
