/** At the desk of somebody who is the buddy of a trainee. */
export const buddy = {
  buddy: {
    /** @param {string} name */
    of: (name) => `The call of ${name}`,
    /** @param {string} name */
    talks: (name) => `${name} is on a call`,
  },
};
