import { afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { liveSocket } from "../../testing/live-socket.ts";
import { type TestNodes, testNodes } from "../../testing/nodes.ts";
import { postgresMissing } from "../../testing/postgres.ts";
import { Attendance } from "./attendance.ts";
import type { Connection } from "./connection.ts";

const room = 7;

describe("attendance", () => {
  const device = (user: number) => ({ user }) as Connection;

  test("SIG-5 a person attends as long as one of their devices does, and is told of once", () => {
    const told: [number, boolean][] = [];
    const attendance = new Attendance(() => undefined);
    const unwatch = attendance.watch(room, (user, on) => void told.push([user, on]));
    const [phone, laptop] = [device(1), device(1)];
    attendance.enter(phone, room);
    attendance.enter(phone, room);
    attendance.enter(laptop, room);
    attendance.leave(phone, room);
    expect([attendance.of(room), told]).toEqual([[1], [[1, true]]]);
    attendance.leave(laptop, room);
    attendance.leave(laptop, room);
    expect([attendance.of(room), told]).toEqual([
      [],
      [
        [1, true],
        [1, false],
      ],
    ]);
    unwatch();
    attendance.enter(phone, room);
    expect(told).toHaveLength(2);
  });

  test("SIG-5 whoever attends here and elsewhere is gone when they are gone everywhere", () => {
    const told: [number, boolean][] = [];
    const attendance = new Attendance(() => undefined);
    attendance.watch(room, (user, on) => void told.push([user, on]));
    const here = device(1);
    attendance.enter(here, room);
    attendance.hear("b", { room, users: [1, 2], now: 0 });
    attendance.leave(here, room);
    expect(told).toEqual([
      [1, true],
      [2, true],
    ]);
    attendance.expire(30_000);
    expect(attendance.of(room).sort()).toEqual([1, 2]);
    attendance.expire(30_001);
    expect(attendance.of(room)).toEqual([]);
    attendance.hear("b", { room, users: [2], now: 40_000 });
    attendance.lose("b");
    expect(told.slice(2)).toEqual([
      [1, false],
      [2, false],
      [2, true],
      [2, false],
    ]);
  });

  test("SIG-5 whatever happens, a watcher who counts along knows who is there", () => {
    const step = fc.record({
      what: fc.constantFrom("enter", "leave", "hear", "lose", "expire"),
      device: fc.nat(5),
      users: fc.uniqueArray(fc.integer({ min: 0, max: 2 })),
      node: fc.constantFrom("b", "c"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const devices = [0, 0, 1, 1, 2, 2].map(device);
        const attendance = new Attendance(() => undefined);
        const counted = new Set<number>();
        attendance.watch(room, (user, on) => {
          // Nobody comes who is there, or goes who is not.
          expect(counted.has(user)).toBe(!on);
          if (on) counted.add(user);
          else counted.delete(user);
        });
        for (const [now, { what, users, node, ...of }] of steps.entries()) {
          const one = devices[of.device] as Connection;
          if (what === "enter" || what === "leave") attendance[what](one, room);
          else if (what === "hear") attendance.hear(node, { room, users, now: now * 10_000 });
          else if (what === "lose") attendance.lose(node);
          else attendance.expire(now * 10_000);
          expect([...counted].sort()).toEqual(attendance.of(room).sort());
        }
      }),
    );
  });
});

describe("over sockets", () => {
  let app: TestApp;
  afterEach(() => app?.close());

  test("SIG-5 whoever opens a room attends it until they close it, leave it or go", async () => {
    app = await testApp();
    const { design, lobby } = app.rooms;
    const { attendance } = app.app.live;
    const { alice, bob, carol } = app.people;
    const socket = await liveSocket(app.url, alice, { open: [design.id] });
    expect(attendance.of(design.id)).toEqual([alice.id]);
    const bobs = await liveSocket(app.url, bob);
    for (const { id } of [design, lobby]) bobs.send({ type: "open", room: id });
    await eventually(() => attendance.of(lobby.id).includes(bob.id));
    expect(attendance.of(design.id).sort()).toEqual([alice.id, bob.id].sort());
    socket.send({ type: "close", room: design.id });
    await eventually(() => !attendance.of(design.id).includes(alice.id));
    await bobs.done("room.leave", { room: design.id });
    await eventually(() => attendance.of(design.id).length === 0);
    bobs.destroy();
    await eventually(() => attendance.of(lobby.id).length === 0);
    // Naming a room is not being in it.
    await liveSocket(app.url, carol, { open: [design.id] });
    expect(attendance.of(design.id)).toEqual([]);
  });
});

describe.skipIf(postgresMissing)(
  postgresMissing ? "several nodes (PostgreSQL is not on this machine)" : "several nodes",
  () => {
    let fixture: TestNodes;
    afterEach(() => fixture?.close());

    test("SIG-5 what one node tells of is known on the others, and ends with it", async () => {
      fixture = await testNodes(2);
      const { design } = fixture.rooms;
      const { alice, bob } = fixture.people;
      const there = () => fixture.at(0).app.live.attendance.of(design.id);
      const socket = await fixture.online(1, "alice");
      socket.send({ type: "open", room: design.id });
      await eventually(() => there().includes(alice.id));
      // Of what is lost the next roll tells.
      fixture.broker.fate = () => [];
      const bobs = await fixture.online(1, "bob");
      bobs.send({ type: "open", room: design.id });
      await eventually(() => fixture.at(1).app.live.attendance.of(design.id).includes(bob.id));
      expect(there()).toEqual([alice.id]);
      fixture.broker.fate = () => [0];
      await eventually(() => there().includes(bob.id));
      await fixture.at(1).app.stop({ drainSeconds: 0 });
      await eventually(() => there().length === 0);
    });
  },
);
