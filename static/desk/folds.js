/** What a timeline folds and what notes are grouped under. Pure: no clock, no DOM. */

/** @typedef {{id: string, at: number, until: number, counts: Record<string, number>,
 *   entries: TimelineEntry[]}} Fold `until`: the moment of its last entry */
/** @typedef {{key: string, contact: string|null, who: string|null, notes: NoteLine[]}} NoteGroup */

/** One line of the search for somebody says as much by itself as folded. */
const LEAST = 2;
/** Steps of the router alone: where no offer came to nothing beside them, they are not worth a line. */
const OWN_STEPS = new Set(['widened', 'promoted']);

/** The entries of a timeline as it is drawn: what follows one another of the search for somebody
 * (`routing`: offers missed, declined, ...) is one fold. Anything else stands where it is and ends a fold:
 * what a person did or said, a severity, an end; so does the end of a day, which has a line of its own.
 * @param {TimelineEntry[]} entries in order @param {(at: number) => string} dayOf
 * @returns {(TimelineEntry|Fold)[]} */
export function folded(entries, dayOf) {
  /** @type {(TimelineEntry|Fold)[]} */
  const found = [];
  /** @type {TimelineEntry[]} */
  let run = [];
  const end = () => {
    const offered = run.some(({ routing }) => !OWN_STEPS.has(routing ?? ''));
    if (offered) found.push(...(run.length < LEAST ? run : [foldOf(run)]));
    run = [];
  };
  for (const entry of entries) {
    const last = run[run.length - 1];
    if (last && (!entry.routing || dayOf(last.at) !== dayOf(entry.at))) end();
    if (entry.routing) run.push(entry);
    else found.push(entry);
  }
  end();
  return found;
}

/** @param {TimelineEntry[]} entries @returns {Fold} */
function foldOf(entries) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { routing } of entries) if (routing) counts[routing] = (counts[routing] ?? 0) + 1;
  return { id: entries[0].id, at: entries[0].at, until: entries[entries.length - 1].at, counts, entries };
}

/** @param {TimelineEntry|Fold} one @returns {one is Fold} */
export const isFold = (one) => 'entries' in one;

/** Notes by what they were written in and by whom, in the order in which each began.
 * @param {NoteLine[]} notes in order @returns {NoteGroup[]} */
export function groupedNotes(notes) {
  /** @type {Map<string, NoteGroup>} */
  const groups = new Map();
  for (const note of notes) {
    const key = `${note.contact ?? ''} ${note.who ?? ''}`;
    const group = groups.get(key);
    if (group) group.notes.push(note);
    else groups.set(key, { key, contact: note.contact ?? null, who: note.who ?? null, notes: [note] });
  }
  return [...groups.values()];
}
