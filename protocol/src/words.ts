import { foldText } from "./folds.ts";

/** A piece of a word that is a word of its own, as `Bar` in `fooBar`. */
export interface Part {
  text: string;
  /** UTF-16 code units of the text it stands in. */
  start: number;
  end: number;
}

/**
 * What a text is compared by, in its order: a run of letters and digits; or one sign, where words are not parted by
 * spaces (Han, kana, Hangul, Thai, Lao, Khmer, Burmese) and where a sign says it all (emoji).
 */
export interface Atom extends Part {
  kind: "word" | "sign";
  /** A sign that directly follows the one before it. */
  joined: boolean;
  parts: readonly Part[];
}

const letter = /[\p{L}\p{N}\p{M}]/u;
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const picture = /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

type Kind = "word" | "sign" | "picture" | "none";

const kinds = new Map<string, Kind>();
const kindsLimit = 20_000;

function kindOf(character: string): Kind {
  const code = character.charCodeAt(0);
  if (code < 0x80) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) ? "word" : "none";
  let kind = kinds.get(character);
  if (kind === undefined) {
    kind = "none";
    if (letter.test(character)) kind = unspaced.test(character) ? "sign" : "word";
    else if (picture.test(character)) kind = "picture";
    if (kinds.size >= kindsLimit) kinds.clear();
    kinds.set(character, kind);
  }
  return kind;
}

/** SEARCH-2. Takes a text apart into what it is found by. */
export function atomsOf(text: string): Atom[] {
  const reader = new Reader();
  foldText(text, (written, folded, start, end) => {
    if (folded.length === 1) reader.read({ folded, written, start, end });
    else for (const each of folded) reader.read({ folded: each, written, start, end });
  });
  reader.endWord();
  return reader.atoms;
}

interface Read {
  folded: string;
  written: string;
  start: number;
  end: number;
}

type Case = "lower" | "upper" | "digit" | "other";

/** A word that is being read, and where in it new parts begin. */
interface Word {
  text: string;
  start: number;
  end: number;
  cases: [last: Case, one: Case];
  /** Where the last character began. */
  last: { at: number; start: number };
  cuts: { at: number; start: number }[];
}

class Reader {
  readonly atoms: Atom[] = [];
  private word: Word | null = null;
  private afterSign = false;

  read(read: Read): void {
    const kind = kindOf(read.folded);
    if (kind === "word") this.readLetter(read);
    else this.endWord();
    if (kind === "sign" || kind === "picture") {
      const { folded, start, end } = read;
      const joined = kind === "sign" && this.afterSign;
      this.atoms.push({ kind: "sign", text: folded, start, end, joined, parts: [] });
    }
    this.afterSign = kind === "sign";
  }

  endWord(): void {
    const { word } = this;
    if (!word) return;
    const { text, start, end } = word;
    this.atoms.push({ kind: "word", text, start, end, joined: false, parts: partsOf(word) });
    this.word = null;
  }

  private readLetter({ folded, written, start, end }: Read): void {
    const own = caseOf(written);
    const { word } = this;
    const last = { at: word?.text.length ?? 0, start };
    if (!word) {
      this.word = { text: folded, start, end, cases: ["other", own], last, cuts: [] };
      return;
    }
    const cut = cutBefore(word, own, last);
    if (cut) word.cuts.push(cut);
    word.text += folded;
    word.end = end;
    word.cases = [word.cases[1], own];
    word.last = last;
  }
}

/** `fooBar`, `HTTPServer` and `abc123` are of two parts. */
function cutBefore({ cases, last }: Word, own: Case, here: Word["last"]): Word["last"] | null {
  const [earlier, before] = cases;
  if (before === "lower" && own === "upper") return here;
  if ((before === "digit") !== (own === "digit")) return here;
  return earlier === "upper" && before === "upper" && own === "lower" ? last : null;
}

function caseOf(written: string): Case {
  const code = written.charCodeAt(0);
  if (code >= 97 && code <= 122) return "lower";
  if (code >= 65 && code <= 90) return "upper";
  if (code >= 48 && code <= 57) return "digit";
  if (code < 0x80) return "other";
  if (/^\p{Lu}/u.test(written)) return "upper";
  if (/^\p{Ll}/u.test(written)) return "lower";
  return /^\p{Nd}/u.test(written) ? "digit" : "other";
}

/** A single letter is no part that anybody looks for. */
function partsOf({ text, start, end, cuts }: Word): Part[] {
  if (cuts.length === 0) return [];
  const edges = [{ at: 0, start }, ...cuts, { at: text.length, start: end }];
  return edges.slice(1).flatMap((edge, index) => {
    const from = edges[index] ?? edge;
    const part = { text: text.slice(from.at, edge.at), start: from.start, end: edge.start };
    return part.text.length > 1 ? [part] : [];
  });
}
