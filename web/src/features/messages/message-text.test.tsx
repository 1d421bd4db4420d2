import { expect, test } from "bun:test";
import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { createClient } from "../../client/client.ts";
import { memoryOutbox } from "../../client/outbox-memory.ts";
import { ClientProvider } from "../../client/use-client.ts";
import { MessageText } from "./message-text.tsx";

const client = createClient({ url: "http://localhost", storage: memoryOutbox() });
const nobody = { usernames: new Set<string>(), all: false, own: "" };

function drawn(text: string): string {
  return renderToStaticMarkup(
    <ClientProvider value={client}>
      <MessageText owner={{}} text={text} mentions={nobody} />
    </ClientProvider>,
  );
}

/** All that a message may become, and what each may bear. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  ...{
    p: ["dir", "class"],
    blockquote: ["class"],
    div: ["class", "tabindex"],
    span: ["class"],
    pre: ["tabindex", "dir", "class"],
  },
  ...{ code: ["class"], ul: ["class"], ol: ["start", "class"], li: ["dir"], hr: ["class"], br: [] },
  ...{ strong: [], em: [], del: [], bdi: ["class"], a: ["href", "target", "rel", "class"] },
  input: ["type", "checked", "disabled", "readonly", "class"],
  // The button that copies code, and its icon.
  button: ["title", "aria-label", "type", "class"],
  svg: [
    "xmlns",
    "width",
    "height",
    "viewbox",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "class",
    "aria-hidden",
  ],
  ...{ rect: ["width", "height", "x", "y", "rx", "ry"], path: ["d"] },
  ...{ table: ["class"], thead: [], tbody: [], tr: [], th: ["class", "dir"], td: ["class", "dir"] },
};

function strangeIn(html: string): string[] {
  const strange: string[] = [];
  for (const [whole, name = "", attributes = ""] of html.matchAll(/<\/?([^\s>/]+)([^>]*)>/g)) {
    const known = allowed[name.toLowerCase()];
    if (!known) strange.push(whole);
    for (const [, key = "", value = ""] of attributes.matchAll(/([^\s=/"]+)(?:="([^"]*)")?/g)) {
      if (!known?.includes(key.toLowerCase())) strange.push(`${name} ${key}`);
      if (key === "href" && !/^(?:https?|mailto|tel):/i.test(value)) strange.push(value);
    }
  }
  return strange;
}

test("MARKDOWN-2 whatever is written, nothing becomes of it but what a message may be", () => {
  const pieces = fc.constantFrom(
    ...[
      "<",
      ">",
      "</",
      "/>",
      '"',
      "'",
      "&",
      "&lt;",
      "&#60;",
      "&#x3c;",
      "script",
      "img",
      "svg",
      "onerror=",
      "onload=x",
      "style=",
      "href=",
    ],
    ...[
      "[",
      "](",
      ")",
      "![",
      "]:",
      "javascript:",
      "JaVaScRiPt:",
      "java\tscript:",
      "data:text/html,",
      "vbscript:",
      "http://a.b",
      "https://x",
    ],
    ...[
      "`",
      "```",
      "~~~",
      "~~",
      "*",
      "**",
      "_",
      "#",
      "> ",
      "- ",
      "1. ",
      "- [ ] ",
      "|",
      "| - |",
      "\n",
      "\n\n",
      "  ",
      "\t",
      "\\",
      "---",
    ],
    ...[
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<!--",
      "-->",
      "<![CDATA[",
      "<a href='javascript:1'>",
      "a",
      "@all",
      ":x:",
      "||",
    ],
  );
  const text = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (written) => expect(strangeIn(drawn(written))).toEqual([])),
    { numRuns: 3_000 },
  );
});

test("MARKDOWN-2 the check finds what is planted", () => {
  expect(strangeIn("<script>1</script>")).not.toEqual([]);
  expect(strangeIn('<p onclick="x">1</p>')).not.toEqual([]);
  expect(strangeIn('<a href="javascript:1">1</a>')).not.toEqual([]);
});

test("MARKDOWN-3 lists, quotes, code with its language and links are drawn, links only where they lead nowhere that runs", () => {
  expect(drawn("> a **b**\n\n1. c\n2. d")).toMatch(/<blockquote.*<strong>b<\/strong>.*<ol start="1"/s);
  const code = drawn("```ts\nconst a = 1;\n```");
  expect(code).toMatch(/<span>ts<\/span>.*aria-label=.*<pre tabindex="0"[^>]*><code>const a = 1;<\/code>/s);
  expect(drawn("[x](https://example.org)")).toContain('rel="noreferrer noopener nofollow"');
  expect(drawn("[x](javascript:alert(1))")).not.toContain("<a ");
  expect(drawn("https://example.org")).toContain('href="https://example.org"');
});

test("MARKDOWN-3 a table is drawn as one, and scrolls within itself", () => {
  const table = drawn("| Name | Count |\n|---|--:|\n| **a** | 1 |\n| b | 2 |");
  expect(table).toMatch(/<table[^>]*>.*<th[^>]*>Name<\/th>.*<td[^>]*><strong>a<\/strong><\/td>/s);
  expect(table).toContain('tabindex="0"');
});
