/** Which processes carry the sound of calls. */
export const places = {
  places: {
    title: 'Sound processes',
    lead: 'Each carries sound on one core. Lent: people here who take part in a call of another process.',
    heads: ['Process', 'Calls', 'Pages', 'Lent', 'Core', 'Late', 'State'],
    /** @param {number} share */
    core: (share) => `${Math.round(share * 100)} %`,
    /** @param {number} ms */
    late: (ms) => `${ms.toFixed(1)} ms`,
    states: { more: 'takes more', full: 'full', leaves: 'leaves' },
    none: 'None runs: callers wait, and nobody can talk. Start one: holdfast serve --role media.',
  },
};
