import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../testing/app.ts";
import { passwordOf } from "../testing/people.ts";

const elsewhere = "https://intranet.example.org";
let app: TestApp;
let secure: TestApp;
beforeAll(async () => {
  app = await testApp({ environment: { CORS_ORIGINS: elsewhere } });
  secure = await testApp({ environment: { PUBLIC_URL: "https://chat.example.org" } });
});
afterAll(async () => {
  await app?.close();
  await secure?.close();
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
