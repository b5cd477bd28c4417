/** What is written often. */
export const snippets = {
  snippets: {
    button: 'Snippets',
    title: 'Snippets',
    find: 'Find by a word',
    none: 'None has these words.',
    noneAtAll: 'There are none. An administrator writes them into snippets.toml.',
    /** @param {string[]} fields */
    missing: (fields) => `not known: ${fields.join(', ')}`,
    /** @param {string[]} fields */
    fill: (fields) => `Fill in ${fields.join(', ')}.`,
  },
};
