import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { dialectSocket } from "../../../testing/dialect-socket.ts";
import { picture } from "../../../testing/pictures.ts";
import { uploaded } from "../../../testing/uploads.ts";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
  api = await describedApi(app);
});
afterAll(() => app?.close());

const page = (as: Person, peer: number, query = "") =>
  api.ask("GET", `/api/messages/${peer}${query}`, { as });
const contents = (items: { content: string }[]) => items.map(({ content }) => content);
const roomsOf = async (as: Person): Promise<number[]> =>
  (await app.ask("GET", "/api/v2/rooms", { as })).body.rooms.map(({ id }: { id: number }) => id);
const direct = async (as: Person, user: number): Promise<number> =>
  (await app.ask("POST", "/api/v2/rooms/direct", { as, body: { user } })).body.id;

async function say(as: Person, room: number, body: object | string): Promise<number> {
  const sent = typeof body === "string" ? { text: body } : body;
  return (await app.ask("POST", `/api/v2/rooms/${room}/messages`, { as, body: sent })).body.id;
}

/** A person whom nobody has spoken to, signed in. */
async function newcomer(username: string): Promise<Person> {
  const password = `${username} keeps seven grey herons`;
  const { admin } = app.people;
  const made = await app.ask("POST", "/api/v2/users", { as: admin, body: { username, password } });
  const { body } = await app.ask("POST", "/api/v2/session", { body: { login: username, password } });
  const actor = { user: made.body.user.id, session: body.session };
  const tokens = { accessToken: body.access_token, refreshToken: body.refresh_token };
  return { id: actor.user, name: "carol", actor, ...tokens };
}

test("DIALECT-68 to look for a chat makes none, and of somebody unknown there is none", async () => {
  const { alice, carol } = app.people;
  const before = [await roomsOf(alice), await roomsOf(carol)];
  const empty = await page(carol, alice.id);
  expect([empty.status, empty.body]).toEqual([200, { items: [], next_cursor: null }]);
  expect([await roomsOf(alice), await roomsOf(carol)]).toEqual(before);
  expect((await page(carol, 999_999)).status).toBe(404);
  const someones = await say(alice, app.rooms.aliceBob.id, "not for others");
  expect((await page(carol, alice.id, `?before=${someones}`)).status).toBe(404);
  expect((await page(alice, carol.id, `?before=${someones}`)).status).toBe(404);
});

test("DIALECT-68 a chat is read page by page from the newest on, the same by both", async () => {
  const { alice } = app.people;
  const guest = await newcomer("guest");
  const room = await direct(alice, guest.id);
  const ids: number[] = [];
  for (let count = 0; count < 7; count++)
    ids.push(await say(count % 2 ? guest : alice, room, `word ${count}`));
  const first = await page(alice, guest.id, "?limit=3");
  expect(contents(first.body.items)).toEqual(["word 4", "word 5", "word 6"]);
  expect(first.body.items[1]).toEqual({
    ...{ id: ids[5], sender_id: guest.id, receiver_id: alice.id, content: "word 5" },
    ...{ attachment: null, is_read: true, created_at: expect.stringMatching(/Z$/) },
  });
  expect(first.body.next_cursor).toBe(ids[4]);
  const second = await page(alice, guest.id, `?limit=3&before=${first.body.next_cursor}`);
  expect(contents(second.body.items)).toEqual(["word 1", "word 2", "word 3"]);
  const third = await page(alice, guest.id, `?limit=3&before=${second.body.next_cursor}`);
  expect([contents(third.body.items), third.body.next_cursor]).toEqual([["word 0"], null]);
  const theirs = await page(guest, alice.id);
  expect(contents(theirs.body.items)).toEqual(Array.from({ length: 7 }, (_, count) => `word ${count}`));
  const bobs = await page(app.people.bob, guest.id);
  expect(bobs.body.items).toEqual([]);
  for (const query of ["?limit=0", "?limit=201", "?limit=x", "?before=x", "?before=-1"]) {
    const refused = await page(alice, guest.id, query);
    expect([query, refused.status, refused.body.detail?.[0]?.loc[0]]).toEqual([query, 422, "query"]);
  }
});

test("DIALECT-68 notes to self are a chat with oneself, and always read", async () => {
  const { bob } = app.people;
  await say(bob, await direct(bob, bob.id), "to do");
  const { items } = (await page(bob, bob.id)).body;
  expect(items).toMatchObject([{ sender_id: bob.id, receiver_id: bob.id, content: "to do", is_read: true }]);
});

