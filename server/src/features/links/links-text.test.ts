import { expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { linksIn } from "./links-text.ts";

const pagesIn = (text: string) => linksIn(text).map(({ page }) => page);
const found: [text: string, ...pages: string[]][] = [
  ["See https://example.org/a.", "https://example.org/a"],
  ["(https://example.org/a_(b)), and more", "https://example.org/a_(b)"],
  [
    "[here](https://example.org/x) and <https://example.org/y>",
    "https://example.org/x",
    "https://example.org/y",
  ],
  ["HTTPS://EXAMPLE.org/#one https://example.org/#two", "https://example.org/"],
  ["no link: example.org ftp://example.org/ mailto:someone@example.org"],
  [
    "`https://example.org/code` and ``a ` https://example.org/two`` https://example.org/x",
    "https://example.org/x",
  ],
  ["a ` alone https://example.org/x", "https://example.org/x"],
  ["```\nhttps://example.org/code\n```\nhttps://example.org/x", "https://example.org/x"],
  ["https://alice:secret@example.org/ https:// https://[ http://"],
  [`https://example.org/${"x".repeat(limits.linkUrl)}`],
];

test("PREVIEW-2 the pages that a text links to are found, but for those in code", () => {
  for (const [text, ...pages] of found) expect([text, ...pagesIn(text)]).toEqual([text, ...pages]);
});

test("PREVIEW-2 a link keeps its place in the page, and each page is there once", () => {
  const links = linksIn("https://example.org/a#one https://example.org/a#two");
  expect(links).toEqual([
    { url: "https://example.org/a#one", host: "example.org", page: "https://example.org/a" },
  ]);
});

test("PREVIEW-2 whatever is written, looking takes no longer than it is long", () => {
  const parts = [
    "`",
    "``",
    "https://a.b/",
    "(",
    ")",
    "](",
    "~~~\n",
    ".",
    " https://",
    "<",
    "[x](https://a.b/((",
  ];
  for (const part of parts) {
    const text = `https://a.b/ ${part.repeat(limits.messageText)}`.slice(0, limits.messageText);
    const begun = performance.now();
    linksIn(text);
    // Anything that grows with the square would take seconds.
    expect(performance.now() - begun).toBeLessThan(500);
  }
});
