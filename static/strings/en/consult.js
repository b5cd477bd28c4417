/** A name that begins a sentence. @param {string} name */
const cap = (name) => name.charAt(0).toUpperCase() + name.slice(1);

/** As a button has room for it: a colleague's first name; a number's name without what explains it.
 * @param {Consult} it */
const short = ({ name, line }) => {
  const word = line ? name.replace(/ \(.*\)$/, '') : name.split(' ')[0];
  return word.length > 18 ? `${word.slice(0, 17).trimEnd()}…` : word;
};

/** Words of handing a call on, and of asking a colleague or a number in: at the desk of whoever asks, and
 * of whoever is asked. */
export const consult = {
  handed: {
    title: 'Handed on',
    /** By a supervisor, from the board. */
    taken: 'Taken over',
    show: 'Show its incident',
    lead: 'Time for your notes. Nothing is offered to you meanwhile, but for an emergency call.',
  },
  consult: {
    bar: 'Colleague in this call',
    ask: 'Ask first',
    hint: 'Enter transfers, Shift + Enter asks first',
    hintAsk: 'Not free now: Shift + Enter asks them in',
    hintOnly: 'Enter asks them in',
    /** @param {string} name */
    rings: (name) => `${name}’s desk rings. The caller is on hold.`,
    /** The same while the agent has taken the caller off hold. @param {string} name */
    ringsOff: (name) => `${name}’s desk rings. You are with the caller.`,
    /** @param {string} name */
    talk: (name) => `You talk with ${name}. The caller hears music.`,
    /** @param {string} name */
    apart: (name) => `You are with the caller. ${cap(name)} hears music.`,
    /** @param {string} name */
    together: (name) => `${cap(name)}, the caller and you hear each other.`,
    /** @param {string} name */
    gone: (name) => `${name}’s sound is gone: waiting for them`,
    toCaller: 'To the caller',
    toThree: 'Back to all three',
    /** @param {Consult} it */
    toParty: (it) => `To ${short(it)}`,
    /** A number outside. */
    line: {
      bar: 'Number in this call',
      /** @param {string} name */
      dialled: (name) => `${cap(name)} is dialled. The caller is on hold.`,
      /** @param {string} name */
      rings: (name) => `It rings at ${name}. The caller is on hold.`,
      /** @param {string} name */
      ringsOff: (name) => `${cap(name)} is not there yet. You are with the caller.`,
      /** @param {string} name */
      gone: (name) => `The line to ${name} is lost: waiting for it`,
      /** @param {string} language */
      interpreter: (language) => `Interpreter: ${language}`,
      interpreterHint: 'joins you and the caller as soon as they answer',
    },
    join: 'All three',
    /** @param {Consult} it */
    part: (it) => `Without ${short(it)}`,
    handOver: 'Hand over',
    stays: 'Not on this centre’s list: you stay in the call.',
    /** On the locked screen. @param {string} name */
    locked: (name) => `You have asked ${name} into this call.`,
    neverMind: 'Never mind',
    /** @param {Consult} it */
    letGo: (it) => `Let ${short(it)} go`,
    /** @param {string} name */
    handed: (name) => `${cap(name)} has the call.`,
    /** What the colleague reads. */
    asked: {
      /** @param {string} name */
      title: (name) => `${name} asks you in`,
      /** @param {string} who */
      about: (who) => `about a call with ${who}`,
      hears: 'You speak with your colleague first; the caller does not hear you.',
      answer: 'Answer',
      no: 'Not now',
      /** @param {string} name @param {string} who @param {number} n */
      speak: (name, who, n) => `${name} asks you into a call with ${who}, severity ${n}. Alt Enter answers.`,
    },
    mine: {
      /** @param {string} name @param {string} who */
      talk: (name, who) => `You talk with ${name}. ${who} hears music.`,
      /** @param {string} name @param {string} who */
      apart: (name, who) => `On hold: ${name} is with ${who}, you hear music.`,
      /** @param {string} name @param {string} who */
      together: (name, who) => `${name}, ${who} and you hear each other.`,
      /** @param {string} name @param {string} who */
      alone: (name, who) => `${name} is gone. ${who} is still there.`,
      bar: 'You were asked in about this. Notes work; your colleague has the call.',
      leave: 'Leave',
      take: 'Take the call',
    },
  },
};
