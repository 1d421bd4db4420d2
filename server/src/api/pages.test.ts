import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestApp, testApp } from "../testing/app.ts";
import { rawAnswer } from "../testing/raw-requests.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-pages-"));
const pages = join(folder, "dist");
mkdirSync(join(pages, "assets"), { recursive: true });
writeFileSync(join(pages, "index.html"), "<!doctype html><title>Parley</title>");
writeFileSync(join(pages, "assets", "page-Dk3f9sQ1.js"), "export {};");
writeFileSync(join(pages, "icon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
// To a router this name would mean any path at all.
writeFileSync(join(pages, ":odd"), "odd");
writeFileSync(join(folder, "secret.txt"), "not yours");

let app: TestApp;
/** Without pages and descriptions. */
let bare: TestApp;
beforeAll(async () => {
  app = await testApp({ pages });
  bare = await testApp({ environment: { DOCS: "off" } });
});
afterAll(async () => {
  await app?.close();
  await bare?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("pages", () => {
  test("REST-12 the web client is served where people open it", async () => {
    for (const path of ["/", "/setup", "/invite", "/setup/"]) {
      const { status, headers, body } = await app.ask("GET", path, { headers: { accept: "text/html" } });
      expect([path, status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
        path,
        200,
        "text/html;charset=utf-8",
        "no-cache",
      ]);
      expect(body).toContain("<title>Parley</title>");
    }
  });

  test("REST-12 files with a hash in their name are kept for ever, others are asked about", async () => {
    const hashed = await app.ask("GET", "/assets/page-Dk3f9sQ1.js");
    expect(hashed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(hashed.headers.get("content-type")).toContain("javascript");
    const icon = await app.ask("GET", "/icon.svg");
    expect(icon.headers.get("cache-control")).toBe("no-cache");
    const again = await app.ask("GET", "/icon.svg", {
      headers: { "if-none-match": icon.headers.get("etag") ?? "" },
    });
    expect([again.status, again.body]).toEqual([304, ""]);
  });

  test("REST-12 no path leads out of the folder", async () => {
    const ways = [
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/assets/../../secret.txt",
      "/assets/..%5c..%5csecret.txt",
      "/.%00/secret.txt",
      "/assets/",
      "/assets",
      "/index.html/../../secret.txt",
    ];
    for (const path of ways) {
      const answer = await rawAnswer(app.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect([path, answer.slice(9, 12)]).not.toEqual([path, "200"]);
      expect(answer).toContain("HTTP/1.1 4");
      expect(answer).not.toContain("not yours");
    }
  });

  test("REST-12 a file's name is a path, never a pattern", async () => {
    expect((await app.ask("GET", "/anything")).status).toBe(404);
  });

  test("REST-12 without a built client a plain word says so", async () => {
    const { status, body } = await bare.ask("GET", "/", { headers: { accept: "text/html" } });
    expect(status).toBe(200);
    expect(body).toContain("has not been built");
  });
});

describe("the description", () => {
  test("REST-14 DOCS=off takes it and its viewers away", async () => {
    for (const path of [
      "/docs",
      "/redoc",
      "/openapi.json",
      "/docs/swagger-ui-bundle.js",
      "/redoc/redoc.standalone.js",
    ]) {
      expect([path, (await bare.ask("GET", path)).status]).toEqual([path, 404]);
      expect([path, (await app.ask("GET", path)).status]).toEqual([path, 200]);
    }
  });

  test("REST-14 no page or script names another address to load from", async () => {
    for (const path of ["/docs", "/docs/start.js", "/redoc", "/redoc/start.js"]) {
      expect((await app.ask("GET", path)).body).not.toMatch(/https?:|\/\//);
    }
    expect((await app.ask("GET", "/redoc/redoc.standalone.js")).body).not.toContain("cdn.redoc.ly");
  });
});
