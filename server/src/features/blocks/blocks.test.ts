import { afterEach, beforeEach, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { unreadCounts } from "../receipts/receipts.ts";
import { blocksBetween } from "./blocks-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  const block = (by: number, user: number, on = true) => does(by, "block.set", { user, on });
  const say = async (by: number, room: number, more: object = {}) =>
    (await does(by, "message.send", { room, text: "Look", ...more })).id;
  const blocked = async (by: number) => (await does(by, "block.list", {})).blocks.map(({ user }) => user);
  const eventsSince = (before: number) =>
    fixture.store.changes
      .slice(before)
      .flatMap((change) => ("event" in change ? [[change.log, change.id, change.event.kind]] : []));

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterEach(() => fixture.close());

  test("BLOCK-1 a block is set and taken off; asked again it changes nothing", async () => {
    expect(await blocked(ids.alice)).toEqual([]);
    await block(ids.alice, ids.bob);
    fixture.store.clock.advance(1_000);
    await block(ids.alice, ids.admin);
    const before = fixture.store.changes.length;
    await block(ids.alice, ids.bob);
    expect(eventsSince(before)).toEqual([]);
    expect(await blocked(ids.alice)).toEqual([ids.bob, ids.admin]);
    expect(await blocked(ids.bob)).toEqual([]);
    await block(ids.alice, ids.bob, false);
    await block(ids.alice, ids.bob, false);
    expect(await blocked(ids.alice)).toEqual([ids.admin]);
    expect(await outcomeOf(block(ids.alice, ids.alice))).toBe("invalid");
    expect(await outcomeOf(block(ids.alice, 2 ** 40))).toBe("not_found");
  });

  test("BLOCK-1 one person blocks at most 1,000, also of many at once", async () => {
    const { context } = fixture;
    const many = await context.writer.write(async (tx) => {
      const found: number[] = [];
      for (let index = 0; index < limits.blocks - 1; index++) {
        const inserted = await tx.sql.first<{ id: number }>(
          tx.sql.build
            .insertInto("users")
            .values({
              ...{
                username: `person-${index}`,
                username_key: `person-${index}`,
                email: null,
                email_key: null,
              },
              ...{ display_name: "", status_message: "", role: "user", active: 1, password_hash: "" },
              ...{ must_change_password: 0, created_at: 0, last_seen_at: null },
            })
            .returning("id"),
        );
        if (inserted) found.push(inserted.id);
      }
      for (const blocked_id of found)
        await tx.sql.run(
          tx.sql.build.insertInto("blocks").values({ user_id: ids.alice, blocked_id, at: tx.now }),
        );
      return found;
    });
    expect(many.length).toBe(limits.blocks - 1);
    const others = [ids.bob, ids.carol, ids.admin];
    for (let round = 0; round < 5; round++) {
      const outcomes = await Promise.all(others.map((user) => outcomeOf(block(ids.alice, user))));
      expect(outcomes.filter((each) => each === "done").length).toBe(1);
      expect(new Set(outcomes)).toEqual(new Set(["done", "conflict"]));
      expect((await blocked(ids.alice)).length).toBe(limits.blocks);
      for (const user of others) await block(ids.alice, user, false);
    }
  });

  test("BLOCK-2 only the private log of whoever blocks tells of it", async () => {
    const before = fixture.store.changes.length;
    await block(ids.alice, ids.bob);
    await block(ids.alice, ids.bob, false);
    expect(eventsSince(before)).toEqual([
      ["user", ids.alice, "block.set"],
      ["user", ids.alice, "block.set"],
    ]);
    const { events } = await does(ids.alice, "user.events", { after: 0, limit: 200 });
    expect(events.slice(-2).map(({ at: _, ...event }) => event)).toEqual([
      { kind: "block.set", user: ids.bob, on: true },
      { kind: "block.set", user: ids.bob, on: false },
    ]);
    const told = await does(ids.bob, "user.events", { after: 0, limit: 200 });
    expect(told.events.map(({ kind }) => kind)).not.toContain("block.set");
  });

  test("BLOCK-3 in their direct room neither sends, edits, reacts or pins, until the block is off", async () => {
    const room = rooms.aliceBob.id;
    const message = await say(ids.bob, room);
    const theirs = await say(ids.alice, room);
    const elsewhere = await say(ids.admin, rooms.lobby.id);
    await does(ids.bob, "reaction.set", { message: theirs, emoji: "👍", on: true });
    await block(ids.alice, ids.bob);
    const { head } = await does(ids.alice, "room.get", { room });
    for (const person of [ids.alice, ids.bob]) {
      const own = person === ids.bob ? message : theirs;
      expect(await outcomeOf(say(person, room))).toBe("forbidden");
      expect(await outcomeOf(does(person, "message.edit", { message: own, text: "Read this" }))).toBe(
        "forbidden",
      );
      const reacted = does(person, "reaction.set", { message: own, emoji: "🎉", on: true });
      expect(await outcomeOf(reacted)).toBe("forbidden");
      const pinned = does(person, "pin.set", { message: own, on: true });
      expect(await outcomeOf(pinned)).toBe("forbidden");
      await does(person, "pin.set", { message: own, on: false });
      const forwarded = does(person, "message.forward", { room, messages: [elsewhere] });
      expect(await outcomeOf(forwarded)).toBe("forbidden");
    }
    expect((await does(ids.alice, "room.get", { room })).head).toBe(head);
    expect((await does(ids.bob, "message.list", { room })).messages.length).toBe(2);
    await does(ids.bob, "reaction.set", { message: theirs, emoji: "👍", on: false });
    await does(ids.bob, "message.delete", { message });
    await block(ids.alice, ids.bob, false);
    expect(await outcomeOf(say(ids.bob, room))).toBe("done");
    expect(await outcomeOf(say(ids.alice, room))).toBe("done");
  });

  test("BLOCK-3 a block on one keeps nobody else from writing to them, and no notes to self", async () => {
    await block(ids.alice, ids.bob);
    const notes = await does(ids.alice, "room.direct", { user: ids.alice });
    expect(await outcomeOf(say(ids.alice, notes.id))).toBe("done");
    const { id } = await does(ids.carol, "room.direct", { user: ids.alice });
    expect(await outcomeOf(say(ids.carol, id))).toBe("done");
    expect(await outcomeOf(say(ids.bob, rooms.design.id))).toBe("done");
    expect(await outcomeOf(say(ids.alice, rooms.design.id))).toBe("done");
  });

  test("BLOCK-3 no direct room is made between them; one that is there is given as before", async () => {
    await block(ids.carol, ids.bob);
    await block(ids.alice, ids.bob);
    expect(await outcomeOf(does(ids.bob, "room.direct", { user: ids.carol }))).toBe("forbidden");
    expect(await outcomeOf(does(ids.carol, "room.direct", { user: ids.bob }))).toBe("forbidden");
    expect((await does(ids.bob, "room.direct", { user: ids.alice })).id).toBe(rooms.aliceBob.id);
    await block(ids.carol, ids.bob, false);
    expect(await outcomeOf(does(ids.bob, "room.direct", { user: ids.carol }))).toBe("done");
  });

  test("BLOCK-3 nobody is brought into a room by whom they block", async () => {
    await block(ids.carol, ids.bob);
    const room = rooms.lobby.id;
    const made = (by: number, user: number) =>
      does(by, "room.create", { kind: "group", name: "new", members: [ids.alice, user] });
    expect(await outcomeOf(made(ids.bob, ids.carol))).toBe("forbidden");
    expect(await outcomeOf(does(ids.bob, "member.add", { room, user: ids.carol }))).toBe("forbidden");
    expect(await outcomeOf(made(ids.bob, ids.admin))).toBe("done");
    expect(await outcomeOf(made(ids.carol, ids.bob))).toBe("done");
    expect(await outcomeOf(does(ids.alice, "member.add", { room, user: ids.carol }))).toBe("done");
  });

  test("BLOCK-3 whoever is refused is not told who blocks whom", async () => {
    const room = rooms.aliceBob.id;
    await block(ids.alice, ids.bob);
    const alone = await refusalOf(say(ids.bob, room));
    expect(alone.message).toBe("this person does not take messages from you");
    await block(ids.bob, ids.alice);
    const both = await refusalOf(say(ids.bob, room));
    await block(ids.alice, ids.bob, false);
    const own = await refusalOf(say(ids.bob, room));
    expect(both.message).toBe(own.message);
  });

  test("BLOCK-4 messages of a blocked person are there and mention nobody who blocks them", async () => {
    const room = rooms.lobby.id;
    const countsOf = async (person: number) => {
      const { unread, mentions } = await does(person, "room.get", { room });
      const listed = (await does(person, "room.list", {})).rooms.find(({ id }) => id === room);
      expect(listed).toMatchObject({ unread, mentions });
      const { counts } = await unreadCounts(fixture.context.database, room);
      expect(counts.get(person)).toEqual({ unread, mentions });
      return { unread, mentions };
    };
    await does(ids.admin, "room.update", { room, permissions: { mention_all: "member" } });
    await block(ids.alice, ids.bob);
    await say(ids.bob, room, { mentions: [ids.alice, ids.admin] });
    await say(ids.bob, room, { mention_all: true });
    expect(await countsOf(ids.alice)).toEqual({ unread: 2, mentions: 0 });
    expect(await countsOf(ids.admin)).toEqual({ unread: 2, mentions: 2 });
    await say(ids.admin, room, { mentions: [ids.alice] });
    await say(ids.admin, room, { mention_all: true });
    expect(await countsOf(ids.alice)).toEqual({ unread: 4, mentions: 2 });
    await block(ids.alice, ids.bob, false);
    expect(await countsOf(ids.alice)).toEqual({ unread: 4, mentions: 4 });
  });

  test("BLOCK-5 neither sees the other's marks; others do, and they do again afterwards", async () => {
    const room = rooms.design.id;
    await does(ids.alice, "member.add", { room, user: ids.carol });
    const message = await say(ids.alice, room);
    const { head } = await does(ids.alice, "room.get", { room });
    for (const person of [ids.bob, ids.carol]) await does(person, "receipt.read", { room, seq: head });
    const marksSeen = async (by: number) => {
      const { members } = await does(by, "member.list", { room });
      return new Map(members.map(({ user, read, delivered }) => [user, [read, delivered]]));
    };
    const receiptOf = async (person: number) => {
      const { receipts } = await does(ids.alice, "message.receipts", { message });
      return receipts.find(({ user }) => user === person);
    };
    for (const [by, user] of [
      [ids.alice, ids.bob],
      [ids.bob, ids.alice],
    ] as const) {
      expect((await receiptOf(ids.bob))?.read_at).toBeString();
      await block(by, user);
      for (const [one, other] of [
        [ids.alice, ids.bob],
        [ids.bob, ids.alice],
      ] as const) {
        const seen = await marksSeen(one);
        expect(seen.get(other)).toEqual([null, null]);
        expect(seen.get(one)).toEqual([head, head]);
        expect(seen.get(ids.carol)).toEqual([head, head]);
      }
      expect(await receiptOf(ids.bob)).toEqual({ user: ids.bob, delivered_at: null, read_at: null });
      expect((await receiptOf(ids.carol))?.read_at).toBeString();
      const answer = await does(ids.alice, "member.set_role", { room, user: ids.bob, role: "member" });
      expect([answer.read, answer.delivered]).toEqual([null, null]);
      await block(by, user, false);
    }
    expect((await marksSeen(ids.bob)).get(ids.alice)).toEqual([head, head]);
  });

  test("BLOCK-5 neither sees when the other was here, and the blocked no status message", async () => {
    await does(ids.alice, "user.update", { status_message: "In the workshop" });
    const presenceOf = async (by: number, user: number) =>
      (await does(by, "presence.list", { users: [user] })).presences[0];
    const hidden = (user: number) =>
      ({ user, state: "offline", last_seen: null, status_message: "" }) as const;
    const statusesSeen = async (by: number) => {
      const one = await does(by, "user.get", { user: ids.alice });
      const { users } = await does(by, "user.list", { ids: [ids.alice] });
      const { users: all } = await does(by, "user.list", { search: "alice" });
      return [one, ...users, ...all].map(({ status_message }) => status_message);
    };
    await block(ids.alice, ids.bob);
    expect(await presenceOf(ids.bob, ids.alice)).toEqual(hidden(ids.alice));
    expect(await presenceOf(ids.alice, ids.bob)).toEqual(hidden(ids.bob));
    expect((await presenceOf(ids.carol, ids.alice))?.status_message).toBe("In the workshop");
    expect(await statusesSeen(ids.bob)).toEqual(["", "", ""]);
    expect(await statusesSeen(ids.carol)).toEqual(Array(3).fill("In the workshop"));
    await block(ids.alice, ids.bob, false);
    expect(await statusesSeen(ids.bob)).toEqual(Array(3).fill("In the workshop"));
    expect((await presenceOf(ids.bob, ids.alice))?.status_message).toBe("In the workshop");
  });

  test("BLOCK-6 of a block and a message at once, none comes after the block is answered", async () => {
    const room = rooms.aliceBob.id;
    for (let round = 0; round < 10; round++) {
      const before = (await does(ids.alice, "room.get", { room })).head;
      const sends = Array.from({ length: 5 }, () => outcomeOf(say(ids.bob, room)));
      await block(ids.alice, ids.bob);
      const atBlock = (await does(ids.alice, "room.get", { room })).head;
      const done = (await Promise.all(sends)).filter((each) => each === "done").length;
      const after = (await does(ids.alice, "room.get", { room })).head;
      expect(after).toBe(atBlock);
      expect(after - before).toBe(done);
      await block(ids.alice, ids.bob, false);
    }
  });

  test("BLOCK-6 who of two blocks the other is found by key", async () => {
    const plan = await planOf(fixture.context.database, blocksBetween({ one: 1, other: 2 }));
    expect(plan).not.toMatch(engine === "sqlite" ? /SCAN (?!CONSTANT)/ : /Seq Scan/);
  });
});
