import { afterEach, beforeEach, expect, test } from "bun:test";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { mentionsBefore } from "./mentions-rows.ts";

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

  const say = async (text: string, more: object = {}, room = rooms.design.id, by = ids.alice) =>
    (await does(by, "message.send", { room, text, ...more })).id;
  const texts = async (by: number) =>
    (await does(by, "mention.list", { limit: 200 })).messages.map(({ text }) => text);

  test("MENTION-1 what mentions a person is listed, by name or with everyone, in a thread too, the newest first", async () => {
    const mentions = [ids.bob];
    const root = await say("To you", { mentions });
    await say("To nobody");
    await say("To all", { mention_all: true });
    await say("Both", { mention_all: true, mentions });
    await say("In the lobby", { mentions }, rooms.lobby.id);
    await say("In a thread", { mentions, reply_to: root, in_thread: true });
    expect(await texts(ids.bob)).toEqual(["In a thread", "In the lobby", "Both", "To all", "To you"]);
    expect(await texts(ids.alice)).toEqual([]);
    expect(await texts(ids.carol)).toEqual([]);
    const paged: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(cursor);
      paged.push(...page.messages.map(({ text }) => text));
      cursor = page.next;
    }
    expect(paged).toEqual(["In a thread", "In the lobby", "Both", "To all", "To you"]);
    expect(await outcomeOf(does(ids.bob, "mention.list", { cursor: "elsewhere" }))).toBe("invalid");
  });
  const list = (cursor: string | undefined) =>
    does(ids.bob, "mention.list", { limit: 2, ...(cursor !== undefined && { cursor }) });

  test("MENTION-1 not what is deleted, says a blocked person, or stands in a room that one has left", async () => {
    const mentions = [ids.bob];
    const gone = await say("Gone", { mentions });
    await say("To you", { mentions });
    await say("To all", { mention_all: true });
    await does(ids.alice, "message.delete", { message: gone });
    expect(await texts(ids.bob)).toEqual(["To all", "To you"]);
    await does(ids.bob, "block.set", { user: ids.alice, on: true });
    expect(await texts(ids.bob)).toEqual([]);
    await does(ids.bob, "block.set", { user: ids.alice, on: false });
    await does(ids.bob, "room.leave", { room: rooms.design.id });
    expect(await texts(ids.bob)).toEqual([]);
  });

  test("MENTION-2 what holds a word of the person's own is listed as well, said by others, page by page", async () => {
    const wish = (keywords: string[]) =>
      does(ids.bob, "notification.set_default", { level: "mentions", muted_until: null, keywords });
    await wish(["Tent", "large table"]);
    await say("Who brings the TENT?");
    await say("I am content");
    await say("To you, and the tent", { mentions: [ids.bob] });
    await say("The large, old table");
    await say("The large table");
    await say("My own tent", {}, rooms.design.id, ids.bob);
    const expected = ["The large table", "To you, and the tent", "Who brings the TENT?"];
    expect(await texts(ids.bob)).toEqual(expected);
    expect(await texts(ids.alice)).toEqual([]);
    const paged: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(cursor);
      paged.push(...page.messages.map(({ text }) => text));
      cursor = page.next;
    }
    expect(paged).toEqual(expected);
    await does(ids.bob, "block.set", { user: ids.alice, on: true });
    expect(await texts(ids.bob)).toEqual([]);
    await does(ids.bob, "block.set", { user: ids.alice, on: false });
    await wish([]);
    expect(await texts(ids.bob)).toEqual(["To you, and the tent"]);
  });

  test("MENTION-1 they are found by the index of the person and those of their rooms", async () => {
    const plan = await planOf(fixture.store.database, mentionsBefore({ user: ids.bob, below: 9, limit: 1 }));
    expect(plan).toContain("mentions_person");
    expect(plan).not.toMatch(/SCAN (?:messages|mentions|members)\b/);
  });
});
