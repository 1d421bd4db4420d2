import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { type DialectClient, dialectSocket } from "../../../testing/dialect-socket.ts";
import { eventually } from "../../../testing/eventually.ts";

let app: TestApp;
let api: DescribedApi;
const open: DialectClient[] = [];
beforeAll(async () => {
  app = await testApp();
  api = await describedApi(app);
});
afterAll(() => app?.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

const get = (as: Person, path: string) => api.ask("GET", path, { as });
const post = (as: Person, path: string, body?: unknown) => api.ask("POST", path, { as, body });
const put = (as: Person, path: string, body: unknown) => api.ask("PUT", path, { as, body });

async function connect(person: Person): Promise<DialectClient> {
  const socket = await dialectSocket(app, "/chat/ws", person.accessToken);
  open.push(socket);
  socket.send({ type: "ping" });
  await socket.until("pong");
  return socket;
}

const presence = (as: Person, of: Person) => get(as, `/chat/presence/${of.id}`);

test("DIALECT-46 whoever has a socket is online, unless they say of all of them that nobody looks", async () => {
  const { alice, bob, carol } = app.people;
  expect((await presence(alice, carol)).body).toEqual({
    ...{ user_id: carol.id, is_online: false, last_seen: null, status_message: "" },
  });
  await connect(bob);
  expect((await presence(alice, bob)).body).toMatchObject({ is_online: true, last_seen: null });
  const said = await put(bob, "/chat/presence", { is_online: false, status_message: "in a meeting" });
  expect(said.body).toMatchObject({ user_id: bob.id, is_online: false, status_message: "in a meeting" });
  expect((await presence(alice, bob)).body).toEqual(said.body);
  const phone = await app.signIn("bob", "phone");
  const second = await connect(phone);
  // One device says so, another does not.
  expect((await put(bob, "/chat/presence", { is_online: false })).body.is_online).toBe(true);
  expect((await presence(alice, bob)).body.is_online).toBe(true);
  second.destroy();
  await eventually(async () => !(await presence(alice, bob)).body.is_online);
  expect((await put(bob, "/chat/presence", { is_online: true })).body.is_online).toBe(true);
  expect((await get(alice, "/chat/presence/999999")).status).toBe(404);
  expect((await put(bob, "/chat/presence", { status_message: "x".repeat(141) })).body.detail[0].loc).toEqual([
    "body",
    "status_message",
  ]);
  expect((await put(bob, "/chat/presence", { is_online: "no" })).status).toBe(422);
});

test("DIALECT-46 without a socket there is nothing to look at", async () => {
  const { carol, alice } = app.people;
  await put(carol, "/chat/presence", { is_online: true });
  expect((await presence(alice, carol)).body.is_online).toBe(false);
});

test("DIALECT-47 a person is blocked: they see nothing of one, and write no more", async () => {
  const { alice, bob } = app.people;
  await put(alice, "/chat/presence", { status_message: "here" });
  expect((await presence(bob, alice)).body.status_message).toBe("here");
  const path = `/chat/users/${bob.id}/block`;
  for (const _ of [1, 2]) {
    const blocked = await post(alice, path);
    expect([blocked.status, blocked.body]).toEqual([201, { user_id: bob.id, is_blocked: true }]);
  }
  expect((await presence(bob, alice)).body.status_message).toBe("");
  const direct = `/chat/rooms/${app.rooms.aliceBob.id}/messages`;
  expect((await post(bob, direct, { content: "hello?" })).status).toBe(403);
  for (const _ of [1, 2]) expect((await api.ask("DELETE", path, { as: alice })).status).toBe(204);
  expect((await post(bob, direct, { content: "hello?" })).status).toBe(201);
  expect((await post(alice, `/chat/users/${alice.id}/block`)).status).toBe(422);
  expect((await post(alice, "/chat/users/999999/block")).status).toBe(404);
});

test("DIALECT-47 a person is reported, or one of their messages, for whatever reason", async () => {
  const { admin, alice, bob, carol } = app.people;
  const lobby = `/chat/rooms/${app.rooms.lobby.id}/messages`;
  const { id: message_id } = (await post(bob, lobby, { content: "rude" })).body;
  const report = (as: Person, of: Person, body: object) => post(as, `/chat/users/${of.id}/report`, body);
  const made = await report(alice, bob, { reason: "They were rude", message_id });
  expect([made.status, made.body]).toMatchObject([201, { user_id: bob.id, message_id, status: "open" }]);
  expect((await report(alice, bob, { reason: "Rude again", message_id })).body.id).toBe(made.body.id);
  const spam = await report(alice, bob, { reason: "Spam" });
  expect([spam.status, spam.body.message_id]).toEqual([201, null]);
  const { body } = await app.ask("GET", "/api/v2/reports", { as: admin });
  expect(body.reports).toMatchObject([
    { id: spam.body.id, user: bob.id, reason: "spam", comment: "", reporter: alice.id },
    { id: made.body.id, message: message_id, reason: "other", comment: "They were rude" },
  ]);
  const others = await report(bob, alice, { reason: "spam", message_id });
  expect([others.status, others.body.detail[0].loc]).toEqual([422, ["body", "message_id"]]);
  expect((await report(carol, bob, { reason: "spam", message_id })).status).toBe(404);
  expect((await report(alice, bob, { reason: "" })).status).toBe(422);
  expect((await report(alice, bob, {})).body.detail[0].loc).toEqual(["body", "reason"]);
});
