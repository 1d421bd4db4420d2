/*
 * What stands in the index of a message beside its words: where, who, when and what. Signs that no word holds stand between
 * a mark's name and its value: nobody can type one.
 */

const day = 86_400_000;
/** Spans of time by which messages are found, from a day on: each is as long as eight of the one before. */
const spans = ["v", "w", "x", "y", "z"] as const;
const longer = 8;
/** 2100-01-01. */
const century = 4_102_444_800_000;

/** What else there is to say of a message, by which it is found. */
export type Fact = "link" | "file" | "image" | "audio" | "video" | "reply" | "forwarded" | "edited";

export interface Marked {
  room: number;
  sender: number;
  type: string;
  mentions: readonly number[];
  facts: readonly Fact[];
  /** Milliseconds since 1970 UTC. */
  at: number;
}

export const marks = {
  room: (id: number) => `r:${id}`,
  sender: (id: number) => `f:${id}`,
  mention: (id: number) => `m:${id}`,
  type: (type: string) => `t:${type}`,
  fact: (fact: Fact) => `h:${fact}`,
  time: (length: number, span: number) => `${spans[length]}:${span}`,
};

export function marksOf({ room, sender, type, mentions, facts, at }: Marked): string[] {
  const since = dayOf(clamped(at));
  return [
    ...[marks.room(room), marks.sender(sender), marks.type(type)],
    ...mentions.map(marks.mention),
    ...facts.map(marks.fact),
    ...spans.map((_, length) => marks.time(length, Math.floor(since / longer ** length))),
  ];
}

export interface Told {
  text: string;
  /** Media types of its files. */
  types: readonly (string | null)[];
  isReply: boolean;
  isForwarded: boolean;
  isEdited: boolean;
}

/** SEARCH-10. The same for what is put into the index and for what was read. */
export function factsOf({ text, types, isReply, isForwarded, isEdited }: Told): Fact[] {
  const facts = new Set<Fact>();
  if (/\bhttps?:\/\/[^\s<>"]/i.test(text)) facts.add("link");
  for (const type of types) {
    facts.add("file");
    const [kind] = type?.split("/") ?? [];
    if (kind === "image" || kind === "audio" || kind === "video") facts.add(kind);
  }
  if (isReply) facts.add("reply");
  if (isForwarded) facts.add("forwarded");
  if (isEdited) facts.add("edited");
  return [...facts];
}

function dayOf(at: number): number {
  return Math.floor(at / day);
}

/**
 * Marks of which every message between two moments has one: the longest spans that fit, and days at both ends. Whoever
 * names no moment means from the beginning, or until the end of the century.
 */
export function marksBetween(after = 0, before = century): string[] {
  const last = dayOf(clamped(before));
  const found: string[] = [];
  for (let since = dayOf(clamped(after)); since <= last; ) {
    const length = longestFrom(since, last);
    found.push(marks.time(length, since / longer ** length));
    since += longer ** length;
  }
  return found;
}

function longestFrom(since: number, last: number): number {
  return spans.findLastIndex((_, length) => {
    const days = longer ** length;
    return since % days === 0 && since + days - 1 <= last;
  });
}

function clamped(at: number): number {
  return Math.min(Math.max(0, at), century);
}
