// @ts-check
/** The supervisor’s board. */

export const board = {
  board: {
    stale: (time) => `Connection lost. What you see is from ${time}; calls go on. Reconnecting …`,
    title: 'Board',
    list: 'Waiting and ringing, in routing order',
    listTab: 'Waiting and ringing',
    inWork: 'In progress',
    untaken: 'Nobody here took it, or nobody is ready',
    ringing: 'Ringing now',
    waiting: 'Waiting, in this order',
    all: 'All',
    severityAll: 'all severities',
    only: (x) => `only ${x}`,
    clear: 'Show all',
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
    readyFor: (n) => `${n.calls} ready for calls · ${n.texts} for texts`,
    readyBut: (n) =>
      [
        n.urgent && `${n.urgent} outside shift: S1 and S2 only`,
        n.training && `${n.training} in training: not for S1`,
      ]
        .filter(Boolean)
        .join(' · '),
    room: (n) => (n ? `room for ${n}` : 'full'),
    readyWhy:
      'Who has a text in hand is rung for a call that is worse: S1 sets any text aside, S2 those of S3 ' +
      'and S4.',
    agentCols: { name: 'Agent', state: 'State', for: 'For', on: 'On' },
    waits: 'waits',
    estimate: (x, most) => `about ${x}, 9 of 10 in ${most}`,
    estimateWhy: (x, most) =>
      `A call of this severity that comes now waits about ${x}; nine of ten within ${most}`,
    queues: 'Next call',
    queueWait: (x, most) => `about ${x}, nine of ten within ${most}`,
    queueWhy: (word, n, level) =>
      `${word}: ${n} call${n === 1 ? '' : 's'} waiting. Said of an S${level} that comes now`,
    target: (x) => `target ${x}`,
    none: 'nobody waits',
    inTarget: 'in target today',
    noToday: 'none yet today',
    todayOf: (d) =>
      `${d.offered} reached out, ${d.answered} answered (${d.in_target} in target), ${d.abandoned} gave up`,
    late: 'late',
    depth: 'How many wait',
    depthSince: (time) => `since ${time}`,
    depthNone: 'Kept from now on.',
    account: 'trial account',
    accountTitle: 'The carrier’s account is a trial',
    accountLead: 'Upgrade it before anybody relies on the line. Until then:',
    empty: 'Nobody is waiting.',
    emptyFilter: 'Nobody here with this filter.',
    emptyWork: 'Nothing is in progress.',
    noAgents: 'Nobody is signed in.',
    change: 'Change severity',
    changeOf: (sev, who) => `S${sev}: change the severity of ${who}`,
    to: (word) => `to ${word}`,
    email: 'email not set up',
    next: 'next',
    ofAll: (n) => `${n} here`,
    gaveUp: 'Gave up',
    gaveUpNone: 'Nobody who gave up is still to be called.',
    gaveUpCols: {
      sev: 'Sev',
      who: 'Who',
      at: 'Hung up',
      waited: 'Waited',
      incident: 'Incident',
      act: 'Call back',
    },
    tries: (n) => `${n} times`,
    callsThem: (name) => `${name} calls them`,
    openOf: (no, who) => `Open ${no}, ${who}`,
    callBackTo: (who) => `Call back ${who}, at the desk`,
    callBackWhy: 'Opens at the desk, with Call back',
    done: 'Done',
    doneOf: (who) => `${who}: done`,
    doneWhy: 'Needs no call from us?',
    doneGo: 'Take off this list',
    heldFor: (name) => `held for ${name}`,
    menu: 'in the menu',
    outside: (name) => `rings at ${name}`,
    away: (name) => `with ${name}`,
    place: (n) => `place ${n}`,
    placeWhy: (s, time) =>
      `${
        { 1: 'S1 stands before all others; among S1', 2: 'S2 stands after S1, before S3 and S4; among S2' }[
          s
        ] ?? 'After S1 and S2. S3 and S4 stand together;'
      } what is due first comes first: this at ${time}`,
    ringingAt: (name) => `ringing ${name}`,
    connectingTo: (name) => `connecting to ${name}`,
    with: (name) => `with ${name}`,
    comeBack: 'to return',
    left: (x) => `${x} left`,
    leftWord: 'left',
    over: (x) => `over by ${x}`,
    notAllowed: 'The board is for supervisors. Sign in with such an account.',
    more: (n) => `+${n}`,
    alarm: (sev, who) => `S${sev} past its target: ${who}`,
  },
  free: {
    item: 'Free the agent …',
    menu: (name) => `${name}, menu`,
    why: (name) => `${name}. Stuck in something? Free the agent`,
    title: (name) => `Free ${name}?`,
    lead: (state) => `Now: ${state}. Only for work that is stuck: who is well at work loses it.`,
    go: (name, who) => `Free ${name} of ${who}`,
    stay: 'Leave it as it is',
    what: {
      call: (who, name) =>
        `${who} hears music and goes back to the old place in line; the next free agent gets the call. ` +
        `${name} is not asked for it again at once.`,
      text: (who, name) =>
        `${who} goes back to the old place in line, and is offered to whoever may take it. ${name} is not ` +
        'asked for it again at once.',
      wrapup: (_who, name) =>
        'The call is over; only the wrap-up is cut short, without a choice: it stands as “unfinished”. ' +
        `${name} is free at once.`,
      gone: (who) => `${who} has hung up already. It ends now, as “unfinished”.`,
      ours: (who) => `Our call to ${who} has not been answered yet. It is hung up and ends as “unfinished”.`,
    },
    done: (name, who, ended) =>
      ended
        ? `${name} is free of ${who}. It ended as “unfinished”.`
        : `${name} is free. ${who} is back in line, at the old place.`,
  },
  corrections: {
    tab: 'Corrections',
    title: 'Corrections',
    of: 'texts and mails',
    days: (n) => `last ${n} days`,
    export: 'Export',
    triaged: 'triaged',
    corrected: (share) => `corrected${share ? `, ${share} %` : ''}`,
    raised: (n) => `raised, ${n} of them to S1`,
    lowered: (n) => `lowered, ${n} of them from S1`,
    cols: { was: 'Was, is', words: 'Words', kind: 'Said', incident: 'Incident', by: 'By', at: 'When' },
    kinds: { raised: 'it is worse', never: 'never an emergency' },
    none: 'Nobody has corrected triage in these days. At the desk: W, “Wrong severity?”.',
    asking: 'Asking …',
    failed: 'The list could not be read. Nothing is lost.',
    again: 'Try again',
    wasIs: (was, is) => `from S${was} to S${is}`,
  },
};
