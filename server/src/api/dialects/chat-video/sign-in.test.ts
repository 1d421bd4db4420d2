import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { type Answered, type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { dialectSocket } from "../../../testing/dialect-socket.ts";
import { passwordOf } from "../../../testing/people.ts";
import { picture } from "../../../testing/pictures.ts";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
  api = await describedApi(app);
});
afterAll(() => app?.close());

const login = async (username: string, password = passwordOf(username)) =>
  (await api.ask("POST", "/api/auth/login", { body: { username, password } })).body;
const refresh = (refresh_token: string) => api.ask("POST", "/api/auth/refresh", { body: { refresh_token } });
const logout = (body: object, headers: Record<string, string> = {}) =>
  api.ask("POST", "/api/auth/logout", { body, headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const me = async (token: string) =>
  (await api.ask("GET", "/api/users/me", { headers: bearer(token) })).status;
const put = (as: Person, path: string, body: unknown) => api.ask("PUT", path, { as, body });

/** Where the input is wrong, each place once. */
const locs = (answered: Answered) => [
  ...new Set(answered.body.detail.map((fault: { loc: string[] }) => fault.loc.join("."))),
];

describe("signing in and out", () => {
  test("DIALECT-60 whoever signs in gets a pair of tokens, and who they are", async () => {
    const body = await login("alice");
    const { clock, context, people } = app;
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: "bearer",
      expires_in: context.config.accessTokenMinutes * 60,
      user: {
        ...{ id: people.alice.id, username: "alice", email: "alice@example.org" },
        ...{ first_name: null, last_name: null, profile_pic: null, role: "user", is_active: true },
        ...{ created_at: expect.any(String), updated_at: expect.any(String) },
      },
    });
    expect(Date.parse(body.user.created_at)).toBeLessThanOrEqual(clock.now());
    const mine = await api.ask("GET", "/api/users/me/", { headers: bearer(body.access_token) });
    expect(mine.body).toEqual(body.user);
    const form = new URLSearchParams({ username: "alice@example.org", password: passwordOf("alice") });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const formed = await api.ask("POST", "/api/auth/login", { body: form.toString(), headers });
    expect(formed.body.user).toEqual(body.user);
    const wrong = { username: "alice", password: "wrong" };
    expect((await api.ask("POST", "/api/auth/login", { body: wrong })).status).toBe(401);
  });

  test("DIALECT-60 a refresh token is replaced, and one that is used twice ends its session and its sockets", async () => {
    const first = await login("bob");
    const path = `/api/messages/ws/${first.user.id}`;
    const socket = await dialectSocket(app, path, first.access_token);
    await socket.until("connected");
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ token_type: "bearer", user: first.user });
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect(await me(second.body.access_token)).toBe(200);
    const again = await refresh(first.refresh_token);
    expect([again.status, typeof again.body.detail]).toEqual([401, "string"]);
    expect((await socket.closed).code).toBe(4403);
    expect(await me(second.body.access_token)).toBe(401);
    expect((await refresh(second.body.refresh_token)).status).toBe(401);
    expect((await refresh("no token at all")).status).toBe(401);
  });

  test("DIALECT-61 a refresh token alone signs out; what is none is answered alike", async () => {
    const first = await login("carol");
    const other = await login("carol");
    expect((await logout({ refresh_token: first.refresh_token })).status).toBe(204);
    expect((await logout({ refresh_token: first.refresh_token })).status).toBe(204);
    expect((await logout({ refresh_token: "no token at all" })).status).toBe(204);
    expect(await me(first.access_token)).toBe(401);
    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect(await me(other.access_token)).toBe(200);
    const renewed = (await refresh(other.refresh_token)).body;
    expect((await logout({ refresh_token: other.refresh_token })).status).toBe(204);
    expect(await me(renewed.access_token)).toBe(401);
  });

  test("DIALECT-61 without a refresh token the bearer's session ends, and nobody's is refused", async () => {
    const [session, other] = [await login("carol"), await login("carol")];
    expect((await logout({}, bearer(session.access_token))).status).toBe(204);
    expect(await me(session.access_token)).toBe(401);
    expect(await me(other.access_token)).toBe(200);
    expect((await logout({})).status).toBe(401);
    expect((await logout({}, bearer("x"))).status).toBe(401);
  });

  test("DIALECT-61 whose refresh token it is decides, and not the bearer", async () => {
    const [session, other] = [await login("carol"), await login("alice")];
    const sent = { refresh_token: other.refresh_token };
    expect((await logout(sent, bearer(session.access_token))).status).toBe(204);
    expect([await me(session.access_token), await me(other.access_token)]).toEqual([200, 401]);
  });

  test("DIALECT-79 a token that is over or none keeps nobody from signing in, renewing and signing out", async () => {
    const over = await login("alice");
    await logout({ refresh_token: over.refresh_token });
    for (const headers of [bearer(over.access_token), bearer("x"), { authorization: "Basic YTpi" }]) {
      const body = { username: "alice", password: passwordOf("alice") };
      const signed = await api.ask("POST", "/api/auth/login", { body, headers });
      expect(signed.status).toBe(200);
      const { refresh_token } = signed.body;
      const renewed = await api.ask("POST", "/api/auth/refresh", { body: { refresh_token }, headers });
      expect(renewed.status).toBe(200);
      const sent = { refresh_token: renewed.body.refresh_token };
      expect((await logout(sent, headers)).status).toBe(204);
      expect(await me(renewed.body.access_token)).toBe(401);
    }
  });
});

