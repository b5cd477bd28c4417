// @ts-check
/** Every word that a page shows. Short and human; errors say what happened, what is safe, what to do. */
/** 1,600 @param {number} n */
const thousands = (n) => n.toLocaleString('en-US');

export const t = {
  brand: 'Holdfast',
  channels: { voice: 'call', sms: 'text', email: 'email' },
  channelsMany: { voice: 'Calls', sms: 'Texts', email: 'Emails' },
  severities: { 1: 'life', 2: 'urgent', 3: 'report', 4: 'follow-up' },
  states: {
    ready: 'ready', ringing: 'ringing', connecting: 'connecting', talking: 'on a call', dialing: 'dialling',
    messages: 'messages', wrapup: 'wrap-up', testing: 'desk test', paused: 'paused', lost: 'connection lost', offline: 'signed out',
  },
  contactStates: {
    in_menu: 'in the menu', queued: 'waiting', offered: 'ringing', connecting: 'connecting', active: 'in progress',
    talking: 'talking', writing: 'open', held: 'on hold', wrapup: 'wrap-up', parked: 'waiting for their answer', aside: 'set aside for the call',
    dialing: 'dialling', scheduled: 'promised for later', outside: 'rings outside', away: 'with somebody outside', voicemail: 'leaving a message', ended: 'ended',
  },
  terms: {
    stage: (word, floor) => `${word}: ${floor === 2 ? 'S3 and S4 only' : 'S2 to S4 only'}`, outside: 'outside shift', outsideWhy: (time) => `The next shift begins ${time}; until then S1 and S2 only`, ready: (time) => `You are outside your shift (next: ${time}). You are ready for S1 and S2.`,
  },
  aside: {
    button: 'Set aside', title: 'Set aside without an answer', minutes: (m, time) => `${m < 60 ? `${m} min` : `${m / 60} h`}, until ${time}`, writes: 'Until they write', back: 'Take it back', word: 'set aside', until: (x) => `back in ${x}`, bar: (time) => `Set aside until ${time}, or until they write. It keeps its place and comes to you first.`, done: (time) => (time ? `Set aside until ${time}.` : 'Set aside until they write.'),
  },
  promised: {
    word: 'callback', due: (time) => `due ${time}`, inTime: (x) => `in ${x}`, over: (x) => `since ${x}`, waits: 'waits in the order', asked: (name) => `asked for by ${name}`, tryOf: (n, of) => `try ${n} of ${of}`, later: 'Later', laterTo: (who) => `Later: promise ${who} a call`, title: (who) => `Call back later: ${who}`,
    lead: 'It waits in the one order with this incident’s severity, and rings at whoever may take it.', soon: 'As soon as somebody is free', minutes: (n, time) => `In ${n} minutes, at ${time}`, at: 'At', atGo: 'Promise it', tomorrow: 'tomorrow', done: (time) => (time ? `Promised for ${time}.` : 'Promised: it waits in the order.'), off: 'Call it off', offDone: 'Called off.', group: 'Promised for later', open: 'A call is promised', queue: 'Queue callback', queueOf: (who) => `Queue callback to ${who}`, queueWhy: 'It waits in the order at the place they had', notReached: (n) => `not reached, ${n} ${n === 1 ? 'try' : 'tries'}`,
  },
  record: {
    why: { locked: 'something else holds the database', busy: 'the database is too slow', full: 'its disk is full', read_only: 'it is read-only', recovery: 'the database is starting or recovering', connections: 'the database has no connection left', away: 'the database does not answer' },
    desk: (why) => `The record cannot be written just now: ${why}. Calls go on; what you type stays on this page and is saved as soon as it can be.`,
    board: (why) => `The record cannot be written just now: ${why}. Calls are answered; calls, texts and mails are kept on this machine and recorded as soon as it can be.`,
    offer: 'The record does not have this call yet. Line and number are all that is known.',
    gaveUp: 'The record does not have their call yet: line and number are all that is known. They can be called back as soon as it does; nothing is lost.', soon: 'not recorded yet',
    call: 'The record does not have this call yet: line and number are all that is known. Its history opens as soon as it does. Notes stay on this page until then.',
  },
  status: {
    live: 'live', connecting: 'connecting …', stale: 'reconnecting …', locked: 'signed out', off: 'not connected',
    asOf: (time, word) => `as of ${time} · ${word}`,
    staleBar: (time) => `Connection lost. What you see is from ${time}. What you type is kept; reconnecting …`,
    staleCall: (time) => `Connection lost. What you see is from ${time}. Your sound goes on; what you type is kept; reconnecting …`,
    staleQuiet: (time) => `Connection lost. What you see is from ${time}. They are not hung up, but may not hear you now. What you type is kept; reconnecting …`,
  },
  login: {
    title: 'Sign in', lead: 'The worst thing first, within seconds.', login: 'Login', password: 'Password', go: 'Sign in', going: 'Signing in …',
    wrong: 'Login and password do not match. Check both; nothing was changed.',
    slow: 'Too many tries. Wait a minute, then try again; or sign in on a device where you did so before.',
    offline: 'The centre does not answer. Check that it is running, then try again.',
    caps: 'Caps Lock is on.', demo: 'Demo: sign in as', roles: { agent: 'agent', supervisor: 'supervisor', admin: 'administrator' },
    insecure: 'This page came over plain http from another machine. Calls need a safe address: open it by https, or on the machine itself as http://localhost. An administrator sets HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY; the demo does it itself: holdfast demo --tls.',
  },
  password: {
    title: 'Change your password', old: 'Current password', new: 'New password', again: 'New password, once more', go: 'Change it', going: 'Changing …', leave: 'Leave it as it is',
    lead: (n) => `At least ${n} characters: a few words that nobody would put together. You stay signed in here; every other device is signed out.`,
    short: (n) => `The new password needs at least ${n} characters. Nothing was changed.`, differs: 'The two new passwords are not the same. Nothing was changed.', done: 'Your password is changed. Other devices are signed out.',
  },
  menu: {
    account: (name) => `${name}, menu`, theme: 'Theme', system: 'As the system', light: 'Light', dark: 'Dark', help: 'Keys and help', out: 'Sign out',
    board: 'Open the board', desk: 'Open the desk', sound: 'Sound and microphone', phone: 'Phone page (demo)', password: 'Change password', commands: 'Command bar',
  },
  top: {
    ready: 'Ready', pause: 'Pause', pauseAfter: 'Pause after this', paused: (why) => `Paused: ${why}`, pausedAfter: (why) => `paused after this: ${why}`, waiting: 'Waiting', commands: 'Do', due: 'first due', dueWhy: 'Of all who wait, this is due first', left: (x) => `in ${x}`, over: (x) => `over by ${x}`,
    nobody: 'nobody waits', state: 'My state', pauseWhy: 'Pause, for what?', resume: 'Ready again', goReady: 'Go ready', getting: 'Getting you ready …',
    readyAfter: 'Ready after this', clickReady: 'You get nothing until you press Ready.',
  },
  pausedBy: { missed: 'missed twice', self_test_failed: 'desk test failed', no_sound: 'no sound', left: 'was away', signed_in: 'just signed in', signed_out: 'signed out' },
  faults: {
    agent_sound_lost: 'Your sound is lost; the caller hears music. It is being mended:', agent_lost: 'Your connection was lost; the caller hears music:',
  },
  faultLeft: 'to come back',
  faultsBoard: { agent_sound_lost: 'sound lost', agent_lost: 'desk lost' },
  offer: {
    marks: { verified: 'number verified by the carrier', failed: 'the number may be faked', forwarded: (x) => `forwarded from ${x}` },
    title: { voice: 'Incoming call', sms: 'Incoming text', email: 'Incoming email', callback: 'Promised callback' },
    speakUnsure: 'It may be an emergency: 1 says it is, 2 urgent, 4 not.', speak: (sev, word, channel, who, s) => `Severity ${sev}, ${word}. ${channel} ${channel === 'callback' ? 'to' : 'from'} ${who}. ${s} seconds to answer. Press Enter.`,
    left: (s) => `${s} seconds left`,
    answer: { voice: 'Answer', sms: 'Take it', email: 'Take it', callback: 'Call them' }, decline: 'Decline', answering: 'Answering …', declining: 'Declining …',
    why: 'Why', whyYou: 'Why you', typing: 'while you type: Alt + Enter', before: 'Before this', says: 'It says:', saidBefore: 'wrote before:', known: 'open incident',
    notify: (sev, word, who) => `S${sev} ${word}: ${who}`, flash: (sev, who) => `▲ S${sev} ${who}`,
    again: 'It had only just begun to ring. Press Enter again to answer.',
    testPassed: 'Your desk works. You are ready again.', testFailed: 'The sound of this desk does not work. You are paused; nothing is lost. Check the microphone, then press Ready.',
    missed: (channel, who, paused, after) => `You missed ${{ voice: 'a call from', sms: 'a text from', email: 'an email from', callback: 'a callback to' }[channel]} ${who}. It went back to its place, nobody is lost. ${paused ? `You are paused${after ? ' after this' : ''}: press Ready to get the next one.` : 'This desk tests itself; you are back at once when it works.'}`,
  },
  grounds: {
    because: (level) => `S${level} because`, byWords: (level) => `S${level} by what they wrote`, sure: (n) => (n < 60 ? `likely, ${n} %` : `${n} % sure`), unsure: 'unsure: glance', rule: (name) => `your list “${name}”`,
  },
  glance: {
    title: 'Is it an emergency?', lead: 'It may be one. Read it; one key says what it is.', yes: 'Emergency: take it', yesHand: 'Yes, S1', urgent: 'Urgent', no: 'Neither', sending: 'Saying so …',
    taken: 'S1: it is yours.', on: (level) => `S${level}: it goes on to the next person. You are free.`, said: (level) => `It is an S${level} now.`,
  },
  severity: {
    button: 'Wrong severity?', title: (who) => `What is it? ${who}`, lead: (level) => `It is an S${level} now. One key; a worse one counts at once.`, why: (level) => `Why lower it to S${level}?`,
    never: 'Never an emergency', neverWhy: 'The words were read wrongly: triage learns from it', over: 'Over now', overWhy: 'It was one; nothing is learned from it', back: 'Back', keep: 'Leave it',
    done: (from, to) => `S${from} → S${to}.`, learns: 'Triage learns from it.', undo: 'Undo', undone: (level) => `Undone: S${level} again.`, neverTo: 'It never was an emergency',
  },
  corrections: {
    tab: 'Corrections', title: 'Corrections', of: 'texts and mails', days: (n) => `last ${n} days`, export: 'Export', triaged: 'triaged', corrected: (share) => `corrected${share ? `, ${share} %` : ''}`, raised: (n) => `raised, ${n} of them to S1`, lowered: (n) => `lowered, ${n} of them from S1`,
    cols: { was: 'Was, is', words: 'Words', kind: 'Said', incident: 'Incident', by: 'By', at: 'When' }, kinds: { raised: 'it is worse', never: 'never an emergency' },
    none: 'Nobody has corrected triage in these days. At the desk: W, “Wrong severity?”.', asking: 'Asking …', failed: 'The list could not be read. Nothing is lost.', again: 'Try again', wasIs: (was, is) => `from S${was} to S${is}`,
  },
  work: {
    room: (n) => `room for ${n} text${n === 1 ? '' : 's'}; a worse call sets them aside`, full: 'full; a worse call sets them aside', inCall: 'texts when this call is done',
    title: 'My work', none: 'No open work.', due: (time) => `due ${time}`, left: (x) => `${x} left`, over: (x) => `${x} over`, waited: 'waited',
    back: (x) => `back in line in ${x}`, unseen: 'new message', unread: (n) => (n > 1 ? `${n} new` : 'new'), dueSoon: (who) => `Answer to ${who} is due in one minute.`, dueOver: (who) => `Answer to ${who} is overdue.`,
  },
  back: {
    title: 'Went back while you were away', line: 'went back to its place while you were away', of: (who, no) => `${who}${no ? `, ${no}` : ''}`, rings: (names) => `being offered to ${names}`, waits: 'waits in line', take: 'Take it back', takeOf: (who) => `Take back ${who}`, taking: 'Taking it …',
    not: { lost: 'You are not connected.', training: 'You are in training for less urgent work.', shift: 'Outside of your shift you are offered S1 and S2 only.', paused: 'Press Ready first.', self_test: 'This desk is being tested.', no_sound: 'Your sound is not up yet.', rings: 'Answer or decline what rings first.', on_call: 'End your call first.', wrapup: 'Finish the wrap-up first.', full: 'You have no room for another.', texts: 'It may not interrupt what you have.' },
  },
  take: {
    button: 'Take it', of: (who) => `Take it: ${who}`, self: 'Take it myself', selfWhy: 'Opens your desk: one press there, and it is yours', title: 'Take it yourself?', lead: 'You become ready, and it is yours at once, unless something else rings at you first. Press “Pause after this” when you want no more.', other: 'Something rings at you already. Answer or decline it; then take the other one from Who waits (W).', gone: 'It does not wait any more: somebody has it, or it is over.', leave: 'Leave it in line', done: 'It is at your desk now.',
  },
  phone: {
    bar: 'Phone', none: 'No call', mute: 'Mute', unmute: 'Unmute', hold: 'Hold', unhold: 'Take back', keypad: 'Keypad', hangup: 'Hang up',
    connecting: 'Connecting … they still hear the greeting', dialing: 'Dialling …', dialTo: (who) => `Calling ${who} …`,
    progress: { queued: (who) => `Calling ${who} …`, initiated: (who) => `Calling ${who} …`, ringing: (who) => `It rings at ${who} …`, 'in-progress': (who) => `${who} picked up, connecting …` },
    progressShort: { queued: 'dialling', initiated: 'dialling', ringing: 'it rings there', 'in-progress': 'picked up' },
    held: 'On hold: they hear music', muted: 'You are muted',
    talkingMuted: 'You are muted while talking. Press M to be heard.', callerGone: 'They have hung up.', ended: 'Call ended',
    cancel: 'Cancel', tones: 'Tones sent', keyOf: (d) => `Tone ${d}`, timer: 'Time in this call', link: { at_carrier: 'line at the carrier', asked: 'opening the line', streaming: 'line open', none: '' },
  },
  quality: {
    good: 'sound good', fair: 'sound fair', poor: 'sound poor', checking: 'sound: checking …', lost: 'no sound path', connecting: 'sound connecting …', off: 'sound off',
    hint: { fair: 'Some loss on the way; speak a little slower.', poor: 'Much loss on the way. Prefer a cable, close downloads.', checking: 'Nothing is heard just now.', lost: 'The sound path broke and is being rebuilt by itself.' },
    detail: (rtt, loss, jitter) => `round trip ${rtt} ms · loss ${loss} % · jitter ${jitter} ms`,
  },
  sound: {
    title: 'Your sound', mic: 'Microphone', speaker: 'Speaker', level: 'Microphone level', standard: 'System standard',
    echo: 'A headset keeps their voice out of your microphone. Echo cancelling is on.', test: 'Play the ring', ok: 'Microphone works', idle: 'Press Ready: the browser then asks for the microphone.',
    silent: 'No sound from this microphone yet. Say a word; if the bar stays still, choose another one or look for a mute switch on the headset.',
    playBlocked: 'The browser holds the sound back. Click anywhere to hear.', allowed: 'Notifications are on', notAllowed: 'Notifications are off: you will hear the ring, but see nothing while another window is in front.',
    errors: {
      denied: ['The microphone is not allowed.', 'Click the sign left of the address, allow the microphone for this page, then press Ready again.'],
      missing: ['No microphone was found.', 'Plug in a headset, then press Ready again. This page notices it by itself.'],
      busy: ['The microphone is in use by another program.', 'Close the meeting or recorder that holds it, then press Ready again.'],
      path: ['The sound path to the centre could not be built.', 'Your microphone works. Press Ready again; if it stays so, the network may block UDP: tell your administrator.'],
      unknown: ['The microphone could not be opened.', 'Unplug it and plug it in again, then press Ready.'],
    },
    insecureTitle: 'Calls do not work at this address.',
    insecure: 'Browsers give the microphone to safe pages only. Open this page by https, or on the machine itself as http://127.0.0.1 or http://localhost. An administrator sets HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY. Until then you can read here, but not take calls.',
  },
  incident: {
    shut: 'Close', doneReady: 'Done. You are ready for the next.', donePaused: 'Done. You are paused.', doneRings: 'It rings: this is their history.',
    none: 'Nothing is open.', noneReady: 'Nobody is waiting. You are ready.', noneReadyWaiting: (n) => `You are ready. ${n} waiting, not for you now.`,
    nonePaused: 'You are paused. Nothing will ring here.', pausedBy: {
      missed: 'You missed two offers. Press Ready when you are back.', self_test_failed: 'The test of this desk failed. Check the sound below, then press Ready.', no_sound: 'Your sound was not up when you answered. Check it below, then press Ready.',
      left: 'You were away too long and were signed off duty. Press Ready when you are back.',
    }, noneHint: 'When something comes for you, it rings here and the history opens by itself.', readyHint: 'Press Ready to begin. The browser asks for your microphone once.', againHint: 'Press Ready when you want to go on.', safeHint: 'What you missed went back to its place; nobody is lost.',
    ringing: { voice: 'A call for you.', sms: 'A text for you.', email: 'An email for you.', callback: 'A promised call for you to make.' }, ringingHint: 'Enter answers, D declines. If you do neither, it goes to the next person.', loading: 'Opening the incident …', failed: 'The incident could not be opened. Nothing is lost.', retry: 'Try again', untitled: 'Untitled incident', titleLabel: 'Title of the incident', saving: 'saving …', severity: 'Severity', opened: 'opened', ago: 'ago', owner: 'owner', ownerYou: 'you',
    nobody: 'nobody', state: { open: 'open', closed: 'closed' }, contacts: (n) => `${n} contact${n === 1 ? '' : 's'}`, rule: 'Rule', noIncident: 'This contact has no incident yet.',
  },
  find: {
    button: 'Find', title: 'Find an incident', label: 'Number, telephone, email, name or words', recent: 'Recent incidents', filter: 'Which', filters: { '': 'All', mine: 'Mine', gave_up: 'Gave up' },
    count: (n, more) => `${n}${more ? ' or more' : ''} found, the newest first`, none: 'Nothing found. Try the last four digits, or the beginning of a name.', noneHere: 'Nothing here.', noneYet: 'No incidents yet.', asking: 'Looking …', more: 'Older ones', hint: '↑ ↓ choose, Enter opens',
    bar: 'You opened this. Notes and Call back work; nobody is on the line.', ours: { voice: 'our call', sms: 'our text', email: 'our email' }, outcomes: { voicemail: 'reached the voicemail', handled: 'handled', unfinished: 'ended', abandoned: 'gave up waiting', dropped: 'cut off, gave up waiting', not_reached: 'not reached', cancelled: 'called off', callback: 'asked for a callback', unknown: 'unclear' },
  },
  timeline: {
    title: 'Timeline', message: 'Their message', empty: 'Nothing has happened yet.', today: 'Today', you: 'You', latest: 'Newest', subject: 'Subject',
    status: { queued: 'on its way', sending: 'on its way', accepted: 'on its way', sent: 'sent', delivered: 'delivered', read: 'read', failed: 'not delivered', undelivered: 'not delivered', canceled: 'not delivered', handled: 'handled', abandoned: 'hung up', voicemail: 'voicemail', not_reached: 'not reached' },
    offset: (x) => `${x} into the call`, in: 'wrote', out: 'wrote', mail: 'email', pictures: 'Pictures in this email are not shown.', wrote: 'This is what we wrote:', writtenBy: (x) => `Sent from ${x}`, answerTo: (x) => `Asks for answers at ${x}, which is somebody else’s address`, quoted: (n) => `${n} quoted line${n === 1 ? '' : 's'}`,
  },
  composer: {
    label: { sms: (who) => `Text to ${who}`, email: (who) => `Email to ${who}` }, wait: 'Send and wait', close: 'Send and close', sending: 'Sending …', drop: 'Close only …',
    count: (used, most, n) => `${thousands(used)} of ${thousands(most)} · ${n} segment${n === 1 ? '' : 's'}`, ucs2: (chars) => `“${chars}” makes each text shorter (70 instead of 160)`, saved: 'draft saved', saving: 'saving draft …', local: 'draft kept on this computer',
    only: (who) => `Only ${who} sees this.`, optedOut: (who) => `${who} has asked for no more texts. Call instead.`, empty: 'Write something first.', tooLong: (n, most) => `${thousands(n)} of ${thousands(most)}: ${thousands(n - most)} too many. Shorten it, or send it in parts.`, sent: 'Sent.', call: 'On a call. Notes go to the right; texts of this incident show above.',
    failed: 'Not sent. Your words are still here.', emailOff: 'Email is not set up: answers cannot go out. An administrator sets HOLDFAST_SMTP_URL.', waits: 'When they write again, it is offered to you first if you are free then.', takenCare: 'Closed.',
  },
  party: { title: 'People', kinds: { phone: 'phone', email: 'email' }, call: 'Call back', callTo: (who, x) => `Call back ${who && who !== x ? `${who}, ` : ''}${x}`, out: 'no texts', none: 'Nobody is known yet.', calling: 'Calling …', inCall: 'To call back, end the call in hand first.', rings: 'To call back, answer or decline what rings first.', inWrapUp: 'To call back, finish the wrap-up first.' },
  notes: {
    title: 'Notes', label: 'Write a note', lines: 'Notes so far', placeholder: { voice: 'Write while you talk. Enter starts the next note.', other: 'Write what you learn. Enter starts the next note.' }, saved: 'saved', saving: 'saving …', local: 'kept on this computer', none: { voice: 'Each line is kept with its moment in the call.', other: 'Each line is kept with its time.' }, edit: 'Change this note', noIncident: 'Notes open with the incident.', intoCall: 'of this call; saved when the record has it', into: (no, title) => `into ${no}${title ? ` · ${title}` : ''}`, notThat: (no) => `into ${no}, not what rings`, labelOf: (no) => `Write a note into ${no}`, now: 'now',
  },
  wrapup: {
    title: 'Wrap-up', lead: 'How did it end?', comment: 'Comment, if it needs one', extend: 'More time', done: 'Done', closing: 'Saving …', choose: (n) => `Choose one first: keys 1 to ${n}.`, left: (x) => `${x} left`, ends: 'It ends by itself; without a choice it stands as “unfinished”.', withoutAnswer: 'Close without an answer', cancel: 'Keep it open', soon: 'Ten seconds of wrap-up left.',
  },
  tabs: { title: 'This desk is open in another tab or on another machine.', text: 'Only one of them rings and talks. The other one keeps working.', here: 'Use it here', taken: 'The desk moved to another tab or window.' },
  locked: { title: 'Sign in again', text: 'Your session has ended. What you typed is kept.', call: 'Your call goes on; they still hear you.', quiet: 'Your call goes on, but your sound is being checked: they may not hear you.', hands: 'You can mute and hang up here.' },
  signOut: { title: 'Sign out?', text: (n) => `You have ${n} open text${n === 1 ? '' : 's'}: ${n === 1 ? 'it goes back to its place' : 'they go back to their place'}. Sign out?`, safe: 'What you typed is kept.', stay: 'Stay', go: 'Sign out' },
  help: {
    title: 'Keys and help', close: 'Close', keys: [
      ['Enter, A', 'answer what rings'], ['Alt + Enter', 'answer while typing'], ['D', 'decline what rings'], ['M', 'mute, unmute'], ['H', 'hold, take back'], ['T', 'transfer, or back in line'], ['N', 'notes'], ['R', 'reply'],
      ['Ctrl + Enter', 'send and wait'], ['1 – 9', 'how it ended, in wrap-up'], ['J, K', 'next, previous work'], ['B', 'take back what went back while you were away'], ['/', 'find an incident; Esc closes it'], ['1, 2, 4', 'of one marked “unsure”: emergency, urgent, not'], ['W', 'why this one rings; wrong severity, of what is in hand; twice: who waits'], ['Z', 'undo the severity you just said'], ['Ctrl + K', 'command bar: every action by name'], ['?', 'this help'],
    ],
    shapes: 'Severity', words: { 1: 'life or safety in danger now', 2: 'urgent: harm is possible or going on', 3: 'a safety report or dispute', 4: 'follow-up' },
    safe: 'Everything typed is saved within two seconds. A reload or a lost network ends no call.',
  },
  transfer: {
    button: 'Transfer', title: (who) => `Hand ${who} on to`, label: 'Colleague, queue, skill or number', kinds: { agent: 'colleague', queue: 'queue', skill: 'skill', number: 'number' },
    free: 'free', room: 'has room', closed: 'closed now: it waits there', anyOf: 'whoever has it and is free', outside: 'outside; comes back to you if nobody there takes it', none: 'Nobody and nothing else of that name has room. Try other words, or give it back in line.', noNumbers: 'This centre hands callers to the numbers of its list only. An administrator can allow others.', nobody: 'No colleague has room just now.', asking: 'Asking who has room …',
    back: 'Back in line', backOf: (who) => `Give ${who} back in line`, hint: 'Enter hands over, Esc closes', going: 'Handing over …',
    done: (name) => `Handed on to ${name}. They hear music until it is taken.`, ringsAt: (name) => `It rings at ${name}. If nobody there takes it, it comes back to you.`, returned: (who) => `${who} is back in line, at the old place.`,
  },
  hours: { title: 'Opening hours', open: 'open', closed: 'closed', until: (x) => `until ${x}`, opens: (x) => `opens ${x}` },
  commands: { title: 'Command bar', label: 'What do you want to do?', none: 'No such command.', answers: 'It rings: Alt + Enter answers.', open: (who) => `Open ${who}` },
  errors: {
    too_late: 'Too late: the time to answer was over. It rings for the next person; nobody is lost.', taken: 'A colleague answered first. You stay ready.', caller_gone: 'They hung up before the line was up. You are free again.',
    not_yours: 'This is not yours any more. Nothing was changed.', not_allowed: 'Your account may not do this. Nothing was changed.', bad_request: 'The centre did not understand that. Nothing was changed.',
    not_ready: 'Not possible in this state. Nothing was changed.', unknown: 'Something went wrong at the centre. Nothing of yours is lost; try again.', offline: 'No connection to the centre. Nothing was sent; try again when it is back.', no_answer: 'The centre did not answer in time. Look whether it happened before you try again.',
    close: 'Dismiss', messages: 'Messages', failedTo: (what) => `Not done: ${what}`,
  },
  board: {
    stale: (time) => `Connection lost. What you see is from ${time}; calls go on. Reconnecting …`,
    title: 'Board', list: 'Waiting and ringing, in routing order', listTab: 'Waiting and ringing', inWork: 'In progress', untaken: 'Nobody here took it, or nobody is ready', ringing: 'Ringing now', waiting: 'Waiting, in this order', all: 'All', severityAll: 'all severities', only: (x) => `only ${x}`, clear: 'Show all',
    cols: { sev: 'Sev', chan: 'By', who: 'Who', waited: 'Waited / target', inHand: 'For', incident: 'Incident', needs: 'Needs', next: 'What happens next', why: 'Why' }, agents: 'Agents', readyFor: (n) => `${n.calls} ready for calls · ${n.texts} for texts`, readyBut: (n) => [n.urgent && `${n.urgent} outside shift: S1 and S2 only`, n.training && `${n.training} in training: not for S1`].filter(Boolean).join(' · '), room: (n) => (n ? `room for ${n}` : 'full'), readyWhy: 'Who has a text in hand is rung for a call that is worse: S1 sets any text aside, S2 those of S3 and S4.', agentCols: { name: 'Agent', state: 'State', for: 'For', on: 'On' },
    waits: 'waits', estimate: (x, most) => `about ${x}, 9 of 10 in ${most}`, estimateWhy: (x, most) => `A call of this severity that comes now waits about ${x}; nine of ten within ${most}`, queues: 'Next call', queueWait: (x, most) => `about ${x}, nine of ten within ${most}`, queueWhy: (word, n, level) => `${word}: ${n} call${n === 1 ? '' : 's'} waiting. Said of an S${level} that comes now`, target: (x) => `target ${x}`, none: 'nobody waits', inTarget: 'in target today', noToday: 'none yet today', todayOf: (d) => `${d.offered} reached out, ${d.answered} answered (${d.in_target} in target), ${d.abandoned} gave up`, late: 'late', depth: 'How many wait', depthSince: (time) => `since ${time}`, depthNone: 'Kept from now on.',
    account: 'trial account', accountTitle: 'The carrier’s account is a trial', accountLead: 'Upgrade it before anybody relies on the line. Until then:', empty: 'Nobody is waiting.', emptyFilter: 'Nobody here with this filter.', emptyWork: 'Nothing is in progress.', noAgents: 'Nobody is signed in.', change: 'Change severity', changeOf: (sev, who) => `S${sev}: change the severity of ${who}`, to: (word) => `to ${word}`,  email: 'email not set up', next: 'next', ofAll: (n) => `${n} here`,
    gaveUp: 'Gave up', gaveUpNone: 'Nobody who gave up is still to be called.', gaveUpCols: { sev: 'Sev', who: 'Who', at: 'Hung up', waited: 'Waited', incident: 'Incident', act: 'Call back' }, tries: (n) => `${n} times`, callsThem: (name) => `${name} calls them`,
    openOf: (no, who) => `Open ${no}, ${who}`, callBackTo: (who) => `Call back ${who}, at the desk`, callBackWhy: 'Opens at the desk, with Call back', done: 'Done', doneOf: (who) => `${who}: done`, doneWhy: 'Needs no call from us?', doneGo: 'Take off this list',
    heldFor: (name) => `held for ${name}`, menu: 'in the menu', outside: (name) => `rings at ${name}`, away: (name) => `with ${name}`, place: (n) => `place ${n}`, placeWhy: (s, time) => `${s < 3 ? `S${s} stands ${s === 1 ? 'before all others' : 'after S1, before S3 and S4'}; among S${s}` : 'After S1 and S2. S3 and S4 stand together;'} what is due first comes first: this at ${time}`, ringingAt: (name) => `ringing ${name}`, connectingTo: (name) => `connecting to ${name}`, with: (name) => `with ${name}`, comeBack: 'to return', left: (x) => `${x} left`, leftWord: 'left', over: (x) => `over by ${x}`, notAllowed: 'The board is for supervisors. Sign in with such an account.', more: (n) => `+${n}`, alarm: (sev, who) => `S${sev} past its target: ${who}`,
  },
  free: {
    item: 'Free the agent …', menu: (name) => `${name}, menu`, why: (name) => `${name}. Stuck in something? Free the agent`, title: (name) => `Free ${name}?`, lead: (state) => `Now: ${state}. Only for work that is stuck: who is well at work loses it.`, go: (name, who) => `Free ${name} of ${who}`, stay: 'Leave it as it is',
    what: {
      call: (who, name) => `${who} hears music and goes back to the old place in line; the next free agent gets the call. ${name} is not asked for it again at once.`, text: (who, name) => `${who} goes back to the old place in line, and is offered to whoever may take it. ${name} is not asked for it again at once.`,
      wrapup: (_who, name) => `The call is over; only the wrap-up is cut short, without a choice: it stands as “unfinished”. ${name} is free at once.`, gone: (who) => `${who} has hung up already. It ends now, as “unfinished”.`, ours: (who) => `Our call to ${who} has not been answered yet. It is hung up and ends as “unfinished”.`,
    },
    done: (name, who, ended) => (ended ? `${name} is free of ${who}. It ended as “unfinished”.` : `${name} is free. ${who} is back in line, at the old place.`),
  },
  line: {
    title: 'Who waits', show: 'Who waits, and why not here', none: 'Nobody waits.', who: 'Who', waited: 'Waited / target', place: 'Place', wait: 'Still to wait', you: 'And you', may: 'may ring here', again: 'again in', rings: (names) => `rings at ${names}`, more: (n) => `and ${n} more`, lead: 'The worst and longest waiting first. Who rings where is decided by skills; nothing is to be done here.', leadTake: 'The worst and longest waiting first. Who rings where is decided by skills; you may take somebody yourself.',
  },
  why: {
    button: 'Why?', open: 'Why here, why now?', title: (who) => `Why here, why now: ${who}`, asking: 'Asking …', place: 'Place', wait: 'Still to wait', needs: 'Needs', held: 'Held for', rings: 'Rings at', may: 'May take it', kept: 'Kept from',
    tiers: { 0: 'S1: before all others', 1: 'S2: after S1, before S3 and S4', 2: 'after S1 and S2; S3 and S4 by what is due first' }, promoted: 'waited its promise and goes on as an S2', due: (time) => `due ${time}`,
    about: (x) => `about ${x}`, within: (x) => `nine of ten within ${x}`, noWait: 'no estimate: too few like it were answered lately', anybody: 'no special skill', step: (n, of) => (of > 1 ? `step ${n} of ${of}` : ''), next: 'wider in',
    nobody: 'Nobody just now.', nobodyElse: 'Nobody else just now.', assigned: (name) => `Given to ${name}: it rings there now.`, assign: 'Give it to', assignGo: 'Assign', assignNobody: 'nobody can take it now', not: { lost: 'connection lost', training: 'in training, not for this', shift: 'outside shift: S1 and S2 only', self_test: 'desk test', no_sound: 'no sound' }, reserve: 'Kept free for S1', reserveWhy: 'So many agents stay free: other calls wait rather than take the last ones.', reserveLess: 'Keep one fewer free for S1', reserveMore: 'Keep one more free for S1',
  },
  sandbox: { account: (words) => `The carrier is ${words}.`,
    title: 'Phone', lead: 'A telephone in the browser. It calls, texts and mails the centre as a customer would.', mine: (n) => `my number ${n}`, lines: 'Lines', call: 'Call', number: 'Number', hangup: 'Hang up', answer: 'Answer', decline: 'Decline', keypad: 'Keypad', headset: 'Use a headset: with speakers the two ends of a demo hear each other.', alone: 'Sitting alone? Let somebody else call.', scripted: 'A caller with a script calls the centre, with a recorded voice.',
    text: 'Texts', textLabel: 'Text to the line', send: 'Send', noTexts: 'No texts yet. Write as people do: “hes not waking up” is an emergency, “thanks!” is none.', mail: 'Email', subject: 'Subject', body: 'Message', noMails: 'No answers by email yet.', sendMail: 'Send the email', to: (x) => `to ${x}`, sent: 'Sent.', off: 'The sandbox carrier does not answer. It runs with “make demo”.', reconnecting: 'The line to the sandbox carrier broke. Reconnecting …',
    states: { idle: 'No call', asking: 'Asking for the microphone …', dialing: 'Dialling …', ringing: 'It rings …', 'in-progress': 'Connected', ended: 'Call ended', incoming: 'The centre is calling' }, from: (x) => `from ${x}`, started: (word) => `Caller started: ${word}`, worklet: 'Sound cannot start in this browser.', level: 'Your voice', theirs: 'Their sound', noMic: 'You can listen, but they will not hear you.',
  },
};
