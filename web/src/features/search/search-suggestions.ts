import { dateValue } from "../../ui/times.ts";
import { type FilterKind, filterKinds, filterValues, quotedName } from "./search-words.ts";

export interface Suggestion {
  /** What is put in the place of what is being written. */
  insert: string;
  /** A person's or a room's name; else what is put in says it all. */
  name?: string;
  /** All that was written is replaced, and searched for at once. */
  whole?: true;
}

/** What there is to suggest from. */
export interface Known {
  rooms: readonly string[];
  people: readonly { username: string; display_name: string }[];
  /** What was searched for before, the last first. */
  recent: readonly string[];
  now: number;
}

/** The word that the caret stands at the end of. */
export interface Writing {
  /** Where it begins. */
  start: number;
  /** The filter it is of, if any, and what stands after its colon; else the word itself. */
  kind: FilterKind | null;
  value: string;
}

const most = 8;
const day = 86_400_000;
/** How many days ago the days are that are offered. */
const daysAgo = [0, 1, 7, 30, 365] as const;

export function writingAt(text: string, caret: number): Writing {
  const [, kind, value = "", word = ""] =
    /(?:^|\s)(?:([a-z]+):("[^"]*|[^\s"]*)|([^\s"]*))$/i.exec(text.slice(0, caret)) ?? [];
  const known = filterKinds.find((each) => each === kind?.toLowerCase());
  if (known && kind)
    return { start: caret - kind.length - 1 - value.length, kind: known, value: plain(value) };
  return { start: caret - word.length, kind: null, value: word };
}

function plain(value: string): string {
  return value.replace(/^[@#"]+/, "").toLowerCase();
}

/** SEARCH-11. What may be meant: what was searched for before, a filter, or what it may be filled with. */
export function suggestionsFor(text: string, caret: number, known: Known): Suggestion[] {
  if (text.trim() === "") return known.recent.map((insert) => ({ insert, whole: true as const }));
  const { kind, value } = writingAt(text, caret);
  if (kind) return valuesOf(kind, value, known).slice(0, most);
  const begun = value.toLowerCase();
  return begun === ""
    ? []
    : filterKinds.filter((each) => each.startsWith(begun)).map((each) => ({ insert: `${each}:` }));
}

function valuesOf(kind: FilterKind, value: string, { rooms, people, now }: Known): Suggestion[] {
  if (kind === "in") {
    const found = rooms.filter((name) => name.toLowerCase().includes(value));
    return found.map((name) => ({ insert: `in:${quotedName(name)}`, name }));
  }
  if (kind === "from" || kind === "mentions") {
    return people.map(({ username, display_name: name }) => ({ insert: `${kind}:${username}`, name }));
  }
  if (kind === "before" || kind === "after") {
    const days = daysAgo.map((ago) => dateValue(now - ago * day));
    return days.filter((each) => each.startsWith(value)).map((each) => ({ insert: `${kind}:${each}` }));
  }
  const values: readonly string[] = filterValues[kind];
  return values.filter((each) => each.startsWith(value)).map((each) => ({ insert: `${kind}:${each}` }));
}

/** What is written once a suggestion was taken, and where the caret stands then. */
export function withSuggestion(
  text: string,
  caret: number,
  { insert, whole }: Suggestion,
): { text: string; caret: number } {
  if (whole) return { text: insert, caret: insert.length };
  const { start } = writingAt(text, caret);
  const after = text.slice(caret).replace(/^\S+/, "");
  const put = insert.endsWith(":") || after.startsWith(" ") ? insert : `${insert} `;
  return { text: text.slice(0, start) + put + after, caret: start + put.length };
}
