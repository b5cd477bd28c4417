/** Writing to somebody of an incident first. */
export const firstWords = {
  firstWords: {
    text: 'Text',
    mail: 'Mail',
    /** @param {string} who @param {string} at */
    textTo: (who, at) => `Text ${who === at ? at : `${who}, ${at}`}`,
    /** @param {string} who @param {string} at */
    mailTo: (who, at) => `Mail ${who === at ? at : `${who}, ${at}`}`,
    /** @param {string} who */
    title: (who) => `Write to ${who}`,
    to: 'To',
    subject: 'Subject',
    noSubject: 'A mail needs a subject: it is all they see of it before they open it.',
    words: 'Message',
    /** @param {string} who */
    only: (who) => `Only ${who} sees this.`,
    out: 'They have asked for no more texts. Call instead.',
    waits: 'waits for an answer',
    /** @param {string} who */
    sent: (who) => `Sent to ${who}.`,
    send: 'Send',
    leave: 'Not now',
    begun: 'begun',
  },
};
