/** Guidance cards: what is asked and said in an incident of a type (docs/incidents.md, "Guidance"). */

interface GuidanceLine {
  name: string;
  said: string;
  /** Something to say, not to ask. */
  tells: boolean;
  star: boolean;
  /** The same by language (ISO 639-1). */
  theirs: Record<string, string>;
  says: '' | 'asked' | 'left';
  /** Of an answer; of one left out a code of `centre.guidance_reasons`. */
  words: string;
  by_name: string | null;
  at: number | null;
  offset_ms: number | null;
}

/** How far cards are followed: lines with a star, those asked, those left out with a reason. */
interface Followed {
  stars: number;
  asked: number;
  left: number;
}

interface GuidanceCard extends Followed {
  /** The digest of this version. */
  card: string;
  word: string;
  /** Of the version; null: nothing was said of it yet. */
  number: number | null;
  lines: GuidanceLine[];
}

interface Incident {
  guidance?: GuidanceCard | null;
  /** One's own words at its lines, not said yet, as the page keeps them. */
  guidance_draft?: string;
}

interface Centre {
  guidance_reasons: Choice[];
  /** Codes of the incident types that have a card. */
  guidance_kinds: string[];
}

interface Results {
  guidance_followed: Followed & {
    days: number;
    since: number;
    rows: (Followed & { incident: string; number: string; card: string })[];
  };
}
