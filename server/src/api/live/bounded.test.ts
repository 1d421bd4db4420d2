import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Hello } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import { joinRoom } from "../../features/members/members.ts";
import { sendMessage } from "../../features/messages/messages.ts";
import { addUser, namesOf } from "../../features/users/users.ts";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import {
  eventsOf,
  type HelloSocket,
  heardUpTo,
  type LiveSocket,
  liveSocket,
} from "../../testing/live-socket.ts";
import type { Connection } from "./connection.ts";

/** Bytes that one reader may cost; what the system itself holds for a socket comes on top. */
const mostForOne = 1.2 * 1024 * 1024;

let app: TestApp;
let lobby: number;
const open: LiveSocket[] = [];

beforeAll(async () => {
  app = await testApp();
  lobby = app.rooms.lobby.id;
});
afterAll(() => app.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

async function connect(person: Person, hello: Partial<Hello> = {}): Promise<HelloSocket> {
  const socket = await liveSocket(app.url, person, hello);
  open.push(socket);
  return socket;
}

/** The server's end of a socket. */
function connectionOf(socket: HelloSocket): Connection {
  const found = [...app.app.live.all].filter((each) => each.session === socket.ready.session);
  const [connection] = found;
  if (!connection || found.length > 1) throw new Error("a session of its own is needed");
  return connection;
}

async function slowReader(): Promise<{ socket: HelloSocket; connection: Connection }> {
  const socket = await connect(await app.signIn("bob", "slow"));
  socket.wire.pause();
  return { socket, connection: connectionOf(socket) };
}

/** What the process keeps for a reader: in the socket's buffer, and before it. */
function keptFor(connection: Connection): number {
  return connection.socket.getBufferedAmount() + connection.unsent;
}

/** One message, past the limit of how often somebody may write: here the readers are what is looked at. */
const say = (text: string) =>
  app.ask("POST", `/api/v2/rooms/${lobby}/messages`, { as: app.people.alice, body: { text } });

async function sayMany(count: number, text: string): Promise<number> {
  let last = 0;
  for (let from = 0; from < count; from += 50) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, count - from) }, () => say(text)));
    last = Math.max(...answers.map(({ body }) => body.seq));
  }
  return last;
}

/** Writes until this reader's buffer is full. */
async function block(connection: Connection): Promise<number> {
  let last = 0;
  while (!connection.blocked) last = await sayMany(50, "x".repeat(9_000));
  return last;
}

test("LIVE-8 a slow reader costs a bounded buffer, the others miss nothing, and it goes on where it was", async () => {
  const reader = await connect(app.people.admin);
  const { socket, connection } = await slowReader();
  const first = (await say("the first")).body.seq;
  await block(connection);
  let most = 0;
  let last = 0;
  for (let round = 0; round < 8; round++) {
    last = await sayMany(50, "y".repeat(9_000));
    most = Math.max(most, keptFor(connection));
  }
  expect(connection.blocked).toBe(true);
  expect(most).toBeLessThan(mostForOne);
  await heardUpTo(reader, lobby, last);
  const all = eventsOf(reader.frames, lobby).map(({ seq }) => seq);
  expect(all).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
  socket.wire.resume();
  const end = (await say("the end")).body.seq;
  await heardUpTo(socket, lobby, end);
  expectNoSilentHole(socket, first);
});

test("LIVE-8 a reader who was away for more than 500 events is told of the gap", async () => {
  const { socket, connection } = await slowReader();
  const first = (await say("the first")).body.seq;
  await block(connection);
  await sayMany(600, "short");
  socket.wire.resume();
  await socket.until("gap", (frame) => frame.room === lobby && frame.reason === "slow");
  const end = (await say("the end")).body.seq;
  await heardUpTo(socket, lobby, end);
  expectNoSilentHole(socket, first);
});

