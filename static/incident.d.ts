/** An incident as the centre sends it: the whole document, a first look, a row of those that were found.
 * Part of protocol.d.ts, for the type checker alone. */

interface Address {
  id: string;
  kind: 'phone' | 'email';
  masked: string;
  opted_out: boolean;
  unsure: string | null;
  no_call: string | null;
  /** Why nobody who has not written there is texted. */
  no_text?: string | null;
  /** The time zone of a number, where its area has one. */
  zone?: string | null;
  /** It is not safe to use: why, by whom. */
  unsafe?: { reason: string; by_name: string | null; at: number } | null;
}

interface Party {
  id: string;
  name: string;
  role: string | null;
  side: 'owner' | 'sitter' | 'third' | null;
  /** They are in a call, in words: nobody calls them meanwhile. */
  in_call: string | null;
  addresses: Address[];
  /** '': none is known, and `name` is an address. */
  given_name?: string;
  consent?: Record<string, { says: 'yes' | 'no'; by_name: string | null; at: number }>;
}

interface TimelineEntry {
  id: string;
  at: number;
  kind: 'message' | 'call' | 'note' | 'event';
  channel: Channel | null;
  direction: Direction | null;
  who: string | null;
  /** Of a message of ours: whom it is to. */
  to?: string | null;
  text: string | null;
  html: string | null;
  subject: string | null;
  status: string | null;
  contact: string | null;
  offset_ms: number | null;
  notice: string | null;
  fault: string | null;
  decided: string[] | null;
  /** Of the search for somebody to take it: missed, declined, withdrawn, widened, promoted. */
  routing: string | null;
  /** Of a call: how it sounded, part by part; null: not measured. */
  sound?: SoundReport[] | null;
  parts: { text: string; quoted: boolean }[] | null;
  written_by?: string | null;
  answer_to?: string | null;
  /** Of a note: the account. */
  author?: string | null;
  /** Of a message on the voicemail: the carrier's id of its sound. */
  recording?: string | null;
  /** Of something that was put elsewhere. `undo`: it can be undone. */
  filing?: FilingOf;
}

interface FilingOf {
  id: string;
  what: Filing;
  undo: boolean;
  link: { id: string; number: string } | null;
}

type Filing = 'merged' | 'moved' | 'split' | 'joined';

/** Another incident: merged into this one (`filing`: by which act), something was moved between them, it has
 * the same booking, its booking or number is named in this one, or it is of the same people. */
interface Linked {
  id: string;
  number: string;
  title: string;
  state: 'open' | 'closed' | 'merged';
  why: Filing | 'person' | 'booking' | 'named';
  filing: string | null;
}

type Status =
  'new' | 'triaged' | 'active' | 'waiting_party' | 'waiting_third' | 'resolved' | 'reopened' | 'closed';

interface Incident {
  id: string;
  number: string;
  title: string;
  severity: Severity;
  state: 'open' | 'closed';
  status: Status;
  facts: { booking: string; place: string; zone: string; kind: string; language: string };
  /** `by_name`: null where an upgrade closed it. */
  closed: { at: number; by_name: string | null; reason: string; word: string; comment: string | null } | null;
  opened_at: number;
  owner: string | null;
  owner_name: string | null;
  parties: Party[];
  contacts: {
    id: string;
    channel: Channel;
    direction: Direction;
    state: ContactState;
    arrived_at: number;
    answered_at: number | null;
    ended_at: number | null;
    outcome: string | null;
    disposition: string | null;
    agent_name: string | null;
    party?: string;
    address?: string;
  }[];
  /** `whole`: false: the reader has one of its contacts in hand, and sees that alone. */
  restricted: { whole: boolean; people: { id: string; name: string }[] } | null;
  callback: {
    contact: string;
    state: ContactState;
    due: number;
    by_name: string;
    tried: number;
    tries: number;
    stands: (Omit<StandsNamed, 'agent'> & { agent_name: string | null }) | null;
  } | null;
  linked: Linked[];
  timeline: TimelineEntry[];
  drafts: Record<string, string>;
  first_drafts?: Record<string, { subject: string; text: string }>;
}

/** A first look at an incident. */
interface Peek {
  id: string;
  number: string;
  title: string;
  severity: Severity;
  opened_at: number;
  lines: PeekLine[];
}

interface PeekLine {
  id: string;
  at: number;
  kind: TimelineEntry['kind'];
  channel: Channel | null;
  direction: Direction | null;
  who: string | null;
  contact: string | null;
  text: string;
}

interface IncidentRow {
  id: string;
  number: string;
  title: string;
  severity: Severity;
  state: 'open' | 'closed';
  status: Status;
  closed_at: number | null;
  touched_at: number;
  owner_name: string | null;
  who: string;
  channels: Channel[];
  last: { channel: Channel; direction: Direction; state: ContactState; outcome: string | null } | null;
  open_contacts: number;
  /** What was searched for, marked in the title and the name. */
  marks?: { title?: HitParts; who?: HitParts };
  hit?: { of: 'note' | 'hand_off' | 'name' | 'phone' | Channel; at: number | null; parts: HitParts };
}

/** Pieces of a text, and whether each was searched for. */
type HitParts = [string, boolean][];

/** What Find shows; `searched`: after an upgrade, how many incidents are searched through so far. */
interface FoundPage {
  rows: IncidentRow[];
  next: string | null;
  searched?: { done: number; total: number };
  fault: string;
  asked: boolean;
}

/** Why a promised call stands, with the agent's name, and until when at most. */
interface StandsNamed {
  why: 'call' | 'text';
  agent: string | null;
  at: number | null;
  until: number | null;
}

type StillNeeded = NonNullable<Contact['still_needed']>;

interface Centre {
  incident_types: Choice[];
  /** By code. */
  languages: Record<string, string>;
}

/** What is written often, filled for one reader; `missing`: fields that nobody knows. */
interface Snippet {
  name: string;
  word: string;
  language: string;
  subject: string;
  text: string;
  missing: string[];
}

interface Results {
  open_restricted: { incident: string };
  snippets: { rows: Snippet[] };
}
