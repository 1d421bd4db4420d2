import type { Input } from "@parley/protocol/contract";

export type SearchInput = Omit<Input<"message.search">, "cursor" | "limit">;

/** What a word with a colon stands for; what is not known as such is searched for as it is. */
export interface Names {
  /** The id of the person with this user name; undefined where nobody has it. */
  person: (name: string) => number | undefined;
  room: (name: string) => number | undefined;
}

export const filterKinds = ["from", "in", "mentions", "has", "is", "type", "before", "after"] as const;
export type FilterKind = (typeof filterKinds)[number];

/** What may stand after `has:`, `is:` and `type:`. */
export const filterValues = {
  has: ["link", "file", "image", "video", "audio"],
  is: ["pinned", "saved", "reply", "forwarded", "edited"],
  type: ["text", "image", "video", "audio", "file", "location", "contact", "poll", "call", "system"],
} as const satisfies Partial<Record<FilterKind, readonly string[]>>;

const filter = new RegExp(`(^|\\s)(${filterKinds.join("|")}):("[^"]+"|\\S+)`, "gi");
const day = /^\d{4}-\d{2}-\d{2}$/;

/** SEARCH-8. `from:bob in:design after:2026-01-31 has:link words`: filters are taken out, the rest is the text. */
export function readSearch(written: string, names: Names): SearchInput {
  const input: SearchInput = {};
  const text = written.replace(filter, (whole, before: string, kind: string, value: string) =>
    take(input, { kind: kind.toLowerCase() as FilterKind, value: value.replaceAll('"', "") }, names)
      ? before
      : whole,
  );
  const words = text.replace(/\s+/g, " ").trim();
  return words === "" ? input : { ...input, text: words };
}

export interface Filter {
  kind: FilterKind;
  value: string;
}

/** False where the value says nothing. */
function take(input: SearchInput, { kind, value }: Filter, { person, room }: Names): boolean {
  if (kind === "has" || kind === "is" || kind === "type") return takeKind(input, kind, value.toLowerCase());
  if (kind === "before" || kind === "after") return takeDay(input, kind, value);
  const name = value.replace(/^[@#]/, "");
  const id = kind === "in" ? room(name) : person(name);
  if (id === undefined) return false;
  input[kind === "in" ? "room" : kind] = id;
  return true;
}

function takeKind(input: SearchInput, kind: "has" | "is" | "type", value: string): boolean {
  if (kind === "has" && value === "pin") return takeKind(input, "is", "pinned");
  const known = (filterValues[kind] as readonly string[]).includes(value);
  if (!known) return false;
  if (kind === "type") input.type = value as NonNullable<SearchInput["type"]>;
  else if (kind === "has") input.has = withOne(input.has, value as (typeof filterValues.has)[number]);
  else input.is = withOne(input.is, value as (typeof filterValues.is)[number]);
  return true;
}

function withOne<Value>(values: readonly Value[] | undefined, value: Value): Value[] {
  return [...new Set([...(values ?? []), value])];
}

/** The days are those of where the person is: before a day is before its beginning, after it is after its end. */
function takeDay(input: SearchInput, kind: "before" | "after", value: string): boolean {
  if (!day.test(value) || Number.isNaN(Date.parse(value))) return false;
  const start = new Date(`${value}T00:00:00`);
  if (kind === "after") start.setDate(start.getDate() + 1);
  input[kind] = start.toISOString();
  return true;
}

/** A filter where it stands in what was written. */
export interface WrittenFilter extends Filter {
  start: number;
  end: number;
}

/** The filters of what was written that say something. */
export function filtersIn(written: string, names: Names): WrittenFilter[] {
  return [...written.matchAll(filter)].flatMap(
    ({ index, 0: whole, 1: before = "", 2: kind = "", 3: value = "" }) => {
      const read: Filter = { kind: kind.toLowerCase() as FilterKind, value: value.replaceAll('"', "") };
      if (!take({}, read, names)) return [];
      return [{ ...read, start: index + before.length, end: index + whole.length }];
    },
  );
}

/** What was written, without a filter. */
export function withoutFilter(written: string, { start, end }: WrittenFilter): string {
  return `${written.slice(0, start)} ${written.slice(end)}`.replace(/\s+/g, " ").trim();
}

/** A name as it is written after a colon. */
export function quotedName(name: string): string {
  const plain = name.replaceAll('"', "");
  return /\s/.test(plain) ? `"${plain}"` : plain;
}
