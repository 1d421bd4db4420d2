import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import fc from "fast-check";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";

type Page = Output<"message.list">;
type Place = { before: number } | { after: number } | { around: number } | object;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let room: number;
  let all: Message[];
  const page = (place: Place, limit: number): Promise<Page> =>
    fixture.does(fixture.ids.bob, "message.list", { room, ...place, limit });

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    const { does, ids, rooms } = fixture;
    room = rooms.design.id;
    all = [];
    for (let number = 1; number <= 70; number++) {
      const sent = await does(ids.alice, "message.send", { room, text: `Message ${number}` });
      all.push(sent);
      // Other events stand between messages, so that numbers of messages have holes.
      if (number % 3 === 0) await does(ids.bob, "reaction.set", { message: sent.id, emoji: "👍", on: true });
      if (number % 7 === 0) await does(ids.alice, "message.delete", { message: sent.id });
      if (number % 11 === 0) await does(ids.alice, "room.update", { room, topic: `Topic ${number}` });
    }
    all = (await page({}, limits.pageMax)).messages;
  });
  afterAll(() => fixture.close());

  /** Follows the pages towards the past until they end. */
  async function backFrom(first: Page, limit: () => number): Promise<Message[]> {
    const found = [...first.messages];
    for (let { before } = first; before !== null; ) {
      const next = await page({ before }, limit());
      found.unshift(...next.messages);
      ({ before } = next);
    }
    return found;
  }

  /** Follows the pages towards the present until they end. */
  async function onFrom(first: Page, limit: () => number): Promise<Message[]> {
    const found = [...first.messages];
    for (let { after } = first; after !== null; ) {
      const next = await page({ after }, limit());
      found.push(...next.messages);
      ({ after } = next);
    }
    return found;
  }

  function drawn(sizes: readonly number[]): () => number {
    let turn = 0;
    return () => sizes[turn++ % sizes.length] ?? 1;
  }

  const sizes = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 8 });

  test("MSG-4 the newest page is the default; it names the head", async () => {
    expect(all).toHaveLength(70);
    const newest = await page({}, limits.pageDefault);
    expect(newest.messages).toEqual(all.slice(-limits.pageDefault));
    const { head } = await fixture.does(fixture.ids.bob, "room.get", { room });
    expect(newest).toMatchObject({ head, after: null, before: newest.messages[0]?.seq ?? 0 });
  });

  test("MSG-4 pages towards the past are complete and repeat nothing", async () => {
    const walk = fc.asyncProperty(sizes, async (chosen) => {
      const limit = drawn(chosen);
      expect(await backFrom(await page({}, limit()), limit)).toEqual(all);
    });
    await fc.assert(walk, { numRuns: 25 });
  });

  test("MSG-4 pages towards the present are complete and repeat nothing", async () => {
    const walk = fc.asyncProperty(sizes, async (chosen) => {
      const limit = drawn(chosen);
      expect(await onFrom(await page({ after: 0 }, limit()), limit)).toEqual(all);
    });
    await fc.assert(walk, { numRuns: 25 });
  });

  test("MSG-4 a page around a message holds it and leads both ways", async () => {
    const walk = fc.asyncProperty(fc.nat({ max: 69 }), sizes, async (index, chosen) => {
      const limit = drawn(chosen);
      const centre = all[index] as Message;
      const size = limit();
      const first = await page({ around: centre.id }, size);
      expect(first.messages.length).toBeLessThanOrEqual(size);
      expect(first.messages).toContainEqual(centre);
      const onwards = (await onFrom(first, limit)).slice(first.messages.length);
      expect([...(await backFrom(first, limit)), ...onwards]).toEqual(all);
    });
    await fc.assert(walk, { numRuns: 25 });
  });

  test("MSG-4 from any event, both ways lead to every message once", async () => {
    const walk = fc.asyncProperty(fc.nat({ max: 150 }), sizes, async (seq, chosen) => {
      const limit = drawn(chosen);
      const before = await page({ before: seq }, limit());
      const onwards =
        before.after === null ? [] : await onFrom(await page({ after: before.after }, 7), limit);
      expect([...(await backFrom(before, limit)), ...onwards]).toEqual(all);
      const after = await page({ after: seq }, limit());
      const backwards =
        after.before === null ? [] : await backFrom(await page({ before: after.before }, 7), limit);
      expect([...backwards, ...(await onFrom(after, limit))]).toEqual(all);
    });
    await fc.assert(walk, { numRuns: 25 });
  });

  test("MSG-4 what is asked around stands in the room, and one place is named at most", async () => {
    const { does, ids, rooms } = fixture;
    const elsewhere = await does(ids.alice, "message.send", { room: rooms.lobby.id, text: "Elsewhere" });
    expect(await outcomeOf(page({ around: elsewhere.id }, 5))).toBe("not_found");
    expect(await outcomeOf(page({ before: 5, after: 3 }, 5))).toBe("invalid");
    expect(await outcomeOf(page({ after: 3 }, limits.pageMax + 1))).toBe("invalid");
    expect(await outcomeOf(page({ after: 3 }, limits.pageMax))).toBe("done");
  });
});
