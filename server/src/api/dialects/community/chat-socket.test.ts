import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { joinRoom } from "../../../features/members/members.ts";
import { addUser, namesOf } from "../../../features/users/users.ts";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DialectClient, type DialectFrame, dialectSocket } from "../../../testing/dialect-socket.ts";
import { eventually } from "../../../testing/eventually.ts";

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

describe("joining", () => {
  test("DIALECT-49 a socket hears the rooms that it has joined, and no others", async () => {
    const { alice, bob } = app.people;
    const { room, bobs } = await talk();
    const other = await group(alice, [bob]);
    await say(alice, other, "not for here");
    await say(alice, room, "for here");
    await bobs.until("new_message");
    await quiet(bobs);
    expect(contents(bobs)).toEqual(["for here"]);
    await join(bobs, other);
    await say(alice, other, "for here too");
    await bobs.until("new_message", ({ data }) => data.content === "for here too");
    bobs.send({ type: "leave_room", data: { room_id: other } });
    expect((await bobs.until("left_room")).data).toEqual({ room_id: other, reason: "left" });
    await say(alice, other, "not any more");
    await say(alice, room, "the end");
    await bobs.until("new_message", ({ data }) => data.content === "the end");
    expect(contents(bobs)).toEqual(["for here", "for here too", "the end"]);
  });

  test("DIALECT-49 a room that one may not read is not joined", async () => {
    const { alice, carol } = app.people;
    const room = await group(alice, []);
    const carols = await connect(carol);
    for (const room_id of [room, 999_999, app.rooms.lobby.id]) {
      const before = ofType(carols, "error").length;
      carols.send({ type: "join_room", data: { room_id } });
      await eventually(() => ofType(carols, "error").length > before);
      await say(alice, room_id, "not for carol");
    }
    await quiet(carols);
    expect(ofType(carols, "joined_room")).toEqual([]);
    expect(JSON.stringify(carols.frames)).not.toContain("not for carol");
  });

  /** Somebody talks all the time while somebody else joins, again and again. */
  async function joinWhileTalking(room: number, rounds: number): Promise<void> {
    const { alice, bob } = app.people;
    let isDone = false;
    let count = 0;
    const talking = (async () => {
      for (; !isDone; count++) await say(alice, room, `m${count}`);
    })();
    const numberOf = (content: string) => Number(content.slice(1));
    for (let round = 0; round < rounds; round++) {
      const bobs = await connect(bob);
      await join(bobs, room);
      const { body } = await app.ask("GET", `/chat/rooms/${room}/messages?limit=1`, { as: bob });
      const known = numberOf(body.messages[0]?.content ?? "m-1");
      await bobs.until("new_message", ({ data }) => numberOf(data.content) === known + 10);
      const types = bobs.frames.map(({ type }) => type);
      expect(types.indexOf("joined_room")).toBeLessThan(types.indexOf("new_message"));
      const [first = 0, ...rest] = contents(bobs).map(numberOf);
      expect(first).toBeLessThanOrEqual(known + 1);
      expect(rest).toEqual(rest.map((_, index) => first + index + 1));
      bobs.destroy();
    }
    isDone = true;
    await talking;
  }

  test("DIALECT-49 nothing is missed from the answer on, and it comes after the answer", async () => {
    const { alice, bob } = app.people;
    await joinWhileTalking(await group(alice, [bob]), 10);
  });

  test("DIALECT-49 nor is it in a room with very many people", async () => {
    const { alice, bob } = app.people;
    const body = { name: "everybody", room_type: "channel", is_private: false, member_ids: [bob.id] };
    const room: number = (await app.ask("POST", "/chat/rooms", { as: alice, body })).body.id;
    const password_hash = await app.context.passwords.hash("nobody signs in with this");
    await app.context.writer.write(async (tx) => {
      for (let index = 0; index <= limits.fullRoomMembers; index++) {
        const names = namesOf({ username: `guest${index}`, email: `guest${index}@example.org` });
        const added = await addUser(tx, {
          ...names,
          role: "user",
          password_hash,
          must_change_password: false,
        });
        await joinRoom(tx, { user: added.id, session: 0 }, { room });
      }
    });
    await joinWhileTalking(room, 10);
    const bobs = await connect(bob);
    await join(bobs, room);
    bobs.send({ type: "leave_room", data: { room_id: room } });
    await bobs.until("left_room");
    await say(alice, room, "not any more");
    await quiet(bobs);
    expect(contents(bobs)).toEqual([]);
  });

  test("DIALECT-49 a socket joins at most 100 rooms", async () => {
    const { alice } = app.people;
    const rooms = await Promise.all(Array.from({ length: 101 }, () => group(alice, [])));
    const alices = await connect(alice);
    for (const room of rooms.slice(0, 100)) await join(alices, room);
    alices.send({ type: "join_room", data: { room_id: rooms[100] } });
    expect((await alices.until("error")).data.detail).toContain("100");
    alices.send({ type: "leave_room", data: { room_id: rooms[0] } });
    await join(alices, rooms[100] as number);
  });
});

