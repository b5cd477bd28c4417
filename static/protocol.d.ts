/** What the centre sends (docs/desk-protocol.md), for the type checker alone: no page loads this file.
 * tests/flow/test_page_types.py holds it against what a centre really sends.
 *
 * Moments are ms since 1970 on the server's clock. What may be missing is `?`; what may be nothing is null.
 */

type Severity = 1 | 2 | 3 | 4;
type Channel = 'voice' | 'sms' | 'email';
type Direction = 'in' | 'out';
/** One table holds them, for Python, Lua and the pages (router/core/states.py). */
type ContactState =
  (typeof import('./states.js').ContactState)[keyof typeof import('./states.js').ContactState];
type AgentState = (typeof import('./states.js').AgentState)[keyof typeof import('./states.js').AgentState];

/** What can keep a contact from an agent (router/core/causes.py). */
type Cause =
  | 'stands'
  | 'lost'
  | 'restricted'
  | 'skills'
  | 'training'
  | 'shift'
  | 'paused'
  | 'self_test'
  | 'no_sound'
  | 'ringing'
  | 'on_call'
  | 'wrapup'
  | 's1_text'
  | 'full'
  | 'texts'
  | 'cooling'
  | 'sticky'
  | 'reserve'
  | 'passed_over';
/** The same where it is given by name: skills and its own order do not count. */
type CauseByName = Exclude<Cause, 'skills' | 's1_text' | 'cooling' | 'sticky' | 'reserve' | 'passed_over'>;
/** What gives way to it (docs/routing.md, "Room and cost"). */
type Cost = 0 | 1 | 2 | 3 | 4 | 5;

/** Of whom a contact is: what people see of a stranger. */
interface Who {
  name?: string | null;
  /** Masked. */
  address?: string | null;
  role?: string | null;
  /** Words: why the number may be another one. */
  unsure?: string | null;
  stir?: 'verified' | 'failed' | null;
  forwarded_from?: string | null;
}

/** On what a severity stands that words of the party gave. */
interface Grounds {
  why: string[];
  /** Per cent; absent where a rule of the centre decided. */
  sure?: number;
  unsure?: boolean;
}

interface Span {
  p50_ms: number;
  p90_ms: number;
}

/** A colleague whom the agent of a call asks in. Apart: the caller never hears them. */
/** How somebody sits beside an agent: unheard, heard by the agent, heard by both. */
type BesideMode = 'listen' | 'whisper' | 'barge';

interface SeatBeside {
  agent: string;
  name: string;
  mode: BesideMode;
  since: number;
  board: boolean;
  /** They listen, and the agent's desk does not get this entry. */
  hidden: boolean;
}

interface Contact {
  id: string;
  channel: Channel;
  direction: Direction;
  severity: Severity;
  queue: string;
  line: string;
  state: ContactState;
  state_at: number;
  arrived_at: number;
  queued_at: number | null;
  waits_from: number;
  /** The routing order, lower first. */
  score: number;
  answer_by: number | null;
  answered_at: number | null;
  agent: string | null;
  until: number | null;
  offer: { fence: string; agents: string[]; expires: number } | null;
  needs: Record<string, number>;
  /** The language that it needs, where that is not ours (ISO 639-1). */
  speaks: string | null;
  step: number;
  named: string | null;
  sticky_for: string | null;
  /** `kept`: what keeps it from that agent now. */
  returned: { agent: string; rings_at: string[]; kept: CauseByName | null } | null;
  promoted: boolean;
  parked_for: 'party' | 'call' | 'until' | null;
  reason: {
    step: number;
    chosen: Record<string, Reason>;
    /** The best after them, three at most. */
    next?: { agent: string; cost: number }[];
    /** Agents by what keeps it from them. */
    excluded?: Record<string, number>;
  } | null;
  rule: string;
  grounds: Grounds | null;
  who: Who;
  about: string | null;
  incident: string | null;
  incident_no: string | null;
  /** Its incident is restricted: the reader is on its list, has this contact alone, or neither. */
  restricted: 'whole' | 'contact' | 'hidden' | null;
  provisional: boolean;
  outside: { kind: 'on_call' | 'transfer' | 'joined'; word: string; by: string | null } | null;
  telling: Telling | null;
  alarm: 'untaken' | 'lost' | null;
  held: boolean;
  /** Who sits beside its agent. */
  beside: SeatBeside[];
  /** At the desk of its agent's buddy: the agent's name. */
  trainee: string | null;
  /** At a desk that is not its agent's, as of whoever sits beside them. */
  agent_name: string | null;
  consult: Consult | null;
  link: 'none' | 'at_carrier' | 'asked' | 'streaming';
  caller: 'present' | 'gone';
  fault: 'agent_sound_lost' | 'agent_lost' | null;
  sound: CallSound | null;
  progress: 'queued' | 'ringing' | 'in-progress' | null;
  unread: number | null;
  not_before: number | null;
  callback: {
    by: string;
    by_name: string;
    why: string;
    kind: string;
    note: string;
    last: string | null;
    tried: number;
    tries: number;
  } | null;
  /** Its party is with us by this contact; of a text, when it last moved. */
  stands: { contact: string; why: 'call' | 'text'; agent: string | null; at: number | null } | null;
  /** In wrap-up: the promised call about which its agent is asked. */
  still_needed: { contact: string; by_name: string; why: string; due: number } | null;
}

