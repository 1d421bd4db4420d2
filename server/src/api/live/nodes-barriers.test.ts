import { afterEach, describe, expect, test } from "bun:test";
import { closeCodes, type ServerFrame } from "@parley/protocol/frames";
import { eventually } from "../../testing/eventually.ts";
import { eventsOf, type HelloSocket, heardUpTo, textsIn } from "../../testing/live-socket.ts";
import { seededRandom, type TestNodes, testNodes } from "../../testing/nodes.ts";
import { postgresMissing } from "../../testing/postgres.ts";

/** Removals under load; each waits for what the bus has lost to be told again. */
const rounds = 4;

let fixture: TestNodes;
afterEach(() => fixture?.close());

/** Whatever a frame tells of a room, but for that the person is in it no more. */
function tellsOf(frame: ServerFrame, room: number): boolean {
  if (frame.type === "event" || frame.type === "events" || frame.type === "gap") return frame.room === room;
  if (frame.type === "signal") return "room" in frame.signal && frame.signal.room === room;
  return frame.type === "bump" && frame.rooms.some((each) => each.room === room);
}

/** A bus that loses a third of what it carries and delays, repeats and reorders the rest. */
function spoilBus(random: () => number): void {
  const delay = () => Math.floor(random() * 40);
  fixture.broker.fate = () => {
    if (random() < 0.33) return [];
    return random() < 0.3 ? [delay(), delay()] : [delay()];
  };
}

/** Types, sends and marks, and answers the number of what was sent. */
async function sayAll(socket: HelloSocket, room: number): Promise<number> {
  socket.send({ type: "signal", signal: { kind: "typing", room, on: true } });
  const { seq } = await socket.done("message.send", { room, text: "still talking" });
  await socket.done("receipt.read", { room, seq });
  return seq;
}

/** The numbers of a room's events of one kind, as a socket heard them. */
const seqsOf = (socket: HelloSocket, room: number, kind: string): number[] =>
  eventsOf(socket.frames, room)
    .filter(({ event }) => event.kind === kind)
    .map(({ seq }) => seq);

/** Where a room stood when a socket began to hear it. */
const headOf = (socket: HelloSocket, room: number) =>
  socket.ready.rooms.find(({ id }) => id === room)?.head ?? 0;

const countOf = (socket: HelloSocket, kind: string): number =>
  socket.frames.filter((frame) => frame.type === "user_event" && frame.event.kind === kind).length;

