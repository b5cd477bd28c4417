/** Incidents that are handed off. Part of protocol.d.ts, for the type checker alone. */

interface HandOffParts {
  reason: string;
  summary: string;
  actions: string;
  what_if: string;
  questions: string;
}

interface HandOff {
  id: string;
  state: 'offered' | 'accepted' | 'returned' | 'expired' | 'withdrawn' | 'overtaken';
  sender: string;
  sender_name: string;
  /** Null: it is for a department. */
  agent: string | null;
  /** Whose it is to be, in words. */
  to: string;
  parts: HandOffParts;
  made_at: number;
  due: number;
  /** When the department opens; null: it was open. */
  opens_at: number | null;
  /** It is due sooner, because the incident is S1 now. */
  hastened: boolean;
  /** Who has it before them. */
  opened_by: string | null;
  /** How it ended, in words; null: it waits to be accepted. */
  ended: string | null;
  questions: { id: string; by: string; question: string; answer: string }[];
}

interface HandOffRow extends HandOff {
  incident: string;
  number: string;
  title: string;
  severity: Severity;
  /** Of one that is handed off to me. */
  next: Next | null;
  /** Nobody said what is next: from the acceptance on it is this, by when the receiver says; `due`: the
   * moment that its words name. */
  plans: { what: string; due: number | null } | null;
  /** What I began to say back. */
  draft: string;
}

interface HandOffPerson {
  id: string;
  name: string;
  state: AgentState;
  since: number | null;
  /** End of their shift. */
  until: number | null;
  skills: Record<string, number>;
  /** It is not too severe for their stage of training. */
  may: boolean;
  role: Me['role'];
}

interface Department {
  name: string;
  word: string;
  of: number;
  here: number;
  ready: number;
  opens_at: number | null;
  closes_at: number | null;
  /** Within how long it answers, ms; null: as a person. */
  within: number | null;
}

interface HandOffTo {
  people: HandOffPerson[];
  departments: Department[];
  /** Within how long one is accepted, in an S1, S2, S3, S4, ms. */
  within: number[];
  /** Why somebody said last that it is so severe. */
  reason: string;
  /** What was begun here or at another machine, as the page kept it; empty: nothing. */
  draft: string;
}

interface Incident {
  /** The one that waits to be accepted; its questions stand in `hand_offs` alone. */
  hand_off: HandOff | null;
}

interface TimelineEntry {
  /** Of what was handed off: its five parts. */
  hand_off?: HandOffParts;
}

interface Results {
  hand_off_to: HandOffTo;
  hand_offs: { incoming: HandOffRow[]; outgoing: HandOffRow[] };
}
