import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DialectClient, type DialectFrame, dialectSocket } from "../../../testing/dialect-socket.ts";
import { eventually } from "../../../testing/eventually.ts";
import { liveSocket } from "../../../testing/live-socket.ts";

let app: TestApp;
const open: DialectClient[] = [];
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
});
afterAll(() => app?.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

async function connect(person: Person): Promise<DialectClient> {
  const socket = await dialectSocket(app, "/chat/ws", person.accessToken);
  open.push(socket);
  await quiet(socket);
  return socket;
}

/** Everything that was said to it before has been dealt with. */
async function quiet(socket: DialectClient): Promise<void> {
  const before = ofType(socket, "pong").length;
  socket.send({ type: "ping", data: {} });
  await eventually(() => ofType(socket, "pong").length > before);
}

async function join(socket: DialectClient, room_id: number): Promise<DialectFrame> {
  socket.send({ type: "join_room", data: { room_id } });
  return socket.until("joined_room", ({ data }) => data.room_id === room_id);
}

async function group(as: Person, others: readonly Person[]): Promise<number> {
  const body = { name: "talk", member_ids: others.map(({ id }) => id) };
  return (await app.ask("POST", "/chat/rooms", { as, body })).body.id;
}

/** A group of alice's with bob, joined by both of them. */
async function talk(): Promise<{ room: number; alices: DialectClient; bobs: DialectClient }> {
  const { alice, bob } = app.people;
  const room = await group(alice, [bob]);
  const [alices, bobs] = await Promise.all([connect(alice), connect(bob)]);
  await join(alices, room);
  await join(bobs, room);
  return { room, alices, bobs };
}

const ofType = (socket: DialectClient, type: string) => socket.frames.filter((frame) => frame.type === type);
const say = (as: Person, room: number, content: string) =>
  app.ask("POST", `/chat/rooms/${room}/messages`, { as, body: { content } });
const contents = (socket: DialectClient) => ofType(socket, "new_message").map(({ data }) => data.content);

describe("hearing", () => {
  test("DIALECT-51 what is changed, deleted, reacted to and pinned by whatever way is told", async () => {
    const { alice, bob } = app.people;
    const { room, bobs } = await talk();
    const v2 = (method: string, path: string, body?: object) =>
      app.ask(method, `/api/v2${path}`, { as: alice, body });
    const sent = await v2("POST", `/rooms/${room}/messages`, { text: "helo" });
    const message_id = sent.body.id;
    await v2("PATCH", `/messages/${message_id}`, { text: "hello" });
    expect((await bobs.until("message_edited")).data).toMatchObject({
      ...{ id: message_id, chat_room_id: room, content: "hello", is_edited: true },
    });
    await v2("PUT", `/messages/${message_id}/reactions`, { emoji: "👍", on: true });
    await app.ask("POST", `/chat/messages/${message_id}/reactions`, { as: bob, body: { emoji: "👍" } });
    const whole = await bobs.until("reaction_update", ({ data }) => data.reactions[0]?.count === 2);
    expect(whole.data).toEqual({
      ...{ room_id: room, message_id },
      reactions: [{ emoji: "👍", count: 2, user_ids: [alice.id, bob.id] }],
    });
    for (const on of [true, false]) {
      await v2("PUT", `/messages/${message_id}/pin`, { on });
      const pinned = await bobs.until("message_pinned", ({ data }) => data.is_pinned === on);
      expect(pinned.data).toEqual({ room_id: room, message_id, user_id: alice.id, is_pinned: on });
    }
    await v2("DELETE", `/messages/${message_id}`);
    expect((await bobs.until("message_deleted")).data).toEqual({ room_id: room, message_id });
  });

  test("DIALECT-51 who comes and goes is told", async () => {
    const { alice, carol } = app.people;
    const { room, bobs } = await talk();
    const path = `/chat/rooms/${room}/members/${carol.id}`;
    await app.ask("POST", path, { as: alice, body: { role: "admin" } });
    expect((await bobs.until("member_added")).data).toEqual({
      ...{ room_id: room, user_id: carol.id, username: "carol", role: "admin", added_by: alice.id },
    });
    await app.ask("DELETE", path, { as: alice });
    expect((await bobs.until("member_removed")).data).toEqual({
      ...{ room_id: room, user_id: carol.id, removed_by: alice.id },
    });
  });

  test("DIALECT-52 typing is told to the others who have joined", async () => {
    const { alice } = app.people;
    const { room, alices, bobs } = await talk();
    for (const is_typing of [true, false]) {
      alices.send({ type: "typing", data: { room_id: room, is_typing } });
      const { data } = await bobs.until("typing_indicator", (frame) => frame.data.is_typing === is_typing);
      expect(data).toEqual({
        ...{ room_id: room, user_id: alice.id, is_typing },
        timestamp: expect.stringMatching(/Z$/),
      });
    }
    await quiet(alices);
    expect(ofType(alices, "typing_indicator")).toEqual([]);
  });

  test("DIALECT-52 where people are is told of those in joined rooms", async () => {
    const { alice, carol } = app.people;
    const room = await group(alice, [carol]);
    const alices = await connect(alice);
    // Whoever was here in an earlier test is away for long enough.
    app.clock.advance(16_000);
    await eventually(async () => {
      const { body } = await app.ask("GET", `/chat/presence/${carol.id}`, { as: alice });
      return !body.is_online;
    });
    const { data } = await join(alices, room);
    expect(data.online_users).toEqual([alice.id]);
    const carols = await connect(carol);
    const isOf = (frame: DialectFrame) => frame.data.user_id === carol.id;
    expect((await alices.until("presence_update", isOf)).data).toEqual({
      ...{ user_id: carol.id, is_online: true, last_seen: null },
    });
    await app.ask("PUT", "/chat/presence", { as: carol, body: { is_online: false } });
    await alices.until("presence_update", (frame) => isOf(frame) && !frame.data.is_online);
    await join(carols, room);
    alices.send({ type: "leave_room", data: { room_id: room } });
    await alices.until("left_room");
    await app.ask("PUT", "/chat/presence", { as: carol, body: { is_online: true } });
    await carols.until("presence_update", (frame) => frame.data.user_id === carol.id && frame.data.is_online);
    await quiet(alices);
    expect(ofType(alices, "presence_update").filter(isOf)).toHaveLength(2);
  });

  test("DIALECT-52 how far somebody has read is told, as the last message up to there", async () => {
    const { alice, bob } = app.people;
    const { room, alices, bobs } = await talk();
    const first = (await say(alice, room, "one")).body.id;
    const second = (await say(alice, room, "two")).body.id;
    await say(alice, room, "three");
    await bobs.until("new_message", ({ data }) => data.content === "three");
    bobs.send({ type: "mark_read", data: { room_id: room, message_id: second } });
    const isRead = (id: number) => (frame: DialectFrame) =>
      frame.data.user_id === bob.id && frame.data.message_id === id;
    expect((await alices.until("read_receipt", isRead(second))).data).toEqual({
      ...{ room_id: room, user_id: bob.id, message_id: second },
    });
    const { body } = await app.ask("GET", `/chat/rooms/${room}/messages`, { as: alice });
    const statuses = body.messages.map(({ status }: { status: string }) => status);
    expect([statuses.slice(0, 2), statuses[2] === "read"]).toEqual([["read", "read"], false]);
    // A socket that came later did not hear those messages.
    const late = await connect(alice);
    const another = (await say(alice, room, "four")).body.id;
    await join(late, room);
    await app.ask("PUT", `/api/v2/messages/${first}/pin`, { as: alice, body: { on: true } });
    const { head } = (await app.ask("GET", `/api/v2/rooms/${room}`, { as: bob })).body;
    await app.ask("PUT", `/api/v2/rooms/${room}/read`, { as: bob, body: { seq: head } });
    await late.until("read_receipt", isRead(another));
    const other = await group(bob, []);
    const before = ofType(bobs, "error").length;
    bobs.send({ type: "mark_read", data: { room_id: other, message_id: second } });
    await eventually(() => ofType(bobs, "error").length > before);
  });

  test("DIALECT-52 what was only delivered is not told as read", async () => {
    const { alice, bob } = app.people;
    const room = await group(alice, [bob]);
    const old = (await say(alice, room, "read long ago")).body.id;
    const mark = (kind: "read" | "delivered", seq: number) =>
      app.ask("PUT", `/api/v2/rooms/${room}/${kind}`, { as: bob, body: { seq } });
    const seqOf = async (id: number) =>
      (await app.ask("GET", `/api/v2/messages/${id}`, { as: bob })).body.seq as number;
    await mark("read", await seqOf(old));
    const alices = await connect(alice);
    await join(alices, room);
    const own = await liveSocket(app.url, alice);
    const news = await seqOf((await say(alice, room, "news")).body.id);
    await mark("delivered", news);
    const isMarks = ({ signal }: { signal: { kind: string } }) => signal.kind === "marks";
    await own.until(
      "signal",
      (frame) => isMarks(frame) && JSON.stringify(frame).includes(`"delivered":${news}`),
    );
    await quiet(alices);
    expect(ofType(alices, "read_receipt").filter(({ data }) => data.user_id === bob.id)).toEqual([]);
    own.destroy();
  });

  test("DIALECT-54 a message that came on a socket counts as delivered", async () => {
    const { alice } = app.people;
    const { room, bobs } = await talk();
    await say(alice, room, "has it come?");
    await bobs.until("new_message");
    const status = async () =>
      (await app.ask("GET", `/chat/rooms/${room}/messages`, { as: alice })).body.messages[0].status;
    await eventually(async () => (await status()) === "delivered");
  });
});

describe("going", () => {
  test("DIALECT-53 whoever is taken out of a room is told, and hears no more of it", async () => {
    const { alice, bob } = app.people;
    const { room, alices, bobs } = await talk();
    await app.ask("DELETE", `/chat/rooms/${room}/members/${bob.id}`, { as: alice });
    await say(alice, room, "without bob");
    expect((await bobs.until("member_removed")).data).toMatchObject({
      user_id: bob.id,
      removed_by: alice.id,
    });
    expect((await bobs.until("left_room")).data).toEqual({ room_id: room, reason: "removed" });
    await alices.until("new_message");
    await app.ask("POST", `/chat/rooms/${room}/members/${bob.id}`, { as: alice });
    await say(alice, room, "with bob, who has not joined again");
    await eventually(() => contents(alices).length === 2);
    await quiet(bobs);
    expect(contents(bobs)).toEqual([]);
    await join(bobs, room);
    await say(alice, room, "joined again");
    await bobs.until("new_message");
    expect(contents(bobs)).toEqual(["joined again"]);
  });

  test("DIALECT-53 whoever leaves by another way is told, and so is whoever's room is deleted", async () => {
    const { alice, bob } = app.people;
    const { room, alices, bobs } = await talk();
    await app.ask("POST", `/api/v2/rooms/${room}/leave`, { as: bob, body: {} });
    expect((await bobs.until("left_room")).data).toEqual({ room_id: room, reason: "left" });
    await app.ask("DELETE", `/chat/rooms/${room}`, { as: alice });
    expect((await alices.until("left_room")).data).toEqual({ room_id: room, reason: "deleted" });
    await quiet(alices);
  });

  test("DIALECT-10 whoever is too slow is let go rather than told with a hole", async () => {
    const { alice } = app.people;
    const { room, alices, bobs } = await talk();
    bobs.wire.pause();
    const text = "x".repeat(9_900);
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        Array.from({ length: 25 }, (_, index) => say(alice, room, `${round}-${index} ${text}`)),
      );
    }
    await eventually(() => contents(alices).length === rounds * 25);
    bobs.wire.resume();
    expect((await bobs.closed).code).toBe(4408);
    const heard = contents(bobs);
    expect(heard).toEqual(contents(alices).slice(0, heard.length));
  });

  test("DIALECT-9 the socket ends with its session", async () => {
    const phone = await app.signIn("bob", "phone");
    const bobs = await connect(phone);
    await join(bobs, app.rooms.lobby.id);
    await app.ask("POST", "/api/v2/sessions/end", { as: phone, body: {} });
    expect((await bobs.closed).code).toBe(4403);
  });
});
