/** A file of the repository: its path from the root with forward slashes, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** Code with comments and the contents of strings blanked out at their place, so that offsets and lines still hold. */
export interface Code {
  masked: string;
  /** The contents of every plain string, by the offset of its opening quote. */
  strings: Map<number, string>;
}

interface Piece {
  end: number;
  /** Offsets whose text stays: nothing of a comment, the quotes of a string. */
  keep: "none" | "quotes" | "all";
}

const regexMayFollow =
  /(?:^|[=([{,;:!&|?+\-*%~^>]|\b(?:return|typeof|case|in|of|do|else|void|await|yield))\s*$/;
const regexLiteral = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const plainString = /(["'])(?:\\[\s\S]|(?!\1)[^\\\n])*\1?/y;

export function readCode(text: string): Code {
  const strings = new Map<number, string>();
  const masked = maskFrom(text, 0, text.length, strings);
  return { masked, strings };
}

function maskFrom(text: string, from: number, to: number, strings: Map<number, string>): string {
  let masked = "";
  let at = from;
  while (at < to) {
    if (text[at] === "`") {
      const template = maskTemplate(text, at, strings);
      masked += template.masked;
      at = template.end;
      continue;
    }
    const piece = pieceAt(text, at, masked);
    const raw = text.slice(at, piece.end);
    if (piece.keep === "quotes") strings.set(at, raw.slice(1, -1));
    masked += piece.keep === "all" ? raw : blanked(raw, piece.keep === "quotes");
    at = piece.end;
  }
  return masked;
}

function pieceAt(text: string, at: number, before: string): Piece {
  const two = text.slice(at, at + 2);
  if (two === "//") return { end: endOf(text, "\n", at, 0), keep: "none" };
  if (two === "/*") return { end: endOf(text, "*/", at + 2, 2), keep: "none" };
  if (text[at] === '"' || text[at] === "'") return { end: matched(plainString, text, at), keep: "quotes" };
  if (text[at] === "/" && regexMayFollow.test(before.slice(-20))) {
    const end = matched(regexLiteral, text, at);
    if (end > at + 1) return { end, keep: "none" };
  }
  return { end: at + 1, keep: "all" };
}

/** A template's words are blanked, the code between `${` and `}` is code. */
function maskTemplate(
  text: string,
  start: number,
  strings: Map<number, string>,
): { masked: string; end: number } {
  let masked = "`";
  let at = start + 1;
  while (at < text.length && text[at] !== "`") {
    if (text[at] === "\\") {
      masked += "  ";
      at += 2;
    } else if (text.startsWith("${", at)) {
      const end = endOfHole(text, at + 2);
      masked += `  ${maskFrom(text, at + 2, end, strings)} `;
      at = end + 1;
    } else {
      masked += text[at] === "\n" ? "\n" : " ";
      at += 1;
    }
  }
  return { masked: `${masked}\``, end: at + 1 };
}

/** Where the `}` stands that closes a hole opened before `from`. */
function endOfHole(text: string, from: number): number {
  let depth = 0;
  let at = from;
  let before = "";
  while (at < text.length) {
    const mark = text[at] ?? "";
    if (mark === "}" && depth === 0) return at;
    if (mark === "{") depth += 1;
    if (mark === "}") depth -= 1;
    const end = mark === "`" ? maskTemplate(text, at, new Map()).end : pieceAt(text, at, before).end;
    before += end === at + 1 ? mark : " ";
    at = end;
  }
  return at;
}

function matched(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at + 1;
}

function endOf(text: string, mark: string, from: number, length: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + length;
}

function blanked(raw: string, quotes: boolean): string {
  const blank = raw.replace(/[^\n]/g, " ");
  return quotes && raw.length > 1 ? `${raw[0]}${blank.slice(1, -1)}${raw.at(-1)}` : blank;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
