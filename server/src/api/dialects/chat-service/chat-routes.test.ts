import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answered, type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";

const password = "a long and private sentence";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp({ environment: { REGISTRATION: "open" } });
  api = await describedApi(app);
});
afterAll(() => app?.close());

const get = (as: Person, path: string) => api.ask("GET", path, { as });
const post = (as: Person, path: string, body: unknown) => api.ask("POST", path, { as, body });
const put = (as: Person, path: string, body: unknown) => api.ask("PUT", path, { as, body });
const remove = (as: Person, path: string) => api.ask("DELETE", path, { as });

async function group(as: Person, others: readonly Person[], name = "a group"): Promise<number> {
  const body = { chat_type: "group", name, participant_ids: others.map(({ id }) => id) };
  return (await post(as, "/api/v1/chats/", body)).body.id;
}

const say = async (as: Person, chat_id: number, content: string): Promise<number> =>
  (await post(as, "/api/v1/messages/", { chat_id, content })).body.id;

/** Where the input is wrong, each place once. */
const locs = (answered: Answered) => [
  ...new Set(answered.body.detail.map((fault: { loc: string[] }) => fault.loc.join("."))),
];

describe("people", () => {
  test("DIALECT-120 whoever registers can sign in, by name or e-mail, in JSON or a form", async () => {
    const made = await api.ask("POST", "/api/v1/users/register", {
      body: { username: "guest", email: "guest@example.org", password, full_name: "Guest of the club" },
    });
    expect([made.status, made.body.full_name]).toEqual([201, "Guest of the club"]);
    for (const username of ["guest", "GUEST", "guest@example.org"]) {
      const signedIn = await api.ask("POST", "/api/v1/users/login", { body: { username, password } });
      expect(signedIn).toMatchObject({ status: 200, body: { token_type: "bearer", user: made.body } });
    }
    const form = await api.ask("POST", "/api/v1/users/login", {
      body: new URLSearchParams({ username: "guest", password }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const headers = { authorization: `Bearer ${form.body.access_token}` };
    const me = await api.ask("GET", "/api/v1/users/me", { headers });
    expect([me.status, me.body.username]).toEqual([200, "guest"]);
  });

  test("DIALECT-120 a name that is taken is 409, a wrong password 401, and a body of another type 415", async () => {
    const taken = await api.ask("POST", "/api/v1/users/register", {
      body: { username: "Alice", email: "other@example.org", password },
    });
    expect([taken.status, typeof taken.body.detail]).toEqual([409, "string"]);
    const wrong = await api.ask("POST", "/api/v1/users/login", {
      body: { username: "alice", password: "wrong" },
    });
    expect([wrong.status, wrong.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const xml = await api.ask("POST", "/api/v1/users/login", {
      body: "<a/>",
      headers: { "content-type": "application/xml" },
    });
    expect(xml.status).toBe(415);
  });

  test("DIALECT-121 nobody sees another's e-mail address", async () => {
    const { alice, bob } = app.people;
    const found = await get(alice, `/api/v1/users/${bob.id}`);
    expect(Object.keys(found.body).sort()).toEqual(["full_name", "id", "is_active", "username"]);
    const hits = await get(alice, "/api/v1/users/search?q=bo&limit=5");
    expect(hits.body).toEqual([found.body]);
    expect((await get(alice, "/api/v1/users/me")).body.email).toBeString();
    expect((await get(alice, "/api/v1/users/999999")).status).toBe(404);
  });

  test("DIALECT-121 a profile is changed field by field", async () => {
    const { carol } = app.people;
    const changed = await put(carol, "/api/v1/users/me", { full_name: "Carol C" });
    expect(changed.body).toMatchObject({ username: "carol", full_name: "Carol C" });
    const refused = await put(carol, "/api/v1/users/me", { full_name: "" });
    expect([refused.status, locs(refused)]).toEqual([422, ["body.full_name"]]);
  });
});

describe("chats", () => {
  test("DIALECT-122 of two people there is one direct chat, whoever asks for it", async () => {
    const { alice, bob, carol } = app.people;
    const there = await post(alice, "/api/v1/chats/", { chat_type: "direct", participant_ids: [bob.id] });
    expect([there.status, there.body.id, there.body.name]).toEqual([200, app.rooms.aliceBob.id, null]);
    const made = await post(alice, "/api/v1/chats", { chat_type: "direct", participant_ids: [carol.id] });
    const again = await post(carol, "/api/v1/chats", { chat_type: "direct", participant_ids: [alice.id] });
    expect([made.status, again.status, again.body.id]).toEqual([201, 200, made.body.id]);
    for (const participant_ids of [[], [bob.id, carol.id]]) {
      const refused = await post(alice, "/api/v1/chats/", { chat_type: "direct", participant_ids });
      expect([refused.status, locs(refused)]).toEqual([422, ["body.participant_ids"]]);
    }
    const nobody = await post(alice, "/api/v1/chats/", { chat_type: "direct", participant_ids: [999_999] });
    expect(nobody.status).toBe(404);
  });

  test("DIALECT-123 a group has at most 100 people", async () => {
    const { alice } = app.people;
    const participant_ids = Array.from({ length: 100 }, (_, index) => 1_000 + index);
    const full = await post(alice, "/api/v1/chats/", { chat_type: "group", name: "all", participant_ids });
    expect([full.status, full.body.detail]).toEqual([409, "a group holds at most 100 people"]);
  });

  test("DIALECT-124 a chat is seen by its people and changed by its admins", async () => {
    const { alice, bob, carol } = app.people;
    const chat = await group(alice, [bob], "plans");
    const path = `/api/v1/chats/${chat}`;
    expect((await get(bob, path)).body.participants).toHaveLength(2);
    expect((await get(bob, "/api/v1/chats/")).body).toContainEqual(
      expect.objectContaining({ id: chat, chat_type: "group", name: "plans", participant_count: 2 }),
    );
    expect((await put(alice, path, { name: "other plans" })).body.name).toBe("other plans");
    expect((await put(bob, path, { name: "mine" })).status).toBe(403);
    expect((await put(alice, `/api/v1/chats/${app.rooms.aliceBob.id}`, { name: "us" })).status).toBe(403);
    for (const ask of [get(carol, path), put(carol, path, { name: "x" }), remove(carol, path)]) {
      expect((await ask).status).toBe(404);
    }
  });

  test("DIALECT-125 people are added, listed with who is here, and taken out by body or query", async () => {
    const { alice, bob, carol } = app.people;
    const chat = await group(alice, []);
    const path = `/api/v1/chats/${chat}/participants`;
    const added = await post(alice, path, { user_ids: [bob.id, carol.id] });
    expect([added.status, added.body.map((each: { user_id: number }) => each.user_id).sort()]).toEqual([
      201,
      [alice.id, bob.id, carol.id].sort(),
    ]);
    const listed = (await get(bob, path)).body;
    expect(listed).toContainEqual(
      expect.objectContaining({ user_id: alice.id, username: "alice", is_admin: true, is_online: false }),
    );
    expect((await remove(bob, `${path}?user_id=${carol.id}`)).status).toBe(403);
    expect((await remove(alice, `${path}?user_id=${carol.id}`)).status).toBe(204);
    const byBody = await api.ask("DELETE", path, { as: alice, body: { user_id: bob.id } });
    expect(byBody.status).toBe(204);
    const nobody = await remove(alice, path);
    expect([nobody.status, locs(nobody)]).toEqual([422, ["body.user_id"]]);
    expect((await get(alice, path)).body).toHaveLength(1);
  });

  test("DIALECT-126 the last admin who leaves hands on to whoever has been there longest", async () => {
    const { alice, bob, carol } = app.people;
    const chat = await group(alice, [bob]);
    await post(alice, `/api/v1/chats/${chat}/participants`, { user_ids: [carol.id] });
    expect((await remove(alice, `/api/v1/chats/${chat}`)).status).toBe(204);
    const left = (await get(bob, `/api/v1/chats/${chat}/participants`)).body;
    expect(left.map((each: { user_id: number; is_admin: boolean }) => [each.user_id, each.is_admin])).toEqual(
      [
        [bob.id, true],
        [carol.id, false],
      ],
    );
  });
});

describe("messages", () => {
  test("DIALECT-127 content has 1 to 10,000 characters", async () => {
    const { alice } = app.people;
    const chat_id = app.rooms.design.id;
    for (const content of ["", "x".repeat(10_001)]) {
      const refused = await post(alice, "/api/v1/messages/", { chat_id, content });
      expect([refused.status, locs(refused)]).toEqual([422, ["body.content"]]);
    }
    const whole = await post(alice, "/api/v1/messages/", { chat_id, content: "x".repeat(10_000) });
    expect([whole.status, whole.body.message_type]).toEqual([201, "text"]);
  });

  test("DIALECT-127 an idempotency key makes of a repeat the first message", async () => {
    const { alice } = app.people;
    const ask = { as: alice, body: { chat_id: app.rooms.design.id, content: "once" } };
    const headers = { "idempotency-key": "once-and-for-all" };
    const [first, again] = [
      await api.ask("POST", "/api/v1/messages", { ...ask, headers }),
      await api.ask("POST", "/api/v1/messages", { ...ask, headers }),
    ];
    expect(again.body).toEqual(first.body);
  });

  test("DIALECT-128 pages go back from the newest, oldest first within a page", async () => {
    const { alice, bob } = app.people;
    const chat = await group(alice, [bob]);
    const ids: number[] = [];
    for (const word of ["one", "two", "three"]) ids.push(await say(alice, chat, word));
    const path = `/api/v1/messages/chat/${chat}`;
    const newest = (await get(bob, `${path}?limit=2`)).body;
    expect([newest.has_more, newest.messages.map((each: { content: string }) => each.content)]).toEqual([
      true,
      ["two", "three"],
    ]);
    const before = (await get(bob, `${path}?limit=2&before_id=${ids[1]}`)).body;
    expect([before.has_more, before.messages.map((each: { id: number }) => each.id)]).toEqual([
      false,
      [ids[0]],
    ]);
    const elsewhere = await say(alice, app.rooms.design.id, "elsewhere");
    expect((await get(bob, `${path}?before_id=${elsewhere}`)).status).toBe(404);
  });

  test("DIALECT-129 the author changes a message, and an admin of the chat may delete it too", async () => {
    const { alice, bob, carol } = app.people;
    const chat = await group(alice, [bob]);
    const message = await say(bob, chat, "hello");
    const path = `/api/v1/messages/${message}`;
    expect((await put(alice, path, { content: "mine" })).status).toBe(403);
    expect((await put(carol, path, { content: "mine" })).status).toBe(404);
    expect((await put(bob, path, { content: "hello all" })).body).toMatchObject({
      content: "hello all",
      is_edited: true,
    });
    const other = await say(alice, chat, "an admin's");
    expect((await remove(bob, `/api/v1/messages/${other}`)).status).toBe(403);
    expect((await remove(alice, path)).status).toBe(204);
    const [gone] = (await get(bob, `/api/v1/messages/chat/${chat}`)).body.messages;
    expect(gone).toMatchObject({ id: message, content: "", is_deleted: true });
  });
});

describe("about the server", () => {
  test("DIALECT-130 the root answers JSON, but HTML to a browser that asks for it", async () => {
    const plain = await api.ask("GET", "/");
    expect(plain).toMatchObject({ status: 200, body: { name: "Parley", docs: "/docs", health: "/health" } });
    const page = await app.ask("GET", "/", { headers: { accept: "text/html,*/*;q=0.8" } });
    expect(page.headers.get("content-type")).not.toContain("json");
    for (const { headers } of [plain, page]) expect(headers.get("vary")).toContain("Accept");
    expect((await app.ask("GET", "/health")).body).toMatchObject({ database: "ok", broker: "none" });
    expect((await api.ask("GET", "/api/v1/info")).body).toMatchObject({ registration: "open" });
  });

  test("DIALECT-131 counts are for admins, and who is online for those in the chat", async () => {
    const { admin, alice, carol } = app.people;
    expect((await get(admin, "/api/v1/ws/stats")).body).toEqual({
      active_connections: expect.any(Number),
      active_users: expect.any(Number),
      active_chats: expect.any(Number),
    });
    expect((await get(alice, "/api/v1/ws/stats")).status).toBe(403);
    const path = `/api/v1/ws/chat/${app.rooms.lobby.id}/online`;
    expect((await get(alice, path)).body).toEqual({ chat_id: app.rooms.lobby.id, online_users: [] });
    expect((await get(carol, path)).status).toBe(403);
    expect((await get(carol, `/api/v1/ws/chat/${app.rooms.design.id}/online`)).status).toBe(404);
  });
});

test("DIALECT-2 every route of chat-service was seen to answer what it is described as", () => {
  expect(api.unseen("chat-service")).toEqual([]);
});

describe("deleted accounts", () => {
  test("ACC-35 what was said is read as before, under the name of a deleted account", async () => {
    const own = await testApp();
    const described = await describedApi(own);
    const { admin, alice, bob } = own.people;
    const chat = own.rooms.aliceBob.id;
    const body = { chat_id: chat, content: "Words that stay" };
    await described.ask("POST", "/api/v1/messages/", { as: bob, body });
    const gone = await own.ask("DELETE", `/api/v2/accounts/${bob.id}`, { as: admin });
    expect(gone.status).toBe(204);
    // A name is taken for a moment as it was read before.
    own.clock.advance(3_000);
    const read = await described.ask("GET", `/api/v1/messages/chat/${chat}`, { as: alice });
    expect(read.status).toBe(200);
    expect(read.body.messages).toMatchObject([
      { sender_id: bob.id, sender_username: `deleted-${bob.id}`, content: "Words that stay" },
    ]);
    const person = await described.ask("GET", `/api/v1/users/${bob.id}`, { as: alice });
    expect(person.body).toMatchObject({ full_name: "", is_active: false });
    const answer = { chat_id: chat, content: "Are you there?" };
    expect((await described.ask("POST", "/api/v1/messages/", { as: alice, body: answer })).status).toBe(403);
    expect((await described.ask("GET", "/api/v1/users/me", { as: bob })).status).toBe(401);
    await own.close();
  });
});
