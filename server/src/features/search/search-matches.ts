import type { Highlight } from "@parley/protocol/search";
import { type Atom, atomsOf, leastBefore, leastPart, writtenLength } from "../search-index/search-index.ts";
import type { Clause, Query } from "./search-query.ts";

/** Highlights of one text, at most. */
const mostHighlights = 100;

/**
 * SEARCH-2, SEARCH-3, SEARCH-9. Where each of a message's texts matches, or null where the message does not: each word
 * must be in one of them. This alone decides what is found; the index only says where to look.
 */
export function matchesIn(texts: readonly string[], { wanted, unwanted }: Query): Highlight[][] | null {
  const read = texts.map((text) => ({ text, atoms: atomsOf(text), places: [] as Highlight[] }));
  const isIn = (clause: Clause) =>
    read.some(({ text, atoms }) => placesOf(clause, text, atoms, 1).length > 0);
  if (unwanted.some(isIn)) return null;
  for (const clause of wanted) {
    let found = 0;
    for (const { text, atoms, places } of read) {
      const here = placesOf(clause, text, atoms, mostHighlights);
      places.push(...here);
      found += here.length;
    }
    if (found === 0) return null;
  }
  return read.map(({ places }) => merged(places).slice(0, mostHighlights));
}

function placesOf(clause: Clause, text: string, atoms: readonly Atom[], most: number): Highlight[] {
  const places: Highlight[] = [];
  for (let index = 0; index + clause.atoms.length <= atoms.length && places.length < most; index++) {
    const place = placeAt(clause, text, atoms, index);
    if (place) places.push(place);
  }
  return places;
}

function placeAt(clause: Clause, text: string, atoms: readonly Atom[], at: number): Highlight | null {
  const [first] = atoms.slice(at, at + 1);
  const [sought] = clause.atoms;
  if (!first || !sought) return null;
  if (clause.atoms.length === 1) return wordPlace(clause, sought, text, first);
  const last = clause.atoms.length - 1;
  for (const [index, each] of clause.atoms.entries()) {
    const atom = atoms[at + index];
    if (!atom || (each.joined && !atom.joined)) return null;
    const isSame = atom.text === each.text;
    if (!isSame && !(index === last && clause.prefix && isBeginning(each.text, atom.text))) return null;
  }
  return [first.start, atoms[at + last]?.end ?? first.end];
}

function wordPlace(clause: Clause, { text: sought }: Atom, text: string, atom: Atom): Highlight | null {
  const isFound = (one: string) => one === sought || (clause.prefix && isBeginning(sought, one));
  if (isFound(atom.text)) return [atom.start, atom.end];
  const part = atom.parts.find((each) => isFound(each.text));
  if (part) return [part.start, part.end];
  if (!clause.loose || atom.kind !== "word" || !isEnd(sought, atom.text)) return null;
  const before = writtenLength(text.slice(atom.start, atom.end), atom.text.length - sought.length);
  return [atom.start + before, atom.end];
}

function isBeginning(part: string, word: string): boolean {
  return part.length >= leastPart && word.startsWith(part);
}

/** `Haustür` is found by `tür`. */
function isEnd(part: string, word: string): boolean {
  return part.length >= leastPart && word.length >= part.length + leastBefore && word.endsWith(part);
}

function merged(places: readonly Highlight[]): Highlight[] {
  const found: Highlight[] = [];
  for (const [start, end] of [...places].sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
    const last = found.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}
