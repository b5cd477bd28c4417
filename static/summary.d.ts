/** The summary of an incident: one page, in versions (docs/incidents.md, "Summary"). */

/** Words, and why they stand for others; '': they were written so. */
type RedactedPart = [string, RedactedWhy];
type RedactedWhy =
  | ''
  | 'name'
  | 'agent'
  | 'phone'
  | 'mail'
  | 'link'
  | 'street'
  | 'booking'
  | 'card'
  | 'handle'
  | 'plate'
  | 'hidden'
  | 'unsure';

interface SummarySentence {
  section: string;
  text: string;
  /** Of the timeline; '': an assessment. */
  line: string;
  /** call, text, mail, voicemail, note, record or assessment. */
  source: string;
  when: string;
  by_name: string;
  /** Its line is on this timeline. */
  here: boolean;
}

interface SummaryVersionRow {
  id: string;
  number: number;
  /** The number of the incident in which it was written. */
  incident: string;
  by_name: string;
  at: number;
}

interface SummaryPage {
  /** Lines that it takes, and lines that a page has. */
  lines: number;
  room: number;
  /** Of each sentence, then of title and place. */
  redacted: RedactedPart[][];
}

interface SummaryVersion extends SummaryVersionRow {
  title: string;
  /** It is as it was saved. */
  whole: boolean;
  sentences: SummarySentence[];
  hide: string[];
  redacted: RedactedPart[][];
  since: number | null;
  changes: { kind: 'new' | 'gone' | 'changed' | 'moved'; section: string; text: string; before: string }[];
  exports: Record<string, { sha256: string; at: number; by_name: string | null }>;
}

interface Results {
  summary: {
    sections: { name: string; word: string }[];
    versions: SummaryVersionRow[];
    draft: { sentences: SummarySentence[]; hide: string[]; before: string | null } | null;
    proposal: SummarySentence[];
    may: { redacted: boolean; full: boolean };
  };
  summary_version: SummaryVersion;
  draft_summary: SummaryPage;
  save_summary: { summary: string; number: number };
  export_summary: { name: string; pdf: string; sha256: string; first: { sha256: string; at: number } | null };
}
