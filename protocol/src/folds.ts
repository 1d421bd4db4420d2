/** Marks that make no other word for somebody who looks for it: accents, and the vowel points of Hebrew and Arabic. */
const accents =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]/g;
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}]/gu;
/** Letters that Unicode does not take apart although people write one for the other. */
const alike: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ı: "i", ς: "σ" },
  // Arabic and Persian forms of one letter.
  ...{ ى: "ي", ی: "ي", ة: "ه", ک: "ك" },
};
const hasAlike = new RegExp(`[${Object.keys(alike).join("")}]`, "g");
/** One character as it is seen, with what belongs to it. Hangul may be written in pieces, too. */
const cluster =
  /(?:[\u1100-\u115f\ua960-\ua97c]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*|.)[\p{M}\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\uff9e\uff9f]*/suy;

const known = new Map<string, string>();
/** Characters whose folded form is remembered: more than any language has. */
const knownLimit = 20_000;

/** SEARCH-2. A character in the form in which characters are compared; nothing for one that cannot be seen. */
function foldCluster(character: string): string {
  const found = known.get(character);
  if (found !== undefined) return found;
  const folded = character
    .normalize("NFKD")
    .replace(unseen, "")
    .replace(accents, "")
    .toLowerCase()
    .normalize("NFKD")
    .replace(accents, "")
    .replace(hasAlike, (letter) => alike[letter] ?? letter)
    .normalize("NFC");
  if (known.size >= knownLimit) known.clear();
  known.set(character, folded);
  return folded;
}

/** Calls `each` for every character of a text, in order: what was written, folded, and where it stands. */
export function foldText(
  text: string,
  each: (written: string, folded: string, start: number, end: number) => void,
): void {
  for (let start = 0; start < text.length; ) {
    const end = isAlone(text, start) ? start + 1 : endOfCluster(text, start);
    const written = text.slice(start, end);
    each(
      written,
      end === start + 1 && isAscii(text, start) ? written.toLowerCase() : foldCluster(written),
      start,
      end,
    );
    start = end;
  }
}

/** How many characters of `text` make up its first `folded` folded ones. */
export function writtenLength(text: string, folded: number): number {
  let counted = 0;
  let length = 0;
  foldText(text, (_written, form, start) => {
    if (counted <= folded) length = start;
    counted += form.length;
  });
  return counted <= folded ? text.length : length;
}

function isAscii(text: string, at: number): boolean {
  return text.charCodeAt(at) < 0x80;
}

/** No mark begins below U+00AD. */
function isAlone(text: string, at: number): boolean {
  return isAscii(text, at) && !(text.charCodeAt(at + 1) >= 0xad);
}

function endOfCluster(text: string, start: number): number {
  cluster.lastIndex = start;
  cluster.exec(text);
  return cluster.lastIndex;
}
