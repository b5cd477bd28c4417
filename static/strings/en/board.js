/** The supervisor’s board. */

export const board = {
  /** Done at one's own desk, from the board. */
  atDesk: {
    taken: 'It is at your desk now.',
    shown: 'Your desk shows it now.',
    asked: 'Your desk asks you something first: go to its tab.',
    rings: 'Something else rings at your desk. Answer or decline it there, then take this one.',
  },
  board: {
    /** @param {string} time */
    stale: (time) => `Connection lost. What you see is from ${time}; calls go on. Reconnecting …`,
    title: 'Board',
    list: 'Waiting and ringing, in routing order',
    listTab: 'Waiting',
    inWork: 'In progress',
    alarms: 'Alarms, whatever is filtered',
    lost: 'Agent lost in an S1',
    /** @param {string} name */
    lostOf: (name) => `${name} was lost`,
    untaken: 'Nobody here took it, or nobody is ready',
    unheard: 'Handed over outside, and one of the two hears nothing',
    ringing: 'Ringing now',
    waiting: 'Waiting, in this order',
    all: 'All',
    /** @param {string} x */
    only: (x) => `only ${x}`,
    cols: {
      sev: 'Sev',
      chan: 'By',
      who: 'Who',
      waited: 'Waited / target',
      inHand: 'For',
      incident: 'Incident',
      needs: 'Needs',
      next: 'What happens next',
      why: 'Why',
    },
    agents: 'Agents',
    /** @param {{calls: number, texts: number}} n */
    readyFor: (n) => `${n.calls} ready for calls · ${n.texts} for texts`,
    /** @param {{urgent: number, training: number}} n */
    readyBut: (n) =>
      [
        n.urgent && `${n.urgent} outside shift: S1 and S2 only`,
        n.training && `${n.training} in training: not for S1`,
      ]
        .filter(Boolean)
        .join(' · '),
    readyWhy:
      'Agents who have a text still get a more urgent call: S1 sets any text aside, S2 those of S3 ' +
      'and S4.',
    agentCols: { name: 'Agent', state: 'State', for: 'For', on: 'On' },
    waits: 'waits',
    /** @param {string} x @param {string} most */
    estimate: (x, most) => `about ${x}, 9 of 10 in ${most}`,
    /** @param {string} x @param {string} most */
    estimateWhy: (x, most) =>
      `A call of this severity that comes now waits about ${x}; nine of ten within ${most}`,
    queues: 'Next call',
    /** @param {string} x @param {string} most */
    queueWait: (x, most) => `about ${x}, nine of ten within ${most}`,
    /** @param {string} word @param {number} n @param {number} level */
    queueWhy: (word, n, level) =>
      `${word}: ${n} call${n === 1 ? '' : 's'} waiting. Estimate for an S${level} that comes now`,
    /** @param {string} x */
    target: (x) => `target ${x}`,
    waitingWhy: 'Contacts that wait: calls, texts, mails, and callbacks',
    none: 'nobody waiting',
    inTarget: 'in target',
    noToday: 'none yet today',
    late: 'late',
    depth: 'How many are waiting',
    depthNone: 'Recorded from now on.',
    account: 'trial account',
    accountTitle: 'The carrier’s account is a trial',
    accountLead: 'Upgrade it before anybody relies on the line. Until then:',
    empty: 'Nobody is waiting.',
    emptyFilter: 'Nobody here with this filter.',
    emptyWork: 'Nothing is in progress.',
    noAgents: 'Nobody is signed in.',
    change: 'Change severity',
    /** @param {number} sev @param {string} who */
    changeOf: (sev, who) => `S${sev}: change the severity of ${who}`,
    email: 'email not set up',
    /** @param {number} n */
    ofAll: (n) => `${n} here`,
    gaveUp: 'Gave up',
    gaveUpNone: 'Nobody who gave up still needs a call.',
    gaveUpCols: {
      sev: 'Sev',
      who: 'Who',
      at: 'Hung up',
      waited: 'Waited',
      incident: 'Incident',
      act: 'Call back',
    },
    /** @param {number} n */
    tries: (n) => `${n} times`,
    /** @param {string} name */
    callsThem: (name) => `${name} calls them`,
    /** @param {string} no @param {string} who */
    openOf: (no, who) => `Open ${no}, ${who}`,
    /** @param {string} who */
    callBackTo: (who) => `Call back ${who}, at the desk`,
    callBackWhy: 'Opens at your desk, with Call back',
    done: 'Done',
    /** @param {string} who */
    doneOf: (who) => `${who}: done`,
    doneWhy: 'Needs no call from us?',
    doneGo: 'Take off this list',
    /** @param {string} name */
    heldFor: (name) => `held for ${name}`,
    menu: 'in the menu',
    /** @param {string} name */
    outside: (name) => `ringing ${name}`,
    /** @param {string} name */
    has: (name) => `${name} has it`,
    onCallAgain: 'on call again in',
    /** @param {string} names */
    offeredTo: (names) => `offered to ${names}`,
    /** @param {string} name */
    away: (name) => `with ${name}`,
    /** Whom the agent of a talk asked in. @param {Consult} it */
    also: ({ at, name, line }) =>
      !line
        ? at === 'asked'
          ? `${name} is asked in`
          : `with ${name}, asked in`
        : line.kind === 'interpreter'
          ? `${at === 'asked' ? 'dialling' : 'with'} ${name}`
          : `${at === 'asked' ? 'dialling outside' : 'number outside'}: ${name}`,
    /** @param {number} n */
    place: (n) => `place ${n}`,
    /** @param {number} n */
    told: (n) => `told ${n}`,
    /** @param {number} n */
    toldWhy: (n) =>
      `The caller is told place ${n}: of those before them, only ${n - 1} can be taken by an agent on duty ` +
      'who could take them',
    /** @param {number} s @param {string} time */
    placeWhy: (s, time) =>
      `${
        { 1: 'S1 stands before all others; among S1', 2: 'S2 stands after S1, before S3 and S4; among S2' }[
          s
        ] ?? 'After S1 and S2. S3 and S4 stand together;'
      } what is due first comes first: this at ${time}`,
    /** @param {string} name */
    ringingAt: (name) => `ringing ${name}`,
    /** @param {string} name */
    connectingTo: (name) => `connecting to ${name}`,
    /** @param {string} name */
    with: (name) => `with ${name}`,
    /** @param {string} x */
    left: (x) => `${x} left`,
    /** @param {string} x */
    over: (x) => `over by ${x}`,
    notAllowed: 'The board is for supervisors. Sign in with a supervisor’s account.',
    /** @param {number} n */
    more: (n) => `+${n}`,
  },
  free: {
    item: 'Free the agent …',
    makeReady: 'Make ready',
    /** @param {string} name */
    madeReady: (name) => `${name} is ready. They are told; the next miss pauses them again.`,
    /** @param {string} name */
    title: (name) => `Free ${name}?`,
    /** @param {string} state */
    lead: (state) => `Now: ${state}. Only for work that is stuck: an agent who is really working loses it.`,
    /** @param {string} name @param {string} who */
    go: (name, who) => `Free ${name} of ${who}`,
    stay: 'Leave it as it is',
    what: {
      /** @param {string} who @param {string} name */
      call: (who, name) =>
        `${who} hears music and goes back to their old place in line; the next free agent gets the call. ` +
        `${name} is not offered it again right away.`,
      /** @param {string} who @param {string} name */
      text: (who, name) =>
        `${who} goes back to their old place in line, for any agent who can take it. ${name} is not ` +
        'offered it again right away.',
      /** @param {string} _who @param {string} name */
      wrapup: (_who, name) =>
        'The call is over; only the wrap-up is cut short. Without a choice it is recorded as “unfinished”. ' +
        `${name} is free at once.`,
      /** @param {string} who */
      gone: (who) => `${who} has already hung up. It ends now, as “unfinished”.`,
      /** @param {string} who */
      ours: (who) => `Our call to ${who} has not been answered yet. It is hung up and ends as “unfinished”.`,
    },
    /** @param {string} name @param {string} who @param {boolean} ended */
    done: (name, who, ended) =>
      ended
        ? `${name} is free of ${who}. It ended as “unfinished”.`
        : `${name} is free. ${who} is back in line, at their old place.`,
  },
  openIncidents: {
    tab: 'Incidents',
    which: 'Which open incidents',
    filters: { '': 'Open', overdue: 'Overdue', nobodys: 'Nobody’s', severe: 'S1 and S2' },
    cols: ['Severity', 'Incident', 'Title and next action', 'Owner', 'Due', 'Status'],
    nobody: 'nobody',
    none: 'None.',
    asking: 'Looking …',
    failed: 'The list could not be read. It is asked for again.',
    /** @param {number} n */
    more: (n) => `The first ${n}; Find (/) has them all.`,
  },
  corrections: {
    tab: 'Corrections',
    title: 'Corrections',
    of: 'texts and mails',
    /** @param {number} n */
    days: (n) => `last ${n} days`,
    export: 'Export',
    triaged: 'triaged',
    /** @param {string} share */
    corrected: (share) => `corrected${share ? `, ${share} %` : ''}`,
    /** @param {number} n */
    raised: (n) => `raised, ${n} of them to S1`,
    /** @param {number} n */
    lowered: (n) => `lowered, ${n} of them from S1`,
    cols: { was: 'Was, is', words: 'Words', kind: 'Said', incident: 'Incident', by: 'By', at: 'When' },
    kinds: { raised: 'it is worse', never: 'never an emergency' },
    none: 'Nobody corrected triage in this period. At the desk: W, “Wrong severity?”.',
    asking: 'Asking …',
    failed: 'The list could not be read. Nothing is lost.',
    again: 'Try again',
    /** @param {number} was @param {number} is */
    wasIs: (was, is) => `from S${was} to S${is}`,
  },
};
