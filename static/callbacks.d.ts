/** A promised call that nobody has made yet. */
interface CallbackRow {
  contact: string;
  incident: string;
  number: string;
  title: string;
  severity: Severity;
  who: Contact['who'];
  address: string;
  zones: string[];
  kind: string;
  by: string;
  by_name: string;
  note: string;
  /** From then on it rings, and past `late_at` it is overdue. */
  due: number;
  late_at: number;
  /** The older moment whose place it has; null: its own. */
  place: number | null;
  state: ContactState;
  until: number | null;
  /** At whom it rings, or who dials. */
  agents: string[];
  stands: { why: 'call' | 'text'; agent_name: string | null; at: number | null } | null;
  /** To whom it was given, else the owner of its incident. */
  owner: string | null;
  given: string | null;
  owner_name: string | null;
  owner_here: boolean;
  tried: number;
  tries: number;
  last: string | null;
  /** Of a restricted incident, and the reader is not on its list. */
  hidden: boolean;
}

interface Results {
  callbacks_kept: {
    days: number;
    since: number;
    /** `late`: of those that were kept. The newest incidents behind each. */
    rows: {
      severity: Severity;
      kind: string;
      kept: number;
      late: number;
      gave_up: number;
      incidents: { id: string; number: string }[];
    }[];
  };
  callbacks: { rows: CallbackRow[]; more: boolean };
}
