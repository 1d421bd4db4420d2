import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { livePath, liveSubprotocol } from "@parley/protocol/frames";
import { type Person, type TestApp, testApp } from "../testing/app.ts";
import { passwordOf } from "../testing/people.ts";
import { postgresMissing } from "../testing/postgres.ts";
import { rawAnswer } from "../testing/raw-requests.ts";

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
    expect(headers.get("access-control-allow-headers")).toBe(
      "Authorization, Content-Type, Idempotency-Key, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Range",
    );
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
        ["broker", "database", "status", "uptime_seconds", "version"],
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
  test("REST-16 a request that makes no address is the sender's fault, not ours", async () => {
    for (const host of ["a b", "[", "x:99999999", "\u00fc", "x y:80", "%"]) {
      const answer = await rawAnswer(
        app.url,
        `GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect([host, answer.slice(0, 12)]).toEqual([host, "HTTP/1.1 400"]);
      expect(answer.toLowerCase()).toContain("x-content-type-options: nosniff");
    }
  });

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
