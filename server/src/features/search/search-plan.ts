import type { Engine } from "../../platform/database.ts";
import {
  type Fact,
  inStretch,
  isOwnToken,
  marks,
  marksBetween,
  tokenOfBeginning,
  tokenOfEnd,
  tokenOfPair,
  tokenOfWord,
} from "../search-index/search-index.ts";
import type { Clause, Query } from "./search-query.ts";

/** Tokens by which the index is asked, at most: what is left out is still looked for in the texts. */
const mostGroups = 40;

/** One of each group must be there, and none of the unwanted. */
export interface Plan {
  groups: readonly (readonly string[])[];
  unwanted: readonly string[];
}

export interface Marked {
  /** None: there are too many to name. */
  rooms: readonly number[];
  from?: number | undefined;
  mentions?: number | undefined;
  type: readonly string[];
  facts: readonly Fact[];
  /** Milliseconds since 1970 UTC. */
  after?: number | undefined;
  before?: number | undefined;
}

/** Which messages are worth looking at: all that match are among them. */
export function planOf(query: Query, marked: Marked): Plan {
  const { rooms, from, mentions, type, facts, after, before } = marked;
  const groups: string[][] = [];
  if (from !== undefined) groups.push([marks.sender(from)]);
  if (mentions !== undefined) groups.push([marks.mention(mentions)]);
  for (const fact of facts) groups.push([marks.fact(fact)]);
  if (after !== undefined || before !== undefined) groups.push(marksBetween(after, before));
  if (rooms.length > 0) groups.push(rooms.map(marks.room));
  // So that there is always something that every message has.
  if (groups.length === 0 || type.length === 1) groups.push(type.map(marks.type));
  groups.push(...query.wanted.flatMap(groupsOf));
  return {
    groups: unique(groups).slice(0, mostGroups),
    unwanted: query.unwanted.flatMap(unwantedTokens).slice(0, mostGroups),
  };
}

function groupsOf({ atoms, prefix, loose }: Clause): string[][] {
  const last = atoms.length - 1;
  return atoms.flatMap((atom, index) => {
    const before = atoms[index - 1];
    if (atom.kind === "sign") {
      if (atom.joined && before) return [[tokenOfPair(before, atom)]];
      return atoms[index + 1]?.joined ? [] : [[atom.text]];
    }
    const token = prefix && index === last ? tokenOfBeginning(atom.text) : tokenOfWord(atom.text);
    return [loose && atom.text.length >= 3 ? [token, tokenOfEnd(atom.text)] : [token]];
  });
}

function unwantedTokens({ atoms }: Clause): string[] {
  const [only] = atoms;
  return atoms.length === 1 && only && isOwnToken(only.text) ? [tokenOfWord(only.text)] : [];
}

function unique(groups: readonly string[][]): string[][] {
  return [...new Map(groups.map((group) => [group.join(" "), group])).values()];
}

/** The plan in the engine's own language. Tokens hold nothing that either reads as more than a sign. */
export function written({ groups, unwanted }: Plan, engine: Engine): string {
  const words = engine === "sqlite" ? fts : tsquery;
  const all = groups.map((group) => `(${group.map(words.quoted).join(words.or)})`).join(words.and);
  return unwanted.reduce((text, token) => `(${text})${words.not}${words.quoted(token)}`, all);
}

const fts = { quoted: (token: string) => `"${token}"`, or: " OR ", and: " AND ", not: " NOT " };
const tsquery = { quoted: (token: string) => `'${inStretch("#", token)}'`, or: "|", and: "&", not: "&!" };
