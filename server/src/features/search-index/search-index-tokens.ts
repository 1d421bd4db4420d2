import type { Atom } from "@parley/protocol/words";
import { atomsOf } from "@parley/protocol/words";

/*
 * What is stored of a message so that it is found. Tokens only narrow down which messages are looked at: whether one
 * matches is decided on its text. So each token must be there for every word that could match, and may be there for more.
 * Whoever changes this must have every message indexed anew: what is stored is taken out by the tokens made here.
 */

/** Code units of a token, at most. */
const longest = 64;
/** A word is found by its beginning through these many of its letters. */
const beginnings = [3, 5] as const;
/** Letters that must stand before the end of a word for it to be found by that end: `tür` finds `Haustür`. */
export const leastBefore = 3;
/** The shortest beginning or end that is looked for. */
export const leastPart = 3;
const day = 86_400_000;
/** Spans of time by which messages are found, from a week on: each is as long as eight of the one before. */
const spans = ["w", "x", "y", "z"] as const;
const longer = 8;
/** 2100-01-01. */
const century = 4_102_444_800_000;

/** What a message is found by. */
export interface Indexed {
  room: number;
  sender: number;
  type: string;
  text: string;
  mentions: readonly number[];
  /** Milliseconds since 1970 UTC. */
  at: number;
}

/** Signs that no word holds stand between a mark's name and its value: nobody can type one. */
export const marks = {
  room: (id: number) => `r:${id}`,
  sender: (id: number) => `f:${id}`,
  mention: (id: number) => `m:${id}`,
  type: (type: string) => `t:${type}`,
  link: () => "h:link",
  time: (length: number, span: number) => `${spans[length]}:${span}`,
  block: (block: number) => `b:${block}`,
};

/** Ids of a block, by which Postgres is asked for some of them only. */
export const blockMessages = 16_384;

export function blockOf(message: number): number {
  return Math.floor(message / blockMessages);
}

export function hasLink(text: string): boolean {
  return /\bhttps?:\/\/[^\s<>"]/i.test(text);
}

/** The start of a token, never half of a character. */
function head(text: string, length: number): string {
  const isCut = text.length > length && isHighSurrogate(text.charCodeAt(length - 1));
  return text.slice(0, isCut ? length - 1 : length);
}

function tail(text: string, length: number): string {
  const from = text.length - length;
  return text.slice(from > 0 && isHighSurrogate(text.charCodeAt(from - 1)) ? from + 1 : from);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

/** The token that each text that begins like this has. */
export function tokenOfBeginning(text: string): string {
  const length = beginnings.findLast((each) => each <= text.length);
  return length === undefined ? text : head(text, length);
}

/** The token that each long word that ends like this has. */
export function tokenOfEnd(text: string): string {
  const length = beginnings.findLast((each) => each <= text.length) ?? text.length;
  return `~${tail(text, length)}`;
}

/** The token that this word has, and perhaps others. */
export function tokenOfWord(text: string): string {
  return head(text, longest);
}

/** Whether `tokenOfWord` stands for this word alone. */
export function isOwnToken(text: string): boolean {
  return text.length < longest - 1 && !(beginnings as readonly number[]).includes(text.length);
}

export function tokenOfPair(one: Atom, other: Atom): string {
  return one.text + other.text;
}

function addWord(tokens: Set<string>, text: string): void {
  tokens.add(tokenOfWord(text));
  for (const length of beginnings) if (text.length > length) tokens.add(head(text, length));
}

function addEnds(tokens: Set<string>, text: string): void {
  for (const length of beginnings) {
    if (text.length >= length + leastBefore) tokens.add(`~${tail(text, length)}`);
  }
}

/** Everything a message is found by, each once. */
export function tokensOf(message: Indexed): string[] {
  const tokens = new Set<string>();
  const atoms = atomsOf(message.text);
  for (const [index, atom] of atoms.entries()) {
    if (atom.kind === "sign") {
      tokens.add(atom.text);
      const before = atoms[index - 1];
      if (atom.joined && before) tokens.add(tokenOfPair(before, atom));
      continue;
    }
    addWord(tokens, atom.text);
    addEnds(tokens, atom.text);
    for (const part of atom.parts) addWord(tokens, part.text);
  }
  tokens.add(marks.room(message.room)).add(marks.sender(message.sender)).add(marks.type(message.type));
  for (const user of message.mentions) tokens.add(marks.mention(user));
  if (hasLink(message.text)) tokens.add(marks.link());
  const week = weekOf(clamped(message.at));
  for (const length of spans.keys()) tokens.add(marks.time(length, Math.floor(week / longer ** length)));
  return [...tokens];
}

function weekOf(at: number): number {
  return Math.floor(at / (7 * day));
}

/**
 * Marks of which every message between two moments has one: the longest spans that fit, and weeks at both ends. Whoever
 * names no moment means from the beginning, or until the end of the century.
 */
export function marksBetween(after = 0, before = century): string[] {
  const last = weekOf(clamped(before));
  const found: string[] = [];
  for (let week = weekOf(clamped(after)); week <= last; ) {
    const length = longestFrom(week, last);
    found.push(marks.time(length, week / longer ** length));
    week += longer ** length;
  }
  return found;
}

function longestFrom(week: number, last: number): number {
  return spans.findLastIndex((_, length) => {
    const weeks = longer ** length;
    return week % weeks === 0 && week + weeks - 1 <= last;
  });
}

function clamped(at: number): number {
  return Math.min(Math.max(0, at), century);
}
