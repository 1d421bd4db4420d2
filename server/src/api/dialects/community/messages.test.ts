import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp();
  api = await describedApi(app);
});
afterAll(() => app?.close());

const get = (as: Person, path: string) => api.ask("GET", path, { as });
const post = (as: Person, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  api.ask("POST", path, { as, body, headers });
const put = (as: Person, path: string, body: unknown) => api.ask("PUT", path, { as, body });
const remove = (as: Person, path: string) => api.ask("DELETE", path, { as });
const v2 = (as: Person, method: string, path: string, body: unknown) =>
  app.ask(method, `/api/v2${path}`, { as, body });

const group = async (as: Person, others: readonly Person[]): Promise<string> => {
  const body = { name: "Youth", member_ids: others.map(({ id }) => id) };
  return `/chat/rooms/${(await post(as, "/chat/rooms", body)).body.id}`;
};
const roomOf = (path: string) => Number(path.split("/").at(-1));
const say = async (as: Person, room: string, content: string) =>
  (await post(as, `${room}/messages`, { content })).body;
const contents = ({ body }: { body: { messages: { content: string }[] } }) =>
  body.messages.map(({ content }) => content);

test("DIALECT-37 pages go back from the newest or on from one, and say whether there is more", async () => {
  const { alice, bob, carol } = app.people;
  const room = await group(alice, [bob]);
  const ids: number[] = [];
  for (let count = 1; count <= 7; count++) ids.push((await say(alice, room, `m${count}`)).id);
  const page = (query: string) => get(bob, `${room}/messages${query}`);
  const newest = await page("?limit=3");
  expect([contents(newest), newest.body.has_more]).toEqual([["m5", "m6", "m7"], true]);
  const before = await page(`?limit=3&before_id=${ids[4]}`);
  expect([contents(before), before.body.has_more]).toEqual([["m2", "m3", "m4"], true]);
  const first = await page(`?before_id=${ids[1]}`);
  expect([contents(first), first.body.has_more]).toEqual([["m1"], false]);
  const after = await page(`?limit=2&after_id=${ids[3]}`);
  expect([contents(after), after.body.has_more]).toEqual([["m5", "m6"], true]);
  const last = await page(`?after_id=${ids[4]}`);
  expect([contents(last), last.body.has_more]).toEqual([["m6", "m7"], false]);
  expect((await page(`?after_id=${ids[1]}&before_id=${ids[4]}`)).status).toBe(422);
  const elsewhere = await say(alice, await group(alice, []), "other");
  expect((await page(`?before_id=${elsewhere.id}`)).status).toBe(404);
  expect((await get(carol, `${room}/messages`)).status).toBe(404);
  expect((await page("?limit=0")).body.detail[0].loc).toEqual(["query", "limit"]);
});

test("DIALECT-38 a message is what was sent, and is sent once under a key or a client id", async () => {
  const { alice, bob, carol } = app.people;
  const room = await group(alice, [bob]);
  const first = await say(alice, room, "hello");
  const answer = await post(bob, `${room}/messages`, { content: "hi", reply_to_id: first.id, file_id: null });
  expect([answer.status, answer.body]).toEqual([
    201,
    {
      ...{ message_id: answer.body.id, id: answer.body.id, chat_room_id: roomOf(room) },
      ...{ sender_id: bob.id, sender_name: "bob", content: "hi", message_type: "text" },
      ...{ reply_to_id: first.id, file: null, files: [], reactions: [], status: "sent" },
      ...{ is_edited: false, is_deleted: false, is_pinned: false },
      ...{ created_at: expect.stringMatching(/Z$/), edited_at: null, expires_at: null },
    },
  ]);
  const key = { "idempotency-key": "one-and-only" };
  const repeats = [
    await post(alice, `${room}/messages`, { content: "once" }, key),
    await post(alice, `${room}/messages`, { content: "once" }, key),
    await post(alice, `${room}/messages`, { content: "twice", client_id: "mine" }),
    await post(alice, `${room}/messages`, { content: "twice", client_id: "mine" }),
  ];
  expect(repeats.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set(repeats.map(({ body }) => body.id)).size).toBe(2);
  expect(contents(await get(bob, `${room}/messages`))).toEqual(["hello", "hi", "once", "twice"]);
  expect((await post(carol, `${room}/messages`, { content: "let me in" })).status).toBe(404);
  const long = await post(alice, `${room}/messages`, { content: "x".repeat(10_001) });
  expect([long.status, long.body.detail[0].loc]).toEqual([422, ["body", "content"]]);
  const empty = await post(alice, `${room}/messages`, { content: "" });
  expect([empty.status, empty.body.detail[0].loc]).toEqual([422, ["body", "content"]]);
});

test("DIALECT-56 what is scheduled is listed, taken back, and sent at its time as any message", async () => {
  const { alice, bob } = app.people;
  const room = await group(alice, [bob]);
  const { id: answered } = await say(bob, room, "when?");
  const scheduled_at = new Date(app.clock.now() + 60_000).toISOString();
  const plan = (more: object) => post(alice, `${room}/messages`, { scheduled_at, ...more });
  const made = await plan({ content: "later", reply_to_id: answered, auto_delete_after: 120 });
  expect([made.status, made.body]).toMatchObject([
    201,
    {
      ...{ chat_room_id: roomOf(room), sender_id: alice.id, sender_name: "alice", content: "later" },
      ...{ reply_to_id: answered, status: "scheduled", scheduled_at },
      expires_at: new Date(app.clock.now() + 180_000).toISOString(),
    },
  ]);
  const list = async (as: Person) => (await get(as, "/chat/messages/scheduled")).body.messages;
  expect(await list(alice)).toEqual([made.body]);
  expect(await list(bob)).toEqual([]);
  const inZone = `${new Date(Date.parse(scheduled_at) + 7_200_000).toISOString().slice(0, 19)}+02:00`;
  const { body: other } = await plan({ content: "never", scheduled_at: inZone });
  expect(Math.floor(Date.parse(other.scheduled_at) / 1_000)).toBe(
    Math.floor(Date.parse(scheduled_at) / 1_000),
  );
  const taken = `/chat/messages/scheduled/${other.id}`;
  expect((await remove(bob, taken)).status).toBe(404);
  expect([(await remove(alice, taken)).status, (await remove(alice, taken)).status]).toEqual([204, 404]);
  expect(contents(await get(bob, `${room}/messages`))).toEqual(["when?"]);
  app.clock.advance(60_000);
  await app.app.jobs.settled();
  const { body } = await get(bob, `${room}/messages`);
  const end = new Date(app.clock.now() + 120_000).toISOString();
  expect(body.messages.slice(1)).toMatchObject([
    { content: "later", status: "sent", reply_to_id: answered, created_at: scheduled_at, expires_at: end },
  ]);
  expect(await list(alice)).toEqual([]);
  const form = new FormData();
  form.append("file", new Blob(["notes"]), "notes.txt");
  const headers = { authorization: `Bearer ${alice.accessToken}` };
  const sentUp = await fetch(`${app.url}/chat/upload/file`, { method: "POST", body: form, headers });
  const upload = (await sentUp.json()) as { file_id: number };
  for (const [more, field] of [
    [{ content: "x", scheduled_at: "2020-01-01T00:00:00Z" }, "scheduled_at"],
    [{ content: "x", scheduled_at: "tomorrow" }, "scheduled_at"],
    [{ content: "", scheduled_at }, "content"],
    [{ content: "x", scheduled_at, file_id: upload.file_id }, "file_id"],
  ] as const) {
    const refused = await plan(more);
    expect([field, refused.status, refused.body.detail[0].loc]).toEqual([field, 422, ["body", field]]);
  }
});

test("DIALECT-57 a message is deleted by itself after its own time, and says when", async () => {
  const { alice, bob } = app.people;
  const room = await group(alice, [bob]);
  const end = new Date(app.clock.now() + 60_000).toISOString();
  const sent = await post(alice, `${room}/messages`, { content: "soon gone", auto_delete_after: 60 });
  expect([sent.status, sent.body]).toMatchObject([201, { content: "soon gone", expires_at: end }]);
  const nothing = { scheduled_at: null, auto_delete_after: null };
  const stays = await post(alice, `${room}/messages`, { content: "stays", ...nothing });
  expect(stays.body).toMatchObject({ expires_at: null });
  const wrong = await post(alice, `${room}/messages`, { content: "x", auto_delete_after: 59 });
  expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ["body", "auto_delete_after"]]);
  app.clock.advance(60_000);
  await app.app.jobs.settled();
  const { body } = await get(bob, `${room}/messages`);
  expect(body.messages).toMatchObject([
    { content: "", is_deleted: true },
    { content: "stays", is_deleted: false },
  ]);
});

