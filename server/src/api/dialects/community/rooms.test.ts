import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { picture } from "../../../testing/pictures.ts";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp();
  api = await describedApi(app);
});
afterAll(() => app?.close());

const get = (as: Person, path: string) => api.ask("GET", path, { as });
const post = (as: Person, path: string, body?: unknown) => api.ask("POST", path, { as, body });
const put = (as: Person, path: string, body: unknown) => api.ask("PUT", path, { as, body });
const remove = (as: Person, path: string) => api.ask("DELETE", path, { as });

const rooms = "/chat/rooms";
const group = async (as: Person, others: readonly Person[] = [], more: object = {}): Promise<number> => {
  const body = { name: "Youth", member_ids: others.map(({ id }) => id), ...more };
  const made = await post(as, rooms, body);
  expect(made.status).toBe(201);
  return made.body.id;
};

test("DIALECT-32 a person sees themselves, with the path of their picture", async () => {
  const { alice } = app.people;
  expect((await get(alice, "/users/me")).body).toMatchObject({
    ...{ id: alice.id, username: "alice", email: "alice@example.org", full_name: "alice" },
    ...{ role: "user", is_active: true, profile_pic: null },
  });
  const headers = { "content-type": "image/png", authorization: `Bearer ${alice.accessToken}` };
  await fetch(`${app.url}/api/v2/me/avatar`, { method: "PUT", body: await picture(300, 300), headers });
  const { profile_pic } = (await get(alice, "/users/me/")).body;
  expect(profile_pic).toStartWith("/api/v2/avatars/");
  expect((await fetch(app.url + profile_pic, { headers })).status).toBe(200);
});

describe("rooms", () => {
  test("DIALECT-33 are groups and channels, private unless it is said otherwise", async () => {
    const { alice, bob, carol } = app.people;
    const made = await post(alice, rooms, { name: "Youth", description: "We", member_ids: [bob.id] });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        ...{ name: "Youth", description: "We", room_type: "group", is_private: true, is_encrypted: false },
        ...{ auto_delete_after: null, member_count: 2, my_role: "owner", created_by: alice.id },
      },
    ]);
    const path = `${rooms}/${made.body.id}`;
    const { members, ...found } = (await get(bob, path)).body;
    expect(found).toEqual({ ...made.body, my_role: "member" });
    expect(members).toEqual([
      { user_id: alice.id, username: "alice", role: "owner", joined_at: expect.any(String) },
      { user_id: bob.id, username: "bob", role: "member", joined_at: expect.any(String) },
    ]);
    expect((await get(carol, path)).status).toBe(404);
    const listed = (await get(bob, `${rooms}/`)).body.map((room: { id: number }) => room.id);
    expect(listed).toContain(made.body.id);
    expect((await get(carol, rooms)).body).toEqual([]);
  });

  test("DIALECT-33 a channel may be public: anybody sees it, and who is in it once they have joined", async () => {
    const { alice, carol } = app.people;
    const id = await group(alice, [], { name: "News", room_type: "channel", is_private: false });
    const { body } = await get(carol, `${rooms}/${id}`);
    expect(body).toMatchObject({ is_private: false, my_role: null, members: [] });
    const refused = await post(alice, rooms, { name: "No", room_type: "group", is_private: false });
    expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ["body", "is_private"]]);
  });

  test("DIALECT-33 of two people there is one direct room, whoever asks for it", async () => {
    const { alice, carol } = app.people;
    const direct = (as: Person, ...member_ids: number[]) =>
      post(as, rooms, { room_type: "direct", member_ids });
    const made = await direct(alice, carol.id);
    expect([made.status, made.body.name, made.body.room_type]).toEqual([201, "carol", "direct"]);
    const again = await direct(carol, alice.id);
    expect([again.status, again.body.id, again.body.name]).toEqual([200, made.body.id, "alice"]);
    const notes = await direct(alice, alice.id);
    expect([notes.status, notes.body.name, notes.body.member_count]).toEqual([201, "alice", 1]);
    for (const people of [[], [carol.id, app.people.bob.id]]) {
      const refused = await direct(alice, ...people);
      expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ["body", "member_ids"]]);
    }
    expect((await direct(alice, 999_999)).status).toBe(404);
  });

  test("DIALECT-33 a name is needed, and people who are there", async () => {
    const { alice } = app.people;
    const nameless = await post(alice, rooms, { room_type: "channel" });
    expect(nameless.body.detail).toEqual([{ loc: ["body", "name"], msg: "is required", type: "missing" }]);
    expect((await post(alice, rooms, { name: "x", member_ids: [999_999] })).status).toBe(404);
    expect((await post(alice, rooms, { name: "x", room_type: "secret" })).body.detail[0].loc).toEqual([
      "body",
      "room_type",
    ]);
  });

  test("DIALECT-34 are changed field by field, by those who may", async () => {
    const { alice, bob, carol } = app.people;
    const id = await group(alice, [bob], { description: "before" });
    const path = `${rooms}/${id}`;
    expect((await put(alice, path, { name: "After" })).body).toMatchObject({
      name: "After",
      description: "before",
    });
    expect((await put(alice, path, { description: "after" })).body).toMatchObject({
      name: "After",
      description: "after",
    });
    const rights = { send_messages: false, add_members: "owner", pin_messages: true };
    const { permissions } = (await put(alice, path, { permissions: rights })).body;
    expect(permissions).toMatchObject({ send_messages: false, add_members: false, pin_messages: true });
    const v2 = await app.ask("GET", `/api/v2/rooms/${id}`, { as: alice });
    expect(v2.body.permissions).toMatchObject({
      send_messages: "admin",
      add_members: "owner",
      pin_messages: "member",
    });
    expect((await put(bob, path, { permissions: rights })).status).toBe(403);
    expect((await put(carol, path, { name: "mine" })).status).toBe(404);
    expect((await put(alice, path, { permissions: { send_messages: "king" } })).status).toBe(422);
    expect((await put(alice, path, { is_private: false })).body.detail[0].loc).toEqual([
      "body",
      "is_private",
    ]);
  });

  test("DIALECT-34 are deleted by their owner", async () => {
    const { alice, bob } = app.people;
    const id = await group(alice, [bob]);
    expect((await remove(bob, `${rooms}/${id}`)).status).toBe(403);
    expect((await remove(alice, `${rooms}/${id}/`)).status).toBe(204);
    expect((await get(alice, `${rooms}/${id}`)).status).toBe(404);
  });

  test("DIALECT-35 that are encrypted are not here yet", async () => {
    const { alice } = app.people;
    const encrypted = await post(alice, rooms, { name: "x", is_encrypted: true });
    expect([encrypted.status, encrypted.body.detail[0]]).toMatchObject([
      422,
      { loc: ["body", "is_encrypted"], msg: expect.stringContaining("not available") },
    ]);
    expect((await post(alice, rooms, { name: "x", is_encrypted: false })).status).toBe(201);
  });

  test("DIALECT-57 after how long messages are deleted by themselves is said by its admins", async () => {
    const { alice, bob } = app.people;
    const id = await group(alice, [bob]);
    const set = (as: Person, auto_delete_after: number | null) =>
      put(as, `${rooms}/${id}`, { auto_delete_after });
    expect((await set(bob, 60)).status).toBe(403);
    expect((await set(alice, 60)).body).toMatchObject({ auto_delete_after: 60 });
    expect((await get(bob, `${rooms}/${id}`)).body).toMatchObject({ auto_delete_after: 60 });
    const short = await set(alice, 59);
    expect([short.status, short.body.detail[0].loc]).toEqual([422, ["body", "auto_delete_after"]]);
    expect((await set(alice, null)).body).toMatchObject({ auto_delete_after: null });
  });
});