/** Each event follows the one before it, or a gap that says from where on it goes on. */
function expectNoSilentHole(socket: HelloSocket, first: number): void {
  let next = first;
  for (const frame of socket.frames) {
    if (frame.type === "gap" && frame.room === lobby) next = frame.head + 1;
    for (const { seq } of eventsOf([frame], lobby)) {
      expect(seq).toBe(next);
      next = seq + 1;
    }
  }
}

test("LIVE-8 a reader who takes nothing for 30 s is let go, and its buffer with it", async () => {
  const { socket, connection } = await slowReader();
  await block(connection);
  app.clock.advance(29_000);
  app.app.live.rounds.go();
  expect(connection.isOpen).toBe(true);
  app.clock.advance(2_000);
  app.app.live.rounds.go();
  expect(connection.isOpen).toBe(false);
  expect(keptFor(connection)).toBe(0);
  expect(app.app.live.all.has(connection)).toBe(false);
  socket.wire.resume();
  expect([1006, 4508]).toContain((await socket.closed).code);
});

test("LIVE-8 a reader who is too slow for very long answers is stopped from asking for more", async () => {
  await sayMany(60, "z".repeat(9_900));
  const { socket, connection } = await slowReader();
  const page = { type: "do", op: "message.list", input: { room: lobby, limit: 50 } };
  socket.wire.sendMany(
    Array.from({ length: 150 }, (_, count) => JSON.stringify({ ...page, id: `page-${count}` })),
  );
  await eventually(() => connection.blocked);
  expect(connection.operations).toBeLessThanOrEqual(64);
  // A few answers of half a megabyte were under way; the rest waits to be read.
  expect(keptFor(connection)).toBeLessThan(8 * 600_000);
  expect(connection.unread).toBeGreaterThan(50);
  socket.wire.resume();
  for (const index of [0, 75, 149])
    await socket.first((frame) => "id" in frame && frame.id === `page-${index}`, "a page");
});

test("LIVE-8 a flood on one socket closes it, and the others are served", async () => {
  const alice = await connect(app.people.alice);
  const flooding = await connect(app.people.bob);
  for (let n = 0; n < 20_000; n++) flooding.send({ type: "ping", n });
  const { seq } = await alice.done("message.send", { room: lobby, text: "in the flood" });
  await heardUpTo(alice, lobby, seq);
  expect((await flooding.closed).code).toBe(4429);
  await alice.settled();
});

test("LIVE-8 a flood that stays below what closes a socket waits its turn behind everybody else", async () => {
  const own = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
  const flooding = await liveSocket(own.url, own.people.bob);
  const alice = await liveSocket(own.url, own.people.alice);
  const mostInOneTurn = countPerTurn(own, flooding);
  // 200 frames in one piece: more than one turn, less than what closes the socket.
  flooding.wire.sendMany(
    Array.from({ length: 200 }, (_, n) => JSON.stringify({ type: "ping", n: 1_000 + n })),
  );
  await alice.settled();
  await flooding.until("pong", ({ n }) => n === 1_199);
  expect(flooding.frames.filter(({ type }) => type === "pong").length).toBe(200);
  expect(mostInOneTurn()).toBeLessThanOrEqual(2 * 64);
  await own.close();
});

/** How many frames of a socket were read between two moments at which every other socket could have been. */
function countPerTurn(own: TestApp, socket: HelloSocket): () => number {
  const connection = [...own.app.live.all].find((each) => each.session === socket.ready.session);
  if (!connection) throw new Error("there is no such connection");
  const next = connection.nextFrame.bind(connection);
  let inTurn = 0;
  let most = 0;
  connection.nextFrame = () => {
    const text = next();
    if (text === undefined) return undefined;
    if (inTurn === 0) {
      setImmediate(() => {
        inTurn = 0;
      });
    }
    most = Math.max(most, ++inTurn);
    return text;
  };
  return () => most;
}

