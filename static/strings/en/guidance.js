/** Words of guidance: what is asked and said in an incident of a type. */
export const guidance = {
  guidance: {
    title: 'Guidance',
    /** @param {number} n */
    version: (n) => `version ${n}`,
    /** @param {number} asked @param {number} of */
    asked: (asked, of) => `★ ${asked} of ${of}`,
    starred: 'ask first',
    choose: 'What is it about? Its questions show here.',
    /** @param {string} line */
    mark: (line) => `Asked: ${line}`,
    /** @param {string} line */
    unmark: (line) => `Not asked after all: ${line}`,
    /** @param {string} line */
    answer: (line) => `What they say: ${line}`,
    placeholder: 'What they say. Enter: asked',
    told: 'Enter: said',
    /** @param {string} words */
    begun: (words) => `begun: ${words}`,
    leave: 'Not asked, because',
    /** @param {number} n */
    open: (n) => (n === 1 ? '1 ★ was not asked. Why?' : `${n} ★ were not asked. Why?`),
    openHint: 'You can skip this.',
    help: 'the next question of the guidance',
    command: 'Guidance: the next question',
    /** @param {string} share @param {number} asked @param {number} of @param {number} left */
    today: (share, asked, of, left) =>
      `Guidance: ${share} of ★ asked (${asked} / ${of})${left ? `, ${left} left out with a reason` : ''}`,
    list: 'Incidents whose guidance began today',
    /** @param {number} asked @param {number} of @param {number} left */
    row: (asked, of, left) => `${asked} / ${of}${left ? ` · ${left} left out` : ''}`,
  },
};
