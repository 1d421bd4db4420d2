import { atomsOf } from "./words.ts";

/**
 * NOTIFY-9. Whether a text holds one of these words, or words that follow each other, whole: compared as in a search,
 * without regard to case and accents.
 */
export function holdsKeyword(text: string, keywords: readonly string[]): boolean {
  if (keywords.length === 0 || text === "") return false;
  const atoms = atomsOf(text);
  return keywords.some((keyword) => {
    const sought = atomsOf(keyword);
    if (sought.length === 0) return false;
    return atoms.some((_, at) =>
      sought.every((each, index) => {
        const atom = atoms[at + index];
        return atom?.text === each.text && (!each.joined || atom.joined);
      }),
    );
  });
}

/** Whether there is anything to look for in it. */
export function isKeyword(keyword: string): boolean {
  return atomsOf(keyword).length > 0;
}
