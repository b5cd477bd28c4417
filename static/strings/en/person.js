/** What is known of one person of an incident. */
export const person = {
  person: {
    change: 'Change …',
    /** @param {string} who */
    changeOf: (who) => `Change ${who} …`,
    /** @param {string} who */
    title: (who) => `${who}: who they are`,
    /** @param {string} why */
    unsafe: (why) => `not safe: ${why}`,
    safe: 'Safe again',
    mark: 'Not safe …',
    markGo: 'Mark it',
    why: 'Why is it not safe to use?',
    whyExample: 'Her partner reads her phone',
    remove: 'Remove',
    /** @param {string} at */
    removeOf: (at) => `Remove ${at}`,
    removePerson: 'Does not belong here: remove',
    removed: 'Removed.',
    putBack: 'Put back',
    another: 'Another number or mail address',
    /** @type {Record<string, string>} */
    agree: { contact: 'May we contact them?', record: 'May we record calls?' },
    /** @type {Record<string, string>} */
    says: { yes: 'yes', no: 'no', '': 'not asked' },
    save: 'Save',
  },
  sure: { title: 'Not safe', no: 'Do not call', call: 'Call anyway', send: 'Send anyway' },
};
