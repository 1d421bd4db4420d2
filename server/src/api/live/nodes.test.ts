import { afterEach, describe, expect, test } from "bun:test";
import { tailOf } from "@parley/protocol/events";
import type { ServerFrame } from "@parley/protocol/frames";
import { eventually } from "../../testing/eventually.ts";
import { eventsOf, type HelloSocket, heardUpTo, liveSocket, textsIn } from "../../testing/live-socket.ts";
import { seededRandom, type TestNodes, testNodes } from "../../testing/nodes.ts";
import { postgresMissing } from "../../testing/postgres.ts";

let fixture: TestNodes;
afterEach(() => fixture?.close());

/** A bus that loses a third of what it carries and delays, repeats and reorders the rest. */
function spoilBus(seed: number): void {
  const random = seededRandom(seed);
  fixture.broker.fate = () => {
    if (random() < 0.33) return [];
    const delay = () => Math.floor(random() * 80);
    return random() < 0.2 ? [delay(), delay()] : [delay()];
  };
}

const send = (socket: HelloSocket, room: number, text: string) =>
  socket.done("message.send", { room, text, client_id: crypto.randomUUID() });

/** Where a room stood when a socket began to hear it. */
const headOf = (socket: HelloSocket | undefined, room: number) =>
  socket?.ready.rooms.find(({ id }) => id === room)?.head ?? 0;

/** What a socket heard of a room, each event with its number. */
const heard = (frames: readonly ServerFrame[], room: number) =>
  eventsOf(frames, room).map(
    ({ seq, event }) => `${seq} ${event.kind} ${event.message?.text ?? event.user ?? ""}`,
  );