describe("one's own account", () => {
  test("DIALECT-62 names are changed one by one, and an empty one is taken away", async () => {
    const { alice } = app.people;
    const change = (body: object) => put(alice, "/api/users/me", body);
    const named = await change({ first_name: "Alice", last_name: "Example", age: 7 });
    expect(named.body).toMatchObject({ username: "alice", first_name: "Alice", last_name: "Example" });
    const v2 = await app.ask("GET", "/api/v2/me", { as: alice });
    expect(v2.body.display_name).toBe("Alice Example");
    expect((await change({ last_name: "" })).body).toMatchObject({ first_name: "Alice", last_name: null });
    expect((await change({ first_name: "" })).body).toMatchObject({ first_name: null, last_name: null });
    await change({ first_name: "Alice" });
    expect((await change({ first_name: null })).body).toMatchObject({ first_name: null, last_name: null });
    const moved = await change({ username: "alice-2", email: "alice2@example.org" });
    expect(moved.body).toMatchObject({ username: "alice-2", email: "alice2@example.org" });
    expect((await change({ username: "Bob" })).status).toBe(409);
    expect((await change({ username: "alice", email: "alice@example.org" })).status).toBe(200);
  });

  test("DIALECT-62 what is no name is 422 in the words of this dialect", async () => {
    const { alice } = app.people;
    const wrong = [
      [{ first_name: 5 }, "body.first_name"],
      [{ last_name: "x".repeat(limits.displayName + 1) }, "body.last_name"],
      [{ first_name: "x".repeat(70), last_name: "y".repeat(70) }, "body.last_name"],
      [{ username: "a b" }, "body.username"],
      [{ email: "nowhere" }, "body.email"],
    ] as const;
    for (const [body, loc] of wrong) {
      const answered = await put(alice, "/api/users/me", body);
      expect([body, answered.status, locs(answered)]).toEqual([body, 422, [loc]]);
    }
  });

  test("DIALECT-63 a changed password ends every other session and no more", async () => {
    const [here, there] = [await login("carol"), await login("carol")];
    const current_password = passwordOf("carol");
    const new_password = "carol counts eleven white storks";
    const change = (body: object) =>
      api.ask("PUT", "/api/users/me/password", { body, headers: bearer(here.access_token) });
    const wrong = await change({ current_password: "wrong", new_password });
    expect([wrong.status, typeof wrong.body.detail]).toEqual([403, "string"]);
    expect(locs(await change({ current_password, new_password: "short" }))).toEqual(["body.new_password"]);
    expect(locs(await change({ current_password, new_password: "password123" }))).toEqual([
      "body.new_password",
    ]);
    expect((await change({ current_password, new_password })).status).toBe(204);
    expect([await me(here.access_token), await me(there.access_token)]).toEqual([200, 401]);
    expect((await login("carol", new_password)).user.username).toBe("carol");
  });

  test("DIALECT-63 with a one-time password one changes it, and nothing else", async () => {
    const made = await app.ask("POST", "/api/v2/users", {
      as: app.people.admin,
      body: { username: "guest" },
    });
    const { password } = made.body;
    const headers = bearer((await login("guest", password)).access_token);
    expect((await api.ask("GET", "/api/users/me", { headers })).status).toBe(200);
    expect((await api.ask("PUT", "/api/users/me", { body: {}, headers })).status).toBe(403);
    expect((await api.ask("GET", "/api/messages/1", { headers })).status).toBe(403);
    const body = { current_password: password, new_password: "guest counts eleven white storks" };
    expect((await api.ask("PUT", "/api/users/me/password", { body, headers })).status).toBe(204);
    expect((await api.ask("GET", "/api/messages/1", { headers })).status).toBe(200);
  });
});

