import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { tailOf } from "@parley/protocol/events";
import type { Hello } from "@parley/protocol/frames";
import { roomsOfUser } from "../../features/access/access-rows.ts";
import { roomEventRows } from "../../features/logs/logs.ts";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { failReads, holdReads } from "../../testing/gates.ts";
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
  let room: number;
  let alice: HelloSocket;
  const open: LiveSocket[] = [];

  beforeAll(async () => {
    app = await testApp({ engine, environment: { OPERATIONS_PER_SECOND: "0" } });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    alice = await connect(app.people.alice);
    room = (
      await alice.done("room.create", { kind: "group", name: "resuming", members: [app.people.bob.id] })
    ).id;
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });

  async function connect(person: Person, hello: Partial<Hello> = {}): Promise<HelloSocket> {
    const socket = await liveSocket(app.url, person, hello);
    open.push(socket);
    return socket;
  }

  /** Messages that one socket may have under way without being told to stop. */
  const atOnce = 25;

  /** Sends so many messages in order and answers the place of the last. */
  async function say(count: number, text: (index: number) => string = (index) => `message ${index}`) {
    let last = 0;
    for (let from = 0; from < count; from += atOnce) {
      const sent = await Promise.all(
        Array.from({ length: Math.min(atOnce, count - from) }, (_, index) =>
          alice.done("message.send", { room, text: text(from + index) }),
        ),
      );
      last = sent.at(-1).seq;
    }
    return last;
  }

  /** What a client would say that has applied everything this socket was told. */
  function positions(socket: HelloSocket): Partial<Hello> {
    const last = eventsOf(socket.frames, room).at(-1);
    const privately = socket.frames.findLast((frame) => frame.type === "user_event");
    return {
      epoch: socket.ready.epoch,
      user_seq: privately?.type === "user_event" ? privately.seq : socket.ready.user_seq,
      ...(last && { rooms: { [room]: [last.seq, tailOf(last.event.at)] } }),
    };
  }

  /** Bob has heard one message, and goes away. */
  async function bobGoes(): Promise<Partial<Hello>> {
    const bob = await connect(app.people.bob);
    await heardUpTo(bob, room, await say(1, () => "the last he heard"));
    bob.destroy();
    return positions(bob);
  }

  test("LIVE-7 whoever comes back is sent exactly what was said meanwhile", async () => {
    const held = await bobGoes();
    const head = await say(300);
    const bob = await connect(app.people.bob, held);
    expect(bob.ready.mode).toBe("resume");
    await heardUpTo(bob, room, head);
    await bob.settled();
    expect(eventsOf(bob.frames, room).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 300 }, (_, index) => head - 299 + index),
    );
    expect(textsIn(bob.frames, room)).toEqual(Array.from({ length: 300 }, (_, index) => `message ${index}`));
  });

  test("LIVE-7 whoever missed nothing is sent nothing", async () => {
    const held = await bobGoes();
    const bob = await connect(app.people.bob, held);
    await bob.settled();
    expect(bob.frames.map(({ type }) => type)).toEqual(["ready", "pong"]);
  });

  test("LIVE-7 a restart of the server changes nothing about it", async () => {
    const held = await bobGoes();
    const head = await say(5);
    await app.restart();
    const bob = await connect(app.people.bob, held);
    await heardUpTo(bob, room, head);
    expect(textsIn(bob.frames, room)).toEqual(Array.from({ length: 5 }, (_, index) => `message ${index}`));
  });

  test("LIVE-7 long messages come through, however many were missed", async () => {
    const held = await bobGoes();
    const long = "é".repeat(9_990);
    const head = await say(300, (index) => `${index} ${long}`);
    const bob = await connect(app.people.bob, held);
    await heardUpTo(bob, room, head);
    expect(eventsOf(bob.frames, room).length).toBe(300);
    // What a socket may have to keep for a reader is bounded by its longest frame.
    expect(Math.max(...bob.texts.map((text) => text.length))).toBeLessThan(160_000);
  });

  test("LIVE-7 who is further behind than 500 events is told of the gap", async () => {
    const held = await bobGoes();
    const head = await say(501);
    const bob = await connect(app.people.bob, held);
    expect(await bob.until("gap")).toEqual({ type: "gap", room, head, reason: "behind" });
    const next = await say(1, () => "from here on");
    await heardUpTo(bob, room, next);
    expect(eventsOf(bob.frames, room).map(({ seq }) => seq)).toEqual([head + 1]);
  });

  test("LIVE-7 another epoch begins afresh, and no position counts", async () => {
    const held = await bobGoes();
    const head = await say(3);
    const bob = await connect(app.people.bob, { ...held, epoch: "another" });
    expect(bob.ready.mode).toBe("fresh");
    expect(bob.ready.rooms.find(({ id }) => id === room)?.head).toBe(head);
    await bob.settled();
    expect(eventsOf(bob.frames, room)).toEqual([]);
    expect((await connect(app.people.bob)).ready.mode).toBe("fresh");
  });

  test("LIVE-7 a private position that the store has not reached begins afresh", async () => {
    const held = await bobGoes();
    const bob = await connect(app.people.bob, { ...held, user_seq: 1_000_000 });
    expect(bob.ready.mode).toBe("fresh");
  });

  test("LIVE-7 a position that the store has not reached is a gap", async () => {
    const held = await bobGoes();
    const head = await say(2);
    const bob = await connect(app.people.bob, { ...held, rooms: { [room]: [head + 1, 0] } });
    expect(await bob.until("gap")).toEqual({ type: "gap", room, head, reason: "reset" });
  });

  test("LIVE-7 another event at the same number is a gap, whether the room has moved on or not", async () => {
    const held = await bobGoes();
    const [[seq, tail]] = Object.values(held.rooms ?? {}) as [[number, number]];
    const other: Partial<Hello> = { ...held, rooms: { [room]: [seq, tail + 1] } };
    const still = await connect(app.people.bob, other);
    expect(await still.until("gap")).toEqual({ type: "gap", room, head: seq, reason: "reset" });
    app.clock.advance(1_000);
    const head = await say(3);
    const moved = await connect(app.people.bob, other);
    expect(await moved.until("gap")).toEqual({ type: "gap", room, head, reason: "reset" });
    const next = await say(1, () => "next");
    for (const socket of [still, moved]) await heardUpTo(socket, room, next);
    expect(eventsOf(moved.frames, room).map((heard) => heard.seq)).toEqual([next]);
    const right = await connect(app.people.bob, held);
    await heardUpTo(right, room, next);
    expect(right.frames.filter(({ type }) => type === "gap")).toEqual([]);
  });

  test("LIVE-7 private events that were missed come too, or a gap when they are very many", async () => {
    const held = await bobGoes();
    const from = held.user_seq ?? 0;
    const made = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        alice.done("room.create", { kind: "group", name: `new ${index}`, members: [app.people.bob.id] }),
      ),
    );
    const bob = await connect(app.people.bob, held);
    await bob.until("user_event", (frame) => frame.seq === from + made.length);
    const told = bob.frames.flatMap((frame) => (frame.type === "user_event" ? [frame] : []));
    expect(told.map(({ seq }) => seq)).toEqual(made.map((_, index) => from + 1 + index));
    expect(told.map(({ event }) => event.kind === "room.appeared" && event.room.name)).toEqual(
      made.map(({ name }) => name),
    );
    for (let count = 0; count < 16; count++) {
      await Promise.all(
        made.map(({ id }, index) => {
          const member = { room: id, user: app.people.bob.id };
          return count % 2 === 0 && index >= 0
            ? alice.done("member.remove", member)
            : alice.done("member.add", member);
        }),
      );
    }
    const late = await connect(app.people.bob, held);
    expect(await late.until("user_gap")).toEqual({ type: "user_gap", head: from + 17 * made.length });
  });

  test("LIVE-4 whoever comes and goes while others write hears every event once and in order", async () => {
    let isOver = false;
    const writing = (async () => {
      for (let count = 0; !isOver; count++)
        await alice.done("message.send", { room, text: `running ${count}` });
    })();
    let held: Partial<Hello> = {};
    const heard: number[] = [];
    for (let round = 0; round < 40; round++) {
      const bob = await connect(app.people.bob, held);
      const from = eventsOf(bob.frames, room).length;
      await bob.first(() => eventsOf(bob.frames, room).length > from + (round % 4), "some events");
      bob.destroy();
      const last = heard.at(-1);
      const now = eventsOf(bob.frames, room).map(({ seq }) => seq);
      if (last !== undefined) expect(now[0]).toBe(last + 1);
      heard.push(...now);
      held = positions(bob);
    }
    isOver = true;
    await writing;
    const first = heard[0] ?? 0;
    expect(heard).toEqual(heard.map((_, index) => first + index));
  });

  test("LIVE-4 events that come while the store is read for what was missed stand in their places", async () => {
    for (let round = 0; round < 10; round++) {
      const held = await bobGoes();
      await say(210 + round);
      const [bob, head] = await Promise.all([connect(app.people.bob, held), say(40)]);
      await heardUpTo(bob, room, head);
      await bob.settled();
      const [from = 0] = Object.values(held.rooms ?? {})[0] ?? [];
      const seqs = eventsOf(bob.frames, room).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: head - from }, (_, index) => from + 1 + index));
      bob.destroy();
    }
  });

  test("LIVE-4 an event that is told while a reader is behind waits for those before it", async () => {
    const held = await bobGoes();
    const [from = 0] = Object.values(held.rooms ?? {})[0] ?? [];
    await say(10);
    const gate = holdReads(app.context.database, roomEventRows({ room, after: 0, limit: 0 }));
    const bob = await connect(app.people.bob, held);
    await gate.reached;
    const head = await say(5, () => "told meanwhile");
    const pong = await bob.settled();
    expect(eventsOf(bob.frames, room)).toEqual([]);
    // A head ahead of what was sent would look like a hole.
    expect(Object.keys(pong.heads ?? {})).not.toContain(String(room));
    gate.release();
    await heardUpTo(bob, room, head);
    expect(eventsOf(bob.frames, room).map(({ seq }) => seq)).toEqual(
      Array.from({ length: head - from }, (_, index) => from + 1 + index),
    );
  });

  test("LIVE-4 whoever has read the store beyond what was told here is not told it again", async () => {
    const { live } = app.app;
    const { deliver } = live;
    live.deliver = () => undefined;
    const elsewhere = await say(2, () => "committed elsewhere");
    live.deliver = deliver;
    const bob = await connect(app.people.bob);
    expect(bob.ready.rooms.find(({ id }) => id === room)?.head).toBe(elsewhere);
    const head = await say(1, () => "committed here");
    for (const socket of [alice, bob]) await heardUpTo(socket, room, head);
    expect(textsIn(alice.frames, room)).toEqual([
      "committed elsewhere",
      "committed elsewhere",
      "committed here",
    ]);
    expect(textsIn(bob.frames, room)).toEqual(["committed here"]);
  });

  test("LIVE-4 a pong names the heads that moved, never ahead of what was sent", async () => {
    const bob = await connect(app.people.bob);
    const head = await say(3);
    await heardUpTo(bob, room, head);
    expect((await bob.settled()).heads).toMatchObject({ [room]: head });
    expect((await bob.settled()).heads).toBeUndefined();
    await Promise.all([say(100), ...Array.from({ length: 20 }, () => bob.settled())]);
    let position = 0;
    for (const frame of bob.frames) {
      for (const { seq } of eventsOf([frame], room)) position = seq;
      if (frame.type === "pong") expect(frame.heads?.[room] ?? 0).toBeLessThanOrEqual(position);
    }
  });

  test("LIVE-4 what was told during a hello to others, who have left since, is not lost", async () => {
    const { rounds } = app.app.live;
    const gate = holdReads(app.context.database, roomsOfUser({ user: 0, after: 0, limit: 0 }));
    const bob = await openSocket({ url: app.url });
    open.push(bob);
    bob.send({ type: "hello", token: app.people.bob.accessToken });
    await gate.reached;
    const head = await say(1, () => "told to alice alone");
    alice.destroy();
    await eventually(() => app.app.live.feeds.get(room) === undefined);
    // However long the hello takes.
    for (let round = 0; round < 3; round++) rounds.go();
    gate.release();
    await heardUpTo(bob, room, head);
    expect(textsIn(bob.frames, room)).toEqual(["told to alice alone"]);
  });

  test("LIVE-4 what cannot be read now is caught up when it can", async () => {
    const held = await bobGoes();
    const head = await say(10);
    const failing = failReads(app.context.database, roomEventRows({ room, after: 0, limit: 0 }));
    const bob = await connect(app.people.bob, held);
    await failing.reached;
    await bob.settled();
    expect(eventsOf(bob.frames, room)).toEqual([]);
    failing.release();
    await heardUpTo(bob, room, head);
    expect(textsIn(bob.frames, room).length).toBe(10);
  });
});
