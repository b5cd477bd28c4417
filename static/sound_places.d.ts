/** Which processes carry the sound of calls. Part of protocol.d.ts, for the type checker alone. */

interface SoundPlace {
  name: string;
  calls: number;
  pages: number;
  /** People here who take part in calls of other processes. */
  lent: number;
  /** Share of one core, over five seconds. */
  core: number;
  /** How late its loop is at most, but for one moment in a hundred. */
  late_ms: number;
  /** It takes nobody who can go elsewhere. */
  full: boolean;
  /** It was asked to end. */
  draining: boolean;
  /** ms since 1970. */
  since: number;
}

interface Results {
  sound_places: { places: SoundPlace[] };
}

interface Centre {
  /** The sound of calls is in processes of its own. */
  sound_apart: boolean;
}
