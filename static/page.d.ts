/** The pages' own types, for the type checker alone: no page loads this file. */

/** What can be drawn. */
type Shown = import('./vendor/preact.mjs').ComponentChildren;
type Signal<T> = import('./vendor/signals-core.mjs').Signal<T>;
type Link = ReturnType<typeof import('./link.js').createLink>;

/** What a page knows: the fold of all that the centre sent. */
interface PageState {
  me: Me | null;
  centre: Centre | null;
  seq: number;
  gap: boolean;
  loaded: boolean;
  contacts: Record<string, Contact>;
  agents: Record<string, Agent>;
  abandoned: Record<string, AbandonedCaller>;
  helps: Record<string, Help>;
  tally: Tally | null;
  incident: Incident | null;
  depth: Depth[];
}

/** What rings here. */
interface Ring {
  contact: Contact;
  fence: string;
  expires: number;
}

/** An item of a menu: something to do, a title over those that follow, or a line (null). */
type MenuItem =
  | { label: Shown; act: () => unknown; checked?: boolean; box?: boolean; icon?: Shown; title?: undefined }
  | { title: string }
  | null;

/** An event as a handler of an element gets it. */
type On<E extends Event, T extends Element = HTMLElement> = E & { currentTarget: T };

/** What went wrong, as `link.send` and `api` throw it. */
type Fault = { code?: string; name?: string; message?: string };

/** A note, also one that the server has not shown back yet. */
type NoteLine = Pick<TimelineEntry, 'id' | 'at' | 'text' | 'offset_ms'> & {
  who?: string | null;
  contact?: string | null;
};

/** A line of a timeline, whole or at a first look. */
type Said = Pick<TimelineEntry, 'id' | 'at' | 'kind' | 'channel' | 'direction' | 'who' | 'contact' | 'text'> &
  Partial<Pick<TimelineEntry, 'subject'>>;

/** What a board asks of the desk in the same browser, and who asks. */
type DeskAsk = { by: string } & ({ take: string } | { incident: string });
/** `asked`: the desk asks first, or needs its person; `rings`: another one rings there, and comes first. */
type DeskAnswer = { became: 'taken' | 'shown' | 'asked' | 'rings' } | { became: 'refused'; words: string };
