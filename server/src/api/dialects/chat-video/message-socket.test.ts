import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DialectClient, dialectSocket } from "../../../testing/dialect-socket.ts";
import { eventually } from "../../../testing/eventually.ts";
import { liveSocket } from "../../../testing/live-socket.ts";
import { uploaded } from "../../../testing/uploads.ts";

let app: TestApp;
const open: DialectClient[] = [];
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
});
afterAll(() => app?.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** At one's own id, or at a peer's. */
async function connect(person: Person, at = person.id): Promise<DialectClient> {
  const socket = await dialectSocket(app, `/api/messages/ws/${at}`, person.accessToken);
  open.push(socket);
  await socket.until("connected");
  return socket;
}

let count = 0;
/** A word that is said once. */
const word = () => `word ${++count}`;
const messages = (socket: DialectClient) => socket.frames.filter(({ type }) => type === "message");
const heard = (socket: DialectClient, content: string) =>
  socket.until("message", (frame) => frame.content === content);
const direct = async (as: Person, user: number): Promise<number> =>
  (await app.ask("POST", "/api/v2/rooms/direct", { as, body: { user } })).body.id;
const roomOf = async (as: Person, user: number) =>
  (await app.ask("GET", `/api/v2/users/${user}/room`, { as })).body.room;
const v2 = (as: Person, room: number, text: string) =>
  app.ask("POST", `/api/v2/rooms/${room}/messages`, { as, body: { text } });

/** What was asked for before is done: an error answers what cannot be read. */
async function settled(socket: DialectClient): Promise<void> {
  const before = socket.frames.length;
  socket.send("{}");
  await eventually(() => socket.frames.slice(before).some(({ type }) => type === "error"));
}

async function newcomer(username: string): Promise<Person> {
  const password = `${username} keeps seven grey herons`;
  const { admin } = app.people;
  const made = await app.ask("POST", "/api/v2/users", { as: admin, body: { username, password } });
  const { body } = await app.ask("POST", "/api/v2/session", { body: { login: username, password } });
  const actor = { user: made.body.user.id, session: body.session };
  const tokens = { accessToken: body.access_token, refreshToken: body.refresh_token };
  return { id: actor.user, name: "carol", actor, ...tokens };
}

test("DIALECT-72 a socket is greeted with whose it is, before anything else", async () => {
  const { alice, bob } = app.people;
  const [own, peers] = [await connect(alice), await connect(alice, bob.id)];
  expect(own.frames[0]).toEqual({ type: "connected", user_id: alice.id });
  expect(peers.frames[0]).toEqual({ type: "connected", user_id: alice.id });
  const outcome = await dialectSocket(app, "/api/messages/ws/999999", alice.accessToken).catch(
    (error: Error) => error.message,
  );
  expect(outcome).toContain("404");
});

test("DIALECT-72 it hears all the direct chats of its person, new ones too, and no other room", async () => {
  const { admin, alice, bob, carol } = app.people;
  const sockets = [await connect(bob), await connect(bob, alice.id), await connect(bob, carol.id)];
  const outsider = await connect(carol);
  const [inLobby, inDesign] = [word(), word()];
  await v2(admin, app.rooms.lobby.id, inLobby);
  await v2(alice, app.rooms.design.id, inDesign);
  const group = await app.ask("POST", "/api/v2/rooms", {
    as: alice,
    body: { kind: "group", name: "plans", members: [bob.id] },
  });
  const inGroup = word();
  await v2(alice, group.body.id, inGroup);
  const [old, fresh] = [word(), word()];
  await v2(alice, app.rooms.aliceBob.id, old);
  const guest = await newcomer("guest");
  await v2(guest, await direct(guest, bob.id), fresh);
  for (const socket of sockets) {
    await heard(socket, fresh);
    expect(messages(socket).map(({ content }) => content)).toEqual([old, fresh]);
    expect(messages(socket)[0]).toMatchObject({ sender_id: alice.id, receiver_id: bob.id, is_read: false });
    expect(messages(socket)[1]).toMatchObject({ sender_id: guest.id, receiver_id: bob.id });
  }
  await settled(outsider);
  expect(messages(outsider)).toEqual([]);
});

test("DIALECT-72 of somebody in very many rooms it hears the direct ones, in whichever page of them they are", async () => {
  const busy = await newcomer("busy");
  const { alice } = app.people;
  for (let made = 0; made < 320; made++) {
    const body = { kind: "group", name: `room ${made}` };
    await app.ask("POST", "/api/v2/rooms", { as: busy, body });
  }
  const room = await direct(alice, busy.id);
  const socket = await connect(busy);
  const said = word();
  await v2(alice, room, said);
  expect((await heard(socket, said)).sender_id).toBe(alice.id);
  const sent = word();
  socket.send({ type: "message", receiver_id: alice.id, content: sent });
  await heard(socket, sent);
});

test("DIALECT-73 a message makes the chat if need be, and is heard by both on all their sockets", async () => {
  const { alice } = app.people;
  const visitor = await newcomer("visitor");
  expect(await roomOf(alice, visitor.id)).toBeNull();
  const [own, other] = [await connect(alice), await connect(alice, visitor.id)];
  const theirs = await connect(visitor);
  const said = word();
  own.send({ type: "message", receiver_id: visitor.id, content: said, client_id: "one" });
  const echo = await heard(own, said);
  expect(echo).toEqual({
    ...{ type: "message", id: expect.any(Number), sender_id: alice.id, receiver_id: visitor.id },
    ...{ content: said, attachment: null, is_read: false, created_at: expect.any(String) },
    client_id: "one",
  });
  expect(await heard(other, said)).toEqual(echo);
  const { client_id: _, ...told } = echo;
  expect(await heard(theirs, said)).toEqual(told);
  expect((await roomOf(alice, visitor.id)).kind).toBe("direct");
  const answer = word();
  theirs.send({ type: "message", receiver_id: alice.id, content: answer });
  for (const socket of [own, other, theirs]) {
    expect(await heard(socket, answer)).toMatchObject({ sender_id: visitor.id, receiver_id: alice.id });
  }
});

test("DIALECT-73 the socket of a peer writes to that one, unless it names another", async () => {
  const { alice, bob, carol } = app.people;
  const socket = await connect(alice, bob.id);
  const [toBob, toCarol, toSelf] = [word(), word(), word()];
  socket.send({ type: "message", content: toBob });
  socket.send({ type: "message", content: toCarol, receiver_id: carol.id });
  socket.send({ type: "message", content: toSelf, receiver_id: alice.id });
  expect((await heard(socket, toBob)).receiver_id).toBe(bob.id);
  expect((await heard(socket, toCarol)).receiver_id).toBe(carol.id);
  expect(await heard(socket, toSelf)).toMatchObject({ receiver_id: alice.id, is_read: true });
});

test("DIALECT-73 what is repeated is said once, and whoever repeats it gets it again", async () => {
  const { alice, bob } = app.people;
  const theirs = await connect(bob);
  const first = await connect(alice);
  const [said, end] = [word(), word()];
  const frame = { type: "message", receiver_id: bob.id, content: said, client_id: "never-twice" };
  first.send(frame);
  const echo = await heard(first, said);
  first.send(frame);
  await eventually(() => messages(first).length === 2);
  first.destroy();
  const again = await connect(alice);
  again.send(frame);
  expect(await heard(again, said)).toEqual(echo);
  again.send({ type: "message", receiver_id: bob.id, content: end });
  await heard(theirs, end);
  expect(messages(theirs).map(({ content }) => content)).toEqual([said, end]);
  await heard(again, end);
  expect(messages(again).map(({ content }) => content)).toEqual([said, end]);
});

test("DIALECT-71 an own upload is attached, once and by nobody else", async () => {
  const { alice, bob } = app.people;
  const [socket, theirs] = [await connect(alice, bob.id), await connect(bob, alice.id)];
  const file_id = await uploaded(app, alice, "the minutes of the meeting", "minutes.txt");
  theirs.send({ type: "message", content: "mine?", attachment: { file_id }, client_id: "theft" });
  expect(await theirs.until("error")).toMatchObject({ client_id: "theft" });
  socket.send({ type: "message", attachment: { file_id } });
  for (const each of [socket, theirs]) {
    const { content, attachment } = await heard(each, "");
    expect([content, attachment]).toEqual([
      "",
      {
        ...{ id: expect.any(Number), name: "minutes.txt", mime_type: "text/plain" },
        ...{ size: 26, url: expect.stringMatching(/^\/api\/v2\/files\/\d+\/minutes\.txt\?key=/) },
      },
    ]);
    expect(await (await fetch(`${app.url}${attachment.url}`)).text()).toBe("the minutes of the meeting");
  }
  socket.send({ type: "message", content: "again", attachment: { file_id }, client_id: "second" });
  expect(await socket.until("error")).toMatchObject({ client_id: "second" });
});

test("DIALECT-74 typing is told to the other one alone, and makes no chat", async () => {
  const { alice, bob } = app.people;
  const tenant = await newcomer("tenant");
  const [own, others] = [await connect(alice), await connect(alice)];
  const [bobs, tenants] = [await connect(bob), await connect(tenant)];
  own.send({ type: "typing", receiver_id: tenant.id, is_typing: true });
  own.send({ type: "typing", receiver_id: 999_999, is_typing: true });
  expect((await own.until("error")).detail).toBeString();
  own.send({ type: "typing", receiver_id: bob.id, is_typing: true });
  expect(await bobs.until("typing")).toEqual({ type: "typing", sender_id: alice.id, is_typing: true });
  own.send({ type: "typing", receiver_id: bob.id, is_typing: false });
  expect(await bobs.until("typing", ({ is_typing }) => !is_typing)).toMatchObject({ sender_id: alice.id });
  expect(await roomOf(alice, tenant.id)).toBeNull();
  for (const quiet of [own, others, tenants]) {
    await settled(quiet);
    expect(quiet.frames.filter(({ type }) => type === "typing")).toEqual([]);
  }
});

test("DIALECT-74 typing in a room of another kind is not told here", async () => {
  const { alice, bob } = app.people;
  const socket = await connect(bob);
  const live = await liveSocket(app.url, alice);
  live.send({ type: "signal", signal: { kind: "typing", room: app.rooms.design.id, on: true } });
  await live.settled();
  const own = await connect(alice);
  own.send({ type: "typing", receiver_id: bob.id, is_typing: true });
  await socket.until("typing");
  await settled(socket);
  expect(socket.frames.filter(({ type }) => type === "typing")).toHaveLength(1);
  live.destroy();
});

test("DIALECT-75 a message that is refused is told with its client id, and the socket lives", async () => {
  const { admin, alice, bob } = app.people;
  const gone = await newcomer("gone");
  await app.ask("PUT", `/api/v2/users/${gone.id}/active`, { as: admin, body: { active: false } });
  const shy = await newcomer("shy");
  await app.ask("PUT", `/api/v2/blocks/${alice.id}`, { as: shy, body: { on: true } });
  const socket = await connect(alice);
  const refused = async (frame: object) => {
    const client_id = word().replace(" ", "-");
    socket.send({ type: "message", content: "hear me", client_id, ...frame });
    const told = await socket.until("error", (each) => each.client_id === client_id);
    expect(Object.keys(told).sort()).toEqual(["client_id", "detail", "type"]);
    return told.detail;
  };
  expect(await refused({ receiver_id: 999_999 })).toContain("no such person");
  expect(await refused({ receiver_id: gone.id })).toBeString();
  expect(await refused({ receiver_id: shy.id })).toBe("this person does not take messages from you");
  expect(await refused({})).toStartWith("receiver_id: ");
  expect(await refused({ receiver_id: bob.id, content: "" })).toBeString();
  expect(await refused({ receiver_id: bob.id, attachment: { file_id: 999_999 } })).toBeString();
  for (const stranger of [gone, shy]) expect(await roomOf(alice, stranger.id)).toBeNull();
  const before = socket.frames.length;
  const unreadable = [
    { type: "message", receiver_id: bob.id, content: "x".repeat(10_001) },
    { type: "message", receiver_id: bob.id, content: "\u0000" },
    { type: "message", receiver_id: "bob", content: "x" },
    { type: "message", receiver_id: bob.id, content: "x", attachment: "a file" },
    { type: "typing", receiver_id: bob.id },
    { type: "connected", user_id: bob.id },
  ];
  for (const frame of unreadable) socket.send(frame);
  await eventually(() => socket.frames.length === before + unreadable.length);
  for (const told of socket.frames.slice(before)) {
    expect(told).toEqual({ type: "error", detail: expect.any(String) });
  }
  const said = word();
  socket.send({ type: "message", receiver_id: bob.id, content: said });
  await heard(socket, said);
});

test("DIALECT-75 a block between two who have a chat is told too, and neither hears the other", async () => {
  const { alice } = app.people;
  const rival = await newcomer("rival");
  await direct(alice, rival.id);
  await app.ask("PUT", `/api/v2/blocks/${alice.id}`, { as: rival, body: { on: true } });
  const [own, theirs] = [await connect(alice), await connect(rival)];
  own.send({ type: "message", receiver_id: rival.id, content: "hear me", client_id: "blocked" });
  own.send({ type: "typing", receiver_id: rival.id, is_typing: true });
  expect(await own.until("error")).toMatchObject({ client_id: "blocked" });
  theirs.send({ type: "message", receiver_id: alice.id, content: "hear me", client_id: "blocking" });
  expect(await theirs.until("error")).toMatchObject({
    detail: "you block this person",
    client_id: "blocking",
  });
  await settled(own);
  for (const socket of [own, theirs]) {
    expect(new Set(socket.frames.map(({ type }) => type))).toEqual(new Set(["connected", "error"]));
  }
});

test("DIALECT-76 frames of calls are answered by an error that says so", async () => {
  const { alice, bob } = app.people;
  const socket = await connect(alice);
  const frames = [
    { type: "incoming_call", receiver_id: bob.id, call_type: "video", sdp: "v=0" },
    { type: "call_answer", call_id: 1, accepted: true, sdp: "v=0" },
    { type: "ice_candidate", call_id: 1, candidate: "candidate:0" },
    { type: "call_end", call_id: 1 },
  ];
  for (const frame of frames) socket.send(frame);
  await eventually(() => socket.frames.length === 1 + frames.length);
  for (const told of socket.frames.slice(1)) {
    expect(told).toEqual({ type: "error", detail: "calls are not available on this server yet" });
  }
});

test("DIALECT-78 whoever has missed something of a direct chat is told to come again", async () => {
  const { alice, bob } = app.people;
  const room = app.rooms.aliceBob.id;
  const slow = await connect(bob, alice.id);
  const isBlocked = () => [...app.app.live.people.of(bob.id)].some((each) => each.blocked);
  slow.wire.pause();
  const large = "x".repeat(9_900);
  while (!isBlocked()) await Promise.all(Array.from({ length: 25 }, () => v2(alice, room, large)));
  // More than is sent to somebody who comes back to reading.
  for (let round = 0; round < 22; round++) {
    await Promise.all(Array.from({ length: 25 }, () => v2(alice, room, "x")));
  }
  slow.wire.resume();
  expect((await slow.closed).code).toBe(4408);
});

test("DIALECT-78 what is missed of a room of another kind ends nothing", async () => {
  const { alice, bob } = app.people;
  const slow = await connect(bob, alice.id);
  const isBlocked = () => [...app.app.live.people.of(bob.id)].some((each) => each.blocked);
  slow.wire.pause();
  const large = "x".repeat(9_900);
  const { aliceBob, design } = app.rooms;
  while (!isBlocked()) await Promise.all(Array.from({ length: 25 }, () => v2(alice, aliceBob.id, large)));
  for (let round = 0; round < 22; round++) {
    await Promise.all(Array.from({ length: 25 }, () => v2(alice, design.id, "x")));
  }
  const last = word();
  await v2(alice, aliceBob.id, last);
  slow.wire.resume();
  await heard(slow, last);
});
