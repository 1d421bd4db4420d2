import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DialectClient, type DialectFrame, dialectSocket } from "../../../testing/dialect-socket.ts";
import { eventually } from "../../../testing/eventually.ts";

let app: TestApp;
const open: DialectClient[] = [];
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app?.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

async function connect(person: Person, chat: number): Promise<DialectClient> {
  const socket = await dialectSocket(app, `/api/v1/ws/${chat}`, person.accessToken);
  open.push(socket);
  // It is live once its first ping is answered.
  socket.send({ type: "ping", chat_id: chat });
  await socket.until("pong");
  return socket;
}

/** A group of alice's with bob, and both of them in it. */
async function talk(): Promise<{ chat: number; alices: DialectClient; bobs: DialectClient }> {
  const { alice, bob } = app.people;
  const body = { chat_type: "group", name: "talk", participant_ids: [bob.id] };
  const chat = (await app.ask("POST", "/api/v1/chats/", { as: alice, body })).body.id;
  return { chat, alices: await connect(alice, chat), bobs: await connect(bob, chat) };
}

const ofType = (socket: DialectClient, type: string) => socket.frames.filter((frame) => frame.type === type);

test("DIALECT-132 a message is heard by everyone in the chat, its sender too, once and in order", async () => {
  const { chat, alices, bobs } = await talk();
  const { alice, bob } = app.people;
  for (let count = 0; count < 20; count++) {
    const [socket, who] = count % 2 ? [alices, "alice"] : [bobs, "bob"];
    socket.send({ type: "message", chat_id: chat, content: `${who} ${count}` });
  }
  for (const socket of [alices, bobs]) await eventually(() => ofType(socket, "new_message").length === 20);
  const [one, other] = [alices, bobs].map((socket) => ofType(socket, "new_message"));
  expect(one).toEqual(other as DialectFrame[]);
  expect(one?.[0]).toEqual({
    type: "new_message",
    chat_id: chat,
    message: {
      id: expect.any(Number),
      sender_id: expect.any(Number),
      sender_username: expect.stringMatching(/^(alice|bob)$/),
      content: expect.any(String),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    },
  });
  const senders = new Set(one?.map((frame) => frame.message.sender_id));
  expect(senders).toEqual(new Set([alice.id, bob.id]));
});

test("DIALECT-132 a client id sends once, however often it is said", async () => {
  const { alices, bobs } = await talk();
  for (let count = 0; count < 3; count++) {
    alices.send({ type: "message", content: "only once", client_id: "the-same-again" });
  }
  alices.send({ type: "message", content: "the end" });
  await bobs.until("new_message", (frame) => frame.message.content === "the end");
  expect(ofType(bobs, "new_message").map((frame) => frame.message.content)).toEqual(["only once", "the end"]);
});

test("DIALECT-133 what is changed or deleted by whatever way is told", async () => {
  const { chat, bobs } = await talk();
  const { alice } = app.people;
  const sent = await app.ask("POST", `/api/v2/rooms/${chat}/messages`, { as: alice, body: { text: "helo" } });
  await app.ask("PATCH", `/api/v2/messages/${sent.body.id}`, { as: alice, body: { text: "hello" } });
  const updated = await bobs.until("message_updated");
  expect(updated).toMatchObject({ chat_id: chat, message: { id: sent.body.id, content: "hello" } });
  await app.ask("DELETE", `/api/v2/messages/${sent.body.id}`, { as: alice });
  expect(await bobs.until("message_deleted")).toEqual({
    type: "message_deleted",
    chat_id: chat,
    message_id: sent.body.id,
  });
});

test("DIALECT-134 typing is told to the others, with who and when", async () => {
  const { chat, alices, bobs } = await talk();
  bobs.send({ type: "typing", chat_id: chat, content: "start" });
  bobs.send({ type: "typing", chat_id: chat, content: "stop" });
  const about = { chat_id: chat, user_id: app.people.bob.id, timestamp: expect.any(String) };
  expect(await alices.until("typing_started")).toEqual({ type: "typing_started", ...about });
  expect(await alices.until("typing_stopped")).toEqual({ type: "typing_stopped", ...about });
  expect(ofType(bobs, "typing_started")).toEqual([]);
});

test("DIALECT-135 whoever opens the chat joins, and leaves with their last device", async () => {
  const { chat, alices, bobs } = await talk();
  const { bob } = app.people;
  const about = { chat_id: chat, user_id: bob.id, timestamp: expect.any(String) };
  expect(await alices.until("user_joined")).toEqual({ type: "user_joined", ...about });
  const second = await connect(await app.signIn("bob"), chat);
  bobs.destroy();
  alices.send({ type: "message", content: "still here?" });
  await second.until("new_message");
  expect(ofType(alices, "user_left")).toEqual([]);
  second.destroy();
  expect(await alices.until("user_left")).toEqual({ type: "user_left", ...about });
  expect(ofType(alices, "user_joined")).toHaveLength(1);
});

test("DIALECT-136 a ping is answered, and a frame about another chat is an error", async () => {
  const { chat, alices } = await talk();
  expect(ofType(alices, "pong")).toEqual([{ type: "pong", chat_id: chat }]);
  alices.send({ type: "message", chat_id: app.rooms.design.id, content: "elsewhere" });
  const error = await alices.until("error");
  expect(error).toEqual({ type: "error", detail: `this socket speaks in chat ${chat}` });
  alices.send({ type: "message", content: "x".repeat(10_001) });
  await alices.until("error", (frame) => frame.detail.startsWith("content:"));
});

test("DIALECT-137 a person hears of one chat on a socket, and of no other", async () => {
  const { chat, alices } = await talk();
  const { bob } = app.people;
  await app.ask("POST", `/api/v2/rooms/${app.rooms.design.id}/messages`, {
    as: bob,
    body: { text: "elsewhere" },
  });
  await app.ask("POST", `/api/v2/rooms/${chat}/messages`, { as: bob, body: { text: "here" } });
  await alices.until("new_message");
  expect(ofType(alices, "new_message").map((frame) => frame.message.content)).toEqual(["here"]);
});

test("DIALECT-138 what an operation refuses is told, and the socket lives", async () => {
  const { alice, bob } = app.people;
  const room = (
    await app.ask("POST", "/api/v2/rooms", {
      as: alice,
      body: { kind: "channel", name: "announcements", members: [bob.id] },
    })
  ).body.id;
  const permissions = { send_messages: "admin" };
  await app.ask("PATCH", `/api/v2/rooms/${room}`, { as: alice, body: { permissions } });
  const socket = await connect(bob, room);
  socket.send({ type: "message", content: "may I?" });
  expect(typeof (await socket.until("error")).detail).toBe("string");
  socket.send({ type: "ping" });
  await eventually(() => ofType(socket, "pong").length === 2);
});
