/** Whom the agent of a call asks in, and where it can be handed to. */

interface Consult {
  /** `handed`: of a number, with which the caller talks while its agent has left. */
  at: 'asked' | 'apart' | 'together' | 'handed';
  /** Null: it is a number. */
  agent: string | null;
  line: {
    kind: 'number' | 'typed' | 'interpreter';
    rings: boolean;
    /** The caller is not left alone with it: it is not offered to hand over. */
    stays: boolean;
  } | null;
  name: string;
  by_name: string;
  since: number;
  /** It rings until then; later: their sound is gone, and they have until then. */
  until: number | null;
}

/** Of a call every colleague who is here. */
interface TransferAgent extends Pick<Agent, 'id' | 'name' | 'skills' | 'state' | 'choice' | 'pause_reason'> {
  /** It can be handed to them now. */
  takes: boolean;
  free: boolean;
  /** They can be asked in. */
  asked_in: boolean;
}

interface TransferTargets {
  agents: TransferAgent[];
  queues: (Named & { open: boolean })[];
  skills: { name: string; level: number }[];
  numbers: Named[];
  /** By language; first that of the caller, where it is known. */
  interpreters: Named[];
  any_number: boolean;
  /** How typed numbers begin that it can be transferred to. */
  begin: string[];
}