test("DIALECT-69 to fetch the newest page marks it as read, for both to see", async () => {
  const { alice } = app.people;
  const visitor = await newcomer("visitor");
  const room = await direct(alice, visitor.id);
  const ids: number[] = [];
  for (let count = 0; count < 4; count++) ids.push(await say(alice, room, `question ${count}`));
  const seenBy = async (as: Person, peer: number) =>
    (await page(as, peer)).body.items.map(({ is_read }: { is_read: boolean }) => is_read);
  const unread = async () =>
    (await app.ask("GET", `/api/v2/rooms/${room}`, { as: visitor })).body.unread as number;
  const socket = await dialectSocket(app, `/api/messages/ws/${visitor.id}`, visitor.accessToken);
  await socket.until("connected");
  ids.push(await say(alice, room, "question 4"));
  expect((await socket.until("message")).is_read).toBe(false);
  await page(visitor, alice.id, `?before=${ids[4]}`);
  expect(await unread()).toBe(5);
  expect(await seenBy(alice, visitor.id)).toEqual([false, false, false, false, false]);
  // As it was found: so it is seen what is new.
  expect(await seenBy(visitor, alice.id)).toEqual([false, false, false, false, false]);
  expect(await unread()).toBe(0);
  expect(await seenBy(alice, visitor.id)).toEqual([true, true, true, true, true]);
  expect(await seenBy(visitor, alice.id)).toEqual([true, true, true, true, true]);
  await say(alice, room, "one more");
  expect(await seenBy(alice, visitor.id)).toEqual([true, true, true, true, true, false]);
  await say(visitor, room, "an answer");
  expect(await seenBy(alice, visitor.id)).toEqual([true, true, true, true, true, true, false]);
  socket.destroy();
});

test("DIALECT-70 what was changed is read as it is now, and what was deleted not at all", async () => {
  const { alice } = app.people;
  const tenant = await newcomer("tenant");
  const room = await direct(alice, tenant.id);
  const socket = await dialectSocket(app, `/api/messages/ws/${tenant.id}`, tenant.accessToken);
  await socket.until("connected");
  const [first, second] = [await say(alice, room, "frist"), await say(alice, room, "a slip")];
  await app.ask("PATCH", `/api/v2/messages/${first}`, { as: alice, body: { text: "first" } });
  await app.ask("DELETE", `/api/v2/messages/${second}`, { as: alice });
  await say(alice, room, "third");
  await socket.until("message", ({ content }) => content === "third");
  const told = socket.frames.map(({ type, content }) => content ?? type);
  expect(told.filter((each) => each !== "a slip")).toEqual(["connected", "frist", "third"]);
  const short = await page(tenant, alice.id, "?limit=2");
  expect([contents(short.body.items), short.body.next_cursor]).toEqual([["third"], second]);
  const rest = await page(tenant, alice.id, `?limit=2&before=${second}`);
  expect([contents(rest.body.items), rest.body.next_cursor]).toEqual([["first"], null]);
  socket.destroy();
});

test("DIALECT-71 a message carries its first file, for its two people and nobody else", async () => {
  const { alice, bob, carol } = app.people;
  const room = app.rooms.aliceBob.id;
  const bytes = await picture(20, 10);
  const upload = await uploaded(app, alice, bytes, "sketch.png");
  await say(alice, room, { text: "look", files: [{ upload }] });
  const { items } = (await page(bob, alice.id)).body;
  expect(items.at(-1)).toMatchObject({
    content: "look",
    attachment: { name: "sketch.png", mime_type: "image/png", size: bytes.length },
  });
  const { id, url } = items.at(-1).attachment;
  const read = await fetch(`${app.url}${url}`);
  expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes);
  const named = `/api/v2/files/${id}/sketch.png`;
  expect((await app.ask("GET", named, { as: bob })).status).toBe(200);
  expect((await app.ask("GET", named, { as: carol })).status).toBe(404);
  const session = (
    await app.ask("POST", "/api/v2/session", {
      body: { login: "bob", password: "bob keeps seven grey herons" },
    })
  ).body;
  const headers = { authorization: `Bearer ${session.access_token}` };
  const own = (await api.ask("GET", `/api/messages/${alice.id}`, { headers })).body.items.at(-1).attachment
    .url;
  expect((await fetch(`${app.url}${own}`)).status).toBe(200);
  await api.ask("POST", "/api/auth/logout", { body: {}, headers });
  expect((await fetch(`${app.url}${own}`)).status).toBe(401);
});

test("DIALECT-2 the history was seen to answer what it is described as", () => {
  expect(api.unseen("chat-video").filter((each) => each.includes("/api/messages"))).toEqual([]);
});
