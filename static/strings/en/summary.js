/** Words of the summary of an incident. */
export const summary = {
  summary: {
    button: 'Summary …',
    /** @param {string} number */
    title: (number) => `Summary of ${number}`,
    help: 'the summary of the incident, for leadership',
    loading: 'Reading the record …',
    failed: 'The summary cannot be read now. Nothing is lost; try again.',
    retry: 'Try again',
    write: 'Write',
    /** @param {number} number @param {string} of the incident, if it is another one */
    version: (number, of) => `Version ${number}${of ? ` of ${of}` : ''}`,
    versions: 'What is shown',
    /** @param {string} name @param {string} when */
    savedBy: (name, when) => `saved by ${name}, ${when}`,
    proposed: 'Proposed from the record. Each sentence stands on a line of the timeline.',
    /** @param {number} number */
    from: (number) => `Begun from version ${number}.`,
    /** @param {number} number @param {string} name */
    newer: (number, name) =>
      `${name} saved version ${number} since you began. Look at it before you save yours.`,
    kept: 'What you write is kept.',
    keeping: 'keeping …',
    notKept: 'not kept yet: no connection',
    /** @param {number} n */
    sentence: (n) => `Sentence ${n}`,
    assessment: 'assessment',
    /** @param {string} name */
    assessmentBy: (name) => `assessment by ${name}`,
    /** @param {string} text */
    show: (text) => `Show on the timeline: ${text}`,
    gone: 'Its line is on another timeline now.',
    tie: 'Tie',
    /** @param {number} n */
    tieTo: (n) => `Tie sentence ${n} to a line`,
    noLine: 'no line: my own assessment',
    up: 'Up',
    downward: 'Down',
    remove: 'Remove',
    /** @param {string} word @param {number} n */
    does: (word, n) => `${word}: sentence ${n}`,
    add: 'Add',
    /** @param {string} word */
    addTo: (word) => `Add a sentence to: ${word}`,
    hide: 'Also take out, when redacted',
    hideHint: 'names and places nobody noted, with commas between',
    /** @param {number} lines @param {number} room */
    fits: (lines, room) => `${lines} of ${room} lines of one page`,
    /** @param {number} lines @param {number} room */
    tooLong: (lines, room) => `${lines} lines, and one page has ${room}: shorten it to save it`,
    plain: 'As written',
    redacted: 'Redacted',
    variant: 'Which words',
    /** @param {number} n */
    removed: (n) => (n === 1 ? '1 place taken out' : `${n} places taken out`),
    /** @param {number} n */
    unsure: (n) =>
      n === 1 ? 'Look at 1 word: is it a name?' : `Look at ${n} words: are they names? Take them out below`,
    why: {
      name: 'a name',
      agent: 'a name of ours',
      phone: 'a number',
      mail: 'a mail address',
      link: 'a link',
      street: 'an address',
      booking: 'a booking',
      card: 'a card number',
      handle: 'an account name',
      plate: 'a number plate',
      hidden: 'taken out by hand',
      unsure: 'a name? It stays unless you take it out',
    },
    again: 'Propose anew',
    drop: 'Discard',
    close: 'Close',
    /** @param {number} number */
    save: (number) => `Save version ${number}`,
    saving: 'Saving …',
    /** @param {number} number */
    saved: (number) => `Version ${number} is saved.`,
    /** @param {number} n */
    noWords: (n) => `Sentence ${n} has no words. Write it, or remove it.`,
    none: 'There is no sentence yet. Add one.',
    useIt: 'Write on from this one',
    damaged: 'This version is not as it was saved. Tell your administrator.',
    /** @param {number} number */
    changed: (number) => `Since version ${number}`,
    unchanged: 'Nothing changed.',
    kinds: { new: 'new', gone: 'removed', changed: 'changed', moved: 'moved' },
    /** @param {string} before */
    was: (before) => `before: ${before}`,
    look: 'Look at it redacted',
    pdf: 'PDF, redacted',
    pdfFull: 'PDF with names',
    exporting: 'Drawing …',
    /** @param {string} name */
    exported: (name) => `${name} is saved to your downloads.`,
    /** @param {string} when */
    other: (when) => `The words are the same, but not the bytes of the file exported ${when}.`,
    supervisor: 'With names: a supervisor.',
  },
};
