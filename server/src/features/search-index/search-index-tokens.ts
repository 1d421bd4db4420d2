import type { Atom } from "@parley/protocol/words";
import { atomsOf } from "@parley/protocol/words";
import { type Marked, marksOf } from "./search-index-marks.ts";

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

/** What a message is found by. */
export interface Indexed extends Marked {
  /** What was written, then of each file its name and what describes it. */
  texts: readonly string[];
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
  for (const text of message.texts) addText(tokens, text);
  for (const mark of marksOf(message)) tokens.add(mark);
  return [...tokens];
}

function addText(tokens: Set<string>, text: string): void {
  const atoms = atomsOf(text);
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
}
