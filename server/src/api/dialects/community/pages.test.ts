import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestApp, testApp } from "../../../testing/app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ unclaimed: true });
});
afterAll(() => app?.close());

const files = [
  ["/chat/ws/test", "text/html"],
  ["/chat/ws/test/page.css", "text/css"],
  ["/chat/ws/test/page.js", "text/javascript"],
] as const;

test("DIALECT-48 the test page is there, takes nothing from elsewhere and holds no script of its own", async () => {
  for (const [path, type] of files) {
    const answered = await fetch(app.url + path);
    expect([path, answered.status, answered.headers.get("content-type")]).toEqual([
      ...[path, 200, `${type}; charset=utf-8`],
    ]);
    expect(answered.headers.get("content-security-policy")).toContain("default-src 'self'");
    const text = await answered.text();
    expect([path, /https?:\/\/|<script>| on\w+="| style="|<style/.test(text)]).toEqual([path, false]);
  }
  expect((await fetch(`${app.url}/chat/ws/test/`)).status).toBe(200);
});

test("DIALECT-48 the old page leads to the web client", async () => {
  const answered = await fetch(`${app.url}/static/chat.html`, { redirect: "manual" });
  expect([answered.status, answered.headers.get("location")]).toEqual([302, "/"]);
});

test("DIALECT-48 DOCS=off takes the test page away", async () => {
  const quiet = await testApp({ unclaimed: true, environment: { DOCS: "off" } });
  try {
    for (const [path] of files) {
      const answered = await quiet.ask("GET", path);
      expect([path, answered.status, answered.body.detail]).toEqual([
        ...[path, 404, "there is nothing at this path"],
      ]);
    }
    expect((await fetch(`${quiet.url}/static/chat.html`, { redirect: "manual" })).status).toBe(302);
  } finally {
    await quiet.close();
  }
});
