import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Message } from "@parley/protocol/messages";
import { createJobs } from "../../jobs.ts";
import { migrate } from "../../schema/migrate.ts";
import { testApp } from "../../testing/app.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { tablesHolding } from "../../testing/tables.ts";
import { expireMessage } from "../messages/messages.ts";
import { receiveUpload } from "../uploads/uploads.ts";
import { factsOf, indexSlice, inStretch, stretchOf, tokensOf } from "./search-index.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];
  const index = () => fixture.context.writer.write((tx) => indexSlice(tx));
  const say = (text: string, room = rooms.design.id) => does(ids.alice, "message.send", { room, text });
  const search = (text: string) => does(ids.bob, "message.search", { text });

  /** A message that carries a file of this name. */
  async function carry(name: string, room: number): Promise<number> {
    const body = new Blob(["something"]).stream();
    const actor = { user: ids.alice, session: 1 };
    const { id: upload } = await receiveUpload(fixture.context, actor, {
      name: "sent",
      body,
      announced: null,
    });
    return (await does(ids.alice, "message.send", { room, files: [{ upload, name }] })).id;
  }

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  /** Several statements as a migration would carry them out; the rows of the last. */
  async function statements(...texts: string[]): Promise<Record<string, unknown>[]> {
    let rows: unknown[] = [];
    await fixture.context.database.migrate(async (execute) => {
      for (const text of texts) rows = await execute(text);
    });
    return rows as Record<string, unknown>[];
  }

  /** The tokens of each message in the index. */
  async function indexed(): Promise<Map<number, Set<string>>> {
    const found = new Map<number, Set<string>>();
    const rows =
      engine === "sqlite"
        ? await statements(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search_words, instance)",
            "SELECT doc AS id, term FROM temp.vocabulary",
          )
        : await statements(
            "SELECT message_id AS id, unnest(tsvector_to_array(tokens)) AS term FROM search_words",
          );
    for (const { id, term } of rows) {
      const tokens = found.get(Number(id)) ?? new Set();
      found.set(Number(id), tokens.add(String(term)));
    }
    return found;
  }

  /** What is to stand in the index of a message as it is now. */
  function tokensOfMessage(message: Message): string[] {
    const { room, sender, type, text, mentions = [], files = [] } = message;
    const facts = factsOf({
      ...{ text, types: files.map((file) => file.type), isReply: message.reply_to !== undefined },
      ...{ isForwarded: message.forwarded !== undefined, isEdited: message.edited_at !== undefined },
    });
    const texts = [text, ...files.flatMap(({ name, alt = "" }) => [name, alt])];
    return tokensOf({ room, sender, type, texts, mentions, facts, at: Date.parse(message.created_at) });
  }

  async function expectWhole(): Promise<void> {
    const queued = await statements("SELECT message_id AS id FROM search_queue");
    const waiting = new Set(queued.map(({ id }) => Number(id)));
    const index = await indexed();
    const live = await statements("SELECT id FROM messages WHERE deleted_at IS NULL");
    const found = [...waiting, ...index.keys()].sort((one, other) => one - other);
    expect(found).toEqual(live.map(({ id }) => Number(id)).sort((one, other) => one - other));
    for (const [id, tokens] of index) {
      const message = await does(ids.alice, "message.get", { message: id });
      const expected = tokensOfMessage(message);
      const stretch = stretchOf(id);
      const written = engine === "postgres" ? expected.map((token) => inStretch(stretch, token)) : expected;
      expect([...tokens].sort()).toEqual(written.sort());
    }
  }

  describe("what is taken out", () => {
    // Of words that begin alike the file keeps only what differs: here the ends are looked for.
    const inIndex = engine === "sqlite" ? "search_words_data" : "search_words";

    test("SEARCH-6 nothing of a deleted or edited message is left in the index", async () => {
      const { database } = fixture.context;
      const first = await say("bittern kookaburra");
      const second = await say("bittern sandpiper");
      await index();
      const stored = ["messages", inIndex];
      expect(await tablesHolding(database, "burra")).toEqual(expect.arrayContaining(stored));
      await does(ids.alice, "message.delete", { message: first.id });
      expect(await tablesHolding(database, "burra")).toEqual([]);
      await does(ids.alice, "message.edit", { message: second.id, text: "only a plover" });
      expect(await tablesHolding(database, "piper")).toEqual(["message_versions"]);
      await index();
      await does(ids.alice, "message.delete", { message: second.id });
      for (const word of ["tern", "piper", "plover"]) expect(await tablesHolding(database, word)).toEqual([]);
    });

    const anHour = 3_600_000;
    const clean = () => createJobs(fixture.context).settled();

    test("SEARCH-8 what the index holds of a deleted room is taken out, and gone from its table within the hour", async () => {
      const { database } = fixture.context;
      const { id: room } = await does(ids.alice, "room.create", { kind: "channel", name: "marsh" });
      for (let number = 0; number < 25; number++) await say(`oystercatcher ${number}`, room);
      await index();
      expect(await tablesHolding(database, "catcher")).toContain(inIndex);
      await say("oystercatcher waiting", room);
      await does(ids.alice, "room.delete", { room });
      expect((await does(ids.alice, "message.search", { text: "oystercatcher" })).hits).toEqual([]);
      await index();
      await expectWhole();
      fixture.store.clock.advance(anHour - 1);
      // What goes on coming keeps the hour of what was first.
      await index();
      fixture.store.clock.advance(1);
      await clean();
      expect(await tablesHolding(database, "catcher")).toEqual([]);
      await expectWhole();
    });

    test("SEARCH-8 many that go at once are gone from a large index step by step, while others come and go", async () => {
      const { database, writer } = fixture.context;
      const { id: room } = await does(ids.alice, "room.create", { kind: "channel", name: "cliff" });
      const many = async (text: string, count: number) => {
        const words = (number: number) => Array.from({ length: 20 }, (_, at) => `${text}${number * 20 + at}`);
        return Promise.all(Array.from({ length: count }, (_, number) => say(words(number).join(" "), room)));
      };
      const gone = await many("kittiwake", 600);
      await many("cormorant", 600);
      for (let slice = 0; slice < 13; slice++) await index();
      const rows = gone.map(({ id }) => id);
      await writer.write(async (tx) => {
        for (const id of rows) await expireMessage(tx, id);
      });
      for (let slice = 0; slice < 6; slice++) await index();
      await expectWhole();
      fixture.store.clock.advance(anHour);
      await many("razorbill", 30);
      await index();
      await clean();
      for (const word of ["tiwake", "wake11999"]) expect(await tablesHolding(database, word)).toEqual([]);
      expect(await tablesHolding(database, "morant")).toContain(inIndex);
      await expectWhole();
      expect((await does(ids.alice, "message.search", { text: "kittiwake" })).hits).toEqual([]);
      expect((await does(ids.alice, "message.search", { text: "cormorant11999" })).hits).toHaveLength(1);
    }, 60_000);

    test("SEARCH-8 nothing is left of what files were called, with the message or with its room", async () => {
      const { database } = fixture.context;
      const { id: room } = await does(ids.alice, "room.create", { kind: "channel", name: "reeds" });
      const one = await carry("whimbrel.txt", rooms.design.id);
      await carry("whimbrel.txt", room);
      await index();
      expect(await tablesHolding(database, "mbrel")).toEqual(expect.arrayContaining(["files", inIndex]));
      await does(ids.alice, "message.delete", { message: one });
      expect(await tablesHolding(database, "mbrel")).toEqual(expect.arrayContaining(["files", inIndex]));
      await does(ids.alice, "room.delete", { room });
      await index();
      fixture.store.clock.advance(anHour);
      await clean();
      expect(await tablesHolding(database, "mbrel")).toEqual([]);
      await expectWhole();
    });

    /** One of a few things that can happen to a message, by number and round. */
    async function happen(message: number, number: number, round: number): Promise<void> {
      if (number % 10 === 0) await index();
      else if (number % 6 === round) await outcomeOf(does(ids.alice, "message.delete", { message }));
      else if (number % 2 === round % 2) {
        const mentions = round > 2 ? [ids.bob] : [];
        const edit = { message, text: `tern ${round} ${number}`, mentions };
        await outcomeOf(does(ids.alice, "message.edit", edit));
      }
    }

    test("SEARCH-6 whatever happens at once, each message is in the queue or in the index, as it is now", async () => {
      let sent = await Promise.all(Array.from({ length: 40 }, (_, number) => say(`gull ${number}`)));
      for (let round = 0; round < 6; round++) {
        await Promise.all(sent.map(({ id }, number) => happen(id, number, round)));
        await expectWhole();
        sent = [...sent.slice(10), ...(await Promise.all([say(`gull again ${round}`), say("gull more")]))];
      }
      await index();
      expect(await statements("SELECT * FROM search_queue")).toEqual([]);
      await expectWhole();
    });
  });

  describe("what was there before", () => {
    test("SEARCH-7 older messages are found while they come into the index, and more than 1,000 of them are said to be missing", async () => {
      for (let batch = 0; batch < 11; batch++) {
        const numbers = Array.from({ length: 100 }, (_, number) => batch * 100 + number);
        await Promise.all(
          numbers.map((number) => say(number === 0 ? "godwit the first" : `godwit ${number}`)),
        );
      }
      const own = [engine === "sqlite" ? "DROP TABLE search_erasures" : "DROP FUNCTION search_words_found"];
      // As an earlier version would have left it.
      await statements(
        ...own,
        "DROP TABLE search_words",
        "DROP TABLE search_queue",
        "DELETE FROM migrations WHERE name IN ('0020-search', '0090-search-stretches')",
      );
      await migrate(fixture.context.database, { now: fixture.store.clock.now() });
      expect(await search("first")).toMatchObject({ hits: [], complete: false });
      expect((await search("1099")).hits).toHaveLength(1);
      await index();
      expect((await search("1099")).hits).toHaveLength(1);
      for (let slice = 0; slice < 12; slice++) await index();
      expect(await search("first")).toMatchObject({
        hits: [{ message: { text: "godwit the first" } }],
        complete: true,
      });
      await expectWhole();
    }, 30_000);
  });

  describe("a running server", () => {
    test("SEARCH-7 a message is found at once, comes into the index, and what waits does so after a restart", async () => {
      const app = await testApp({ engine, clock: "system" });
      try {
        const as = app.people.alice;
        const room = app.rooms.design.id;
        const found = async (text: string) => {
          const { body } = await app.ask("GET", `/api/v2/search?text=${text}`, { as });
          return body.hits.map(({ message }: { message: { text: string } }) => message.text);
        };
        const send = (text: string) =>
          app.ask("POST", `/api/v2/rooms/${room}/messages`, { as, body: { text } });
        await send("redshank one");
        expect(await found("redshank")).toEqual(["redshank one"]);
        await app.app.indexer.settled();
        await send("redshank two");
        await app.restart();
        expect(await found("redshank")).toEqual(["redshank two", "redshank one"]);
        await app.app.indexer.settled();
        expect(await found("redshank")).toEqual(["redshank two", "redshank one"]);
        const inIndex = engine === "sqlite" ? "search_words_data" : "search_words";
        expect(await tablesHolding(app.context.database, "ank")).toContain(inIndex);
      } finally {
        await app.close();
      }
    });
  });
});
