import { Lexer, type Token } from "marked";

/** The parts of a text. Unknown signs are text: nothing here ever becomes HTML. */
export function tokensOf(text: string): Token[] {
  return new Lexer({ gfm: true, breaks: true }).lex(text);
}

const longest = 200;

/** A text in one line without its markup: for lists, quotes and people who are read to. */
export function plainWords(text: string): string {
  // Nothing is drawn beyond this, so nothing beyond it is worth taking apart.
  const start = text.slice(0, longest);
  if (!/[*_~`>#[\n]/.test(start)) return start;
  return tokensOf(start).map(wordsOf).join(" ").replace(/\s+/g, " ").trim();
}

function wordsOf(token: Token): string {
  if (token.type === "list") return (token.items as Token[]).map(wordsOf).join(", ");
  if ("tokens" in token && token.tokens) return token.tokens.map(wordsOf).join("");
  if (token.type === "br" || token.type === "space" || token.type === "hr") return " ";
  return "text" in token ? token.text : token.raw;
}
