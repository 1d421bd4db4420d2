import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPages } from "./build.ts";

const folder = await mkdtemp(join(tmpdir(), "parley-pages-"));
const names = await buildPages(folder);
const read = (name: string) => Bun.file(join(folder, name)).text();
const page = await read("index.html");
const scripts = names.filter((name) => name.endsWith(".js"));
/** What a browser loads before it shows anything. */
const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name = ""]) => name);

/** Names of XML's own, and where a library's error says that more is to be read: nothing is asked of them. */
const harmless = [
  // A link on a place, followed by whoever presses it.
  "https://www.openstreetmap.org/",
  "http://www.w3.org",
  "https://react.dev",
  "https://tailwindcss.com",
  "https://github.com/markedjs",
];

afterAll(() => rm(folder, { recursive: true, force: true }));

async function zipped(name: string): Promise<number> {
  return Bun.gzipSync(await Bun.file(join(folder, name)).bytes(), { level: 9 }).length;
}

describe("the built pages", () => {
  test("UI-1 what a page loads is named by its content", () => {
    const icons = ["icon-192.png", "icon-512.png", "icon-maskable.png", "icon.svg"];
    const own = ["appearance.js", ...icons, "index.html", "manifest.webmanifest", "service-worker.js"];
    expect(names.filter((name) => !name.startsWith("assets/"))).toEqual(own);
    for (const name of names.filter((each) => !own.includes(each))) {
      expect(name).toMatch(/^assets\/[A-Za-z-]+-[\w-]{8}\.[a-z]+$/);
    }
    expect(first.length).toBeGreaterThan(1);
    expect(names).toEqual(expect.arrayContaining(first));
  });

  test("UI-1 the page holds no script and no style of its own", () => {
    expect(page).toContain("<script");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  });

  test("UI-2 nothing comes from elsewhere, and nothing is made from text", async () => {
    for (const name of names.filter((each) => /\.(?:js|css|html)$/.test(each))) {
      const text = harmless.reduce((left, words) => left.replaceAll(words, ""), await read(name));
      expect(text).not.toMatch(/(?:https?|wss?):\/\/[a-z]/i);
      expect(text).not.toMatch(/\beval\(|new Function\(|insertAdjacentHTML|document\.write/);
    }
  });

  test("UI-3 the schemas and the parser of texts stay where pages are built", async () => {
    for (const name of scripts) expect(await read(name)).not.toMatch(/ZodType|~standard|Unable to compile/);
  });

  test("UI-4 what is loaded first is at most 165 KiB of scripts and 15 KiB of style, each later part 60 KiB", async () => {
    let initial = 0;
    for (const name of first.filter((each) => each.endsWith(".js"))) initial += await zipped(name);
    expect(initial).toBeLessThan(165 * 1024);
    expect(await zipped("service-worker.js")).toBeLessThan(5 * 1024);
    for (const name of scripts.filter((each) => !first.includes(each))) {
      expect(await zipped(name)).toBeLessThan(60 * 1024);
    }
    for (const name of first.filter((each) => each.endsWith(".css"))) {
      expect(await zipped(name)).toBeLessThan(15 * 1024);
    }
  });
});
