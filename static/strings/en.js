// @ts-check
/** Every word that a page shows. Short and human; errors say what happened, what is safe, what to do. */
export const t = {
  brand: 'Holdfast',
  channels: { voice: 'call', sms: 'text', email: 'email' },
  channelsMany: { voice: 'Calls', sms: 'Texts', email: 'Emails' },
  severities: { 1: 'life', 2: 'urgent', 3: 'report', 4: 'follow-up' },
  states: {
    ready: 'ready', ringing: 'ringing', connecting: 'connecting', talking: 'on a call', dialing: 'dialling',
    messages: 'messages', wrapup: 'wrap-up', paused: 'paused', lost: 'connection lost', offline: 'signed out',
  },
  contactStates: {
    in_menu: 'in the menu', queued: 'waiting', offered: 'ringing', connecting: 'connecting', active: 'in progress',
    talking: 'talking', writing: 'open', held: 'on hold', wrapup: 'wrap-up', parked: 'waiting for their answer',
    dialing: 'dialling', ended: 'ended',
  },
  status: {
    live: 'live', connecting: 'connecting …', stale: 'reconnecting …', locked: 'signed out', off: 'not connected',
    asOf: (time, word) => `as of ${time} · ${word}`,
    staleBar: (time) => `Connection lost. What you see is from ${time}. Your call and your notes are safe; reconnecting …`,
  },
  login: {
    title: 'Sign in', lead: 'The worst thing first, within seconds.', login: 'Login', password: 'Password', go: 'Sign in', going: 'Signing in …',
    wrong: 'Login and password do not match. Check both; nothing was changed.',
    slow: 'Too many tries. Wait a minute, then try again.',
    offline: 'The centre does not answer. Check that it is running, then try again.',
    caps: 'Caps Lock is on.',
    insecure: 'This page came over plain http from another machine. You can read here, but calls need a safe address.',
  },
  menu: {
    account: (name) => `${name}, menu`, theme: 'Theme', system: 'As the system', light: 'Light', dark: 'Dark', help: 'Keys and help', out: 'Sign out',
    board: 'Open the board', desk: 'Open the desk', sound: 'Sound and microphone', phone: 'Phone page (demo)', commands: 'Command bar',
  },
  top: {
    ready: 'Ready', pause: 'Pause', pauseAfter: 'Pause after this', paused: (why) => `Paused: ${why}`, waiting: 'Waiting', oldest: 'oldest',
    nobody: 'nobody waits', state: 'My state', pauseWhy: 'Pause, for what?', resume: 'Ready again', goReady: 'Go ready', getting: 'Getting you ready …',
    readyAfter: 'Ready after this', clickReady: 'You get nothing until you press Ready.',
  },
  faults: {
    agent_sound_lost: 'Your sound broke: they hear music until it is back. It mends itself.', agent_lost: 'Your connection broke: they hear music until you are back.',
  },
  faultsBoard: { agent_sound_lost: 'sound lost', agent_lost: 'desk lost' },
  offer: {
    title: { voice: 'Incoming call', sms: 'Incoming text', email: 'Incoming email' },
    speak: (sev, word, channel, who, s) => `Severity ${sev}, ${word}. ${channel} from ${who}. ${s} seconds to answer. Press Enter.`,
    left: (s) => `${s} seconds left`,
    answer: { voice: 'Answer', sms: 'Take it', email: 'Take it' }, decline: 'Decline', answering: 'Answering …', declining: 'Declining …',
    why: 'Why', whyYou: 'Why you', typing: 'while you type: Alt + Enter', known: 'open incident',
    notify: (sev, word, who) => `S${sev} ${word}: ${who}`, flash: (sev, who) => `▲ S${sev} ${who}`,
    answered: 'Answered.', gone: 'The offer is gone.',
  },
  work: {
    room: (n) => `room for ${n} more text${n === 1 ? '' : 's'}`, full: 'full',
    title: 'My work', none: 'No open work.', due: (time) => `due ${time}`, left: (x) => `${x} left`, over: (x) => `${x} over`, waited: 'waited',
    back: (x) => `back in line in ${x}`, unseen: 'new message', dueSoon: (who) => `Answer to ${who} is due in one minute.`, dueOver: (who) => `Answer to ${who} is overdue.`,
  },
  phone: {
    bar: 'Phone', none: 'No call', mute: 'Mute', unmute: 'Unmute', hold: 'Hold', unhold: 'Take back', keypad: 'Keypad', hangup: 'Hang up',
    connecting: 'Connecting … they still hear the greeting', dialing: 'Dialling …', dialTo: (who) => `Calling ${who} …`, held: 'On hold: they hear music', muted: 'You are muted',
    talkingMuted: 'You are muted while talking. Press M to be heard.', callerGone: 'They have hung up.', ended: 'Call ended',
    cancel: 'Cancel', tones: 'Tones sent', keyOf: (d) => `Tone ${d}`, timer: 'Time in this call', link: { at_carrier: 'line at the carrier', asked: 'opening the line', streaming: 'line open', none: '' },
  },
  quality: {
    good: 'sound good', fair: 'sound fair', poor: 'sound poor', lost: 'no sound path', connecting: 'sound connecting …', off: 'sound off',
    hint: { fair: 'Some loss on the way; speak a little slower.', poor: 'Much loss on the way. Prefer a cable, close downloads.', lost: 'The sound path broke and is being rebuilt by itself.' },
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
    none: 'Nothing is open.', noneReady: 'Nobody is waiting. You are ready.', noneReadyWaiting: (n) => `You are ready. ${n} waiting need${n === 1 ? 's' : ''} other skills or ring${n === 1 ? 's' : ''} elsewhere.`,
    nonePaused: 'You are paused. Nothing will ring here.', noneHint: 'When something comes for you, it rings here and the history opens by itself.', readyHint: 'Press Ready to begin. The browser asks for your microphone once.',
    ringing: { voice: 'A call for you.', sms: 'A text for you.', email: 'An email for you.' }, ringingHint: 'Enter answers, D declines. If you do neither, it goes to the next person.', loading: 'Opening the incident …', failed: 'The incident could not be opened. Nothing is lost.', retry: 'Try again', untitled: 'Untitled incident', titleLabel: 'Title of the incident', saving: 'saving …', severity: 'Severity', opened: 'opened', ago: 'ago', owner: 'owner', ownerYou: 'you',
    nobody: 'nobody', state: { open: 'open', closed: 'closed' }, contacts: (n) => `${n} contact${n === 1 ? '' : 's'}`, rule: 'Rule', noIncident: 'This contact has no incident yet.',
  },
  timeline: {
    title: 'Timeline', empty: 'Nothing has happened yet.', today: 'Today', you: 'You', latest: 'Newest', subject: 'Subject',
    status: { queued: 'on its way', sending: 'on its way', accepted: 'on its way', sent: 'sent', delivered: 'delivered', read: 'read', failed: 'not delivered', undelivered: 'not delivered' },
    offset: (x) => `${x} into the call`, in: 'wrote', out: 'wrote', mail: 'email', pictures: 'Pictures in this email are not shown.',
  },
  composer: {
    label: { sms: (who) => `Text to ${who}`, email: (who) => `Email to ${who}` }, wait: 'Send and wait', close: 'Send and close', sending: 'Sending …', drop: 'Close without answer …',
    count: (used, limit, n) => `${used} / ${limit} · ${n} segment${n === 1 ? '' : 's'}`, ucs2: (chars) => `“${chars}” makes each text shorter (70 instead of 160)`, saved: 'draft saved', saving: 'saving draft …', local: 'draft kept on this computer',
    only: (who) => `Only ${who} sees this.`, optedOut: (who) => `${who} has asked for no more texts. Call instead.`, empty: 'Write something first.', sent: 'Sent.', call: 'On a call. Notes go to the right; texts of this incident show above.',
    failed: 'Not sent. Your words are still here.', emailOff: 'Email is not set up: answers cannot go out. An administrator sets HOLDFAST_SMTP_URL.', waits: 'They have your answer. It comes back to you when they write.', takenCare: 'Closed.',
  },
  party: { title: 'People', call: 'Call back', callTo: (who, x) => `Call back ${who}, ${x}`, out: 'no texts', none: 'Nobody is known yet.', calling: 'Calling …' },
  notes: {
    title: 'Notes', label: 'Write a note', lines: 'Notes so far', placeholder: 'Write while you talk. Enter starts the next note.', saved: 'saved', saving: 'saving …', local: 'kept on this computer', none: 'Each line is kept with its moment in the call.', edit: 'Change this note', noIncident: 'Notes open with the incident.', now: 'now',
  },
  wrapup: {
    title: 'Wrap-up', lead: 'How did it end?', comment: 'Comment, if it needs one', extend: 'More time', done: 'Done', closing: 'Saving …', choose: 'Choose one first: keys 1 to 9.', left: (x) => `${x} left`, ends: 'It ends by itself; without a choice it stands as “unfinished”.', withoutAnswer: 'Close without an answer', cancel: 'Keep it open', soon: 'Ten seconds of wrap-up left.',
  },
  tabs: { title: 'This desk is open in another tab.', text: 'Only one tab may ring and talk. The other one keeps working.', here: 'Use it here', taken: 'The desk moved to another tab or window.' },
  locked: { title: 'Sign in again', text: 'Your session has ended. What you typed is kept.', call: 'Your call goes on; they still hear you.' },
  help: {
    title: 'Keys and help', close: 'Close', keys: [
      ['Enter, A', 'answer what rings'], ['Alt + Enter', 'answer while typing'], ['D', 'decline what rings'], ['M', 'mute, unmute'], ['H', 'hold, take back'], ['N', 'notes'], ['R', 'reply'],
      ['Ctrl + Enter', 'send and wait'], ['1 – 9', 'how it ended, in wrap-up'], ['J, K', 'next, previous work'], ['Ctrl + K', 'command bar: every action by name'], ['?', 'this help'],
    ],
    shapes: 'Severity', words: { 1: 'life or safety in danger now', 2: 'urgent: harm is possible or going on', 3: 'a safety report or dispute', 4: 'follow-up' },
    safe: 'Everything typed is saved within two seconds. A reload or a lost network ends no call.',
  },
  commands: { title: 'Command bar', label: 'What do you want to do?', none: 'No such command.', open: (who) => `Open ${who}` },
  errors: {
    too_late: 'Too late: the time to answer was over. It rings for the next person; nobody is lost.', taken: 'A colleague answered first. You stay ready.', caller_gone: 'They hung up before the line was up. You are free again.',
    not_yours: 'This is not yours any more. Nothing was changed.', not_allowed: 'Your account may not do this. Nothing was changed.', bad_request: 'The centre did not understand that. Nothing was changed.',
    not_ready: 'Not possible in this state. Nothing was changed.', unknown: 'Something went wrong at the centre. Nothing of yours is lost; try again.', offline: 'No connection to the centre. Nothing was sent; try again when it is back.', no_answer: 'The centre did not answer in time. Look whether it happened before you try again.',
    close: 'Dismiss', failedTo: (what) => `Not done: ${what}`,
  },
  board: {
    stale: (time) => `Connection lost. What you see is from ${time}; calls go on. Reconnecting …`,
    title: 'Board', list: 'Waiting and ringing, in routing order', inWork: 'In progress', ringing: 'Ringing now', waiting: 'Waiting, in this order', all: 'All', severityAll: 'all severities', only: (x) => `only ${x}`, clear: 'Show all',
    cols: { sev: 'Sev', chan: 'By', who: 'Who', waited: 'Waited / target', needs: 'Needs', next: 'What happens next', why: 'Why' }, agents: 'Agents', agentStates: { lost: 'lost' }, agentCols: { name: 'Agent', state: 'State', for: 'For', on: 'On', skills: 'Skills' },
    oldest: 'oldest', target: 'target', none: 'nobody waits', inTarget: 'in target today', noToday: 'none yet today', todayOf: (d) => `${d.offered} reached out, ${d.answered} answered (${d.in_target} in target), ${d.abandoned} gave up`, late: 'late', depth: 'How many wait', depthSince: (time) => `since ${time}`, depthNone: 'Kept from now on.',
    empty: 'Nobody is waiting.', emptyFilter: 'Nobody here with this filter.', emptyWork: 'Nothing is in progress.', noAgents: 'Nobody is signed in.', change: 'Change severity', changeOf: (sev, who) => `S${sev}: change the severity of ${who}`, to: (word) => `to ${word}`,  email: 'email not set up', next: 'next', on: (n, of) => `${n} of ${of} ready`,
    menu: 'in the menu', place: (n) => `place ${n}`, ringingAt: (name) => `ringing ${name}`, connectingTo: (name) => `connecting to ${name}`, with: (name) => `with ${name}`, away: 'sound lost', left: (x) => `${x} left`, over: (x) => `over by ${x}`, notAllowed: 'The board is for supervisors. Sign in with such an account.', more: (n) => `+${n} more`, alarm: (sev, who) => `S${sev} past its target: ${who}`,
  },
  sandbox: {
    title: 'Phone', lead: 'A telephone in the browser. It calls, texts and mails the centre as a customer would.', mine: (n) => `my number ${n}`, lines: 'Lines', call: 'Call', number: 'Number', hangup: 'Hang up', answer: 'Answer', decline: 'Decline', keypad: 'Keypad', headset: 'Use a headset: with speakers the two ends of a demo hear each other.', alone: 'Sitting alone? Let somebody else call.', scripted: 'A caller with a script calls the centre, with a recorded voice.',
    text: 'Texts', textLabel: 'Text to the line', send: 'Send', noTexts: 'No texts yet. Write one: “my dog ate chocolate” is an emergency.', mail: 'Email', subject: 'Subject', body: 'Message', noMails: 'No answers by email yet.', sendMail: 'Send the email', to: (x) => `to ${x}`, sent: 'Sent.', off: 'The sandbox carrier does not answer. It runs with “make demo”.', reconnecting: 'The line to the sandbox carrier broke. Reconnecting …',
    states: { idle: 'No call', asking: 'Asking for the microphone …', dialing: 'Dialling …', ringing: 'It rings …', 'in-progress': 'Connected', ended: 'Call ended', incoming: 'The centre is calling' }, from: (x) => `from ${x}`, started: (word) => `Caller started: ${word}`, worklet: 'Sound cannot start in this browser.', level: 'Your voice', theirs: 'Their sound', noMic: 'You can listen, but they will not hear you.',
  },
};
