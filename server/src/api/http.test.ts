import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { livePath, liveSubprotocol } from "@parley/protocol/frames";
import { type Person, type TestApp, testApp } from "../testing/app.ts";
import { passwordOf } from "../testing/people.ts";
import { postgresMissing } from "../testing/postgres.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-http-"));
const pages = join(folder, "dist");
mkdirSync(join(pages, "assets"), { recursive: true });
writeFileSync(join(pages, "index.html"), "<!doctype html><title>Parley</title>");
writeFileSync(join(pages, "assets", "page-Dk3f9sQ1.js"), "export {};");
writeFileSync(join(pages, "icon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
writeFileSync(join(folder, "secret.txt"), "not yours");

const elsewhere = "https://intranet.example.org";
let app: TestApp;
let secure: TestApp;
beforeAll(async () => {
  app = await testApp({ pages, environment: { CORS_ORIGINS: elsewhere, TRUSTED_PROXIES: "127.0.0.1" } });
  secure = await testApp({ environment: { PUBLIC_URL: "https://chat.example.org", DOCS: "off" } });
});
afterAll(async () => {
  await app?.close();
  await secure?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the server says to a path as it is written: a client that mends paths would not ask what an attacker asks. */
function rawAnswer(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    socket.on("data", (part) => {
      answer += part.toString();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  });
}

/** One of each kind of answer. */
const everyKind: [string, string, boolean][] = [
  ["GET", "/", false],
  ["GET", "/setup", false],
  ["GET", "/assets/page-Dk3f9sQ1.js", false],
  ["GET", "/docs", false],
  ["GET", "/docs/swagger-ui-bundle.js", false],
  ["GET", "/redoc", false],
  ["GET", "/redoc/redoc.standalone.js", false],
  ["GET", "/openapi.json", false],
  ["GET", "/health", false],
  ["GET", "/health/live", false],
  ["GET", "/api/v2/server", false],
  ["GET", "/api/v2/me", true],
  ["GET", "/api/v2/me", false],
  ["GET", "/api/v2/rooms/x", true],
  ["DELETE", "/api/v2/rooms/999", true],
  ["DELETE", "/api/v2/me", true],
  ["GET", "/nope", false],
  ["OPTIONS", "/api/v2/me", false],
  ["GET", livePath, false],
];

describe("headers", () => {
  test("REST-7 every kind of answer forbids sniffing, framing and foreign scripts", async () => {
    for (const [method, path, signedIn] of everyKind) {
      const { headers } = await app.ask(method, path, signedIn ? { as: app.people.alice } : {});
      const policy = headers.get("content-security-policy") ?? "";
      const seen = {
        path,
        sniffing: headers.get("x-content-type-options"),
        referrer: headers.get("referrer-policy"),
        opener: headers.get("cross-origin-opener-policy"),
        resource: headers.get("cross-origin-resource-policy"),
        frames: policy.includes("frame-ancestors 'none'"),
        sources: /default-src '(self|none)'/.test(policy),
        loose: /unsafe-eval|script-src[^;]*unsafe|https?:|\*/.test(policy),
        transport: headers.get("strict-transport-security"),
      };
      expect(seen).toEqual({
        path,
        sniffing: "nosniff",
        referrer: "no-referrer",
        opener: "same-origin",
        resource: "same-origin",
        frames: true,
        sources: true,
        loose: false,
        transport: null,
      });
    }
  });

  test("REST-7 no cache keeps what may be private", async () => {
    for (const [method, path, signedIn] of everyKind.filter(([, each]) => each.startsWith("/api/"))) {
      const { headers } = await app.ask(method, path, signedIn ? { as: app.people.alice } : {});
      expect([path, headers.get("cache-control")]).toEqual([path, "private, no-store"]);
    }
  });

  test("REST-7 with https in PUBLIC_URL browsers stay with it for a year", async () => {
    for (const path of ["/", "/api/v2/me", "/nope"]) {
      const { headers } = await secure.ask("GET", path);
      expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    }
  });
});

describe("the cookie", () => {
  const own = { "sec-fetch-site": "same-origin" };
  const signIn = (at: TestApp, cookie: boolean, name: "alice" | "bob" = "alice") =>
    at.ask("POST", "/api/v2/session", { body: { login: name, password: passwordOf(name), cookie } });
  const cookieOf = (headers: Headers) => (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const refresh = (at: TestApp, headers: Record<string, string>, body: unknown = {}) =>
    at.ask("POST", "/api/v2/session/refresh", { headers, body });

  test("REST-8 the refresh token is in the cookie and nowhere else", async () => {
    const { body, headers } = await signIn(app, true);
    expect(body.access_token).toBeString();
    expect(body).not.toHaveProperty("refresh_token");
    expect(headers.get("set-cookie")).toMatch(
      /^parley_refresh=[\w.-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(JSON.stringify(body)).not.toContain(cookieOf(headers).split("=")[1] as string);
  });

  test("REST-8 over https no other host can set it", async () => {
    const { headers } = await signIn(secure, true);
    expect(headers.get("set-cookie")).toMatch(
      /^__Host-parley_refresh=[\w.-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    const plain = cookieOf(headers).replace("__Host-", "");
    expect((await refresh(secure, { ...own, cookie: plain })).status).toBe(401);
    expect((await refresh(secure, { ...own, cookie: cookieOf(headers) })).status).toBe(200);
  });

  test("REST-8 without being asked for no cookie is set", async () => {
    const { body, headers } = await signIn(app, false);
    expect(body.refresh_token).toBeString();
    expect(headers.get("set-cookie")).toBeNull();
    const fresh = await refresh(app, {}, { refresh_token: body.refresh_token });
    expect(fresh.body.refresh_token).toBeString();
    expect(fresh.headers.get("set-cookie")).toBeNull();
  });

  test("REST-8 what the cookie gives stays in it, whatever is asked", async () => {
    const { headers } = await signIn(app, true);
    for (const body of [{}, { cookie: false }, { cookie: true }]) {
      const fresh = await refresh(app, { ...own, cookie: `other=1; ${cookieOf(headers)}` }, body);
      expect(fresh.status).toBe(200);
      expect(fresh.body).not.toHaveProperty("refresh_token");
      expect(cookieOf(fresh.headers)).not.toBe("");
    }
  });

  test("REST-8 only our own pages can use the cookie", async () => {
    const { headers } = await signIn(app, true);
    const cookie = cookieOf(headers);
    const foreign: Record<string, string>[] = [
      {},
      { origin: "https://evil.example.org" },
      { origin: elsewhere },
      { origin: "null" },
      { origin: `${app.url}.evil.example.org` },
      { origin: app.url, "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ];
    for (const each of foreign) {
      const { status, body } = await refresh(app, { ...each, cookie });
      expect([each, status, body.code]).toEqual([each, 403, "forbidden"]);
    }
    for (const each of [own, { origin: app.url }])
      expect((await refresh(app, { ...each, cookie })).status).toBe(200);
  });

  test("REST-8 a cookie never signs in to anything else", async () => {
    const { headers } = await signIn(app, true);
    for (const path of ["/api/v2/me", "/api/v2/rooms", "/api/v2/sessions"]) {
      expect((await app.ask("GET", path, { headers: { ...own, cookie: cookieOf(headers) } })).status).toBe(
        401,
      );
    }
  });

  test("REST-8 signing out clears it, signing another device out does not", async () => {
    const [here, there] = [await signIn(app, true, "bob"), await signIn(app, true, "bob")];
    const as = { accessToken: here.body.access_token } as Person;
    const other = await app.ask("POST", "/api/v2/sessions/end", {
      as,
      body: { session: there.body.session },
    });
    expect([other.status, other.headers.get("set-cookie")]).toEqual([204, null]);
    const own_ = await app.ask("POST", "/api/v2/sessions/end", { as, body: {} });
    expect([own_.status, own_.headers.get("set-cookie")]).toEqual([
      204,
      "parley_refresh=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict",
    ]);
  });

  test("REST-8 a cookie that is refused is cleared", async () => {
    const { status, headers } = await refresh(app, { ...own, cookie: "parley_refresh=1.1.x" });
    expect(status).toBe(401);
    expect(headers.get("set-cookie")).toContain("Max-Age=0");
  });
});

describe("origins", () => {
  test("REST-10 a page that was named reads answers, another one does not", async () => {
    const named = await app.ask("GET", "/api/v2/server", { headers: { origin: elsewhere } });
    expect(named.headers.get("access-control-allow-origin")).toBe(elsewhere);
    for (const origin of [
      "https://evil.example.org",
      `${elsewhere}.evil.org`,
      "null",
      elsewhere.toUpperCase(),
    ]) {
      const { headers } = await app.ask("GET", "/api/v2/server", { headers: { origin } });
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
    expect(named.headers.get("vary")).toContain("Origin");
    expect(named.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("REST-10 errors are readable for a page that was named too", async () => {
    const { headers } = await app.ask("GET", "/api/v2/me", { headers: { origin: elsewhere } });
    expect(headers.get("access-control-allow-origin")).toBe(elsewhere);
  });

  test("REST-10 a browser that asks first is told what may be sent", async () => {
    const ask = (origin: string) =>
      app.ask("OPTIONS", "/api/v2/me", { headers: { origin, "access-control-request-method": "PATCH" } });
    const { status, headers } = await ask(elsewhere);
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(headers.get("access-control-allow-headers")).toBe("Authorization, Content-Type, Idempotency-Key");
    expect((await ask("https://evil.example.org")).headers.get("access-control-allow-methods")).toBeNull();
  });

  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };

  test("REST-10 a socket is opened by our own pages, by those that were named, and by programs", async () => {
    for (const origin of [
      "https://evil.example.org",
      "null",
      `${app.url}.evil.example.org`,
      "https://127.0.0.1",
      "",
    ]) {
      const { status, body } = await app.ask("GET", livePath, { headers: { ...upgrade, origin } });
      expect([origin, status, body.code]).toEqual([origin, 403, "forbidden"]);
    }
    for (const headers of [{}, { origin: app.url }, { origin: elsewhere }] as Record<string, string>[]) {
      const socket = new WebSocket(app.url.replace("http", "ws") + livePath, {
        headers,
        protocols: liveSubprotocol,
        // The browser's types know nothing of headers.
      } as unknown as string);
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = () => reject(new Error(`refused with ${JSON.stringify(headers)}`));
      });
      socket.close();
    }
  });
});

describe("addresses", () => {
  test("REST-9 the log knows a caller by what the trusted proxy says", async () => {
    const before = app.log.length;
    await app.ask("GET", "/api/v2/me", { headers: { "x-forwarded-for": "198.51.100.1, 203.0.113.77" } });
    await secure.ask("GET", "/api/v2/me", { headers: { "x-forwarded-for": "203.0.113.78" } });
    expect(
      JSON.parse(app.log.slice(before).find((line) => line.includes("request.refused")) ?? "{}").address,
    ).toBe("203.0.113.77");
    expect(secure.log.join("\n")).not.toContain("203.0.113.78");
  });
});

describe("pages", () => {
  test("REST-12 the web client is served where people open it", async () => {
    for (const path of ["/", "/setup", "/invite", "/setup/"]) {
      const { status, headers, body } = await app.ask("GET", path);
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
      const answer = await rawAnswer(path);
      expect([path, answer.slice(9, 12)]).not.toEqual([path, "200"]);
      expect(answer).toContain("HTTP/1.1 4");
      expect(answer).not.toContain("not yours");
    }
  });

  test("REST-12 without a built client a plain word says so", async () => {
    const { status, body } = await secure.ask("GET", "/");
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
      expect([path, (await secure.ask("GET", path)).status]).toEqual([path, 404]);
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

describe("before the first admin", () => {
  test("REST-11 only what leads to the first admin answers, and everything once there is one", async () => {
    const fresh = await testApp({ unclaimed: true });
    const open: [string, string][] = [
      ["GET", "/health"],
      ["GET", "/health/live"],
      ["GET", "/"],
      ["GET", "/setup"],
      ["GET", "/docs"],
      ["GET", "/openapi.json"],
      ["GET", "/api/v2/server"],
    ];
    for (const [method, path] of open)
      expect([path, (await fresh.ask(method, path)).status]).toEqual([path, 200]);
    expect((await fresh.ask("POST", "/api/v2/server/claim", { body: {} })).status).toBe(422);
    const closed: [string, string][] = [
      ["POST", "/api/v2/session"],
      ["POST", "/api/v2/users/register"],
      ["GET", "/api/v2/me"],
      ["POST", "/api/v2/rooms"],
      ["GET", livePath],
    ];
    for (const [method, path] of closed) {
      const { status, body } = await fresh.ask(method, path, method === "POST" ? { body: {} } : {});
      expect([path, status, body.code]).toEqual([path, 503, "unavailable"]);
    }
    const code = fresh.app.setup?.link.split("#code=")[1];
    const admin = { username: "admin", email: "admin@example.org", password: passwordOf("admin") };
    const claimed = await fresh.ask("POST", "/api/v2/server/claim", { body: { ...admin, code } });
    expect(claimed.status).toBe(201);
    expect(
      (await fresh.ask("GET", "/api/v2/me", { as: { accessToken: claimed.body.access_token } as Person }))
        .status,
    ).toBe(200);
    await fresh.close();
  });
});

describe("health", () => {
  test("CONFIG-8 a server that can serve says so, with its version and how long it has been up", async () => {
    app.clock.advance(3_000);
    for (const path of ["/health", "/health/ready"]) {
      const { status, body } = await app.ask("GET", path);
      expect([status, Object.keys(body).sort()]).toEqual([
        200,
        ["database", "status", "uptime_seconds", "version"],
      ]);
      expect(body).toMatchObject({ status: "ok", database: "ok", version: "0.1.0" });
      expect(body.uptime_seconds).toBeGreaterThanOrEqual(3);
    }
    expect((await app.ask("GET", "/health/live")).body.status).toBe("ok");
  });

  test("CONFIG-8 without its database it is down, but alive", async () => {
    const lonely = await testApp();
    await lonely.context.writer.idle();
    await lonely.context.database.close();
    const { status, body } = await lonely.ask("GET", "/health");
    expect([status, body.status, body.database]).toEqual([503, "down", "down"]);
    expect((await lonely.ask("GET", "/health/ready")).status).toBe(503);
    expect((await lonely.ask("GET", "/health/live")).status).toBe(200);
    // Its database is closed already.
    await lonely.close().catch(() => undefined);
  });

  test.skipIf(postgresMissing)(
    "REST-4 what a database that is away cannot answer is told to wait, not called a fault",
    async () => {
      const lonely = await testApp({ engine: "postgres" });
      await lonely.context.writer.idle();
      await lonely.context.database.close();
      for (const [method, path] of [
        ["GET", "/api/v2/me"],
        ["POST", "/api/v2/rooms"],
      ] as const) {
        const body = method === "POST" ? { kind: "group", name: "walks" } : undefined;
        const answered = await lonely.ask(method, path, { as: lonely.people.alice, body });
        expect([path, answered.status, answered.body.code]).toEqual([path, 503, "unavailable"]);
        expect(answered.headers.get("retry-after")).toBe("1");
      }
      expect(lonely.log.join("\n")).not.toContain("request.failed");
      // Its database is closed already.
    await lonely.close().catch(() => undefined);
    },
  );
});

describe("faults and the log", () => {
  test("REST-16 a fault of ours is a bare 500, and one line in the log with its id", async () => {
    const broken = await testApp();
    await broken.context.database.migrate(async (execute) => void (await execute("DROP TABLE room_events")));
    const answered = await broken.ask("GET", `/api/v2/rooms/${broken.rooms.design.id}/events?after=0`, {
      as: broken.people.alice,
    });
    expect(answered.status).toBe(500);
    expect(Object.keys(answered.body).sort()).toEqual([
      "code",
      "detail",
      "request_id",
      "status",
      "title",
      "type",
    ]);
    expect(JSON.stringify(answered.body)).not.toContain("room_events");
    const lines = broken.log.map((line) => JSON.parse(line)).filter((line) => line.level === "error");
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatchObject({
      event: "request.failed",
      request_id: answered.body.request_id,
      method: "GET",
    });
    await broken.close();
  });

  test("REST-17 what is refused is in the log, with who and from where", async () => {
    const { carol, alice } = app.people;
    await app.ask("POST", "/api/v2/users", { as: carol, body: { username: "dave" } });
    const line = app.log.map((each) => JSON.parse(each)).findLast((each) => each.event === "request.refused");
    expect(line).toMatchObject({
      level: "info",
      method: "POST",
      path: "/api/v2/users",
      status: 403,
      user: carol.id,
      address: "127.0.0.1",
    });
    expect(alice.id).not.toBe(carol.id);
  });

  test("REST-17 no planted secret and no text reaches the log, whatever way it comes", async () => {
    const planted = "zz9-planted-secret-3k";
    const { alice } = app.people;
    const room = `/api/v2/rooms/${app.rooms.design.id}`;
    await app.ask("GET", `/api/v2/me?token=${planted}`);
    await app.ask("GET", `${livePath}?ticket=${planted}`);
    await app.ask("GET", "/api/v2/me", {
      headers: { authorization: `Bearer ${planted}`, cookie: `parley_refresh=${planted}` },
    });
    await app.ask("POST", "/api/v2/session", { body: { login: "alice", password: planted } });
    await app.ask("POST", "/api/v2/session/refresh", { body: { refresh_token: planted } });
    await app.ask("POST", `${room}/messages`, { as: alice, body: { text: planted } });
    await app.ask("POST", `${room}/messages`, { as: alice, body: { text: planted, colour: planted } });
    await app.ask("PATCH", "/api/v2/me", { as: alice, body: { status_message: planted } });
    expect(app.log.length).toBeGreaterThan(10);
    const log = app.log.join("\n");
    for (const secret of [planted, alice.accessToken, alice.refreshToken, passwordOf("alice")]) {
      expect(log).not.toContain(secret);
    }
  });
});