/** An S1 text or mail that is told to the numbers on call by telephone: whose rings, or who took it over. */
interface Telling {
  at: 'next' | 'rings' | 'pause' | 'taken';
  word: string | null;
  since: number | null;
  /** Then the numbers are rung again, in a pause or if nobody has it in hand. */
  until: number | null;
}

/** Why it rings at somebody, or rang at whoever has it. */
interface Reason {
  cost: Cost;
  /** Of its ladder, from 0, with what that needs (absent: nothing). */
  step?: number;
  needs?: Record<string, number>;
  /** They spoke before. */
  named?: boolean;
  /** An offer that rings there gives way. */
  displaces?: boolean;
  /** A person chose them: assigned, transferred. Before there were codes: the sentence. */
  why?: string;
  by?: string;
  by_name?: string;
}

interface Agent {
  id: string;
  name: string;
  choice: 'ready' | 'paused';
  pause_reason: string | null;
  presence: 'online' | 'lost' | 'offline';
  sound: boolean;
  state: AgentState;
  state_at: number;
  skills: Record<string, number>;
  /** How many more of each channel can be offered to them now, nothing giving way. */
  room: Record<Channel, number>;
  contacts: string[];
  /** The call beside whose agent they sit. */
  beside: string | null;
  /** The call into which a colleague asks them. */
  asked: string | null;
  /** The call that they are in because a colleague asked them. */
  consult: string | null;
  /** They handed this call on, and its wrap-up is theirs. */
  handed: { contact: string; at: number; until: number } | null;
  offer: { contact: string; fence: string; expires: number } | null;
  until: number | null;
  testing: number | null;
  /** They missed an offer, and their page is to say whether they were active. */
  missed: boolean;
  check: SoundCheck | null;
  stage: { word: string; floor: 1 | 2 } | null;
  shift: { from: number; to: number; outside: boolean } | null;
}

/** A caller who gave up, or whom we promised to call and did not reach. */
interface AbandonedCaller {
  incident: string;
  incident_no: string | null;
  contact: string;
  severity: Severity;
  who: Who;
  line: string;
  at: number;
  waited_ms: number;
  kind: 'call' | 'callback';
  tries: number;
  provisional: boolean;
  /** Of a restricted incident, and the reader is not on its list. */
  hidden: boolean;
}

interface WaitingTally {
  voice: number;
  sms: number;
  email: number;
  oldest: number | null;
  due: { waits_from: number; answer_by: number } | null;
  wait: Span | null;
}

/** In target, of how many. */
type Level = [number, number];

interface Tally {
  waiting: Record<string, WaitingTally>;
  queues: Record<string, { calls: number; severity: Severity; wait: Span | null }>;
  today: Record<string, DayFigures>;
  reserve: number;
}

interface Me {
  id: string;
  name: string;
  login: string;
  role: 'agent' | 'supervisor' | 'admin';
  permissions: string[];
}

interface Choice {
  code: string;
  word: string;
}

/** `rings_for_s1`: an S1 that nobody ready can take rings in it. */
type PauseReason = Choice & { rings_for_s1: boolean };

interface Named {
  name: string;
  word: string;
}

interface Hours {
  open: boolean;
  why: string | null;
  zone: string;
  changes: number[];
}

/** Why the record takes nothing, or null. */
type Trouble = 'locked' | 'busy' | 'full' | 'read_only' | 'recovery' | 'connections' | 'away' | null;

interface Centre {
  name: string;
  demo: boolean;
  severities: { level: Severity; word: string }[];
  /** `channels`: only contacts of these end so; none: all. `hands_off`: chosen where it was handed off. */
  dispositions: (Choice & { asks_next: boolean; hands_off?: boolean; ends: string; channels: Channel[] })[];
  /** Agents do not see who listens. */
  hide_listening: boolean;
  pause_reasons: PauseReason[];
  /** So soon is due what is next in an S1, S2, S3, S4, ms. */
  next_within: number[];
  /** Why an incident is closed. */
  close_reasons: Choice[];
  roles: string[];
  /** Languages of which there is an interpreter (ISO 639-1). */
  interpreters: string[];
  queues: Named[];
  hours: Record<string, Hours>;
  lines: Named[];
  record: Trouble;
  account: string[];
  email_ready: boolean;
  /** There is a relay for sound: `relays` says how it is used. */
  relay: boolean;
}

