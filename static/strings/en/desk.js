/** The agent’s desk. */
/** 1,600 @param {number} n */
const thousands = (n) => n.toLocaleString('en-US');

export const desk = {
  top: {
    ready: 'Ready',
    pause: 'Pause',
    pauseAfter: 'Pause after this',
    waiting: 'Waiting',
    commands: 'Actions',
    due: 'first due',
    dueWhy: 'Of all who are waiting, this one is due first',
    /** @param {string} x */
    left: (x) => `in ${x}`,
    /** @param {string} x */
    over: (x) => `over by ${x}`,
    nobody: 'nobody waiting',
    state: 'My state',
    pauseWhy: 'Why are you pausing?',
    goReady: 'Go ready',
    getting: 'Getting you ready …',
    readyAfter: 'Ready after this',
  },
  emergencies: {
    /** @param {number} n */
    wait: (n) => (n === 1 ? 'An emergency waits.' : `${n} emergencies wait.`),
    ready: 'Ready?',
    who: 'Who waits',
  },
  offer: {
    marks: {
      verified: 'number verified by the carrier',
      failed: 'the number may be faked',
      /** @param {string} x */
      forwarded: (x) => `forwarded from ${x}`,
    },
    title: { voice: 'Incoming call', sms: 'Incoming text', email: 'Incoming email', callback: 'Callback' },
    speakUnsure: 'It may be an emergency: press 1 if it is, 2 if it is urgent, 4 if neither.',
    /**
     * @param {number} sev @param {string} word @param {string} channel
     * @param {string} who @param {number} s
     */
    speak: (sev, word, channel, who, s) =>
      `Severity ${sev}, ${word}. ${channel} ${channel === 'callback' ? 'to' : 'from'} ${who}. ${s} ` +
      'seconds to answer. Press Enter.',
    /** @param {number} s */
    left: (s) => `${s} seconds left`,
    answer: { voice: 'Answer', sms: 'Take it', email: 'Take it', callback: 'Call them' },
    decline: 'Decline',
    answering: 'Answering …',
    declining: 'Declining …',
    why: 'Why',
    whyYou: 'Why you',
    typing: 'while you type: Alt + Enter',
    beside: 'Enter answers this; Alt + Enter answers your colleague',
    before: 'Before this',
    says: 'It says:',
    saidBefore: 'wrote before:',
    /** @param {number} sev @param {string} word @param {string} who */
    notify: (sev, word, who) => `S${sev} ${word}: ${who}`,
    /** @param {number} sev @param {string} who */
    flash: (sev, who) => `▲ S${sev} ${who}`,
    again: 'It had only just begun to ring. Press Enter again to answer.',
    testPassed: 'Your desk works.',
    testFailed:
      'The sound at this desk does not work. You are paused; nothing is lost. Check the microphone, then ' +
      'press Ready.',
  },
  glance: {
    title: 'Is it an emergency?',
    yes: 'Emergency: take it',
    yesHand: 'Yes, S1',
    urgent: 'Urgent: pass it on',
    urgentHand: 'Urgent, S2',
    no: 'Neither: pass it on',
    noHand: 'Neither',
    passes: 'It goes on to the next person, as what you say it is. You are free.',
    sending: 'Sending …',
    taken: 'S1: it is yours.',
    /** @param {number} level */
    on: (level) => `S${level}: it goes on to the next person. You are free.`,
    /** @param {number} level */
    said: (level) => `It is an S${level} now.`,
  },
  work: {
    title: 'My work',
    none: 'No open work.',
    /** @param {string} time */
    due: (time) => `due ${time}`,
    /** @param {string} x */
    left: (x) => `${x} left`,
    /** @param {string} x */
    over: (x) => `${x} over`,
    /** @param {number} n */
    unread: (n) => (n > 1 ? `${n} new` : 'new'),
    /** @param {string} who */
    dueSoon: (who) => `Your answer to ${who} is due in one minute.`,
    /** @param {string} who */
    dueOver: (who) => `Your answer to ${who} is overdue.`,
  },
  back: {
    title: 'Back in line while you were away',
    line: 'went back in line while you were away',
    /** @param {string} who @param {string} no */
    of: (who, no) => `${who}${no ? `, ${no}` : ''}`,
    /** @param {string} names */
    rings: (names) => `being offered to ${names}`,
    waits: 'waiting in line',
    take: 'Take it back',
    /** @param {string} who */
    takeOf: (who) => `Take back ${who}`,
    taking: 'Taking it …',
  },
  take: {
    button: 'Take it',
    /** @param {string} who */
    of: (who) => `Take it: ${who}`,
    self: 'Take it myself',
    selfWhy:
      'You go ready and it is yours at once, if your desk is open and has sound; else it opens and asks',
    title: 'Take it yourself?',
    lead:
      'You go ready and it is yours at once, unless an emergency rings here first. Press “Pause after ' +
      'this” if you want no more.',
    other: 'An emergency is ringing here. Answer or decline it, then take the other one from the line (W).',
    gone: 'It is no longer waiting: somebody has it, or it is over.',
    leave: 'Leave it in line',
  },
  phone: {
    bar: 'Phone',
    none: 'No call',
    mute: 'Mute',
    unmute: 'Unmute',
    hold: 'Hold',
    unhold: 'Resume',
    keypad: 'Keypad',
    keypadHint: 'A comma waits 2 s. Esc closes.',
    hangUp: 'Hang up',
    connecting: 'Connecting … they are still on the line',
    /** @param {string} who */
    dialTo: (who) => `Calling ${who} …`,
    /** @type {Record<string, (who: string) => string>} */
    progress: {
      /** @param {string} who */
      queued: (who) => `Calling ${who} …`,
      /** @param {string} who */
      initiated: (who) => `Calling ${who} …`,
      /** @param {string} who */
      ringing: (who) => `Ringing ${who} …`,
      /** @param {string} who */
      'in-progress': (who) => `${who} picked up, connecting …`,
    },
    /** @type {Record<string, string>} */
    progressShort: {
      queued: 'dialling',
      initiated: 'dialling',
      ringing: 'ringing',
      'in-progress': 'picked up',
    },
    held: 'On hold: they hear music',
    muted: 'You are muted',
    talkingMuted: 'You are muted while talking. Press Alt+M to be heard.',
    cancel: 'Cancel',
    tones: 'Tones sent',
    /** @param {string} d */
    keyOf: (d) => `Tone ${d}`,
    timer: 'Time in this call',
  },
  quality: {
    good: 'sound good',
    fair: 'sound fair',
    poor: 'sound poor',
    checking: 'sound: checking …',
    lost: 'no sound path',
    connecting: 'sound connecting …',
    blocked: 'sound blocked: why?',
    off: 'sound off',
    /** What its sign does. */
    opens: 'Opens your sound: microphone, speakers, volume',
    /** @type {Record<string, string>} */
    hint: { checking: 'No sound is arriving right now.', lost: 'The sound path broke and is being rebuilt.' },
    /** @param {number} rtt @param {string} loss @param {number} jitter */
    detail: (rtt, loss, jitter) => `round trip ${rtt} ms · loss ${loss} % · jitter ${jitter} ms`,
  },
  sound: {
    title: 'Your sound',
    mic: 'Microphone',
    speaker: 'Speaker',
    ring: 'Ring',
    same: 'Where calls are heard',
    /** @param {string} name */
    away: (name) => `${name} (not plugged in)`,
    /** @param {string} gone @param {string} used the browser may not tell */
    instead: (gone, used) =>
      `${gone} is unplugged. ${used || 'The system’s own'} is your microphone now. ` +
      'Plug it in again: this page notices it by itself.',
    awayHint: 'Until it is back, the system’s own is used. Plug it in: this page notices it by itself.',
    textsOnly: 'Ready for texts only',
    calls: 'Ready for calls too',
    textsShort: 'Texts only',
    testSpeaker: 'Play a sound',
    level: 'Microphone level',
    standard: 'System default',
    echo: 'A headset keeps their voice out of your microphone. Echo cancelling is on.',
    test: 'Play the ring',
    idle: 'Press Ready: the browser then asks for the microphone.',
    playBlocked: 'The browser holds the sound back. Click anywhere to hear.',
    notAllowed:
      'Notifications are off: you will hear the ring, but see nothing while another window is in front.',
    /** @type {Record<string, string[]>} */
    errors: {
      denied: [
        'The microphone is not allowed.',
        'Click the sign left of the address, allow the microphone for this page, then press Ready again.',
      ],
      missing: [
        'No microphone was found.',
        'Plug in a headset, then press Ready again. This page notices it by itself.',
      ],
      busy: [
        'The microphone is in use by another program.',
        'Close the meeting or recorder that holds it, then press Ready again.',
      ],
      path: [
        'The sound path to the centre could not be built.',
        'Your microphone works. Press Ready again; if that does not help, the network may block UDP: tell ' +
          'your administrator.',
      ],
      unknown: ['The microphone could not be opened.', 'Unplug it and plug it in again, then press Ready.'],
    },
    insecureTitle: 'Calls do not work at this address.',
    insecure:
      'Browsers allow the microphone on secure pages only. Open this page over https, or on the machine ' +
      'itself as http://127.0.0.1 or http://localhost. An administrator sets HOLDFAST_TLS_CERT and ' +
      'HOLDFAST_TLS_KEY. Until then you can read here, but not take calls.',
  },
  find: {
    button: 'Find',
    title: 'Find an incident',
    help: 'find an incident; Esc closes it',
    label: 'Number, telephone, email, name or words',
    /** @type {Record<string, string>} */
    of: {
      note: 'note',
      hand_off: 'hand-off',
      sms: 'text',
      email: 'email',
      voice: 'call',
      name: 'name',
      phone: 'telephone',
    },
    /** @param {number} done @param {number} total */
    searched: (done, total) =>
      `${done.toLocaleString('en')} of ${total.toLocaleString('en')} searched through since the upgrade`,
    recent: 'Recent incidents',
    filter: 'Which',
    /** @type {Record<string, string>} */
    filters: { '': 'All', open: 'Open', mine: 'Mine', abandoned: 'Gave up' },
    /** @param {number} n @param {boolean} more */
    count: (n, more) => `${n}${more ? ' or more' : ''} found, newest first`,
    none: 'Nothing found. Try fewer words, the last four digits, or the beginning of a name.',
    noneHere: 'Nothing here.',
    noneYet: 'No incidents yet.',
    asking: 'Looking …',
    more: 'Older ones',
    hint: '↑ ↓ choose, Enter opens',
    bar: 'You opened this. Notes and Call back work; nobody is on the line.',
    ours: { voice: 'our call', sms: 'our text', email: 'our email' },
    /** @type {Record<string, string>} */
    outcomes: {
      voicemail: 'reached the voicemail',
      handled: 'handled',
      unfinished: 'ended',
      abandoned: 'gave up waiting',
      dropped: 'cut off, gave up waiting',
      not_reached: 'not reached',
      cancelled: 'cancelled',
      callback: 'asked for a callback',
      unknown: 'unclear',
    },
  },
  composer: {
    label: {
      sms: (/** @type {string} */ who) => `Text to ${who}`,
      email: (/** @type {string} */ who) => `Email to ${who}`,
    },
    wait: 'Send and wait',
    close: 'Send and close',
    sending: 'Sending …',
    drop: 'Close only …',
    /** @param {number} used @param {number} most @param {number} n */
    count: (used, most, n) => `${thousands(used)} of ${thousands(most)} · ${n} segment${n === 1 ? '' : 's'}`,
    /** @param {string} chars */
    ucs2: (chars) => `“${chars}” makes each text shorter (70 instead of 160)`,
    saved: 'draft saved',
    saving: 'saving draft …',
    local: 'draft kept on this computer',
    /** @param {string} who */
    only: (who) => `Only ${who} sees this.`,
    /** @param {string} who */
    optedOut: (who) => `${who} has asked for no more texts. Call instead.`,
    empty: 'Write something first.',
    /** @param {number} n @param {number} most */
    tooLong: (n, most) =>
      `${thousands(n)} of ${thousands(most)}: ${thousands(n - most)} too many. Shorten it, or send it in ` +
      'parts.',
    sent: 'Sent.',
    emailOff: 'Email is not set up: answers cannot go out. An administrator sets HOLDFAST_SMTP_URL.',
    waits: 'If they write again while you are free, it is offered to you first.',
    takenCare: 'Closed.',
  },
  party: {
    title: 'People',
    kinds: { phone: 'phone', email: 'email' },
    call: 'Call back',
    callFirst: 'Call',
    /** @param {string} who @param {string} x @param {boolean} back */
    callTo: (who, x, back) => `${back ? 'Call back' : 'Call'} ${who && who !== x ? `${who}, ` : ''}${x}`,
    out: 'no texts',
    none: 'No people are known yet.',
    calling: 'Calling …',
    inCall: 'To call back, end your call first.',
    inWrapUp: 'To call back, finish the wrap-up first.',
    emergencyRings: 'An emergency rings here: answer or decline it first.',
  },
  notes: {
    title: 'Notes',
    label: 'Write a note',
    lines: 'Notes so far',
    placeholder: {
      voice: 'Write while you talk. Enter starts the next note.',
      other: 'Write what you learn. Enter starts the next note.',
    },
    saved: 'saved',
    saving: 'saving …',
    local: 'kept on this computer',
    none: {
      voice: 'Each note is kept with its time in the call.',
      other: 'Each note is kept with its time.',
    },
    edit: 'Change this note',
    /** What they were written in. @type {Record<string, string>} */
    during: { voice: 'Call', sms: 'Text', email: 'Email', none: 'Without a contact,' },
    noIncident: 'Notes open with the incident.',
    intoCall: 'for this call; saved once the record has it',
    /** @param {string} no @param {string} title */
    into: (no, title) => `into ${no}${title ? ` · ${title}` : ''}`,
    /** @param {string} no */
    notThat: (no) => `into ${no}, not into what rings`,
    /** @param {string} no */
    labelOf: (no) => `Write a note into ${no}`,
  },
  wrapup: {
    /** @param {string} no */
    resolves: (no) => `${no} is resolved with it`,
    others: 'Others …',
    title: 'Wrap-up',
    lead: 'How did it end?',
    comment: 'Comment, if it needs one',
    extend: 'More time',
    done: 'Done',
    closing: 'Saving …',
    /** @param {string} first @param {number} n */
    choose: (first, n) => `Choose one first: keys ${first} to ${n}.`,
    /** @param {string} x */
    left: (x) => `${x} left`,
    ends: 'It ends by itself, as chosen; without a choice it is recorded as “unfinished”.',
    withoutAnswer: 'Close without an answer',
    cancel: 'Keep it open',
    soon: 'Ten seconds of wrap-up left.',
  },
  tabs: {
    title: 'This desk is open in another tab or on another machine.',
    text: 'Only one of them rings and talks. The other one keeps working.',
    here: 'Use it here',
  },
  locked: {
    title: 'Sign in again',
    text: 'Your session has ended. What you typed is kept.',
    call: 'Your call goes on; they still hear you.',
    quiet: 'Your call goes on, but your sound is being checked: they may not hear you.',
    hands: 'You can mute and hang up here.',
  },
  signOut: {
    title: 'Sign out?',
    /** @param {number} n */
    text: (n) =>
      `You have ${n} open text${n === 1 ? '' : 's'}: ` +
      `${n === 1 ? 'it goes' : 'they go'} back in line. Sign out?`,
    safe: 'What you typed is kept.',
    stay: 'Stay',
    go: 'Sign out',
  },
  help: {
    title: 'Keys and help',
    close: 'Close',
    keys: [
      ['Enter', 'answer what is ringing'],
      ['Alt + Enter', 'answer while typing; of two that ring, the more severe'],
      ['Alt + D', 'decline what is ringing'],
      ['Alt + M', 'mute, unmute; also while typing'],
      ['Alt + H', 'hold, resume'],
      ['Alt + U', 'ask an interpreter in, when the caller’s language is not yours'],
      ['Alt + T', 'transfer, or back in line'],
      ['Shift + Enter', 'in Transfer: ask them first, before they get the call'],
      ['Alt + J', 'all three together, or without whom you asked in'],
      ['Alt + O', 'hand the call over to whom you asked in'],
      ['Alt + Q', 'help, now: a supervisor is told at once; also while typing'],
      ['Alt + V', 'as a supervisor: listen to whoever asks for help, or say that you are on it'],
      ['Alt + ↑ / ↓', 'louder, quieter: the call, or what rings'],
      ['Alt + C', 'dial a number'],
      ['Alt + L', 'leave the message on a machine that answered your call'],
      ['Alt + R', 'redial: call again whom you called last'],
      ['Alt + I / S', 'as a buddy: listen to your trainee’s call, whisper to them; once more: leave'],
      ['N', 'notes', 'Alt + N'],
      ['R', 'reply', 'Alt + A'],
      ['Ctrl + Enter', 'send and wait'],
      ['1 – 9', 'how it ended, in wrap-up', 'Alt + 1 – 9'],
      ['Y / X', 'a callback, in wrap-up: still needed, or not', 'Alt + Y / X'],
      ['J, K', 'next, previous work', 'Alt + K'],
      ['B', 'take back what went back in line while you were away', 'Alt + B'],
      ['1, 2, 4', 'for one marked “unsure”: emergency, urgent, neither', 'Alt + 1 2 4'],
      ['W', 'why this one is ringing; wrong severity of what you have; twice: who is waiting', 'Alt + W'],
      ['Z', 'undo what you just said: a severity, or “not needed” of a callback', 'Alt + Z'],
    ],
    /** After those of the dialogs. */
    last: [
      ['Ctrl + K', 'command bar: every action by name'],
      ['?', 'this help', 'Alt + ?'],
    ],
    shapes: 'Severity',
    /** @type {Record<number, string>} */
    words: {
      1: 'life or safety in danger now',
      2: 'urgent: harm is possible or going on',
      3: 'a safety report or dispute',
      4: 'follow-up',
    },
    safe: 'Everything typed is saved within two seconds. A reload or a lost network ends no call.',
  },
  commands: {
    title: 'Command bar',
    label: 'What do you want to do?',
    none: 'No such command.',
    /** Also looked for as. */
    sound: 'volume louder quieter microphone speaker ring headset',
    answers: 'Incoming: Alt + Enter answers.',
    /** @param {string} who */
    open: (who) => `Open ${who}`,
  },
  line: {
    title: 'Who is waiting',
    show: 'Who is waiting, and why not here',
    none: 'Nobody is waiting.',
    who: 'Who',
    waited: 'Waited / target',
    place: 'Place',
    wait: 'Expected wait',
    you: 'And you',
    may: 'can ring here',
    again: 'again in',
    /** @param {string} names */
    rings: (names) => `ringing ${names}`,
    /** @param {number} n */
    more: (n) => `and ${n} more`,
    lead:
      'The most urgent and longest waiting come first. Skills decide who rings where; there is nothing to ' +
      'do here.',
    leadTake:
      'The most urgent and longest waiting come first. Skills decide who rings where; you can take ' +
      'somebody yourself.',
  },
};
