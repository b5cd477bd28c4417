/** Words of a network that lets no sound through. */
export const network = {
  network: {
    /** @param {import('../../network.js').Blocked} why @returns {[string, string]} */
    blocked: ({ at, relays, reached }) => {
      if (reached)
        return [
          'Your network blocks sound, and the relay does not get through to the centre.',
          `Your microphone works. Tell your administrator: the relay must reach ${at} by UDP.`,
        ];
      const ways = [`UDP to ${at}`, ...relays.map((one) => `TCP to ${one}`)];
      return [
        `Your network blocks sound: nothing comes back from ${[at, ...relays].join(' or ')}.`,
        `Your microphone works. Ask your administrator to allow ${ways.join(', or ')}. ` +
          'Another network may do, too.',
      ];
    },
  },
};
