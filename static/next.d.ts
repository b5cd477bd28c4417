/** What has to happen next in an incident, and what is one's own to do. Part of protocol.d.ts, for the type
 * checker alone. */

interface Next {
  id: string;
  what: string;
  agent: string;
  agent_name: string;
  /** ms since 1970. */
  due: number;
  by_name: string;
}

interface Colleague {
  id: string;
  name: string;
  /** At a desk just now. */
  here: boolean;
}

interface Incident {
  /** Null: nothing is planned. */
  next: Next | null;
}

interface TimelineEntry {
  /** Of what was planned: by when. */
  due?: number;
}

interface MineRow {
  id: string;
  number: string;
  title: string;
  severity: Severity;
  status: Status;
  owner_name: string | null;
  next: Pick<Next, 'what' | 'agent' | 'agent_name' | 'due'> | null;
  /** Of a restricted incident, and the reader is not on its list. */
  hidden?: boolean;
}

/** What came of resolving an incident with its contact; nothing, if it was not asked for. */
interface Resolving {
  resolved?: boolean;
  /** Why it is not, in words. */
  why?: string;
}

interface Results {
  wrapped: Resolving;
  reveal: { value: string; shown: string };
  merge_look: { here: MergeSide; there: MergeSide };
  merge_incidents: { incident: string | null };
  move_contacts: { incident: string | null };
  undo_look: {
    since: {
      id: string;
      kind: 'contact' | 'note';
      at: number;
      side: 'stays' | 'goes';
      channel: Channel | null;
      text: string | null;
    }[];
  };
  mine: { rows: MineRow[]; more: boolean; team: MineRow[] };
  colleagues: { people: Colleague[] };
}

/** One of two incidents that are to be merged. */
interface MergeSide {
  id: string;
  number: string;
  title: string;
  severity: Severity;
  state: 'open' | 'closed';
  owner_name: string | null;
  next: Incident['next'];
  people: string[];
  contacts: number;
  live: number;
  opened_at: number;
}