test("DIALECT-36 people are added, with a role, and taken out, or go", async () => {
  const { alice, bob, carol } = app.people;
  const id = await group(alice);
  const member = (person: Person) => `${rooms}/${id}/members/${person.id}`;
  const added = await post(alice, member(bob), { role: "admin" });
  expect([added.status, added.body]).toMatchObject([
    201,
    { user_id: bob.id, username: "bob", role: "admin" },
  ]);
  expect((await post(alice, member(bob))).status).toBe(200);
  expect((await post(carol, member(carol))).status).toBe(404);
  expect((await post(bob, member(carol))).body.role).toBe("member");
  expect((await post(bob, member(carol), { role: "king" })).status).toBe(422);
  expect((await remove(carol, member(bob))).status).toBe(403);
  expect((await remove(bob, member(carol))).status).toBe(204);
  expect((await remove(bob, member(carol))).status).toBe(404);
  expect((await remove(bob, member(bob))).status).toBe(204);
  expect((await get(bob, `${rooms}/${id}`)).status).toBe(404);
});

test("DIALECT-42 a message is pinned in its own room and in no other", async () => {
  const { alice, bob, carol } = app.people;
  const id = await group(alice, [bob]);
  const other = await group(alice);
  const sent = await post(alice, `${rooms}/${id}/messages`, { content: "keep this" });
  const pin = (room: number) => `${rooms}/${room}/pins/${sent.body.id}`;
  expect((await post(alice, pin(other))).status).toBe(404);
  expect((await remove(alice, pin(other))).status).toBe(404);
  expect((await post(carol, pin(id))).status).toBe(404);
  const pinned = await post(alice, pin(id));
  expect([pinned.status, pinned.body.is_pinned]).toEqual([201, true]);
  expect((await get(bob, `${rooms}/${id}/pins`)).body).toEqual({
    pins: [{ message: pinned.body, pinned_by: alice.id, pinned_at: expect.any(String) }],
  });
  expect((await remove(alice, pin(id))).status).toBe(204);
  expect((await get(bob, `${rooms}/${id}/pins`)).body).toEqual({ pins: [] });
  expect((await get(carol, `${rooms}/${id}/pins`)).status).toBe(404);
});
