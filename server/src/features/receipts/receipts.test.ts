import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import fc from "fast-check";
import type { Sql } from "../../schema/tables.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { addPerson } from "../../testing/people.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { unreadCounts } from "./receipts.ts";
import { firstMoves, firstWords, ordinalAt } from "./receipts-rows.ts";
import { countAfter } from "./receipts-rules.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  /** A group of alice's with bob and carol in it. */
  async function group(): Promise<number> {
    const members = [ids.bob, ids.carol];
    const { id } = await does(ids.alice, "room.create", { kind: "group", name: "group", members });
    return id;
  }

  function later(): string {
    fixture.store.clock.advance(1_000);
    return new Date(fixture.store.clock.now()).toISOString();
  }

  const countsOf = async (person: number, room: number) => {
    const { read, unread, mentions } = await does(person, "room.get", { room });
    return { read, unread, mentions };
  };

  describe("marks", () => {
    test("MARK-1 marks only move forward, never past the head; delivered is never behind read", async () => {
      const room = await group();
      const { head } = await does(ids.alice, "room.get", { room });
      const moves = fc.array(
        fc.record({ mark: fc.constantFrom("read", "deliver"), seq: fc.integer({ min: 0, max: 60 }) }),
        { maxLength: 12 },
      );
      let [read, delivered] = [0, 0];
      await fc.assert(
        fc.asyncProperty(moves, async (steps) => {
          await does(ids.alice, "message.send", { room, text: "One more" });
          for (const { mark, seq } of steps) {
            const before = { read, delivered };
            ({ read, delivered } = await does(ids.bob, `receipt.${mark as "read" | "deliver"}`, {
              room,
              seq,
            }));
            const now = (await does(ids.bob, "room.get", { room })).head;
            expect(read).toBeGreaterThanOrEqual(
              Math.max(before.read, mark === "read" ? Math.min(seq, now) : 0),
            );
            expect(delivered).toBeGreaterThanOrEqual(Math.max(before.delivered, read));
            expect(delivered).toBeLessThanOrEqual(now);
          }
        }),
        { numRuns: 15 },
      );
      expect(read).toBeGreaterThan(head);
      const { members } = await does(ids.alice, "member.list", { room });
      expect(members.find(({ user }) => user === ids.bob)).toMatchObject({ read, delivered });
    });

    test("MARK-1 a mark that does not move is told to nobody", async () => {
      const room = await group();
      const { seq } = await does(ids.alice, "message.send", { room, text: "Hi" });
      await does(ids.bob, "receipt.read", { room, seq });
      const before = fixture.store.changes.length;
      await does(ids.bob, "receipt.read", { room, seq });
      await does(ids.bob, "receipt.read", { room, seq: 1 });
      await does(ids.bob, "receipt.deliver", { room, seq: 0 });
      expect(fixture.store.changes).toHaveLength(before);
      const other = await does(ids.alice, "message.send", { room, text: "Ho" });
      await does(ids.bob, "receipt.read", { room, seq: other.seq });
      expect(fixture.store.changes.slice(before).map(({ log, id }) => [log, id])).toEqual([
        ["room", room],
        ["user", ids.bob],
        ["mark", room],
      ]);
    });

    test("MARK-1 marks are moved by people of the room only", async () => {
      const room = await group();
      for (const operation of ["receipt.read", "receipt.deliver"] as const) {
        expect(await outcomeOf(does(ids.admin, operation, { room, seq: 1 }))).toBe("not_found");
        const lobby = fixture.rooms.lobby.id;
        expect(await outcomeOf(does(ids.carol, operation, { room: lobby, seq: 1 }))).toBe("forbidden");
        expect(await outcomeOf(does(ids.bob, operation, { room, seq: 1 }))).toBe("done");
      }
    });
  });

  describe("counts", () => {
    test("MARK-2 unread and mentions are counted after the read mark", async () => {
      const room = await group();
      const say = (mentions: number[] = []) =>
        does(ids.alice, "message.send", { room, text: "Hello", mentions });
      await say();
      const second = await say([ids.bob]);
      await does(ids.alice, "reaction.set", { message: second.id, emoji: "👍", on: true });
      await say([ids.bob, ids.carol]);
      expect(await countsOf(ids.bob, room)).toMatchObject({ unread: 3, mentions: 2 });
      expect(await countsOf(ids.carol, room)).toMatchObject({ unread: 3, mentions: 1 });
      const marked = await does(ids.bob, "receipt.read", { room, seq: second.seq });
      expect(marked).toMatchObject({ unread: 1, mentions: 1, read: second.seq, delivered: second.seq });
      await does(ids.bob, "receipt.deliver", { room, seq: second.seq + 2 });
      expect(await countsOf(ids.bob, room)).toMatchObject({ unread: 1, mentions: 1 });
    });

    test("MARK-2 a message for everyone mentions each once, whoever it also names", async () => {
      const room = await group();
      const { id } = await does(ids.alice, "message.send", {
        ...{ room, text: "All, and bob", mention_all: true, mentions: [ids.bob] },
      });
      expect(await countsOf(ids.alice, room)).toMatchObject({ unread: 0, mentions: 0 });
      for (const person of [ids.bob, ids.carol]) {
        expect(await countsOf(person, room)).toMatchObject({ unread: 1, mentions: 1 });
      }
      await does(ids.alice, "message.edit", {
        message: id,
        text: "All, bob and carol",
        mentions: [ids.carol],
      });
      for (const person of [ids.bob, ids.carol]) {
        expect(await countsOf(person, room)).toMatchObject({ unread: 1, mentions: 1 });
      }
      await does(ids.alice, "message.delete", { message: id });
      expect(await countsOf(ids.bob, room)).toMatchObject({ unread: 1, mentions: 0 });
    });

    test("MARK-2 an edit takes mentions back and adds others", async () => {
      const room = await group();
      const { id } = await does(ids.alice, "message.send", { room, text: "Bob", mentions: [ids.bob] });
      await does(ids.alice, "message.edit", { message: id, text: "Carol", mentions: [ids.carol] });
      expect((await countsOf(ids.bob, room)).mentions).toBe(0);
      expect((await countsOf(ids.carol, room)).mentions).toBe(1);
    });

    test("MARK-2 an own message is read, with all before it", async () => {
      const room = await group();
      await does(ids.alice, "message.send", { room, text: "All", mention_all: true });
      const answer = await does(ids.bob, "message.send", { room, text: "Yes", mentions: [ids.bob] });
      expect(await countsOf(ids.bob, room)).toEqual({ read: answer.seq, unread: 0, mentions: 0 });
    });

    test("MARK-5 what everyone has not read is the same, counted for all at once", async () => {
      const room = await group();
      for (let turn = 0; turn < 12; turn++) {
        const person = [ids.alice, ids.bob, ids.carol][turn % 3] ?? 0;
        const mentions = turn % 4 === 0 ? [ids.alice, ids.bob] : [];
        const { seq } = await does(ids.alice, "message.send", {
          ...{ room, text: "Words", mentions, mention_all: turn % 5 === 0 },
        });
        if (turn % 2 === 0) await does(person, "receipt.read", { room, seq: seq - 3 });
        const { counts, last_message_at } = await unreadCounts(fixture.context.database, room);
        for (const each of [ids.alice, ids.bob, ids.carol]) {
          const { unread, mentions: mentioned } = await countsOf(each, room);
          expect(counts.get(each)).toEqual({ unread, mentions: mentioned });
        }
        expect(last_message_at).toBe((await does(ids.bob, "room.get", { room })).last_message_at);
      }
    });

    test("MARK-5 whoever is taken out while it is counted is not shown what is said then", async () => {
      const room = await group();
      const { database } = fixture.context;
      let taken = false;
      const racing: Sql = {
        ...database,
        async rows(query) {
          const rows = await database.rows(query);
          if (taken) return rows;
          taken = true;
          await does(ids.alice, "member.remove", { room, user: ids.bob });
          await does(ids.alice, "message.send", { room, text: "Without bob" });
          return rows;
        },
      };
      const { counts, last_message } = await unreadCounts(racing, room);
      expect([taken, counts.has(ids.bob), last_message]).toEqual([true, true, null]);
      const later = await unreadCounts(database, room);
      expect([later.counts.has(ids.bob), later.last_message?.text]).toEqual([false, "Without bob"]);
    });

    test("MARK-5 numbers above another are counted by halves", () => {
      const rising = fc
        .array(fc.nat({ max: 50 }))
        .map((numbers) => numbers.sort((one, other) => one - other));
      fc.assert(
        fc.property(rising, fc.nat({ max: 50 }), (numbers, mark) => {
          expect(countAfter(numbers, mark)).toBe(numbers.filter((each) => each > mark).length);
        }),
      );
    });
  });

  describe("receipts", () => {
    const receiptsOf = async (message: number) =>
      (await does(ids.alice, "message.receipts", { message })).receipts;

    test("MARK-3 a message is got and read when the first move that covers it is made", async () => {
      const room = await group();
      const { id, seq } = await does(ids.alice, "message.send", { room, text: "Who has this?" });
      expect(await receiptsOf(id)).toEqual([
        { user: ids.bob, delivered_at: null, read_at: null },
        { user: ids.carol, delivered_at: null, read_at: null },
      ]);
      const delivered = later();
      await does(ids.bob, "receipt.deliver", { room, seq });
      const read = later();
      await does(ids.bob, "receipt.read", { room, seq });
      later();
      await does(ids.alice, "message.send", { room, text: "Thanks" });
      await does(ids.bob, "receipt.read", { room, seq: seq + 1 });
      expect(await receiptsOf(id)).toEqual([
        { user: ids.bob, delivered_at: delivered, read_at: read },
        { user: ids.carol, delivered_at: null, read_at: null },
      ]);
    });

    test("MARK-3 what was read was got no later", async () => {
      const room = await group();
      const { id, seq } = await does(ids.alice, "message.send", { room, text: "First" });
      const read = later();
      await does(ids.bob, "receipt.read", { room, seq });
      await does(ids.alice, "message.send", { room, text: "Second" });
      later();
      await does(ids.bob, "receipt.deliver", { room, seq: seq + 1 });
      expect((await receiptsOf(id))[0]).toEqual({ user: ids.bob, delivered_at: read, read_at: read });
    });

    test("MARK-3 whoever answers has read what stands before", async () => {
      const room = await group();
      const { id } = await does(ids.alice, "message.send", { room, text: "Question" });
      const answered = later();
      await does(ids.bob, "message.send", { room, text: "Answer" });
      later();
      await does(ids.bob, "message.send", { room, text: "Another answer" });
      expect((await receiptsOf(id))[0]).toEqual({
        user: ids.bob,
        delivered_at: answered,
        read_at: answered,
      });
    });

    test("MARK-3 receipts are of those who were there, and shown to those who are", async () => {
      const room = await group();
      const { id, seq } = await does(ids.alice, "message.send", { room, text: "Before" });
      later();
      await does(ids.alice, "member.add", { room, user: ids.admin });
      await does(ids.admin, "receipt.read", { room, seq: seq + 1 });
      expect((await receiptsOf(id)).map(({ user }) => user)).toEqual([ids.bob, ids.carol]);
      await does(ids.alice, "member.remove", { room, user: ids.carol });
      expect((await receiptsOf(id)).map(({ user }) => user)).toEqual([ids.bob]);
      expect(await outcomeOf(does(ids.carol, "message.receipts", { message: id }))).toBe("not_found");
      expect(await outcomeOf(does(ids.bob, "message.receipts", { message: id }))).toBe("done");
    });

    test("MARK-3 receipts and marks are for rooms of up to 64 people", async () => {
      const members: number[] = [];
      for (let number = 1; number < limits.markRoomMembers; number++) {
        members.push(await addPerson(fixture.context, `many-${number}`));
      }
      const { id: room } = await does(ids.alice, "room.create", { kind: "group", name: "many", members });
      const { id: message } = await does(ids.alice, "message.send", { room, text: "Many" });
      const marksShown = async () => (await does(ids.alice, "member.list", { room })).members[0]?.read;
      expect(await receiptsOf(message)).toHaveLength(limits.markRoomMembers - 1);
      expect(await marksShown()).toBeGreaterThan(0);
      await does(ids.alice, "member.add", { room, user: ids.bob });
      expect(await outcomeOf(receiptsOf(message))).toBe("forbidden");
      expect(await marksShown()).toBeNull();
    });
  });

  test("MARK-3 receipts and marks are read by their indexes", async () => {
    const place = { room: 1, seq: 5 };
    for (const query of [firstMoves(place), firstWords({ ...place, among: 100 }), ordinalAt(place)]) {
      const plan = await planOf(fixture.context.database, query);
      expect(plan).not.toMatch(/SCAN (?!later|\(subquery)|Seq Scan/);
    }
    expect(await planOf(fixture.context.database, firstMoves(place))).toMatch(
      engine === "sqlite" ? /SEARCH mark_moves.*mark=\? AND seq>\?/ : /mark_moves_pkey/,
    );
  });
});
