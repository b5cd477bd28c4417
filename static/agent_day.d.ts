/** What a supervisor sees of one agent. Part of protocol.d.ts, for the type checker alone. */

interface AgentDay {
  /** The hour begins here. */
  from: number;
  /** From when on they were in which state; the first may be older than the hour. */
  hour: { at: number; state: AgentState }[];
  /** Of today: taken. */
  calls: number;
  texts: number;
  /** Calls of ours that they made. */
  dialled: number;
  missed: number;
  declined: number;
  /** How long it rang at their desk before they took it; null: nothing did. */
  rang: Span | null;
}

interface Results {
  agent_day: AgentDay;
}
