import { limits } from "@parley/protocol/limits";

/** Links of one text that are looked at: whoever writes a list wants no previews of all of it. */
const mostFound = 20;

export interface Link {
  /** As it leads there. */
  url: string;
  host: string;
  /** The page alone, without the place in it. */
  page: string;
}

const fence = /^ {0,3}(?:```|~~~)/;
const address = /https?:\/\/[^\s<>"'`\\^{|}]+/gi;

/** PREVIEW-2. The pages that a text links to, each once and in order; what stands in code is no link. */
export function linksIn(text: string): Link[] {
  if (!mayLink(text)) return [];
  const found = new Map<string, Link>();
  for (const [written] of withoutCode(text).matchAll(address)) {
    const link = toLink(withoutEnd(written));
    if (link && !found.has(link.page)) found.set(link.page, link);
    if (found.size >= mostFound) break;
  }
  return [...found.values()];
}

/** Whether it is worth a look. */
export function mayLink(text: string): boolean {
  return /https?:\/\//i.test(text);
}

function toLink(written: string): Link | null {
  if (written.length > limits.linkUrl || !URL.canParse(written)) return null;
  const url = new URL(written);
  if (url.username !== "" || url.password !== "" || url.href.length > limits.linkUrl) return null;
  const { href, host } = url;
  url.hash = "";
  return { url: href, host, page: url.href };
}

function withoutCode(text: string): string {
  const kept: string[] = [];
  let isCode = false;
  for (const line of text.split("\n")) {
    const isFence = fence.test(line);
    if (!isFence && !isCode) kept.push(withoutSpans(line));
    if (isFence) isCode = !isCode;
  }
  return kept.join("\n");
}

/** What stands between as many backticks before as after it. */
function withoutSpans(line: string): string {
  if (!line.includes("`")) return line;
  const runs = [...line.matchAll(/`+/g)];
  // The next run of each length, found from the end: no line takes longer than it is long.
  const following = new Map<number, number>();
  const closing = new Array<number | undefined>(runs.length);
  for (let index = runs.length - 1; index >= 0; index--) {
    const length = runs[index]?.[0].length ?? 0;
    closing[index] = following.get(length);
    following.set(length, index);
  }
  let kept = "";
  let from = 0;
  for (let index = 0; index < runs.length; index++) {
    const end = closing[index];
    const [opens, closes] = [runs[index], end === undefined ? undefined : runs[end]];
    if (!opens || !closes || end === undefined) continue;
    kept += `${line.slice(from, opens.index)} `;
    from = closes.index + closes[0].length;
    index = end;
  }
  return kept + line.slice(from);
}

/** A full stop that ends a sentence is not the link's, nor is a bracket that was opened before it. */
function withoutEnd(written: string): string {
  const counts = { opened: 0, closed: 0 };
  for (const sign of written) {
    if (sign === "(") counts.opened++;
    else if (sign === ")") counts.closed++;
  }
  let end = written.length;
  for (; end > 0; end--) {
    const sign = written.charAt(end - 1);
    if (sign === ")" && counts.closed > counts.opened) counts.closed--;
    else if (!/[.,:;!?*_~\]]/.test(sign)) break;
  }
  return written.slice(0, end);
}