test("LIVE-8 operations past the limit are told to wait, and are welcome later", async () => {
  const own = await testApp({ environment: { OPERATIONS_PER_SECOND: "10" } });
  const alice = await liveSocket(own.url, own.people.alice);
  const ask = () => alice.do("room.get", { room: own.rooms.lobby.id });
  const answers = await Promise.all(Array.from({ length: 60 }, ask));
  const refused = answers.filter(({ type }) => type === "failed");
  expect(refused.length).toBe(20);
  expect(refused[0]).toMatchObject({ error: { code: "rate_limited", retry: "wait", after: 1 } });
  own.clock.advance(1_000);
  expect((await Promise.all(Array.from({ length: 10 }, ask))).map(({ type }) => type)).toEqual(
    Array(10).fill("done"),
  );
  expect((await ask()).type).toBe("failed");
  // Frames of any kind are counted too: to go on being refused is not for nothing.
  const served = await servedUntilClosed(alice, 1_000);
  expect(served).toBeLessThan(500);
  expect((await alice.closed).code).toBe(4429);
  await own.close();
});

/** Sends pings one after the other, each when the one before was answered. */
async function servedUntilClosed(socket: HelloSocket, most: number): Promise<number> {
  let served = 0;
  let isClosed = false;
  void socket.closed.then(() => {
    isClosed = true;
  });
  while (!isClosed && served < most) {
    await Promise.race([socket.settled().catch(() => undefined), socket.closed]);
    served++;
  }
  return served;
}

test("LIVE-8 one very large commit is not queued whole for every reader", async () => {
  const bob = await connect(await app.signIn("bob", "large commits"));
  const connection = connectionOf(bob);
  const { push } = connection;
  let most = 0;
  connection.push = (frame) => {
    push.call(connection, frame);
    most = Math.max(most, connection.unsent);
  };
  const text = "w".repeat(9_900);
  const { actor } = app.people.alice;
  const sent = await app.context.writer.write(async (tx) => {
    const seqs: number[] = [];
    for (let count = 0; count < 300; count++) {
      const { seq } = await sendMessage(tx, actor, { room: lobby, text, client_id: `large-${count}` });
      seqs.push(seq);
    }
    return seqs;
  });
  await heardUpTo(bob, lobby, sent.at(-1) ?? 0);
  expect(eventsOf(bob.frames, lobby).map(({ seq }) => seq)).toEqual(sent);
  expect(most).toBeLessThan(mostForOne);
});

test("LIVE-8 a bug met for one socket ends that socket only", async () => {
  const bob = await connect(await app.signIn("bob", "unlucky"));
  const alice = await connect(app.people.alice);
  const connection = connectionOf(bob);
  connection.receive = () => {
    throw new Error("a bug");
  };
  bob.send({ type: "ping", n: 1 });
  expect((await bob.closed).code).toBe(4503);
  await alice.settled();
  expect(app.log.some((line) => line.includes("a bug"))).toBe(true);
});

test("LIVE-9 a message is as many writes in a room of 250 as in a room of three", async () => {
  const large = await largeRoom();
  const alice = await connect(await app.signIn("alice"));
  const small = (await alice.done("room.create", { kind: "channel", name: "small" })).id;
  // What others say here goes into the index at a moment of its own, and would be counted with it.
  await app.app.indexer.stop();
  const writesOf = async (room: number) => {
    const { database } = app.context;
    const { transaction } = database;
    let count = 0;
    database.transaction = (work) =>
      transaction((tx) => {
        const counting = Object.create(tx) as typeof tx;
        for (const verb of ["rows", "first", "run", "runAhead"] as const) {
          const carryOut = tx[verb].bind(tx) as (query: never) => never;
          counting[verb] = (query: never) => {
            count++;
            return carryOut(query);
          };
        }
        return work(counting);
      });
    await alice.done("message.send", { room, text: "how much is this?" });
    database.transaction = transaction;
    return count;
  };
  expect(await writesOf(large)).toBe(await writesOf(small));
});

let madeLarge: Promise<number> | undefined;

/** A public channel of more people than hear a room in full without asking; alice and bob are in it. */
function largeRoom(): Promise<number> {
  madeLarge ??= makeLarge();
  return madeLarge;
}

