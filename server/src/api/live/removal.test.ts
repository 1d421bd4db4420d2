import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { tailOf } from "@parley/protocol/events";
import type { Hello } from "@parley/protocol/frames";
import { membershipForUser, roomsOfUser } from "../../features/access/access-rows.ts";
import { roomEventAt, roomEventRows } from "../../features/logs/logs.ts";
import { userEventRows } from "../../features/logs/logs-rows.ts";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { holdReads } from "../../testing/gates.ts";
import {
  eventsOf,
  type HelloSocket,
  heardUpTo,
  type LiveSocket,
  liveSocket,
  openSocket,
  textsIn,
} from "../../testing/live-socket.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  let app: TestApp;
  let alice: HelloSocket;
  let bobId: number;
  const open: LiveSocket[] = [];

  beforeAll(async () => {
    app = await testApp({ engine, environment: { OPERATIONS_PER_SECOND: "0" } });
    bobId = app.people.bob.id;
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    alice = await connect(app.people.alice);
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });

  async function connect(person: Person, hello: Partial<Hello> = {}): Promise<HelloSocket> {
    const socket = await liveSocket(app.url, person, hello);
    open.push(socket);
    return socket;
  }

  /** A private room of alice's with bob in it. */
  async function roomWithBob(): Promise<number> {
    const input = { kind: "channel", name: "secrets", members: [bobId] };
    return (await alice.done("room.create", input)).id;
  }

  const say = (room: number, text: string) => alice.done("message.send", { room, text });

  /** The number of the event that removed bob, as alice heard it. */
  async function leftAt(room: number): Promise<number> {
    const frame = await alice.first(
      (each) => eventsOf([each], room).some(({ event }) => event.kind === "member.left"),
      "the removal",
    );
    return eventsOf([frame], room).find(({ event }) => event.kind === "member.left")?.seq ?? 0;
  }

  /** Nothing that this socket was sent shows of the room what came after an event. */
  function expectNothingAfter(socket: LiveSocket, room: number, seq: number, canary: string): void {
    const later = eventsOf(socket.frames, room).filter((heard) => heard.seq > seq);
    expect(later).toEqual([]);
    expect(socket.texts.filter((text) => text.includes(canary))).toEqual([]);
  }

  test("LIVE-5 whoever is removed while others write hears nothing after it, round after round", async () => {
    const bobs = await Promise.all(Array.from({ length: 3 }, () => connect(app.people.bob)));
    for (let round = 0; round < 40; round++) {
      const room = await roomWithBob();
      const before = Array.from({ length: round % 5 }, (_, count) => say(room, `before ${count}`));
      const removing = alice.do("member.remove", { room, user: bobId });
      // Each stands behind the removal in the same lane, so that it is written after it.
      const after = Array.from({ length: 5 }, () => say(room, `canary-${room}`));
      await Promise.all([...before, removing, ...after]);
      const seq = await leftAt(room);
      for (const bob of bobs) {
        await bob.until(
          "user_event",
          ({ event }) => event.kind === "room.disappeared" && event.room === room,
        );
        await bob.settled();
        expectNothingAfter(bob, room, seq, `canary-${room}`);
        expect(eventsOf(bob.frames, room).at(-1)?.event).toMatchObject({ kind: "member.left", user: bobId });
      }
    }
  });

  test("LIVE-5 whoever leaves hears it, and nothing after it", async () => {
    const bob = await connect(app.people.bob);
    const room = await roomWithBob();
    await Promise.all([
      bob.done("room.leave", { room }),
      ...Array.from({ length: 10 }, () => say(room, "x")),
    ]);
    const seq = await leftAt(room);
    await say(room, "canary-left");
    await bob.settled();
    expectNothingAfter(bob, room, seq, "canary-left");
  });

  test("LIVE-5 an outsider is sent nothing of a private room, not even that it is there", async () => {
    const carol = await connect(app.people.carol);
    const room = await roomWithBob();
    await say(room, "canary-private");
    carol.send({ type: "open", room, after: 0 });
    expect((await carol.until("error")).error.code).toBe("not_found");
    carol.send({ type: "signal", signal: { kind: "typing", room, on: true } });
    const tries = await Promise.all([
      carol.do("room.events", { room, after: 0 }),
      carol.do("message.list", { room }),
      carol.do("room.get", { room }),
      carol.do("member.list", { room }),
      carol.do("message.send", { room, text: "let me in" }),
    ]);
    for (const answer of tries) {
      expect(answer).toMatchObject({ type: "failed", error: { code: "not_found" } });
    }
    const again = await connect(app.people.carol, {
      epoch: carol.ready.epoch,
      user_seq: carol.ready.user_seq,
      rooms: { [room]: [1, 0] },
      open: [room],
    });
    expect(await again.until("gap")).toEqual({ type: "gap", room, head: 0, reason: "removed" });
    await say(room, "canary-private");
    for (const socket of [carol, again]) {
      await socket.settled();
      expectNothingAfter(socket, room, 0, "canary-private");
    }
    expect(alice.texts.some((text) => text.includes("canary-private"))).toBe(true);
    expect(alice.frames.filter(({ type }) => type === "signal")).toEqual([]);
  });

  test("LIVE-5 a resume position is not a permission", async () => {
    const bob = await connect(app.people.bob);
    const room = await roomWithBob();
    const { seq } = await say(room, "for bob too");
    await heardUpTo(bob, room, seq);
    const { event } = eventsOf(bob.frames, room).at(-1) ?? { event: { at: "" } };
    await alice.done("member.remove", { room, user: bobId });
    const left = await leftAt(room);
    await say(room, "canary-resumed");
    const back = await connect(app.people.bob, {
      epoch: bob.ready.epoch,
      user_seq: bob.ready.user_seq,
      rooms: { [room]: [seq, tailOf(event.at)] },
      open: [room],
    });
    expect(back.ready.rooms.map(({ id }) => id)).not.toContain(room);
    expect(await back.until("gap")).toEqual({ type: "gap", room, head: 0, reason: "removed" });
    back.send({ type: "open", room, after: seq });
    expect((await back.until("error")).error.code).toBe("not_found");
    await back.settled();
    expectNothingAfter(back, room, left, "canary-resumed");
    expect(eventsOf(back.frames, room)).toEqual([]);
  });

  test("LIVE-5 whoever is taken in again hears the room from there on", async () => {
    const bob = await connect(app.people.bob);
    const room = await roomWithBob();
    await alice.done("member.remove", { room, user: bobId });
    await say(room, "canary-between");
    await alice.done("member.add", { room, user: bobId });
    const { seq } = await say(room, "back again");
    await heardUpTo(bob, room, seq);
    expect(textsIn(bob.frames, room)).toEqual(["back again"]);
    // The room as it is once he is in it again shows its newest message; nothing told him of that before.
    const shown = bob.texts.filter((text) => text.includes("canary-between"));
    expect(shown.map((text) => JSON.parse(text).event?.kind)).toEqual(["room.appeared"]);
  });

  test("LIVE-5 a slow reader who is removed gets nothing that came after, however late it reads", async () => {
    const bob = await connect(app.people.bob);
    const room = await roomWithBob();
    await bob.until("user_event");
    bob.wire.pause();
    const long = "x".repeat(9_000);
    const isBlocked = () => [...app.app.live.people.of(bobId)].some((connection) => connection.blocked);
    while (!isBlocked()) await Promise.all(Array.from({ length: 20 }, () => say(room, long)));
    // The reader is behind: these would be caught up from the store.
    await say(room, "before the removal");
    await alice.done("member.remove", { room, user: bobId });
    const seq = await leftAt(room);
    await say(room, "canary-slow");
    bob.wire.resume();
    await bob.until("user_event", ({ event }) => event.kind === "room.disappeared" && event.room === room);
    await bob.settled();
    expectNothingAfter(bob, room, seq, "canary-slow");
    const seqs = eventsOf(bob.frames, room).map((heard) => heard.seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });

  test("LIVE-5 a removal while the store is read for a reader who is behind takes what was read from them", async () => {
    const room = await roomWithBob();
    const first = await connect(app.people.bob);
    const { seq } = await say(room, "the last he heard");
    await heardUpTo(first, room, seq);
    first.destroy();
    await say(room, "canary-read");
    const { event } = eventsOf(first.frames, room).at(-1) ?? { event: { at: "" } };
    const gate = holdReads(app.context.database, roomEventRows({ room, after: 0, limit: 0 }));
    const bob = await connect(app.people.bob, {
      epoch: first.ready.epoch,
      user_seq: first.ready.user_seq,
      rooms: { [room]: [seq, tailOf(event.at)] },
    });
    await gate.reached;
    await alice.done("member.remove", { room, user: bobId });
    gate.release();
    await bob.until("user_event", (frame) => frame.event.kind === "room.disappeared");
    await bob.settled();
    expect(eventsOf(bob.frames, room)).toEqual([]);
  });

  test("LIVE-5 a reader who is behind is not shown what the room has not told yet", async () => {
    const room = await roomWithBob();
    const first = await connect(app.people.bob);
    const { seq } = await say(room, "the last he heard");
    await heardUpTo(first, room, seq);
    first.destroy();
    const missed = await say(room, "missed");
    const { event } = eventsOf(first.frames, room).at(-1) ?? { event: { at: "" } };
    const gate = holdReads(app.context.database, roomEventAt({ room, seq: 0 }));
    const bob = await connect(app.people.bob, {
      epoch: first.ready.epoch,
      user_seq: first.ready.user_seq,
      rooms: { [room]: [seq, tailOf(event.at)] },
    });
    await gate.reached;
    // Committed by another node and not heard of here: the store has the removal, and what came after it.
    const { live } = app.app;
    const { deliver } = live;
    live.deliver = () => undefined;
    await alice.done("member.remove", { room, user: bobId });
    const after = await say(room, "canary-ahead");
    gate.release();
    await heardUpTo(bob, room, missed.seq);
    await bob.settled();
    expect(eventsOf(bob.frames, room).map((heard) => heard.seq)).toEqual([missed.seq]);
    live.deliver = deliver;
    live.feeds.hint(room, after.seq);
    await heardUpTo(bob, room, after.seq - 1);
    await bob.settled();
    expectNothingAfter(bob, room, after.seq - 1, "canary-ahead");
  });

  test("LIVE-5 a removal during the hello counts, though the rooms were read before it", async () => {
    for (const isHeard of [true, false]) {
      const room = await roomWithBob();
      if (!isHeard) for (const socket of open.splice(0)) socket.destroy();
      const bob = await openSocket({ url: app.url });
      open.push(bob);
      const { database } = app.context;
      // The private log tells of it too, but only later.
      const late = holdReads(database, userEventRows({ user: bobId, after: 0, limit: 0 }));
      const gate = holdReads(database, roomsOfUser({ user: bobId, after: 0, limit: 0 }));
      bob.send({ type: "hello", token: app.people.bob.accessToken });
      await gate.reached;
      const over = (method: string, path: string, body?: unknown) =>
        app.ask(method, `/api/v2${path}`, { as: app.people.alice, body });
      expect((await over("DELETE", `/rooms/${room}/members/${bobId}`)).status).toBe(204);
      const said = await over("POST", `/rooms/${room}/messages`, { text: `canary-hello-${room}` });
      expect(said.status).toBe(201);
      gate.release();
      await bob.until("ready");
      for (let count = 0; count < 3; count++) await bob.settled();
      expectNothingAfter(bob, room, said.body.seq - 1, `canary-hello-${room}`);
      late.release();
      await bob.until("user_event", ({ event }) => event.kind === "room.disappeared" && event.room === room);
      await bob.settled();
      expectNothingAfter(bob, room, said.body.seq - 1, `canary-hello-${room}`);
      alice = await connect(app.people.alice);
    }
  });

  test("LIVE-5 an entry during the hello counts, though the rooms were read before it", async () => {
    const room = (await alice.done("room.create", { kind: "channel", name: "late", members: [] })).id;
    for (const others of [[], [await connect(app.people.bob)]]) {
      expect(others.length).toBeLessThan(2);
      const bob = await openSocket({ url: app.url });
      open.push(bob);
      const gate = holdReads(app.context.database, roomsOfUser({ user: bobId, after: 0, limit: 0 }));
      bob.send({ type: "hello", token: app.people.bob.accessToken });
      await gate.reached;
      await alice.done("member.add", { room, user: bobId });
      const during = await say(room, "during the hello");
      gate.release();
      await bob.until("ready");
      const { seq } = await say(room, "after the hello");
      await heardUpTo(bob, room, seq);
      const readyAt = bob.frames.findIndex(({ type }) => type === "ready");
      expect(eventsOf(bob.frames.slice(0, readyAt), room)).toEqual([]);
      expect(eventsOf(bob.frames, room).at(-1)?.event.message.text).toBe("after the hello");
      expect(during.seq).toBe(seq - 1);
      await alice.done("member.remove", { room, user: bobId });
    }
  });

  test("LIVE-5 an entry that is heard of late does not undo the removal that came after it", async () => {
    const room = (await alice.done("room.create", { kind: "channel", name: "late", members: [] })).id;
    const bob = await connect(app.people.bob);
    const { live } = app.app;
    const { deliver } = live;
    // Another node takes bob in; this one reads his private log for it, and is slow.
    live.deliver = () => undefined;
    await alice.done("member.add", { room, user: bobId });
    live.deliver = deliver;
    const gate = holdReads(app.context.database, membershipForUser({ user: bobId, room }));
    live.people.hint(bobId, Number.MAX_SAFE_INTEGER);
    await gate.reached;
    await alice.done("member.remove", { room, user: bobId });
    const { seq } = await say(room, "canary-late");
    await heardUpTo(alice, room, seq);
    // The private log tells of the removal later still.
    const late = holdReads(app.context.database, userEventRows({ user: bobId, after: 0, limit: 0 }));
    gate.release();
    await bob.until("user_event", ({ event }) => event.kind === "room.appeared" && event.room.id === room);
    for (let count = 0; count < 3; count++) await bob.settled();
    expect(eventsOf(bob.frames, room)).toEqual([]);
    late.release();
    await bob.until("user_event", ({ event }) => event.kind === "room.disappeared" && event.room === room);
    await bob.settled();
    expect(eventsOf(bob.frames, room)).toEqual([]);
  });

  test("LIVE-5 hellos that race with removals and messages, round after round", async () => {
    for (let round = 0; round < 30; round++) {
      const room = await roomWithBob();
      const canary = `canary-race-${room}`;
      const bob = await openSocket({ url: app.url });
      open.push(bob);
      bob.send({ type: "hello", token: app.people.bob.accessToken });
      for (let wait = 0; wait < round % 10; wait++) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([
        alice.do("member.remove", { room, user: bobId }),
        say(room, canary),
        say(room, canary),
      ]);
      const seq = await leftAt(room);
      await bob.until("ready");
      await bob.settled();
      await say(room, canary);
      await bob.settled();
      expectNothingAfter(bob, room, seq, canary);
      bob.destroy();
    }
  });

  test("LIVE-5 a deleted room is silent for everyone", async () => {
    const bob = await connect(app.people.bob);
    const room = await roomWithBob();
    const { seq } = await say(room, "the last");
    await alice.done("room.delete", { room });
    for (const socket of [alice, bob]) {
      await heardUpTo(socket, room, seq + 1);
      expect(eventsOf(socket.frames, room).at(-1)).toMatchObject({
        seq: seq + 1,
        event: { kind: "room.deleted" },
      });
      socket.send({ type: "open", room });
      expect((await socket.until("error")).error.code).toBe("not_found");
    }
  });

  test("LIVE-5 whoever is behind in a room that was deleted is not told another number for its end", async () => {
    const room = await roomWithBob();
    const first = await connect(app.people.bob);
    const { seq } = await say(room, "the last he heard");
    await heardUpTo(first, room, seq);
    const { live } = app.app;
    const { deliver } = live;
    // Another node deletes the room; this one is told of the head only.
    live.deliver = () => undefined;
    for (let count = 0; count < 3; count++) await say(room, "not heard of here");
    await alice.done("room.delete", { room });
    live.deliver = deliver;
    live.feeds.hint(room, seq + 4);
    await first.until("gap", (frame) => frame.room === room);
    await heardUpTo(first, room, seq + 4);
    expect(eventsOf(first.frames, room).slice(-2)).toMatchObject([
      { seq },
      { seq: seq + 4, event: { kind: "room.deleted" } },
    ]);
  });
});