describe("pictures", () => {
  const path = "/api/users/me/avatar";

  async function send(as: Person | null, body: BodyInit, headers: Record<string, string> = {}) {
    const all = { ...(as && bearer(as.accessToken)), ...headers };
    const response = await fetch(`${app.url}${path}`, { method: "POST", headers: all, body });
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
    return { status: response.status, body: (await response.json()) as any };
  }

  function form(bytes: Uint8Array<ArrayBuffer> | string, { name = "me.png", field = "file" } = {}): FormData {
    const data = new FormData();
    data.set("note", "other fields are passed over");
    data.set(field, new File([bytes], name, { type: "image/png" }));
    return data;
  }

  test("DIALECT-64 a PNG, JPEG, WebP or GIF becomes the profile picture, whatever it is called", async () => {
    const { bob } = app.people;
    const png = await picture(300, 200);
    const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
    const [jpeg, webp] = [await new Bun.Image(png).jpeg().bytes(), await new Bun.Image(png).webp().bytes()];
    const seen = new Set<string>();
    for (const bytes of [png, jpeg, webp, gif]) {
      const given = await send(bob, form(new Uint8Array(bytes), { name: "notes.txt" }));
      expect([given.status, given.body.username]).toEqual([200, "bob"]);
      seen.add(given.body.profile_pic);
      const looked = await fetch(`${app.url}${given.body.profile_pic}`);
      expect([looked.status, looked.headers.get("content-type")]).toEqual([200, "image/webp"]);
    }
    expect(seen.size).toBe(4);
    const mine = await api.ask("GET", "/api/users/me", { as: bob });
    expect(mine.body.profile_pic).toBe([...seen].at(-1));
  });

  test("DIALECT-64 what is none by its bytes is 415, and one too large 413", async () => {
    const { bob } = app.people;
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
    for (const bytes of [svg, "GIF", "%PDF-1.7", "\u0000"]) {
      const given = await send(bob, form(bytes));
      expect([bytes, given.status]).toEqual([bytes, 415]);
    }
    const large = new Uint8Array(limits.pictureBytes + 1);
    large.set(await picture(2, 2));
    expect((await send(bob, form(large))).status).toBe(413);
    const many = await send(bob, form(await picture(4_097, 2)));
    expect(many.status).toBe(413);
    expect((await send(bob, await picture(2, 2), { "content-type": "image/png" })).status).toBe(415);
  });

  test("DIALECT-64 a form without a picture is 422 and says so, and without a session nothing is read", async () => {
    const { bob } = app.people;
    const missing = await send(bob, form("x", { field: "picture" }));
    expect([missing.status, missing.body.detail[0].loc]).toEqual([422, ["body", "file"]]);
    expect((await send(bob, form(""))).status).toBe(422);
    const broken = { "content-type": "multipart/form-data; boundary=x" };
    expect((await send(bob, "--x\r\nno form", broken)).status).toBe(422);
    expect((await send(null, form(await picture(2, 2)))).status).toBe(401);
  });
});

test("DIALECT-2 every route of sessions and accounts was seen to answer what it is described as", () => {
  const unseen = api.unseen("chat-video").filter((each) => /\/api\/(?:auth|users)/.test(each));
  // Its form is more than the reader of descriptions can send; its answer is that of the others.
  expect(unseen).toEqual(["POST /api/users/me/avatar"]);
});