test("DIALECT-39 a message is delivered and read when everybody else has got and read it", async () => {
  const { alice, bob, carol } = app.people;
  const room = await group(alice, [bob, carol]);
  const { id } = await say(alice, room, "who reads this?");
  const { seq } = (await v2(alice, "GET", `/messages/${id}`, undefined)).body;
  const status = async () => (await get(alice, `${room}/messages`)).body.messages[0].status;
  const mark = (as: Person, kind: "read" | "delivered") =>
    v2(as, "PUT", `/rooms/${roomOf(room)}/${kind}`, { seq });
  expect(await status()).toBe("sent");
  await mark(bob, "read");
  expect(await status()).toBe("sent");
  await mark(carol, "delivered");
  expect(await status()).toBe("delivered");
  await mark(carol, "read");
  expect(await status()).toBe("read");
  // Of somebody whom one blocks one is told nothing.
  await post(alice, `/chat/users/${carol.id}/block`);
  expect(await status()).toBe("sent");
  await remove(alice, `/chat/users/${carol.id}/block`);
});

test("DIALECT-40 the author changes a message, and what it said before is kept with its times", async () => {
  const { alice, bob, carol } = app.people;
  const room = await group(alice, [bob]);
  const { id } = await say(bob, room, "helo");
  const path = `/chat/messages/${id}`;
  app.clock.advance(1_000);
  const edited = await put(bob, path, { content: "hello" });
  expect(edited.body).toMatchObject({ content: "hello", is_edited: true, edited_at: expect.any(String) });
  app.clock.advance(1_000);
  await put(bob, path, { content: "hello!" });
  const { body } = await get(alice, `${path}/history`);
  expect(body).toEqual({
    message_id: id,
    history: [
      { version: 1, content: "helo", created_at: edited.body.created_at },
      { version: 2, content: "hello", created_at: edited.body.edited_at },
    ],
  });
  expect((await put(alice, path, { content: "mine" })).status).toBe(403);
  expect((await put(bob, path, { content: "" })).body.detail[0].loc).toEqual(["body", "content"]);
  for (const ask of [
    get(carol, `${path}/history`),
    put(carol, path, { content: "x" }),
    remove(carol, path),
  ]) {
    expect((await ask).status).toBe(404);
  }
  const { id: own } = await say(alice, room, "stays");
  expect((await remove(bob, `/chat/messages/${own}`)).status).toBe(403);
  // Alice owns the room.
  expect((await remove(alice, path)).status).toBe(204);
  const [gone] = (await get(bob, `${room}/messages`)).body.messages;
  expect(gone).toMatchObject({ id, content: "", is_deleted: true });
  const { body: nothing } = await get(bob, `${path}/history`);
  expect(JSON.stringify(nothing)).not.toContain("hel");
});

