import { i18n } from "./text.ts";

export interface Emoji {
  emoji: string;
  name: string;
  words: string;
  /** What stands between two colons: `smile`. */
  shortNames: readonly string[];
  /** Unicode's group, from 0. */
  group: number;
}

type Row = [emoji: string, name: string, words: string, shortNames: string, group: number, tones?: number];

const loaders: Record<string, () => Promise<unknown>> = {
  en: async () => (await import("../../emoji/en.json")).default,
  de: async () => (await import("../../emoji/de.json")).default,
};
const loaded = new Map<string, Promise<Emoji[]>>();

/** All emoji, in the language that is active; fetched when they are first wanted. */
export function allEmoji(): Promise<Emoji[]> {
  const language = i18n.locale in loaders ? i18n.locale : "en";
  const known = loaded.get(language) ?? load(language);
  loaded.set(language, known);
  return known;
}

/** EMOJI-10. Those that are here already: nobody waits for them to send something. */
let here: readonly Emoji[] = [];

export function knownEmoji(): readonly Emoji[] {
  return here;
}

async function load(language: string): Promise<Emoji[]> {
  try {
    const rows = (await loaders[language]?.()) as Row[];
    const all = rows.map(([emoji, name, words, shortNames, group]) => ({
      ...{ emoji, name, words, group },
      shortNames: shortNames.split(" "),
    }));
    here = all;
    return all;
  } catch (error) {
    loaded.delete(language);
    throw error;
  }
}

/** EMOJI-2. Those whose names begin with what is sought come first. */
export function searchEmoji(all: readonly Emoji[], sought: string, limit: number): Emoji[] {
  const words = sought.trim().toLowerCase();
  if (words === "") return all.slice(0, limit);
  const ranked = all.flatMap((each) => {
    const rank = rankOf(each, words);
    return rank === 0 ? [] : [{ each, rank }];
  });
  return ranked
    .sort((one, other) => other.rank - one.rank)
    .slice(0, limit)
    .map(({ each }) => each);
}

function rankOf({ emoji, name, words, shortNames }: Emoji, sought: string): number {
  if (emoji === sought || shortNames.includes(sought)) return 4;
  if (shortNames.some((each) => each.startsWith(sought))) return 3;
  if (
    name
      .toLowerCase()
      .split(" ")
      .some((word) => word.startsWith(sought))
  )
    return 2;
  return ` ${words}`.includes(` ${sought}`) ? 1 : 0;
}
