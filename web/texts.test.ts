import { describe, expect, test } from "bun:test";
import { relative } from "node:path";
import { type CompiledMessage, compileMessage } from "@lingui/message-utils/compileMessage";
import german from "./locales/de.json";
import english from "./locales/en.json";

const folder = `${import.meta.dir}/src`;
const paths = [...new Bun.Glob("**/*.{ts,tsx}").scanSync({ cwd: folder, absolute: true })].filter(
  (path) => !/\.test\.tsx?$/.test(path),
);
const sources = await Promise.all(
  paths.map(async (path) => ({ path: relative(folder, path), text: await Bun.file(path).text() })),
);

/** The names of what is put into a text, with the kinds of their choices. */
function holes(text: string): string[] {
  return [...new Set(holesIn(compileMessage(text)))].sort();
}

function holesIn(tokens: CompiledMessage): string[] {
  if (!Array.isArray(tokens)) return [];
  return tokens.flatMap((token) => {
    if (typeof token === "string") return [];
    const [name, kind = "", choices] = token;
    const inner = typeof choices === "object" && choices !== null ? Object.values(choices) : [];
    return [`${name} ${kind}`, ...inner.flatMap((each) => holesIn(each as CompiledMessage))];
  });
}

/** Words between a tag's end and the next tag, and in attributes that people are shown. */
function wordsIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const between = [
    ...code.matchAll(
      /<\/?[A-Za-z][^<>=]*(?:=(?:"[^"]*"|\{[^{}]*\})[^<>=]*)*>([^<>{}=;()]*\p{L}{2,}[^<>{}=;()]*)<\//gu,
    ),
  ];
  const shown = [...code.matchAll(/\s(?:title|aria-label|placeholder|alt|label)="([^"]*\p{L}[^"]*)"/gu)];
  return [...between, ...shown].map(([, words = ""]) => words.trim());
}

function findingsOf(pattern: RegExp, isFree: (path: string) => boolean = () => false): string[] {
  return sources.filter(({ path, text }) => !isFree(path) && pattern.test(text)).map(({ path }) => path);
}

describe("the texts and the code of the web client", () => {
  test("UI-80 every language has the same texts, each with the same values put in", () => {
    expect(Object.keys(german)).toEqual(Object.keys(english));
    const differing = Object.entries(english).filter(
      ([id, text]) => holes(text).join() !== holes(german[id as keyof typeof german]).join(),
    );
    expect(differing).toEqual([]);
  });

  test("UI-81 what people read comes from the catalogues", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(wordsIn('<p className="a">Some words</p>')).toEqual(["Some words"]);
    expect(wordsIn('<input aria-label="Some words" />')).toEqual(["Some words"]);
    const written = sources
      .filter(({ path }) => path.endsWith(".tsx"))
      .flatMap(({ path, text }) => wordsIn(text).map((words) => `${path}: ${words}`));
    expect(written).toEqual([]);
  });

  test("UI-82 every text is used", () => {
    const all = sources.map(({ text }) => text).join("\n");
    const isUsed = (id: string) => {
      const parts = id.split(".");
      return [parts.length, parts.length - 1].some((count) => {
        const known = parts.slice(0, count).join(".");
        return all.includes(count === parts.length ? `"${known}"` : `\`${known}.\${`);
      });
    };
    expect(Object.keys(english).filter((id) => !isUsed(id))).toEqual([]);
  });

  test("UI-2 no markup is made from text, and only the client talks to the server", () => {
    expect(findingsOf(/dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML/)).toEqual([]);
    const talks = /\bfetch\(|new (?:WebSocket|EventSource|XMLHttpRequest)\(|sendBeacon/;
    expect(findingsOf(talks, (path) => path.startsWith("client/"))).toEqual([]);
  });
});
