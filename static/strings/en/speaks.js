/** Words about the language that somebody needs. */
export const speaks = {
  speaks: {
    /** @param {string} language */
    title: (language) => `They speak ${language}`,
    /** @param {string} language */
    ask: (language) => `Ask the ${language} interpreter`,
    askWhy: 'They join you and the caller as soon as they answer. You keep the call.',
    /** @param {string} language */
    none: (language) => `No ${language} interpreter: transfer, or speak slowly`,
    /** @param {string} language @param {boolean} interpreted */
    writes: (language, interpreted) =>
      interpreted
        ? `They write ${language}. In a call, the interpreter is one key away.`
        : `They write ${language}, which your skills do not name.`,
    pass: 'Find who speaks it …',
  },
};
