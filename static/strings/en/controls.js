/** Words of what an agent holds in the hand: a headset, its volume, the keys. */
export const controls = {
  headset: {
    title: 'Headset buttons',
    choose: 'Choose the headset …',
    forget: 'Stop using it',
    lead: 'Answer, mute and hang up with the buttons on your headset.',
    away: 'Plug it in: this page notices it. If it does not, stop using it and choose it again.',
    /** @type {Record<string, string>} */
    does: { hook: 'answer and hang up', mute: 'mute', flash: 'hold', redial: 'redial' },
    /** @param {string[]} all */
    has: (all) => `Its buttons: ${[...new Set(all)].join(', ')}.`,
    /** @type {Record<string, string>} */
    faults: {
      busy:
        'Another program holds its buttons. Close that program, then unplug the headset and plug it in ' +
        'again. Calls work without them.',
      none: 'This headset tells the browser of no telephone buttons. Calls work without them.',
      denied: 'The browser did not allow it. Choose it again and allow it. Calls work without the buttons.',
      lamps:
        'The headset does not take what it is told: its lamps may be wrong. Unplug it and plug it in again.',
    },
  },
};
