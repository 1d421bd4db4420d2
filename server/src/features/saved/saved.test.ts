import { afterEach, beforeEach, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { everyRow, planOf } from "../../testing/tables.ts";
import { savedBefore } from "./saved-rows.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterEach(() => fixture.close());

  const say = async (text: string, room = rooms.design.id, by = ids.bob) =>
    (await does(by, "message.send", { room, text })).id;
  const save = (by: number, message: number, on = true) => does(by, "saved.set", { message, on });
  const texts = async (by: number) =>
    (await does(by, "saved.list", { limit: 200 })).saved.map(({ message }) => message.text);

  test("SAVED-1 a message is saved and taken out; asked again it changes nothing", async () => {
    const message = await say("Look");
    const before = fixture.store.changes.length;
    await save(ids.alice, message);
    await save(ids.alice, message);
    expect(await texts(ids.alice)).toEqual(["Look"]);
    expect(await texts(ids.bob)).toEqual([]);
    await save(ids.alice, message, false);
    await save(ids.alice, message, false);
    expect(await texts(ids.alice)).toEqual([]);
    const told = fixture.store.changes.slice(before);
    expect(told).toMatchObject([
      { log: "user", id: ids.alice, event: { kind: "saved.set", message, on: true } },
      { log: "user", id: ids.alice, event: { kind: "saved.set", message, on: false } },
    ]);
    expect(told.length).toBe(2);
  });

  test("SAVED-1 only what one can read", async () => {
    const message = await say("Look");
    const gone = await say("Gone");
    await does(ids.bob, "message.delete", { message: gone });
    for (const on of [true, false]) {
      expect(await outcomeOf(save(ids.carol, message, on))).toBe("not_found");
      expect(await outcomeOf(save(ids.alice, 2 ** 40, on))).toBe("not_found");
      expect(await outcomeOf(save(ids.alice, message, on))).toBe("done");
    }
    expect(await outcomeOf(save(ids.alice, gone))).toBe("not_found");
  });

  test("SAVED-2 they are listed as they are now, the last saved first, page by page", async () => {
    const messages: number[] = [];
    for (const text of ["one", "two", "three", "four", "five"]) messages.push(await say(text));
    const [one = 0, two = 0, three = 0, four = 0, five = 0] = messages;
    // Some of them at the same moment.
    for (const message of [four, one, five]) await save(ids.alice, message);
    fixture.store.clock.advance(1);
    const gone = await say("gone");
    for (const message of [two, three, gone]) await save(ids.alice, message);
    await does(ids.bob, "message.delete", { message: gone });
    await does(ids.bob, "message.edit", { message: five, text: "five!" });
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await does(ids.alice, "saved.list", { limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.saved.map(({ message }) => message.text));
      if (page.next === null) break;
      expect(page.saved.length).toBe(2);
      cursor = page.next;
    }
    expect(seen).toEqual(["three", "two", "five!", "four", "one"]);
    for (const cursor of ["x", "1", "1.", "1.2.3", "-1.2", "9".repeat(20)]) {
      expect(await outcomeOf(does(ids.alice, "saved.list", { cursor }))).toBe("invalid");
    }
  });

  test("SAVED-2 what can no longer be read is left out, and is there again when it can", async () => {
    const room = rooms.design.id;
    const [kept, gone, left] = [await say("kept", rooms.lobby.id), await say("gone"), await say("left")];
    for (const message of [kept, gone, left]) await save(ids.bob, message);
    await does(ids.bob, "message.delete", { message: gone });
    expect(await texts(ids.bob)).toEqual(["left", "kept"]);
    await does(ids.alice, "member.remove", { room, user: ids.bob });
    expect(await texts(ids.bob)).toEqual(["kept"]);
    await does(ids.alice, "member.add", { room, user: ids.bob });
    expect(await texts(ids.bob)).toEqual(["left", "kept"]);
    await does(ids.alice, "room.delete", { room });
    expect(await texts(ids.bob)).toEqual(["kept"]);
    const rows = (await everyRow(fixture.context.database)).get("saved") ?? [];
    expect(rows.length).toBe(1);
  });

  test("SAVED-3 at most 1,000, also of many at once; what can no longer be read does not count", async () => {
    const { context } = fixture;
    const unreadable = await say("gone");
    await save(ids.alice, unreadable);
    const made = await context.writer.write(async (tx) => {
      const found: number[] = [];
      for (let index = 0; index < limits.saved - 1; index++) {
        const row = await tx.sql.first<{ id: number }>(
          tx.sql.build
            .insertInto("messages")
            .values({
              ...{ room_id: rooms.lobby.id, seq: 1_000 + index, ordinal: 1_000 + index, sender_id: ids.bob },
              ...{ client_id: `many-${index}`, sent_hash: "", type: "text", body_kind: "plain" },
              ...{ body: new Uint8Array(), reply_to: null, mentions: null, mention_all: 0 },
              ...{ created_at: tx.now, edited_at: null, deleted_at: null },
            })
            .returning("id"),
        );
        const message_id = row?.id ?? 0;
        found.push(message_id);
        await tx.sql.run(
          tx.sql.build.insertInto("saved").values({ user_id: ids.alice, message_id, at: tx.now }),
        );
      }
      return found;
    });
    const more: number[] = [];
    for (const text of ["one", "two", "three"]) more.push(await say(text));
    expect(await outcomeOf(save(ids.alice, more[0] ?? 0))).toBe("conflict");
    await does(ids.bob, "message.delete", { message: unreadable });
    const outcomes = await Promise.all(more.map((message) => outcomeOf(save(ids.alice, message))));
    expect(outcomes.toSorted()).toEqual(["conflict", "conflict", "done"]);
    await save(ids.alice, made[0] ?? 0, false);
    expect(await outcomeOf(save(ids.alice, more[outcomes.indexOf("conflict")] ?? 0))).toBe("done");
    const rows = (await everyRow(context.database)).get("saved") ?? [];
    expect(rows.length).toBe(limits.saved);
  });

  test("SAVED-2 a person's saved messages are found by their indexes", async () => {
    const query = savedBefore({ user: ids.alice, at: 9, message: 9, limit: 2 });
    const plan = await planOf(fixture.context.database, query);
    expect(plan).toContain("saved_at");
    expect(plan).not.toMatch(/SCAN |Seq Scan|TEMP B-TREE/);
  });
});
