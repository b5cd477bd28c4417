/** An agent's open request for help: at their desk, and at every page of a supervisor. */

interface Help {
  id: string;
  agent: string;
  name: string;
  at: number;
  /** Who has been told: one supervisor, all of them, and then the numbers on call. */
  stage: 'one' | 'all' | 'telephone';
  /** Whom it was told to first; null: all at once. */
  told: { agent: string; name: string } | null;
  /** What they had in hand when they asked. */
  contact: string | null;
  channel: Channel | null;
  severity: Severity | null;
  incident: string | null;
  incident_no: string | null;
  who: Who;
  /** Of a restricted incident, and the reader is not on its list. */
  restricted: boolean;
  /** Of what they had in hand: they talk there, it is theirs, somebody else’s, or over. */
  has: 'talks' | 'theirs' | 'elsewhere' | 'over' | null;
  /** Supervisors in that call now. */
  listens: { agent: string; name: string; mode: BesideMode }[];
  /** Their desk is connected. */
  here: boolean;
  seen: { by: string; name: string; at: number; how: 'said' | 'listened' | 'took_call' | 'telephone' } | null;
  /** Whose telephone rings for it, or who took it there. */
  rings: string | null;
  /** When the list of numbers was through last, and the alarm was raised again. */
  again: number | null;
  ends: number | null;
}
