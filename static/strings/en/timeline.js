/** What happened in an incident, in order; on the desk and on the board. */

/** @param {number} n */
const times = (n) => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);
/** "7 offers missed", or "7 missed" where it follows another. @param {number} n @param {string} how
 * @param {number} at */
const offers = (n, how, at) => `${n} ${at ? '' : n === 1 ? 'offer ' : 'offers '}${how}`;

export const timeline = {
  timeline: {
    title: 'Timeline',
    message: 'Their message',
    empty: 'Nothing has happened yet.',
    /** @param {string} who */
    to: (who) => `to ${who}`,
    today: 'Today',
    /** @type {Record<string, string>} */
    status: {
      queued: 'on its way',
      sending: 'on its way',
      accepted: 'on its way',
      sent: 'sent',
      delivered: 'delivered',
      read: 'read',
      failed: 'not delivered',
      undelivered: 'not delivered',
      canceled: 'not delivered',
    },
    /** @param {string} x */
    offset: (x) => `${x} into the call`,
    noWords: '(no words)',
    pictures: 'Pictures in this email are not shown.',
    wrote: 'What we wrote:',
    /** @param {string} x */
    writtenBy: (x) => `Sent from ${x}`,
    /** @param {string} x */
    answerTo: (x) => `Asks for replies to ${x}, which is somebody else’s address`,
    /** @param {number} n */
    quoted: (n) => `${n} quoted line${n === 1 ? '' : 's'}`,
    /** The search for somebody to take it: how often each happened. @param {Record<string, number>} counts */
    folded: ({ missed, declined, withdrawn, widened, promoted, telephoned, not_told }) => {
      /** @type {[number|undefined, string][]} */
      const all = [
        [missed, 'missed'],
        [declined, 'declined'],
        [withdrawn, 'withdrawn'],
      ];
      return [
        ...all.flatMap(([n, how]) => (n ? [{ n, how }] : [])).map(({ n, how }, i) => offers(n, how, i)),
        telephoned && `the numbers on call rung ${times(telephoned)}`,
        not_told && !telephoned && 'not taken over by telephone',
        widened && `looked for more widely ${times(widened)}`,
        promoted && `moved up ${times(promoted)}`,
      ]
        .filter(Boolean)
        .join(', ');
    },
    show: 'show',
    hide: 'hide',
  },
};
