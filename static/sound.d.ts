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
}

/** What the agent hears of the caller, and the caller of the agent. */
interface CallSound {
  agent: SoundWay;
  caller: SoundWay;
}