const missing = postgresMissing ? "several nodes (PostgreSQL is not on this machine)" : "several nodes";
describe.skipIf(postgresMissing)(missing, () => {
  test("LIVE-3 senders on three nodes, a bus that loses and reorders: one order for everyone, with no hole", async () => {
    fixture = await testNodes(3);
    const { lobby } = fixture.rooms;
    const sockets = await Promise.all([
      fixture.online(0, "admin"),
      fixture.online(1, "alice"),
      fixture.online(2, "bob"),
      fixture.online(1, "bob"),
      fixture.online(0, "alice"),
    ]);
    spoilBus(1);
    const each = 60;
    const last = await Promise.all(
      sockets.slice(0, 3).map(async (socket, who) => {
        let seq = 0;
        for (let index = 0; index < each; index += 3) {
          const batch = [0, 1, 2].map((more) => send(socket, lobby.id, `${who}-${index + more}`));
          seq = (await Promise.all(batch)).at(-1).seq;
        }
        return seq;
      }),
    );
    const head = Math.max(...last);
    await Promise.all(sockets.map((socket) => heardUpTo(socket, lobby.id, head)));
    const [first, ...others] = sockets.map((socket) => heard(socket.frames, lobby.id));
    expect(first?.length).toBe(3 * each);
    expect(first?.map((line) => Number.parseInt(line, 10))).toEqual(
      Array.from({ length: 3 * each }, (_, index) => headOf(sockets[0], lobby.id) + 1 + index),
    );
    for (const other of others) expect(other).toEqual(first as string[]);
    // Of one device, what was sent after an answer comes after it.
    for (const who of [0, 1, 2]) {
      const numbers = textsIn(sockets[0]?.frames ?? [], lobby.id)
        .filter((text) => text.startsWith(`${who}-`))
        .map((text) => Math.floor(Number(text.split("-")[1]) / 3));
      expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    }
  });

  test("LIVE-2 one client id at once on two nodes makes one message", async () => {
    fixture = await testNodes(2);
    const { lobby, design } = fixture.rooms;
    const [one, other] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "alice")]);
    for (let round = 0; round < 15; round++) {
      const input = { room: lobby.id, text: `round ${round}`, client_id: `once-${round}` };
      const sent = await Promise.all([one, other, one].map((socket) => socket.done("message.send", input)));
      expect(new Set(sent.map(({ id, seq }) => `${id} ${seq}`)).size).toBe(1);
    }
    for (let round = 0; round < 15; round++) {
      const inputs = [lobby, design].map(({ id }) => ({
        room: id,
        text: "here",
        client_id: `where-${round}`,
      }));
      const outcomes = await Promise.all([
        one.do("message.send", inputs[0]),
        other.do("message.send", inputs[1]),
      ]);
      expect(outcomes.map(({ type }) => type).sort()).toEqual(["done", "failed"]);
      expect(outcomes.find(({ type }) => type === "failed")).toMatchObject({ error: { code: "conflict" } });
    }
    const page = await one.done("message.list", { room: lobby.id, limit: 200 });
    const texts = page.messages.map(({ text }: { text: string }) => text);
    expect(texts.filter((text: string) => text.startsWith("round")).length).toBe(15);
  });

  test("LIVE-3 many rooms written from every node at once: every write is answered, every room is dense", async () => {
    fixture = await testNodes(3);
    const rooms: number[] = [];
    const sockets = await Promise.all(
      [0, 1, 2].map((node) => fixture.online(node, node === 1 ? "bob" : "alice")),
    );
    const [alice] = sockets as [HelloSocket];
    for (let index = 0; index < 24; index++) {
      const input = {
        kind: "channel",
        name: `room ${index}`,
        public: false,
        members: [fixture.people.bob.id],
      };
      rooms.push((await alice.done("room.create", input)).id);
    }
    // Each node begins somewhere else, so that they meet the rooms in different orders.
    const answers = sockets.flatMap((socket, node) =>
      rooms.flatMap((_, index) => {
        const room = rooms[(index * 7 + node * 8) % rooms.length] as number;
        const text = `node ${node}, ${index}`;
        return [
          socket.do("message.send", { room, text, client_id: crypto.randomUUID() }),
          socket.do("receipt.read", { room, seq: 2 + (index % 3) }),
        ];
      }),
    );
    const outcomes = await Promise.all(answers);
    expect(outcomes.filter(({ type }) => type !== "done")).toEqual([]);
    for (const room of rooms) {
      const { events, head } = await alice.done("room.events", { room, after: 0, limit: 200 });
      expect(events.length).toBe(head);
    }
  });

  test("LIVE-4 hints that are lost are told again, so that the last event of a room is heard", async () => {
    fixture = await testNodes(2);
    const { lobby } = fixture.rooms;
    const [alice, bob] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    let lost = 0;
    fixture.broker.fate = (message) => (message.includes('"rooms"') && lost++ < 4 ? [] : [0]);
    const { seq } = await send(alice, lobby.id, "heard in the end");
    await heardUpTo(bob, lobby.id, seq);
    expect(lost).toBeGreaterThanOrEqual(4);
  });

  test("LIVE-4 when every hint is lost the store is looked at all the same", async () => {
    fixture = await testNodes(2, { clock: "stopped" });
    const { lobby } = fixture.rooms;
    const [alice, bob] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    fixture.broker.fate = (message) => (/"rooms"|"users"/.test(message) ? [] : [0]);
    const { seq } = await send(alice, lobby.id, "nobody is told");
    const node = fixture.at(1);
    // Each step is short enough for the node to hear itself and believe that all is well.
    for (let passed = 0; passed < 16_000; passed += 2_000) {
      node.clock.advance(2_000);
      node.app.nodes?.beat();
      await eventually(() => node.app.nodes?.isDeaf === false);
      expect(textsIn(bob.frames, lobby.id).length).toBeLessThanOrEqual(passed >= 12_000 ? 1 : 0);
    }
    await heardUpTo(bob, lobby.id, seq);
  });

  test("LIVE-4 while the bus is down everyone hears everything from the store", async () => {
    fixture = await testNodes(2);
    const { lobby, aliceBob } = fixture.rooms;
    const [alice, bob] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    fixture.broker.stop();
    await send(alice, lobby.id, "down");
    const { seq } = await send(bob, aliceBob.id, "down too");
    await alice.done("room.create", { kind: "group", name: "made now", members: [fixture.people.bob.id] });
    await Promise.all([
      heardUpTo(bob, lobby.id, headOf(bob, lobby.id) + 1),
      heardUpTo(alice, aliceBob.id, seq),
    ]);
    await bob.until("user_event", ({ event }) => event.kind === "room.appeared");
    expect(fixture.at(1).app.nodes?.isDeaf).toBe(true);
    fixture.broker.start();
    await eventually(() => fixture.nodes.every(({ app }) => app.nodes?.isDeaf === false));
    await heardUpTo(bob, lobby.id, (await send(alice, lobby.id, "up")).seq);
  });

  test("LIVE-7 whoever was on one node goes on on another where they stood", async () => {
    fixture = await testNodes(3);
    const { lobby, design } = fixture.rooms;
    const alice = await fixture.online(0, "alice");
    const before = await fixture.online(1, "bob");
    const held: Record<number, [number, number]> = {};
    for (const { id } of [lobby, design]) {
      const { seq } = await send(alice, id, "both are there");
      await heardUpTo(before, id, seq);
      held[id] = [seq, tailOf(eventsOf(before.frames, id).at(-1)?.event.at)];
    }
    before.destroy();
    const last = [];
    for (const { id } of [lobby, design, lobby]) last.push(await send(alice, id, `in ${id}`));
    const after = await liveSocket(fixture.at(2).url, await fixture.at(0).signIn("bob"), {
      epoch: before.ready.epoch,
      user_seq: before.ready.user_seq,
      rooms: held,
    });
    expect(after.ready.mode).toBe("resume");
    await heardUpTo(after, lobby.id, last[2].seq);
    await heardUpTo(after, design.id, last[1].seq);
    expect(textsIn(after.frames, lobby.id)).toEqual([`in ${lobby.id}`, `in ${lobby.id}`]);
    expect(textsIn(after.frames, design.id)).toEqual([`in ${design.id}`]);
    expect(after.frames.filter(({ type }) => type === "gap")).toEqual([]);
  });
});
