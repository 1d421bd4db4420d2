/** What LIKE takes for any text that holds this one, with `!` as its escape. */
export function likePattern(text: string): string {
  return `%${text.replaceAll(/[!%_]/g, "!$&")}%`;
}
