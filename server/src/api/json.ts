import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";

const [quote, backslash, colon, openList, closeList, openObject, closeObject] = [
  ...([0x22, 0x5c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d] as const),
];
const space = 0x20;

/**
 * What a JSON text says. Refused is what is no JSON, is nested too deep, or gives a name twice in one object: of two
 * values one reader takes the first and another the last, and what one has checked is not what the other does.
 */
export function readJson(text: string): unknown {
  const fault = faultOf(text);
  if (fault) throw new ChatError("invalid", fault);
  try {
    return JSON.parse(text);
  } catch {
    throw new ChatError("invalid", "this is not JSON");
  }
}

/** Goes over the text once, so that a hostile nesting costs nothing before it is refused. */
function faultOf(json: string): string | null {
  const names: (Set<string> | null)[] = [];
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    const character = json.charCodeAt(index);
    if (character === quote) {
      const end = endOfString(json, index);
      if (isName(json, end)) {
        const seen = names[depth] ?? new Set();
        const before = seen.size;
        names[depth] = seen.add(nameIn(json, index, end));
        if (seen.size === before) return "a name is given twice in one object";
      }
      index = end;
    } else if (character === openObject || character === openList) {
      if (++depth > limits.jsonDepth) return `JSON may be nested ${limits.jsonDepth} deep at most`;
      names[depth] = null;
    } else if (character === closeObject || character === closeList) depth--;
  }
  return null;
}

/** The place of the quote that ends the string begun at `from`; the text's end where none does. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}

/** Whether the string that ends there is followed by a colon. */
function isName(json: string, end: number): boolean {
  let next = end + 1;
  while (json.charCodeAt(next) <= space) next++;
  return json.charCodeAt(next) === colon;
}

/** A name as it is meant: one character may be written in several ways. */
function nameIn(json: string, from: number, end: number): string {
  const written = json.slice(from, end + 1);
  if (!written.includes("\\")) return written;
  try {
    return JSON.stringify(JSON.parse(written));
  } catch {
    return written;
  }
}
