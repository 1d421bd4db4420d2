import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPages } from "./build.ts";

const folder = await mkdtemp(join(tmpdir(), "parley-pages-"));
const names = await buildPages(folder);
const read = (name: string) => Bun.file(join(folder, name)).text();
const page = await read("index.html");

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the built pages", () => {
  test("PAGE-1 everything but the page itself is named by its content, and named so by the page", () => {
    const assets = names.filter((name) => name !== "index.html");
    expect(assets.map((name) => name.split(".").at(-1)).sort()).toEqual(["css", "js", "svg"]);
    for (const name of assets) {
      expect(name).toMatch(/^assets\/[a-z]+-[a-z0-9]{8}\.[a-z]+$/);
      expect(page).toContain(`"/${name}"`);
    }
  });

  test("PAGE-1 the page holds no script and no style of its own", () => {
    expect(page).toContain("<script");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  });

  test("PAGE-2 nothing comes from elsewhere, and nothing is made from text", async () => {
    for (const name of names) {
      const text = (await read(name)).replaceAll("http://www.w3.org/2000/svg", "");
      expect(text).not.toMatch(/(?:https?|wss?):\/\/[a-z]/i);
      expect(text).not.toMatch(/\beval\(|new Function\(|innerHTML|insertAdjacentHTML|document\.write/);
    }
  });

  test("PAGE-3 the schemas stay on the server", async () => {
    const script = names.find((name) => name.endsWith(".js")) ?? "";
    expect(await read(script)).not.toMatch(/ZodType|~standard/);
    expect(Bun.gzipSync(await Bun.file(join(folder, script)).bytes()).length).toBeLessThan(40_000);
  });
});