const missing = postgresMissing ? "several nodes (PostgreSQL is not on this machine)" : "several nodes";
describe.skipIf(postgresMissing)(missing, () => {
  test("LIVE-5 removed on one node, a person hears nothing later on another, whatever the bus does", async () => {
    fixture = await testNodes(3, { environment: { OPERATIONS_PER_SECOND: "0" } });
    const { id: room } = fixture.rooms.design;
    const user = fixture.people.bob.id;
    const alice = await fixture.online(0, "alice");
    const talkers = await Promise.all([1, 2].map((node) => fixture.online(node, "alice")));
    const bobs = await Promise.all([0, 1, 2, 1].map((node) => fixture.online(node, "bob")));
    const random = seededRandom(7);
    spoilBus(random);
    const sent: number[] = [];
    const left: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // Two nodes talk without a pause while a third takes bob out: some of it comes before, some after.
      const stop = new AbortController();
      const talking = talkers.map(async (socket) => {
        while (!stop.signal.aborted) sent.push(await sayAll(socket, room));
      });
      const more = (count: number) => eventually(() => sent.length >= count);
      await more(sent.length + 2 + Math.floor(random() * 6));
      await alice.done("member.remove", { room, user });
      await more(sent.length + 2 + Math.floor(random() * 6));
      stop.abort();
      await Promise.all(talking);
      await eventually(() => seqsOf(alice, room, "member.left").length > round);
      left.push(seqsOf(alice, room, "member.left").at(-1) ?? 0);
      for (const socket of bobs) await eventually(() => countOf(socket, "room.disappeared") > round);

      const before = bobs.map((socket) => socket.frames.length);
      for (const talker of talkers) sent.push(await sayAll(talker, room));
      await heardUpTo(alice, room, Math.max(...sent));
      await Promise.all(bobs.map((socket) => socket.settled()));
      const later = bobs.flatMap((socket, which) => socket.frames.slice(before[which]));
      expect(later.filter((frame) => tellsOf(frame, room))).toEqual([]);

      await alice.done("member.add", { room, user });
      for (const socket of bobs) await eventually(() => countOf(socket, "room.appeared") > round);
    }
    for (const seq of left) {
      expect(sent).toContain(seq - 1);
      expect(sent).toContain(seq + 1);
    }
    const joined = seqsOf(alice, room, "member.joined");
    for (const socket of bobs) {
      const heard = eventsOf(socket.frames, room).map(({ seq }) => seq);
      left.forEach((seq, round) => {
        expect(heard.filter((each) => each > seq && each < (joined[round] ?? 0))).toEqual([]);
      });
    }
  }, 300_000);

  test("LIVE-5 typing and marks from after a removal wait until the removal was told", async () => {
    fixture = await testNodes(2);
    const { id: room } = fixture.rooms.design;
    const user = fixture.people.bob.id;
    const alice = await fixture.online(0, "alice");
    const [bob, aliceToo] = await Promise.all([fixture.online(1, "bob"), fixture.online(1, "alice")]);
    // The other node learns of nothing but what passes by: its log of the room stands where it stood.
    fixture.broker.fate = (message) => (/"rooms"|"users"/.test(message) ? [] : [0]);
    await alice.done("member.remove", { room, user });
    alice.send({ type: "signal", signal: { kind: "typing", room, on: true } });
    await alice.done("receipt.deliver", { room, seq: headOf(alice, room) + 1 });
    await aliceToo.until("signal", ({ signal }) => signal.kind === "marks" && signal.room === room);
    await bob.settled();
    expect(bob.frames.filter(({ type }) => type === "signal")).toEqual([]);
    for (const socket of [bob, aliceToo])
      expect(eventsOf(socket.frames, room).map(({ event }) => [event.kind, event.user])).toEqual([
        ["member.left", user],
      ]);
  });

  test("LIVE-5 whoever was removed on one node sends nothing on another, not even at once", async () => {
    fixture = await testNodes(2);
    const { design } = fixture.rooms;
    const { bob } = fixture.people;
    const [alice, bobs] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    fixture.broker.stop();
    expect((await bobs.do("message.send", { room: design.id, text: "still in" })).type).toBe("done");
    await alice.done("member.remove", { room: design.id, user: bob.id });
    for (const [op, input] of [
      ["message.send", { room: design.id, text: "still here" }],
      ["message.list", { room: design.id }],
      ["room.events", { room: design.id, after: 0 }],
    ] as const) {
      expect(await bobs.do(op, input)).toMatchObject({ type: "failed", error: { code: "not_found" } });
    }
    expect(textsIn(alice.frames, design.id)).not.toContain("still here");
  });

  test("LIVE-6 a session ended on one node is closed on another without the bus", async () => {
    // The clocks stand still, so that nobody comes to think that the bus is down: only the look at sessions is left.
    fixture = await testNodes(2, { clock: "stopped" });
    const [phone, desk] = await Promise.all([
      fixture.online(1, "bob", "phone"),
      fixture.online(0, "bob", "desk"),
    ]);
    const alice = await fixture.online(1, "alice");
    fixture.broker.stop();
    await desk.done("session.end", { session: phone.ready.session });
    expect((await phone.closed).code).toBe(closeCodes.revoked);
    await desk.settled();
    await alice.settled();
  });

  test("LIVE-6 a person deactivated on one node is out on every other, with and without the bus", async () => {
    fixture = await testNodes(3, { clock: "stopped" });
    const admin = await fixture.online(0, "admin");
    const [bob, carol] = [fixture.people.bob, fixture.people.carol];
    const bobs = await Promise.all([1, 2, 1].map((node) => fixture.online(node, "bob")));
    await admin.done("user.set_active", { user: bob.id, active: false });
    for (const socket of bobs) expect((await socket.closed).code).toBe(closeCodes.revoked);
    const carols = await Promise.all([1, 2].map((node) => fixture.online(node, "carol")));
    fixture.broker.stop();
    await admin.done("user.set_active", { user: carol.id, active: false });
    for (const socket of carols) expect((await socket.closed).code).toBe(closeCodes.revoked);
  });

  test("LIVE-6 a person deleted on one node is out on every other, with and without the bus", async () => {
    fixture = await testNodes(3, { clock: "stopped" });
    const admin = await fixture.online(0, "admin");
    const [bob, carol] = [fixture.people.bob, fixture.people.carol];
    const bobs = await Promise.all([1, 2, 1].map((node) => fixture.online(node, "bob")));
    await admin.done("account.delete", { user: bob.id });
    for (const socket of bobs) expect((await socket.closed).code).toBe(closeCodes.revoked);
    const carols = await Promise.all([1, 2].map((node) => fixture.online(node, "carol")));
    fixture.broker.stop();
    await admin.done("account.delete", { user: carol.id });
    for (const socket of carols) expect((await socket.closed).code).toBe(closeCodes.revoked);
  });
});
