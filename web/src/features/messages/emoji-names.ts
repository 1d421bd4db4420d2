import type { Emoji } from "../../ui/emoji.ts";

const named = /:([a-z0-9_+-]{2,32}):/g;
/** Code stays as it was typed. */
const code = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;

/** Whether a text may name an emoji. */
export function namesEmoji(text: string): boolean {
  return text.search(named) >= 0;
}

/** EMOJI-10. `:smile:` as an emoji; the server's own, and what is no name of one, stay as they are written. */
export function withEmoji(
  text: string,
  all: readonly Emoji[],
  own: ReadonlyMap<string, string> | undefined,
): string {
  if (!namesEmoji(text)) return text;
  const byName = new Map(
    all.flatMap(({ emoji, shortNames }) => shortNames.map((name) => [name, emoji] as const)),
  );
  return text
    .split(code)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return part.replace(named, (whole, name: string) =>
        own?.has(name) ? whole : (byName.get(name) ?? whole),
      );
    })
    .join("");
}