test("DIALECT-41 a reaction is put on by asking for it and taken off by asking again", async () => {
  const { alice, bob, carol } = app.people;
  const room = await group(alice, [bob]);
  const { id } = await say(alice, room, "hm");
  const react = (as: Person, emoji: string) => post(as, `/chat/messages/${id}/reactions`, { emoji });
  expect((await react(alice, "👍")).body).toEqual({
    reactions: [{ emoji: "👍", count: 1, user_ids: [alice.id] }],
  });
  await react(bob, "🎉");
  const { reactions } = (await react(bob, "👍")).body;
  expect(reactions).toEqual([
    { emoji: "👍", count: 2, user_ids: [alice.id, bob.id] },
    { emoji: "🎉", count: 1, user_ids: [bob.id] },
  ]);
  const off = await react(alice, "👍");
  expect([off.status, off.body.reactions]).toEqual([
    200,
    [
      { emoji: "🎉", count: 1, user_ids: [bob.id] },
      { emoji: "👍", count: 1, user_ids: [bob.id] },
    ],
  ]);
  expect((await get(bob, `${room}/messages`)).body.messages[0].reactions).toEqual(off.body.reactions);
  expect((await react(alice, "no emoji")).status).toBe(422);
  expect((await react(carol, "👍")).status).toBe(404);
});

test("DIALECT-43 a search finds what is in one's own rooms, between two times, page by page", async () => {
  const { alice, bob, carol } = app.people;
  const room = await group(alice, [bob]);
  const other = await group(alice, []);
  const first = await say(alice, room, "a canary sings");
  app.clock.advance(86_400_000);
  const own = await Promise.all(["alice", "bob"].map((name) => app.signIn(name as "alice" | "bob")));
  const [now, bobNow] = own as [Person, Person];
  const second = await say(bobNow, room, "another canary");
  await say(now, other, "a canary nobody else hears");
  const search = (as: Person, body: object) => post(as, "/chat/search", { query: "canary", ...body });
  const found = async (as: Person, body: object = {}) => contents(await search(as, body));
  expect(await found(now)).toEqual(["a canary nobody else hears", "another canary", "a canary sings"]);
  expect(await found(bobNow)).toEqual(["another canary", "a canary sings"]);
  expect(await found(await app.signIn("carol"))).toEqual([]);
  expect(await found(now, { room_id: roomOf(room), sender_id: bob.id })).toEqual(["another canary"]);
  expect(await found(now, { message_type: "image" })).toEqual([]);
  const exactly = { from: first.created_at, to: first.created_at };
  expect(await found(bobNow, exactly)).toEqual(["a canary sings"]);
  const day = second.created_at.slice(0, 10);
  expect(await found(bobNow, { from: day, to: day })).toEqual(["another canary"]);
  expect(await found(bobNow, { to: second.created_at.replace(/\.\d+Z/, "") })).toContain("a canary sings");
  const page = await search(now, { limit: 2 });
  expect([contents(page).length, typeof page.body.next_cursor]).toEqual([2, "string"]);
  expect(await found(now, { limit: 2, cursor: page.body.next_cursor })).toEqual(["a canary sings"]);
  for (const wrong of [{ from: "yesterday" }, { query: "" }, { room_id: "x" }, { to: "9999-12-31" }]) {
    expect((await search(now, wrong)).status).toBe(422);
  }
  expect(carol.id).not.toBe(alice.id);
});
