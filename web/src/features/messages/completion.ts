/** What is being completed at the caret, and where it stands in the text. */
export interface Query {
  kind: "person" | "emoji" | "command";
  /** Without the sign it begins with. */
  words: string;
  from: number;
  to: number;
}

export interface Suggestion {
  key: string;
  /** What is put in place of what was typed. */
  insert: string;
  label: string;
  more?: string;
  /** The person whom it names. */
  user?: number;
  emoji?: string;
  /** The name of the picture of one of the server's own emoji. */
  picture?: string;
}

const person = /(?:^|[\s([{"'])@([\p{L}\p{N}._-]{0,32})$/u;
const emoji = /(?:^|[\s([{"'])(:([a-z0-9_+-]{2,32}))$/i;
const command = /^\/([a-z]*)$/;

/** COMPLETE-1. Words that begin with `@`, `:` or, at the very beginning, `/`, up to the caret. */
export function queryAt(text: string, caret: number): Query | null {
  const before = text.slice(0, caret);
  const asCommand = command.exec(before);
  if (asCommand && text.length === caret) {
    return { kind: "command", words: asCommand[1] ?? "", from: 0, to: caret };
  }
  const asPerson = person.exec(before);
  if (asPerson) {
    const words = asPerson[1] ?? "";
    return { kind: "person", words, from: caret - words.length - 1, to: caret };
  }
  const asEmoji = emoji.exec(before);
  if (!asEmoji) return null;
  const words = asEmoji[2] ?? "";
  return { kind: "emoji", words, from: caret - words.length - 1, to: caret };
}

const mention = /(?<![\w@./-])@([A-Za-z0-9][\w.-]{0,31})/g;

/** COMPLETE-2. Those of the people chosen while writing whose names still stand in the text; whether all are meant. */
export function mentionsIn(
  text: string,
  known: ReadonlyMap<string, number>,
): { mentions: number[]; mention_all: boolean } {
  const mentions = new Set<number>();
  let mention_all = false;
  for (const [, name = ""] of text.matchAll(mention)) {
    for (let word = name.toLowerCase(); word.length > 0; word = word.slice(0, -1)) {
      const user = known.get(word);
      if (user !== undefined) mentions.add(user);
      if (word === "all") mention_all = true;
      if (user !== undefined || word === "all" || !/[.-]$/.test(word)) break;
    }
  }
  return { mentions: [...mentions], mention_all };
}
