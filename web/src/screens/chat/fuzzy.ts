/**
 * SWITCH-1. How well a name fits what was typed: 4 when it begins with it, 3 when one of its words does, 2 when it is
 * somewhere within, 1 when only its letters come in that order, 0 when it does not fit.
 */
export function fuzzyRank(name: string, typed: string): number {
  const sought = folded(typed);
  const text = folded(name);
  if (text.startsWith(sought)) return 4;
  if (text.split(/[\s._-]+/).some((word) => word.startsWith(sought))) return 3;
  if (text.includes(sought)) return 2;
  let at = 0;
  for (const letter of sought) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 1;
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
