import { afterEach, beforeEach, expect, test } from "bun:test";
import type { OperationName } from "@parley/protocol/contract";
import type { Membership } from "@parley/protocol/rooms";
import { type TestApp, testApp } from "../../testing/app.ts";
import { type HelloSocket, liveSocket } from "../../testing/live-socket.ts";
import type { Name } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";

/** What counts at once, for sockets that were there before the block: nobody connects anew. */
onEveryEngine((engine) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await testApp({ engine });
  });
  afterEach(() => app.close());

  const online = async (name: Name) => liveSocket(app.url, await app.signIn(name));
  const both = () => Promise.all([online("alice"), online("bob")]);
  const block = (socket: HelloSocket, user: number, on = true) => socket.done("block.set", { user, on });
  /** `done`, or the code and the words of the refusal. */
  const outcome = async (socket: HelloSocket, op: OperationName, input: object) => {
    const answer = await socket.do(op, input);
    return answer.type === "failed" ? `${answer.error.code}: ${answer.error.message}` : "done";
  };
  const eventsIn = (socket: HelloSocket, room: number) =>
    socket.frames.flatMap((frame) => {
      if (frame.type === "event" && frame.room === room) return [frame.event];
      return frame.type === "events" && frame.room === room ? frame.events : [];
    });
  const mentionsOf = async (socket: HelloSocket, room: number): Promise<number> => {
    const { rooms } = (await socket.done("room.list", {})) as { rooms: Membership[] };
    return rooms.find(({ id }) => id === room)?.mentions ?? -1;
  };

  test("BLOCK-3 with the block no direct message, edit, reaction or pin gets through, from either side", async () => {
    const [alice, bob] = await both();
    const { id: room } = app.rooms.aliceBob;
    const { id: message } = await bob.done("message.send", { room, text: "Before" });
    const { id: other } = await alice.done("message.send", { room, text: "Before that" });
    await block(alice, app.people.bob.id);
    const { length } = eventsIn(alice, room);
    const wishes: [OperationName, object][] = [
      ["message.send", { room, text: "After" }],
      ["message.forward", { room, messages: [message] }],
      ["reaction.set", { message, emoji: "👍", on: true }],
      ["pin.set", { message, on: true }],
      ["pin.order", { room, messages: [message] }],
      ["scheduled.create", { room, text: "Later", send_at: "2030-12-01T09:00:00.000Z" }],
    ];
    for (const socket of [bob, alice]) {
      const refusals = new Set<string>();
      for (const [op, input] of wishes) refusals.add(await outcome(socket, op, input));
      const own = socket === bob ? message : other;
      refusals.add(await outcome(socket, "message.edit", { message: own, text: "Changed" }));
      // One answer to all of it.
      expect([...refusals]).toEqual([expect.stringMatching(/^forbidden: /)]);
    }
    await Promise.all([alice.settled(), bob.settled()]);
    expect(eventsIn(alice, room).length).toBe(length);
    await block(alice, app.people.bob.id, false);
    expect(await outcome(bob, "message.send", { room, text: "Again" })).toBe("done");
  });

  test("BLOCK-4 with the block a mention in a room counts no more, by name or with everyone, and does again", async () => {
    const [alice, bob] = await both();
    const { id: room } = app.rooms.design;
    await alice.done("room.update", { room, permissions: { mention_all: "member" } });
    const mention = (more: object) => bob.done("message.send", { room, text: "Look", ...more });
    await mention({ mentions: [app.people.alice.id] });
    expect(await mentionsOf(alice, room)).toBe(1);
    await block(alice, app.people.bob.id);
    expect(await mentionsOf(alice, room)).toBe(0);
    const { seq } = await mention({ mentions: [app.people.alice.id] });
    await mention({ mention_all: true });
    // It is there as before, and mentions her not.
    await alice.until("event", (frame) => frame.room === room && frame.seq === seq);
    expect(await mentionsOf(alice, room)).toBe(0);
    await block(alice, app.people.bob.id, false);
    expect(await mentionsOf(alice, room)).toBe(3);
  });

  test("BLOCK-5 with the block neither sees that the other has got and read a message", async () => {
    const [alice, bob] = await both();
    const { id: room } = app.rooms.design;
    const sent = await alice.done("message.send", { room, text: "Read this" });
    await bob.done("receipt.read", { room, seq: sent.seq });
    const readers = async (socket: HelloSocket, message: number) => {
      const { receipts } = await socket.done("message.receipts", { message });
      return (receipts as { user: number; read_at: string | null }[])
        .filter(({ read_at }) => read_at !== null)
        .map(({ user }) => user);
    };
    expect(await readers(alice, sent.id)).toEqual([app.people.bob.id]);
    await block(alice, app.people.bob.id);
    expect(await readers(alice, sent.id)).toEqual([]);
    const answer = await bob.done("message.send", { room, text: "And this" });
    await alice.done("receipt.read", { room, seq: answer.seq });
    expect(await readers(bob, answer.id)).toEqual([]);
  });

  test("BLOCK-2 whoever is blocked gets no frame that another person would not get", async () => {
    const [alice, bob, admin] = await Promise.all([online("alice"), online("bob"), online("admin")]);
    const [before, told] = [bob.frames.length, admin.frames.length];
    await block(alice, app.people.bob.id);
    await block(alice, app.people.bob.id, false);
    await block(alice, app.people.bob.id);
    await Promise.all([bob.settled(), admin.settled()]);
    const kinds = (socket: HelloSocket, from: number) => socket.frames.slice(from).map(({ type }) => type);
    expect(kinds(bob, before)).toEqual(kinds(admin, told));
  });
});
