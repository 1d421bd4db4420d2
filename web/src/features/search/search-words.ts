import type { Input } from "@parley/protocol/contract";

export type SearchInput = Omit<Input<"message.search">, "cursor" | "limit">;

/** What a word with a colon stands for; what is not known as such is searched for as it is. */
export interface Names {
  /** The id of the person with this user name; undefined where nobody has it. */
  person: (name: string) => number | undefined;
  room: (name: string) => number | undefined;
}

const filter = /(^|\s)(from|in|mentions|before|after|has):("[^"]+"|\S+)/gi;
const day = /^\d{4}-\d{2}-\d{2}$/;

/** SEARCH-8. `from:bob in:design after:2026-01-31 has:link words`: filters are taken out, the rest is the text. */
export function readSearch(written: string, names: Names): SearchInput {
  const input: SearchInput = {};
  const text = written.replace(filter, (whole, before: string, kind: string, value: string) =>
    take(input, kind.toLowerCase(), value.replaceAll('"', ""), names) ? before : whole,
  );
  const words = text.replace(/\s+/g, " ").trim();
  return words === "" ? input : { ...input, text: words };
}

/** False where the value says nothing. */
function take(input: SearchInput, kind: string, value: string, { person, room }: Names): boolean {
  const name = value.replace(/^[@#]/, "");
  if (kind === "from" || kind === "mentions") {
    const user = person(name);
    if (user !== undefined) input[kind] = user;
    return user !== undefined;
  }
  if (kind === "in") {
    const id = room(name);
    if (id !== undefined) input.room = id;
    return id !== undefined;
  }
  if (kind === "has") {
    if (value !== "link") return false;
    input.has = "link";
    return true;
  }
  if (!day.test(value) || Number.isNaN(Date.parse(value))) return false;
  // The days are those of where the person is: before a day is before its beginning, after it is after its end.
  const start = new Date(`${value}T00:00:00`);
  if (kind === "after") start.setDate(start.getDate() + 1);
  input[kind as "before" | "after"] = start.toISOString();
  return true;
}
