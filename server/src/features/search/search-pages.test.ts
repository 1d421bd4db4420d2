import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Input, Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import fc from "fast-check";
import type { Sql } from "../../schema/tables.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { indexSlice } from "../search-index/search-index.ts";
import { searchMessages } from "./search.ts";
import { matchesIn } from "./search-matches.ts";
import { written } from "./search-plan.ts";
import { parseQuery } from "./search-query.ts";
import { walkIndex } from "./search-walk-rows.ts";

/** Pieces that make words of all kinds when they are put together. */
const pieces = [
  ...["a", "an", "ann", "anna", "tor", "tür", "haus", "Haus", "HTTP", "Server", "12", "3456", "ß", "é", "x"],
  ...["東", "京", "東京", "ガ", "ｶﾞ", "กั", "한국", "👍", "🎉", "с", "ний", "كتاب", "أ", "𐐀", "𝒳"],
];
const gaps = ["", "", " ", " ", " ", "_", ".", "-", "、", "\n", "'", '"'];
const someText = fc
  .array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(...gaps)), { minLength: 1, maxLength: 10 })
  .map((parts) => parts.flat().join(""));
const someWish = fc.oneof(
  { weight: 3, arbitrary: someText },
  { weight: 1, arbitrary: fc.constantFrom(...pieces, "haus -tor", '"東京 haus"', "-a", "server", "ус") },
);

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let all: Message[];
  const search = (input: Input<"message.search">): Promise<Output<"message.search">> =>
    fixture.does(fixture.ids.bob, "message.search", input);
  const index = () => fixture.context.writer.write((tx) => indexSlice(tx));

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    const { does, ids, rooms } = fixture;
    const texts = fc.sample(someText, { numRuns: 380, seed: 7 });
    for (const [number, text] of texts.entries()) {
      await happen(number, text);
      // Some are in the index, some wait, and some are in it that were edited since.
      if (number === 150 || number === 300) await index();
      // The messages lie in four stretches, with some between that hold none.
      if (number === 120) await goOnFrom(16_300);
      if (number === 280) await goOnFrom(5 * 16_384 - 20);
    }
    // Old ones wait as well, between those that are in the index.
    for (const { id, text } of (await liveIn(rooms.design.id))
      .slice(-100)
      .filter((_, number) => number % 9 === 0)) {
      await does(ids.alice, "message.edit", { message: id, text: `${text} haus` });
    }
    all = [...(await liveIn(rooms.lobby.id)), ...(await liveIn(rooms.design.id))];
    all.sort((one, other) => other.id - one.id);
  });
  afterAll(() => fixture.close());

  /** A message is sent; some are deleted, some edited. */
  async function happen(number: number, text: string): Promise<void> {
    const { does, ids, rooms } = fixture;
    const room = number % 3 === 0 ? rooms.lobby.id : rooms.design.id;
    const { id: message } = await does(ids.alice, "message.send", { room, text });
    if (number % 11 === 0) await does(ids.alice, "message.delete", { message });
    else if (number % 7 === 0) await does(ids.alice, "message.edit", { message, text: `${text} anna` });
  }

  /** The next message has a larger id than this. */
  async function goOnFrom(id: number): Promise<void> {
    const raised =
      engine === "sqlite"
        ? `UPDATE sqlite_sequence SET seq = ${id} WHERE name = 'messages'`
        : `SELECT setval(pg_get_serial_sequence('messages', 'id'), ${id})`;
    await fixture.context.database.migrate(async (execute) => void (await execute(raised)));
  }

  async function liveIn(room: number): Promise<Message[]> {
    const found: Message[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const input = { room, before, limit: limits.pageMax };
      const page = await fixture.does(fixture.ids.bob, "message.list", input);
      found.push(...page.messages.filter(({ deleted_at }) => deleted_at === undefined));
      if (page.before === null) return found;
      ({ before } = page);
    }
  }

  function matching(text: string): Message[] {
    const query = parseQuery(text);
    if (query.wanted.length + query.unwanted.length === 0) return [];
    return all.filter((message) => matchesIn([message.text], query) !== null);
  }

  async function everyPage(text: string, sizes: readonly number[]): Promise<Message[]> {
    const found: Message[] = [];
    let cursor: string | undefined;
    for (let turn = 0; ; turn++) {
      const limit = sizes[turn % sizes.length] ?? 1;
      const page = await search({ text, limit, ...(cursor !== undefined && { cursor }) });
      expect(page.hits.length).toBeLessThanOrEqual(limit);
      found.push(...page.hits.map(({ message }) => message));
      if (page.next === null) return found;
      cursor = page.next;
    }
  }

  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });

  test("SEARCH-4 every message that matches is found once, the newest first, however large the pages are", async () => {
    let most = 0;
    const walk = fc.asyncProperty(someWish, sizes, async (wish, chosen) => {
      const text = wish.slice(0, limits.searchText);
      const found = await everyPage(text, chosen);
      expect(found).toEqual(matching(text));
      most = Math.max(most, found.length);
    });
    await fc.assert(walk, { numRuns: 150 });
    // Else this would say nothing of pages.
    expect(most).toBeGreaterThan(60);
  });

  test("SEARCH-4 where much is found of which little is asked for, the index answers and is asked again", async () => {
    const { database } = fixture.context;
    const rooms = [fixture.rooms.lobby.id];
    const plan = { groups: [["t:text"]], unwanted: [] };
    const walk = { match: written(plan, engine), rooms, after: -1, before: Number.MAX_SAFE_INTEGER };
    const step = { wanted: 1_000, below: Number.MAX_SAFE_INTEGER };
    const { ids: atOnce, floor } = await walkIndex(database, walk, step);
    expect(floor).toBe(0);
    const found: number[] = [];
    let calls = 0;
    for (let { below } = step; below > 0; calls++) {
      const part = await walkIndex(database, walk, { ...step, below, patience: 1 });
      found.push(...part.ids);
      below = part.floor;
    }
    expect(found).toEqual(atOnce);
    expect(atOnce.length).toBeGreaterThan(50);
    expect(calls).toBe(engine === "postgres" ? 4 : 1);
  });

  test("SEARCH-3 whatever is typed, the search ends without an error and highlights stand in the text", async () => {
    const odd = fc.string({
      unit: fc.constantFrom(...`a東"'\\-*:^(){}[]|&!<>~@#%_+. \n\tANDORNOT`),
      maxLength: 40,
    });
    const typed = fc.oneof(odd, fc.string({ unit: "binary", minLength: 1, maxLength: 60 }), someWish);
    const harmless = fc.asyncProperty(typed, async (wish) => {
      const text = `a${wish}`
        .replaceAll("\u0000", "")
        .toWellFormed()
        .slice(0, limits.searchText)
        .toWellFormed();
      for (const { message, highlights } of (await search({ text, limit: 20 })).hits) {
        let last = 0;
        for (const [start, end] of highlights) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(message.text.length);
      }
    });
    await fc.assert(harmless, { numRuns: 300 });
  });

  test("SEARCH-4 what is moved into the index between two pages is neither left out nor repeated", async () => {
    const { does, ids, rooms } = fixture;
    for (let number = 0; number < 30; number++) {
      await does(ids.alice, "message.send", { room: rooms.design.id, text: `pelican ${number}` });
    }
    const first = await search({ text: "pelican", limit: 10 });
    await index();
    const rest = await search({ text: "pelican", limit: 50, cursor: first.next ?? "" });
    const found = [...first.hits, ...rest.hits].map(({ message }) => message.text);
    expect(found).toEqual(Array.from({ length: 30 }, (_, number) => `pelican ${29 - number}`));
    expect(rest.next).toBeNull();
  });

  test("SEARCH-7 whenever during a search it is moved into the index, a message is found", async () => {
    const { does, ids, rooms, context } = fixture;
    const { database } = context;
    const actor = { user: ids.bob, session: 1 };
    let reads = 0;
    for (let turn = 0; turn <= reads; turn++) {
      const text = `spoonbill${turn}`;
      await does(ids.alice, "message.send", { room: rooms.design.id, text });
      reads = 0;
      const counted = async <Result>(read: () => Promise<Result>): Promise<Result> => {
        if (reads++ === turn) await index();
        return read();
      };
      const moving: Sql = {
        ...{ engine, build: database.build, run: (query) => database.run(query) },
        rows: (query) => counted(() => database.rows(query)),
        first: (query) => counted(() => database.first(query)),
      };
      const { hits } = await searchMessages(moving, actor, { text, limit: 50 });
      expect(hits.map(({ message }) => message.text)).toEqual([text]);
    }
    expect(reads).toBeGreaterThan(3);
  });
});