async function makeLarge(): Promise<number> {
  const alice = await connect(await app.signIn("alice"));
  const { id } = await alice.done("room.create", { kind: "channel", name: "everyone", public: true });
  const password_hash = await app.context.passwords.hash("nobody signs in with this");
  await app.context.writer.write(async (tx) => {
    for (let index = 0; index < limits.fullRoomMembers + 50; index++) {
      const names = namesOf({ username: `person-${index}`, email: `person-${index}@example.org` });
      const added = await addUser(tx, { ...names, role: "user", password_hash, must_change_password: false });
      await joinRoom(tx, { user: added.id, session: 0 }, { room: id });
    }
  });
  await app.ask("POST", `/api/v2/rooms/${id}/join`, { as: app.people.bob });
  alice.destroy();
  return id;
}

test("LIVE-9 a large room is heard in short, and in full while it is open", async () => {
  const room = await largeRoom();
  const alice = await connect(await app.signIn("alice"), { open: [room] });
  const bob = await connect(await app.signIn("bob"));
  const [first] = bob.ready.rooms.filter(({ id }) => id === room);
  expect(first?.member_count).toBeGreaterThan(limits.fullRoomMembers);
  const said = await alice.done("message.send", { room, text: "to everyone", mentions: [app.people.bob.id] });
  await heardUpTo(alice, room, said.seq);
  const bump = await bob.until("bump", (frame) => frame.rooms[0]?.head === said.seq);
  expect(bump.rooms).toEqual([
    {
      room,
      head: said.seq,
      unread: (first?.unread ?? 0) + 1,
      mentions: (first?.mentions ?? 0) + 1,
      last_message_at: said.created_at,
      last_message: {
        ...{ id: said.id, seq: said.seq, sender: app.people.alice.id, type: "text" },
        ...{ text: "to everyone", version: 1, created_at: said.created_at },
      },
    },
  ]);
  expect(eventsOf(bob.frames, room)).toEqual([]);

  bob.send({ type: "open", room, after: said.seq - 1 });
  const inFull = await alice.done("message.send", { room, text: "opened" });
  await heardUpTo(bob, room, inFull.seq);
  expect(eventsOf(bob.frames, room).map(({ seq }) => seq)).toEqual([said.seq, inFull.seq]);

  bob.send({ type: "close", room });
  await bob.settled();
  const inShort = await alice.done("message.send", { room, text: "closed" });
  await bob.until("bump", (frame) => frame.rooms[0]?.head === inShort.seq);
  expect(eventsOf(bob.frames, room).at(-1)?.seq).toBe(inFull.seq);
});

test("LIVE-9 of whatever is said between two rounds a bump tells once", async () => {
  const room = await largeRoom();
  const alice = await connect(await app.signIn("alice"));
  const bob = await connect(await app.signIn("bob"));
  const { live } = app.app;
  // The rounds are made by hand here.
  const { go } = live.rounds;
  live.rounds.go = () => undefined;
  go.call(live.rounds);
  await bob.settled();
  const before = bob.frames.length;
  const said = await Promise.all(
    Array.from({ length: 20 }, (_, count) => alice.done("message.send", { room, text: `${count}` })),
  );
  await bob.settled();
  expect(bob.frames.slice(before).map(({ type }) => type)).toEqual(["pong"]);
  go.call(live.rounds);
  await bob.until("bump", (frame) => frame.rooms[0]?.head === said.at(-1).seq);
  go.call(live.rounds);
  await bob.settled();
  expect(bob.frames.slice(before).filter(({ type }) => type === "bump").length).toBe(1);
  live.rounds.go = go;
});

test("LIVE-10 a bump that a slow reader missed is made good", async () => {
  const room = await largeRoom();
  const alice = await connect(await app.signIn("alice"));
  const { socket, connection } = await slowReader();
  await block(connection);
  const said = await alice.done("message.send", { room, text: "missed" });
  await eventually(() => {
    app.app.live.rounds.go();
    return connection.missed;
  });
  socket.wire.resume();
  await socket.until("bump", (frame) => frame.rooms[0]?.room === room && frame.rooms[0].head === said.seq);
});