interface Why {
  contact: string;
  state: ContactState;
  score: number;
  tier: 0 | 1 | 2;
  promoted: boolean;
  order: number;
  place: number;
  step: number;
  steps: number;
  needs: Record<string, number>;
  /** Skills that it does not need: whoever has them comes first. */
  ranks: string[];
  next_step_at: number | null;
  sticky_for: string | null;
  stands: StandsNamed | null;
  wait: Span | null;
  ringing: string[];
  may: { agent: string; cost: Cost }[];
  kept_from: { cause: Cause; floor: 1 | 2 | null; count: number; alone: number; names: string[] }[];
  /** What keeps it from each agent if it is given to them by name; null: nothing. */
  by_name: Record<string, CauseByName | null>;
  /** What keeps the reader from taking it at once. */
  pull: CauseByName | null;
}

interface WaitingRow {
  contact: string;
  channel: Channel;
  severity: Severity;
  state: ContactState;
  who: string;
  callback: boolean;
  waits_from: number;
  answer_by: number | null;
  order: number;
  place: number;
  wait: Span | null;
  needs: Record<string, number>;
  ringing: string[];
  telling: Telling | null;
  kept_from_me: Cause[];
  sticky_for: string | null;
  again_at: number | null;
}

interface CorrectionRow {
  id: string;
  was: Severity;
  is: Severity;
  kind: 'raised' | 'never';
  text: string;
  by: string;
  at: number;
  channel: Channel;
  incident: string;
  incident_no: string;
}

interface View {
  contacts: Record<string, Contact>;
  agents: Record<string, Agent>;
  tally: Tally;
  abandoned?: Record<string, AbandonedCaller>;
  helps: Record<string, Help>;
  depth?: Depth[];
}

interface Depth {
  at: number;
  counts: number[];
}

interface SnapshotMessage {
  type: 'snapshot';
  seq: number;
  now: number;
  me: Me;
  centre: Centre;
  view: View;
}

interface EventMessage {
  type: 'event';
  seq: number;
  now: number;
  name: string;
  /** When it happened. */
  at: number;
  /** Words for a person. */
  why: string | null;
  put: Partial<Pick<View, 'contacts' | 'agents' | 'abandoned' | 'helps' | 'tally'>>;
  drop: { contacts?: string[]; agents?: string[]; abandoned?: string[]; helps?: string[] };
}

interface NoticeMessage {
  type: 'notice';
  now: number;
  level: 'info' | 'warn' | 'alarm';
  code: string;
  text: string;
  /** An alarm about somebody who waits: it is over when they are answered. */
  contact?: string;
}

/** Pushed by the centre, besides `ping` and `reply`, which the link keeps to itself. */
type Message =
  | SnapshotMessage
  | EventMessage
  | NoticeMessage
  | { type: 'incident'; now: number; incident: Incident }
  | { type: 'shut'; now: number; incident: string }
  | { type: 'record'; now: number; trouble: Trouble };

/** What an intent gives back, by its name; all others give nothing of note. */
/** What a typed number is. */
interface DialCheck {
  number: string | null;
  country: string | null;
  refusal: string | null;
  name: string | null;
  line: { word: string; number: string } | null;
}

/** Whom this agent called last. */
interface LastCalled {
  incident: string;
  incident_no: string;
  address: string;
  name: string | null;
  masked: string;
}

interface Results {
  open: Incident | null;
  peek: Peek;
  incidents: { rows: IncidentRow[]; next: string | null; searched?: { done: number; total: number } };
  /** `filter`: as it was asked for. */
  open_incidents: {
    filter: string;
    rows: MineRow[];
    more: boolean;
    counts: { all: number; overdue: number; nobodys: number; severe: number };
  };
  help_ask: { help: string };
  why: Why;
  waiting: { rows: WaitingRow[]; more: number };
  corrections: { days: number; triaged: number; rows: CorrectionRow[] };
  transfer_targets: TransferTargets;
  severity: { correction: string | null };
  glance: { correction: string | null; taken: boolean };
  force_release: { ended: boolean };
  /** `at`: not before this moment. */
  request_callback: { contact: string; at: number | null };
  abandoned_callback: { contact: string; at: number | null };
  dial_check: DialCheck;
  last_called: { last: LastCalled | null };
  rtc: { sdp: string };
  rtc_state: { here?: boolean };
  relays: { ice: RTCIceServer[]; only: boolean };
  check_echo: { speak_ms: number };
  check_done: { check: SoundCheck };
}

/** What comes back for an intent. */
type ResultOf<K extends string> = K extends keyof Results ? Results[K] : object;

interface ReplyMessage {
  type: 'reply';
  id: number;
  ok: boolean;
  result?: object | null;
  error?: { code: string; message?: string };
}
