import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const say = (person: number, room: number, text: string, more: object = {}) =>
    does(person, "message.send", { room, text, ...more });
  const forward = (person: number, room: number, messages: number[], more: object = {}) =>
    does(person, "message.forward", { room, messages, ...more });
  const headOf = async (room: number) => (await does(ids.alice, "room.get", { room })).head;
  const newGroup = async (members: number[]) =>
    (await does(ids.alice, "room.create", { kind: "group", name: "group", members })).id;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  test("FORWARD-1 messages of any rooms become new ones in another, in the order given", async () => {
    const one = await say(ids.bob, rooms.design.id, "One");
    const two = await say(ids.alice, rooms.lobby.id, "Two");
    fixture.store.clock.advance(1_000);
    const room = rooms.aliceBob.id;
    const head = await headOf(room);
    const { messages } = await forward(ids.alice, room, [two.id, one.id]);
    expect(messages).toMatchObject([
      { room, seq: head + 1, sender: ids.alice, text: "Two", version: 1 },
      { room, seq: head + 2, sender: ids.alice, text: "One", version: 1 },
    ]);
    expect(messages[0]?.created_at).not.toBe(two.created_at);
    const { events } = await does(ids.bob, "room.events", { room, after: head });
    expect(events.map(({ kind }) => kind)).toEqual(["message.sent", "message.sent"]);
    expect(events.map((event) => event.kind === "message.sent" && event.message)).toEqual(messages);
    expect((await does(ids.bob, "room.get", { room })).unread).toBe(2);
  });

  test("FORWARD-1 all or none: one that cannot be read or is gone stands in the way of the others", async () => {
    const seen = await say(ids.bob, rooms.lobby.id, "Seen");
    const hidden = await say(ids.alice, rooms.design.id, "Hidden");
    const gone = await say(ids.bob, rooms.lobby.id, "Gone");
    await does(ids.bob, "message.delete", { message: gone.id });
    await does(ids.carol, "room.join", { room: rooms.lobby.id });
    const room = await newGroup([ids.bob, ids.carol]);
    const head = await headOf(room);
    for (const other of [hidden.id, gone.id, 999_999]) {
      expect(await outcomeOf(forward(ids.carol, room, [seen.id, other]))).toBe("not_found");
    }
    expect(await headOf(room)).toBe(head);
    expect(await outcomeOf(forward(ids.carol, room, [seen.id]))).toBe("done");
    await does(ids.carol, "room.leave", { room: rooms.lobby.id });
    expect(await outcomeOf(forward(ids.carol, room, [seen.id]))).toBe("not_found");
  });

  test("FORWARD-1 whoever may not write in a room forwards nothing to it", async () => {
    const { id: room } = await does(ids.alice, "room.create", {
      ...{ kind: "channel", name: "news", public: true, members: [ids.bob] },
    });
    const { id } = await say(ids.bob, rooms.design.id, "News");
    expect(await outcomeOf(forward(ids.bob, room, [id]))).toBe("done");
    await does(ids.alice, "room.update", { room, permissions: { send_messages: "admin" } });
    expect(await outcomeOf(forward(ids.bob, room, [id]))).toBe("forbidden");
    expect(await outcomeOf(forward(ids.alice, room, [id]))).toBe("done");
    await does(ids.alice, "room.archive", { room, archived: true });
    expect(await outcomeOf(forward(ids.alice, room, [id]))).toBe("forbidden");
    const apart = await newGroup([]);
    expect(await outcomeOf(forward(ids.bob, apart, [id]))).toBe("not_found");
    expect(await outcomeOf(forward(ids.bob, 999_999, [id]))).toBe("not_found");
  });

  test("FORWARD-1 at least one, at most 20", async () => {
    const { id } = await say(ids.alice, rooms.design.id, "Often");
    const times = (count: number) => forward(ids.alice, rooms.aliceBob.id, new Array(count).fill(id));
    expect(await outcomeOf(times(0))).toBe("invalid");
    expect(await outcomeOf(times(limits.forwardMessages + 1))).toBe("invalid");
    expect((await times(limits.forwardMessages)).messages).toHaveLength(limits.forwardMessages);
  });

  test("FORWARD-2 it is told who first said it and when, however often it went on, and not where", async () => {
    const first = await say(ids.bob, rooms.design.id, "Provenance");
    fixture.store.clock.advance(60_000);
    const room = await newGroup([ids.carol]);
    const [once] = (await forward(ids.alice, room, [first.id])).messages;
    const forwarded = { sender: ids.bob, created_at: first.created_at };
    expect(once?.forwarded).toEqual(forwarded);
    fixture.store.clock.advance(60_000);
    const further = await newGroup([ids.carol]);
    const [again] = (await forward(ids.carol, further, [once?.id ?? 0])).messages;
    expect(again).toMatchObject({ sender: ids.carol, forwarded });
    const { messages } = await does(ids.carol, "message.list", { room: further });
    expect(messages).toEqual(again ? [again] : []);
    const told = Object.keys(messages[0] ?? {}).sort();
    const known = ["client_id", "created_at", "forwarded", "id", "ordinal", "room", "sender", "seq"];
    expect(told).toEqual([...known, "text", "type", "version"]);
    expect(messages[0]).toMatchObject({ room: further });
  });

  test("FORWARD-3 the text goes along; mentions and what it answers stay behind", async () => {
    const room = await newGroup([ids.bob]);
    const asked = await say(ids.bob, room, "Question");
    const said = await say(ids.alice, room, "@bob @all", {
      ...{ mentions: [ids.bob], mention_all: true, reply_to: asked.id },
    });
    await does(ids.bob, "reaction.set", { message: said.id, emoji: "👍", on: true });
    await does(ids.alice, "message.edit", { message: said.id, text: "@bob @all!" });
    const source = await does(ids.alice, "message.get", { message: said.id });
    const target = await newGroup([ids.bob]);
    const [sent] = (await forward(ids.alice, target, [said.id])).messages;
    expect(sent?.text).toBe("@bob @all!");
    for (const left of ["mentions", "mention_all", "reply_to", "reactions", "edited_at"] as const) {
      expect(source[left]).toBeDefined();
      expect(sent?.[left]).toBeUndefined();
    }
    expect(await does(ids.bob, "room.get", { room: target })).toMatchObject({ unread: 1, mentions: 0 });
  });

  test("FORWARD-4 a repeat gives the first, by client id or by idempotency key, whatever became of the source", async () => {
    const room = await newGroup([]);
    const [one, two] = [await say(ids.bob, rooms.lobby.id, "1"), await say(ids.bob, rooms.lobby.id, "2")];
    const list = [one.id, two.id];
    const first = await forward(ids.alice, room, list, { client_id: "again" });
    expect(first.messages.map(({ client_id }) => client_id)).toEqual(["again/1", "again/2"]);
    const keyed = await does(ids.alice, "message.forward", { room, messages: list }, "a-key");
    const head = await headOf(room);
    await does(ids.bob, "message.edit", { message: one.id, text: "Changed" });
    await does(ids.bob, "message.delete", { message: two.id });
    expect(await forward(ids.alice, room, list, { client_id: "again" })).toEqual(first);
    expect(await does(ids.alice, "message.forward", { room, messages: list }, "a-key")).toEqual(keyed);
    expect(await headOf(room)).toBe(head);
  });

  test("FORWARD-4 another list or another room under the same client id is a conflict", async () => {
    const [room, other] = [await newGroup([]), await newGroup([])];
    const [one, two] = [await say(ids.bob, rooms.lobby.id, "1"), await say(ids.bob, rooms.lobby.id, "2")];
    const client_id = "taken";
    await forward(ids.alice, room, [one.id, two.id], { client_id });
    for (const list of [[one.id], [two.id, one.id], [one.id, two.id, one.id]]) {
      expect(await outcomeOf(forward(ids.alice, room, list, { client_id }))).toBe("conflict");
    }
    expect(await outcomeOf(forward(ids.alice, other, [one.id, two.id], { client_id }))).toBe("conflict");
    const sent = say(ids.alice, room, "1", { client_id: "taken/1" });
    expect(await outcomeOf(sent)).toBe("conflict");
    const both = [1, 2].map(() => forward(ids.alice, other, [one.id], { client_id: "at once" }));
    expect(await outcomeOf(Promise.all(both))).toBe("invalid");
    const twice = [1, 2].map(() => forward(ids.alice, other, [one.id], { client_id: "at-once" }));
    const [mine, same] = await Promise.all(twice);
    expect(mine).toEqual(same as NonNullable<typeof same>);
  });

  test("FORWARD-5 what was forwarded is deleted, not edited, and each by itself", async () => {
    const source = await say(ids.bob, rooms.design.id, "Words of bob");
    const [copy] = (await forward(ids.alice, rooms.aliceBob.id, [source.id])).messages;
    const message = copy?.id ?? 0;
    for (const person of [ids.alice, ids.bob]) {
      expect(await outcomeOf(does(person, "message.edit", { message, text: "Other words" }))).toBe(
        "forbidden",
      );
    }
    await does(ids.bob, "message.delete", { message: source.id });
    expect((await does(ids.bob, "message.get", { message })).text).toBe("Words of bob");
    await does(ids.alice, "message.delete", { message });
    const deleted = await does(ids.bob, "message.get", { message });
    expect([deleted.text, deleted.forwarded]).toEqual(["", undefined]);
  });
});
