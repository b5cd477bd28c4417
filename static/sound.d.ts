/** How calls sound, for the type checker alone: no page loads this file. */

/** One way, over the last seconds: what one of the two hears. */
interface SoundWay {
  mos: number;
  sounds: 'good' | 'fair' | 'poor';
  /** Where what is missing gets lost; null: nothing is wrong. */
  where: 'network' | 'line' | 'backlog' | null;
  /** Share of what was said. */
  lost: number;
  delay_ms: number;
  /** Nothing comes at all. */
  missing: boolean;
  /** Of what the caller hears: the microphone has given digital silence alone since they were joined. */
  dead: boolean;
}

/** What the agent, or the number outside that has the caller, hears of the caller, and the caller of them;
 * both null: the caller is on hold, and the agent, one of the others then, talks with whom they asked in. */
type CallSound = { others?: SoundOther[] } & (
  { agent: SoundWay; caller: SoundWay } | { agent: null; caller: null }
);

/** Somebody else in it: what they hear, and what is heard of them (null: nobody is to hear them). */
interface SoundOther {
  /** An account; of a number that was asked in: the contact's. */
  who: string;
  role: 'second' | 'beside' | 'agent';
  hears: SoundWay | null;
  heard: SoundWay | null;
}

/** What one of the two heard in all. */
interface SoundHeard {
  mos: number;
  worst: number;
  worst_at: number;
  lost: number;
  jitter_ms: number;
  delay_ms: number;
  silent_s: number;
  /** Seconds that did not sound good, by what was at fault. */
  where: Partial<Record<'network' | 'line' | 'backlog', number>>;
}

/** How a part of a call sounded: `points` are the worst of what agent and caller heard, MOS x 100. */
interface SoundReport {
  agent: string | null;
  /** A number outside had the caller: what it is called, in place of the agent. */
  number?: string | null;
  from: number;
  to: number;
  every: number;
  points: [number | null, number | null][];
  marks: { what: 'hold' | 'silent'; at: number; until: number | null; hears?: 'agent' | 'caller' }[];
  hears: { agent: SoundHeard | null; caller: SoundHeard | null };
  /** Whoever else was in it and was heard; `who`: their name. */
  others?: {
    who: string | null;
    role: SoundOther['role'];
    hears: SoundHeard | null;
    heard: SoundHeard | null;
  }[];
}

/** What an agent's last check of their sound found; null: it did not come so far. */
interface SoundCheck {
  at: number;
  verdict: 'good' | 'fair' | 'poor';
  faults: (keyof typeof import('./strings/en/check.js').check.check.faults)[];
  /** Its name. */
  mic: string;
  level_db: number | null;
  clipped: number;
  lost_up: number | null;
  lost_down: number | null;
  jitter_up_ms: number;
  jitter_down_ms: number;
  rtt_ms: number | null;
  up_kbps: number | null;
  down_kbps: number | null;
  speaker: boolean | null;
  ring: boolean | null;
  echo: boolean | null;
  /** How loud the speaker comes back by the microphone, of what was played. */
  back_db: number | null;
}
