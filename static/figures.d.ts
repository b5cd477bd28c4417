/** The contacts behind a figure of the day. Part of protocol.d.ts, for the type checker alone. */

interface FigureRow {
  contact: string;
  /** When it was counted; of one that is late: since when it waits. */
  at: number;
  /** As it was counted. */
  severity: Severity;
  channel: Channel;
  direction: Direction;
  /** Null: the record does not have this call yet. */
  who: string | null;
  incident: string | null;
  incident_no: string | null;
  agent_name: string | null;
  outcome: string | null;
  waited_ms: number | null;
  /** Of a call, since the moment from which its target counts: an earlier call may have kept their place. */
  in_all_ms: number | null;
  in_target: boolean;
  late: boolean;
}

interface DayFigures {
  offered: number;
  answered: number;
  in_target: number;
  abandoned: number;
  short: number;
  left: number;
  late: number;
  /** Late too, in no service level: promised calls, in closed hours, answered before. */
  late_apart: number;
  kept: number;
  unreached: number;
  level: Level;
  all: Level;
  closed: { answered: number; abandoned: number; left: number };
}

/** A name of `DayFigures`; `closed_…` of closed hours. */
type FigureName =
  Exclude<keyof DayFigures, 'closed'> | 'closed_answered' | 'closed_abandoned' | 'closed_left';

interface Results {
  /** `older`: to be sent as `before`, for the rows that follow; null: there are none. */
  figure: {
    figure: FigureName;
    severity: Severity | 0;
    before: string;
    rows: FigureRow[];
    older: string | null;
  };
}
