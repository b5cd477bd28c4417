/** The telephone in the browser. */

export const phone = {
  sandbox: {
    /** @param {string} words */
    account: (words) => `The carrier is ${words}.`,
    title: 'Phone',
    lead: 'A telephone in the browser. It calls, texts and mails the centre as a customer would.',
    /** @param {string} n */
    mine: (n) => `my number ${n}`,
    lines: 'Lines',
    call: 'Call',
    number: 'Number',
    hangUp: 'Hang up',
    answer: 'Answer',
    decline: 'Decline',
    keypad: 'Keypad',
    headset: 'Use a headset: with speakers the two ends of a demo hear each other.',
    alone: 'Sitting alone? Let somebody else call.',
    scripted:
      'A scripted caller with a recorded voice calls the centre. While an agent is ready people come by' +
      ' themselves, too; nobody does while all pause, and Ready once more begins nothing anew.',
    text: 'Texts',
    textLabel: 'Text to the line',
    send: 'Send',
    noTexts: 'No texts yet. Write as people do: “hes not waking up” is an emergency, “thanks!” is not.',
    mail: 'Email',
    subject: 'Subject',
    body: 'Message',
    noMails: 'No answers by email yet.',
    sendMail: 'Send the email',
    /** @param {string} x */
    to: (x) => `to ${x}`,
    sent: 'Sent.',
    off: 'The sandbox carrier does not answer. It runs with “make demo”.',
    reconnecting: 'The line to the sandbox carrier broke. Reconnecting …',
    /** @type {Record<string, string>} */
    states: {
      idle: 'No call',
      asking: 'Asking for the microphone …',
      dialing: 'Dialling …',
      ringing: 'Ringing …',
      'in-progress': 'Connected',
      ended: 'Call ended',
      incoming: 'The centre is calling',
    },
    /** @param {string} x */
    from: (x) => `from ${x}`,
    /** @param {string} word */
    started: (word) => `Caller started: ${word}`,
    worklet: 'Sound cannot start in this browser.',
    level: 'Your voice',
    theirs: 'Their sound',
    noMic: 'You can listen, but they will not hear you.',
  },
};