describe("sending", () => {
  test("DIALECT-50 a message is heard by everybody who has joined, its sender too, once and in order", async () => {
    const { alice, bob } = app.people;
    const { room, alices, bobs } = await talk();
    for (let count = 0; count < 20; count++) {
      const [socket, who] = count % 2 ? [alices, "alice"] : [bobs, "bob"];
      socket.send({ type: "send_message", data: { room_id: room, content: `${who} ${count}` } });
    }
    for (const socket of [alices, bobs]) await eventually(() => contents(socket).length === 20);
    expect(ofType(alices, "new_message")).toEqual(ofType(bobs, "new_message"));
    const { body } = await app.ask("GET", `/chat/rooms/${room}/messages`, { as: bob });
    const told = ofType(bobs, "new_message").map(({ data }) => data);
    expect(told).toEqual(body.messages.map((message: object) => ({ ...message, status: "sent" })));
    expect(new Set(told.map(({ sender_id }) => sender_id))).toEqual(new Set([alice.id, bob.id]));
  });

  test("DIALECT-50 a repeat of a client id sends nothing, and is answered all the same", async () => {
    const { room, alices, bobs } = await talk();
    const data = { room_id: room, content: "only once", client_id: "the-same-again" };
    for (let count = 0; count < 3; count++) alices.send({ type: "send_message", data });
    await eventually(() => ofType(alices, "message_sent").length === 3);
    const answers = ofType(alices, "message_sent").map((frame) => frame.data);
    expect(new Set(answers.map(({ message_id }) => message_id)).size).toBe(1);
    expect(answers[0]).toMatchObject({ room_id: room, client_id: "the-same-again" });
    alices.send({ type: "send_message", data: { room_id: room, content: "the end" } });
    for (const socket of [alices, bobs]) {
      await socket.until("new_message", (frame) => frame.data.content === "the end");
      expect(contents(socket)).toEqual(["only once", "the end"]);
    }
    // The sender knows it again; others have no use for it.
    expect(ofType(alices, "new_message")[0].data.client_id).toBe("the-same-again");
    expect(ofType(bobs, "new_message")[0].data.client_id).toBeUndefined();
  });

  test("DIALECT-50 into a room that was not joined is answered, and heard by those who did", async () => {
    const { alice, bob } = app.people;
    const room = await group(alice, [bob]);
    const [alices, bobs] = [await connect(alice), await connect(bob)];
    await join(bobs, room);
    alices.send({ type: "send_message", data: { room_id: room, content: "hello" } });
    const { data } = await alices.until("message_sent");
    expect(data).toEqual({ room_id: room, message_id: expect.any(Number), client_id: null });
    expect((await bobs.until("new_message")).data.id).toBe(data.message_id);
    await quiet(alices);
    expect(ofType(alices, "new_message")).toEqual([]);
  });

  test("DIALECT-50 what is refused is told with its client id, and the socket lives", async () => {
    const { alices, room } = await talk();
    const send = async (data: object) => {
      const before = ofType(alices, "error").length;
      alices.send({ type: "send_message", data });
      await eventually(() => ofType(alices, "error").length > before);
      return ofType(alices, "error").at(-1)?.data;
    };
    expect(await send({ room_id: 999_999, content: "x", client_id: "one" })).toMatchObject({
      client_id: "one",
    });
    expect(await send({ room_id: room, content: "", client_id: "two" })).toMatchObject({ client_id: "two" });
    expect(await send({ room_id: room, content: "x", message_type: "image" })).toEqual({
      detail: expect.any(String),
    });
    expect(await send({ room_id: room, content: "x".repeat(10_001) })).toEqual({
      detail: expect.any(String),
    });
    const past = { scheduled_at: "2020-01-01T00:00:00Z", client_id: "three" };
    expect(await send({ room_id: room, content: "x", ...past })).toMatchObject({ client_id: "three" });
    await quiet(alices);
  });

  test("DIALECT-56 what is to be sent later is answered, and told to nobody before its time", async () => {
    const { room, alices, bobs } = await talk();
    const scheduled_at = new Date(app.clock.now() + 60_000).toISOString();
    alices.send({
      type: "send_message",
      data: { room_id: room, content: "later", scheduled_at, client_id: "for-later" },
    });
    await eventually(() => ofType(alices, "message_scheduled").length === 1);
    const [answer] = ofType(alices, "message_scheduled");
    const expected = {
      room_id: room,
      scheduled_at,
      scheduled_id: expect.any(Number),
      client_id: "for-later",
    };
    expect(answer?.data).toEqual(expected);
    app.clock.advance(60_000);
    await app.app.jobs.settled();
    await eventually(() => ofType(bobs, "new_message").some(({ data }) => data.content === "later"));
  });

  test("DIALECT-50 a file of one's own goes with it", async () => {
    const { alice } = app.people;
    const { room, alices, bobs } = await talk();
    const body = new FormData();
    body.append("file", new Blob(["some notes"]), "notes.txt");
    const headers = { authorization: `Bearer ${alice.accessToken}` };
    const made = await fetch(`${app.url}/chat/upload/file`, { method: "POST", body, headers });
    const { file_id } = await made.json();
    alices.send({ type: "send_message", data: { room_id: room, message_type: "file", file_id } });
    const frames = await Promise.all([alices, bobs].map((socket) => socket.until("new_message")));
    const urls = frames.map(({ data }) => data.file.url);
    expect(new Set(urls).size).toBe(2);
    for (const url of urls) expect(await (await fetch(app.url + url)).text()).toBe("some notes");
  });

  test("DIALECT-7 what is no frame of this socket is told, and the socket lives", async () => {
    const { alices, room } = await talk();
    const wrong = [
      ...["{", "[]", "null", '"x"', "{}", '{"type":"dance","data":{}}', '{"type":"join_room"}'],
      ...['{"type":"join_room","data":{"room_id":"1"}}', '{"type":"typing","data":{"room_id":1}}'],
      ...[`{"type":"join_room","data":{"room_id":${room}},"type":"ping"}`, '{"type":"ping","data":5}'],
    ];
    for (const text of wrong) {
      const before = ofType(alices, "error").length;
      alices.send(text);
      await eventually(() => ofType(alices, "error").length > before);
      expect(ofType(alices, "error").at(-1)).toEqual({
        type: "error",
        data: { detail: expect.any(String) },
      });
    }
    await quiet(alices);
  });
});
