/** What more than one page shows. */

/** Who wanted a callback: an account's name, or what the router calls them. @param {string} name */
const askedBy = (name) =>
  ({ voicemail: 'after their voicemail', 'the caller': 'as they asked' })[name] ?? `asked for by ${name}`;

export const common = {
  brand: 'Holdfast',
  /** @type {Record<string, string>} */
  channels: { voice: 'call', sms: 'text', email: 'email' },
  /** @type {Record<string, string>} */
  channelsMany: { voice: 'Calls', sms: 'Texts', email: 'Emails' },
  /** @type {Record<number, string>} */
  severities: { 1: 'life', 2: 'urgent', 3: 'report', 4: 'follow-up' },
  contactStates: {
    in_menu: 'in the menu',
    queued: 'waiting',
    offered: 'ringing',
    connecting: 'connecting',
    active: 'in progress',
    talking: 'talking',
    writing: 'open',
    held: 'on hold',
    wrapup: 'wrap-up',
    parked: 'waiting for their answer',
    aside: 'set aside for the call',
    dialing: 'dialling',
    scheduled: 'callback for later',
    outside: 'ringing an outside number',
    away: 'with an outside number',
    voicemail: 'leaving a message',
    ended: 'ended',
  },
  aside: {
    button: 'Set aside',
    title: 'Set aside without an answer',
    /** @param {number} m @param {string} time */
    minutes: (m, time) => `${m < 60 ? `${m} min` : `${m / 60} h`}, until ${time}`,
    writes: 'Until they write',
    back: 'Take it back',
    word: 'set aside',
    /** @param {string} x */
    until: (x) => `back in ${x}`,
    /** @param {string} time */
    bar: (time) => `Set aside until ${time}, or until they write. It keeps its place and comes to you first.`,
    /** @param {string} time */
    done: (time) => (time ? `Set aside until ${time}.` : 'Set aside until they write.'),
  },
  undo: 'Undo',
  /** Nobody is late before that. @param {string} x */
  waitsIn: (x) => `in ${x}`,
  promised: {
    word: 'callback',
    /** @param {string} time */
    due: (time) => `due ${time}`,
    /** @param {string} x */
    inTime: (x) => `in ${x}`,
    /** @param {string} x */
    over: (x) => `since ${x}`,
    waits: 'in line',
    /** A call of theirs is in somebody's hands. @param {string} name */
    withUs: (name) => `now with ${name}`,
    outside: 'now with a number outside',
    withUsWhy: 'They are with us: the callback waits until they are not, or until this time is over.',
    /** Since a text of theirs moved. @param {string} x */
    writing: (x) => `a text ${x} ago`,
    asked: askedBy,
    /** @param {number} n @param {number} of */
    tryOf: (n, of) => `try ${n} of ${of}`,
    /** @param {string} who */
    laterTo: (who) => `Promise a callback to ${who}`,
    /** @param {string} who */
    title: (who) => `Promise a callback: ${who}`,
    lead: 'It joins the line with this incident’s severity and rings at the next agent who can take it.',
    soon: 'As soon as somebody is free',
    /** @param {number} n @param {string} time */
    minutes: (n, time) => `In ${n} minutes, at ${time}`,
    atGo: 'Promise it',
    yourClock: 'Your time',
    /** @param {string} place */
    theirClock: (place) => `Their time, ${place}`,
    /** @param {string} clock */
    dayBy: (clock) => `Day, by ${clock.charAt(0).toLowerCase()}${clock.slice(1)}`,
    /** @param {number} hours */
    ahead: (hours) => `${Math.abs(hours)} h ${hours < 0 ? 'behind you' : 'ahead of you'}`,
    sameClock: 'Their clock shows the same.',
    note: 'What it is about (optional)',
    nightNote: 'Why at night',
    /** @param {string} clock */
    there: (clock) => `${clock} there`,
    noZone: 'their local time is not known',
    askThem: 'Their local time is not known: ask them.',
    nightWhy: 'Say why, and promise it anyway; or choose another time.',
    nightGo: 'Promise it anyway',
    /** @param {string} time @param {string} [there] */
    done: (time, there = '') =>
      time ? `Callback promised for ${time}${there && ` (${there} there)`}.` : 'Callback promised.',
    off: 'Cancel the callback …',
    offShort: 'Cancel …',
    offDone: 'Callback cancelled.',
    group: 'Callbacks for later',
    open: 'Callback',
    queue: 'Queue callback',
    /** @param {string} who */
    queueOf: (who) => `Queue callback to ${who}`,
    queueWhy: 'They keep the place they had in line',
    still: 'Still needed?',
    /** @param {string} name @param {string} time */
    stillWhy: (name, time) => `A callback to them is promised, ${askedBy(name)} at ${time}.`,
    yes: 'Yes',
    no: 'No',
    noDone: 'Callback cancelled: they were reached.',
    noUndone: 'Undone: the callback is promised again.',
    kept: 'It stays promised.',
    /** @param {number} n */
    notReached: (n) => `not reached, ${n} ${n === 1 ? 'try' : 'tries'}`,
  },
  callOff: {
    /** @param {string} who */
    title: (who) => `Cancel the callback: ${who}?`,
    lead: 'Nobody calls them any more. The audit keeps your name and the reason.',
    reason: 'Why? For example: they wrote that it is solved',
    reached: 'They were reached in another way: it counts as reached',
    keep: 'Keep it promised',
    go: 'Cancel it',
  },
  record: {
    why: {
      locked: 'something else holds the database',
      busy: 'the database is too slow',
      full: 'its disk is full',
      read_only: 'it is read-only',
      recovery: 'the database is starting or recovering',
      connections: 'the database has no connection left',
      away: 'the database does not answer',
    },
    /** @param {string} why */
    desk: (why) =>
      `The record cannot be written right now: ${why}. Calls go on; what you type stays on this page and ` +
      'is saved as soon as possible.',
    /** @param {string} why */
    board: (why) =>
      `The record cannot be written right now: ${why}. Calls are answered; calls, texts and emails are ` +
      'kept on this machine and recorded as soon as possible.',
    offer: 'The record does not have this call yet. Only its line and number are known.',
    gaveUp:
      'The record does not have their call yet: only its line and number are known. You can call ' +
      'them back as soon as it does; nothing is lost.',
    soon: 'not recorded yet',
    call:
      'The record does not have this call yet: only its line and number are known. Its history opens ' +
      'as soon as it does. Notes stay on this page until then.',
  },
  status: {
    live: 'live',
    connecting: 'connecting …',
    stale: 'reconnecting …',
    locked: 'signed out',
    off: 'not connected',
    /** @param {string} time @param {string} word */
    asOf: (time, word) => `as of ${time} · ${word}`,
    /** @param {string} time */
    staleBar: (time) =>
      `Connection lost. What you see is from ${time}. What you type is kept; reconnecting …`,
    /** @param {string} time */
    staleCall: (time) =>
      `Connection lost. What you see is from ${time}. Your sound goes on; what you type is kept; ` +
      'reconnecting …',
    /** @param {string} time */
    staleQuiet: (time) =>
      `Connection lost. What you see is from ${time}. They are not hung up, but may not hear you now. ` +
      'What you type is kept; reconnecting …',
  },
  menu: {
    /** @param {string} name */
    account: (name) => `${name}, menu`,
    theme: 'Theme',
    system: 'Same as the system',
    light: 'Light',
    dark: 'Dark',
    help: 'Keys and help',
    out: 'Sign out',
    board: 'Open the board',
    desk: 'Open the desk',
    sound: 'Sound and microphone',
    phone: 'Phone page (demo)',
    password: 'Change password',
  },
  /** By what the caller hears meanwhile. @type {Record<string, (heard: string) => string>} */
  faults: {
    agent_sound_lost: (heard) => `Your sound was lost; the caller ${heard}. Reconnecting:`,
    agent_lost: (heard) => `Your connection was lost; the caller ${heard}:`,
  },
  /** What a caller hears whose agent is gone. */
  meanwhile: {
    held: 'is on hold',
    music: 'hears music',
    /** @param {string[]} names */
    names: (names) => `hears ${names.join(' and ')}`,
  },
  faultLeft: 'to come back',
  /** @type {Record<string, string>} */
  faultsBoard: { agent_sound_lost: 'sound lost', agent_lost: 'desk lost' },
  grounds: {
    /** @param {number} level */
    because: (level) => `S${level} because`,
    /** @param {number} level */
    byWords: (level) => `S${level} by what they wrote`,
    /** @param {number} n */
    sure: (n) => (n < 60 ? `likely, ${n} %` : `${n} % sure`),
    unsure: 'unsure: check',
    /** @param {string} name */
    rule: (name) => `your list “${name}”`,
  },
  severity: {
    button: 'Wrong severity?',
    /** @param {string} who */
    title: (who) => `What is it? ${who}`,
    /** @param {number} level */
    lead: (level) => `It is an S${level} now. Press one key; a higher severity counts at once.`,
    /** @param {number} level */
    why: (level) => `Why lower it to S${level}?`,
    never: 'Never an emergency',
    neverWhy: 'The words were misread; triage learns from this',
    over: 'Over now',
    overWhy: 'It was an emergency; triage learns nothing from this',
    back: 'Back',
    keep: 'Leave it',
    /** @param {number} from @param {number} to */
    done: (from, to) => `S${from} → S${to}.`,
    learns: 'Triage learns from it.',
    /** @param {number} level */
    undone: (level) => `Undone: S${level} again.`,
    neverTo: 'It was never an emergency',
  },
  incident: {
    shut: 'Close',
    hide: 'Hide',
    doneReady: 'Done. You are ready for the next.',
    donePaused: 'Done. You are paused.',
    doneRings: 'Incoming: this is their history.',
    none: 'Nothing is open.',
    noneReady: 'Nobody is waiting. You are ready.',
    /** @param {number} n */
    noneReadyWaiting: (n) => `You are ready. ${n} waiting, but not for you right now.`,
    nonePaused: 'You are paused. Only an S1 that nobody ready can take rings here.',
    noneQuiet: 'You are paused. Nothing will ring here.',
    noneMute: 'You are paused, and this desk has no sound yet: nothing rings here.',
    noneHint: 'When something comes for you, it rings here and its history opens.',
    ringing: {
      voice: 'A call for you.',
      sms: 'A text for you.',
      email: 'An email for you.',
      callback: 'A callback for you to make.',
    },
    ringingHint: 'Enter answers, D declines. If you do neither, it goes to the next person.',
    loading: 'Opening the incident …',
    failed: 'The incident could not be opened. Nothing is lost.',
    retry: 'Try again',
    untitled: 'Untitled incident',
    titleLabel: 'Title of the incident',
    rename: 'Rename the incident',
    saving: 'saving …',
    severity: 'Severity',
    opened: 'opened',
    ago: 'ago',
    owner: 'owner',
    ownerYou: 'you',
    nobody: 'nobody',
    /** @param {string} why @param {string|null} who */
    closedHow: (why, who) => `Resolved${who ? ` by ${who}` : ''} · ${why} ·`,
    /** @param {number} n */
    contacts: (n) => `${n} contact${n === 1 ? '' : 's'}`,
    more: 'More',
    rule: 'Rule',
    /** How severe the contact in hand is, where that is not its incident’s. */
    ofContact: { voice: 'this call', sms: 'this text', email: 'this mail' },
    noIncident: 'This contact has no incident yet.',
  },
  hours: {
    title: 'Opening hours',
    open: 'open',
    closed: 'closed',
    /** @param {string} x */
    until: (x) => `until ${x}`,
    /** @param {string} x */
    opens: (x) => `opens ${x}`,
  },
  /** @type {Record<string, string>} */
  errors: {
    too_late: 'Too late: the time to answer had run out. It goes to the next person; nobody is lost.',
    taken: 'A colleague answered first. You stay ready.',
    caller_gone: 'They hung up before you were connected. You are free again.',
    not_yours: 'This is no longer yours. Nothing was changed.',
    not_allowed: 'Your account is not allowed to do this. Nothing was changed.',
    bad_request: 'The centre did not understand that. Nothing was changed.',
    not_ready: 'This is not possible right now. Nothing was changed.',
    unknown: 'Something went wrong at the centre. Nothing of yours is lost; try again.',
    offline: 'No connection to the centre. Nothing was sent; try again when it is back.',
    no_answer: 'The centre did not answer in time. Check whether it happened before you try again.',
    close: 'Dismiss',
    messages: 'Messages',
  },
  reason: {
    /** @param {string} list */
    needs: (list) => `needs ${list}`,
    anybody: 'needs no special skill',
    widened: 'open to anybody by now',
    /** @param {number} n */
    step: (n) => ` (step ${n})`,
    named: 'has spoken with them before',
    /** @type {Record<number, string>} */
    longest: 'longest free',
    displaces: 'more urgent than what is ringing there',
    displacesHere: 'more urgent than what was ringing here',
    /** @type {Record<string, (by: string) => string>} */
    chosen: { assigned: (by) => `assigned by ${by}`, transferred: (by) => `transferred by ${by}` },
  },
  onCall: {
    /** @param {string} name */
    rings: (name) => `ringing ${name}'s telephone`,
    /** @param {string} name @param {string} time */
    taken: (name, time) => `${name} took it over by telephone, ${time}`,
    next: 'looking for the next number',
    nobody: 'nobody took it over by telephone',
    again: 'the numbers on call are rung again in',
    elseAgain: 'if nobody has it in hand, the numbers on call are rung again in',
  },

  why: {
    button: 'Why?',
    onCall: 'On call',
    open: 'Why here, why now?',
    /** @param {string} who */
    title: (who) => `Why here, why now: ${who}`,
    asking: 'Asking …',
    place: 'Place',
    stands: 'Waits because',
    wait: 'Expected wait',
    needs: 'Needs',
    /** @param {string} skills */
    first: (skills) => `${skills} first`,
    held: 'Held for',
    rings: 'Ringing at',
    may: 'Can take it',
    kept: 'Cannot take it',
    tiers: {
      0: 'S1: before all others',
      1: 'S2: after S1, before S3 and S4',
      2: 'after S1 and S2; S3 and S4 in the order in which they are due',
    },
    promoted: 'waited so long that it now counts as an S2',
    /** @param {string} time */
    due: (time) => `due ${time}`,
    /** @param {string} x */
    about: (x) => `about ${x}`,
    /** @param {string} x */
    within: (x) => `nine of ten within ${x}`,
    noWait: 'no estimate: too few similar contacts were answered recently',
    anybody: 'no special skill',
    /** @param {number} n @param {number} of */
    step: (n, of) => (of > 1 ? `step ${n} of ${of}` : ''),
    next: 'widens in',
    nobody: 'Nobody right now.',
    nobodyElse: 'Nobody else right now.',
    /** @param {string} name */
    assigned: (name) => `Assigned to ${name}: it is ringing there now.`,
    assign: 'Assign it to',
    assignGo: 'Assign',
    assignNobody: 'nobody can take it now',
    reserve: 'Kept free for S1',
    reserveWhy: 'This many agents stay free: other calls wait rather than take the last ones.',
    reserveLess: 'Keep one fewer free for S1',
    reserveMore: 'Keep one more free for S1',
  },
};
