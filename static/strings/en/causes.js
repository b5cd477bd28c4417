/** What keeps a contact from an agent (router/core/causes.py), and what it costs who may take it. */

export const causes = {
  causes: {
    /** Of so many agents. @type {Record<Cause, string>} */
    many: {
      stands: 'kept waiting: the person is with us',
      lost: 'not connected',
      restricted: 'not on the list of its restricted incident',
      skills: 'without the skills of this step',
      training: 'in training for less urgent work',
      shift: 'outside their shift, for S1 and S2 only',
      paused: 'paused',
      self_test: 'testing the desk',
      no_sound: 'without sound',
      ringing: 'with an offer that does not give way',
      on_call: 'on a call',
      wrapup: 'in wrap-up',
      s1_text: 'with an emergency text in hand',
      full: 'without room for another',
      texts: 'with texts that it cannot interrupt',
      cooling: 'declined or missed it a moment ago',
      sticky: 'held for somebody else',
      reserve: 'kept back by the reserve',
      passed_over: 'declined or missed it; others come first',
    },
    /** Of these, by the lowest tier number that they may take. */
    training: { 1: 'in training: S2 to S4 only', 2: 'in training: S3 and S4 only' },

    /** Of one agent to whom a supervisor would give it. @type {Record<CauseByName, string>} */
    give: {
      stands: 'the person is with us',
      lost: 'connection lost',
      restricted: 'not on its list',
      training: 'in training, not for this',
      shift: 'outside shift: S1 and S2 only',
      paused: 'paused',
      self_test: 'desk test',
      no_sound: 'no sound',
      ringing: 'already ringing',
      on_call: 'on a call',
      wrapup: 'wrap-up',
      full: 'no room for another',
      texts: 'has work that it cannot interrupt',
    },

    /** To the agent at whose desk it does not ring.
     * @type {Record<Exclude<Cause, 'skills'|'sticky'|'training'>, string>} */
    here: {
      stands: 'the person is with us; the callback waits',
      lost: 'you are not connected',
      restricted: 'restricted: you are not on its list',
      shift: 'outside your shift: S1 and S2 only',
      paused: 'you are paused',
      self_test: 'this desk is being tested',
      no_sound: 'your sound is not connected',
      ringing: 'something else is ringing here',
      on_call: 'you are on a call',
      wrapup: 'you are in wrap-up',
      s1_text: 'you have an emergency text in hand',
      full: 'you have no room for another',
      texts: 'it cannot interrupt what you have',
      cooling: 'you missed or declined it a moment ago',
      reserve: 'kept back for an S1',
      passed_over: 'you missed or declined it; others come first',
    },
    /** @param {string} needs */
    skillsHere: (needs) => `needs ${needs}`,
    /** @param {string} name */
    heldHere: (name) => `held for ${name}`,
    trainingHere: { 1: 'you are in training: S2 to S4 only', 2: 'you are in training: S3 and S4 only' },

    /** To the agent who would take it back: what to do first. @type {Record<CauseByName, string>} */
    takeBack: {
      stands: 'The person is with us; the callback waits.',
      lost: 'You are not connected.',
      restricted: 'It is restricted by now, and you are not on its list.',
      training: 'You are in training for less urgent work.',
      shift: 'Outside your shift you are offered S1 and S2 only.',
      paused: 'Press Ready first.',
      self_test: 'This desk is being tested.',
      no_sound: 'Your sound is not connected yet.',
      ringing: 'First answer or decline what is ringing.',
      on_call: 'End your call first.',
      wrapup: 'Finish the wrap-up first.',
      full: 'You have no room for another.',
      texts: 'It cannot interrupt what you have.',
    },

    /** @type {Record<Cost, string>} */
    costs: {
      0: 'free',
      1: 'has room beside other texts',
      2: 'emails give way',
      3: 'texts give way',
      4: 'wrap-up can wait',
      5: 'paused; nobody ready can take it',
    },
  },
};
