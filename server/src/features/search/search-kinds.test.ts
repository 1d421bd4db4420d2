import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Input, Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { picture } from "../../testing/pictures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { indexSlice } from "../search-index/search-index.ts";
import { receiveUpload } from "../uploads/uploads.ts";
import { pinnedBelow, savedBelow } from "./search-rows.ts";

type Search = Input<"message.search">;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterAll(() => fixture.close());

  const index = () => fixture.context.writer.write((tx) => indexSlice(tx));
  async function upload(bytes: Uint8Array<ArrayBuffer> | string): Promise<number> {
    const body = new Blob([bytes]).stream();
    const actor = { user: ids.alice, session: 1 };
    return (await receiveUpload(fixture.context, actor, { name: "sent", body, announced: null })).id;
  }
  async function send(text: string, named: Record<string, string> = {}, room = rooms.design.id) {
    const files: { upload: number; name: string; alt: string }[] = [];
    for (const [name, alt] of Object.entries(named)) {
      const bytes = name.endsWith(".png") ? await picture(4, 3) : "some text";
      files.push({ upload: await upload(bytes), name, alt });
    }
    return does(ids.alice, "message.send", { room, text, ...(files.length > 0 && { files }) });
  }
  const hitsOf = async (input: Search, person = ids.bob): Promise<Output<"message.search">["hits"]> =>
    (await does(person, "message.search", { limit: limits.pageMax, ...input })).hits;
  const found = async (input: Search, person = ids.bob) =>
    (await hitsOf(input, person)).map(({ message }) => message.id);

  for (const state of ["in the queue", "in the index"] as const) {
    const settle = () => (state === "in the index" ? index() : Promise.resolve());
    const own = (word: string) => `${word}${state.slice(-5)}`;

    test(`SEARCH-9 a message is found by its files' names and descriptions as by its text (${state})`, async () => {
      const name = `${own("heron")}_Plan.v2.pdf`;
      const sent = await send(`about ${own("marsh")}`, {
        [name]: "",
        "nest.png": `a nest of ${own("reeds")}`,
      });
      await settle();
      for (const text of [
        name,
        own("heron"),
        "plan.v2",
        own("reeds"),
        `${own("marsh")} nest ${own("heron")}`,
      ]) {
        expect(await found({ text })).toContain(sent.id);
      }
      expect(await found({ text: own("heron") }, ids.carol)).toEqual([]);
      expect(await found({ text: `about -${own("heron")}`, room: rooms.design.id })).not.toContain(sent.id);
      // A phrase does not go on from one text to the next.
      expect(await found({ text: `"${own("marsh")} ${own("heron")}"` })).toEqual([]);
      const [hit] = await hitsOf({ text: `${own("reeds")} plan` });
      expect(hit).toMatchObject({
        highlights: [],
        files: [
          { file: sent.files?.[0]?.id, name: [[11, 15]], alt: [] },
          { file: sent.files?.[1]?.id, name: [], alt: [[10, 20]] },
        ],
      });
    });

    test(`SEARCH-6 what a message's files are called goes with the message (${state})`, async () => {
      const word = own("egret");
      const edited = await send("before", { [`${word}.txt`]: "" });
      const gone = await send("", { [`${word}.txt`]: "" });
      await settle();
      await does(ids.alice, "message.edit", { message: edited.id, text: "after" });
      await does(ids.alice, "message.delete", { message: gone.id });
      expect(await found({ text: word })).toEqual([edited.id]);
      await settle();
      expect(await found({ text: `after ${word}` })).toEqual([edited.id]);
      expect(await found({ text: `before ${word}` })).toEqual([]);
    });

    test(`SEARCH-10 by what a message has and is (${state})`, async () => {
      const word = own("stork");
      const plain = await send(`${word} plain`);
      const link = await send(`${word} https://example.org`);
      const picture = await send(word, { "one.png": "" });
      const both = await send(`${word} http://example.org`, { "two.png": "", "notes.txt": "" });
      const reply = await does(ids.bob, "message.send", {
        ...{ room: rooms.design.id, text: `${word} answer`, reply_to: plain.id },
      });
      const edited = await send(word);
      await settle();
      await does(ids.alice, "message.edit", { message: edited.id, text: `${word} again` });
      const { messages } = await does(ids.alice, "message.forward", {
        ...{ room: rooms.lobby.id, messages: [plain.id] },
      });
      const [forwarded] = messages.map(({ id }) => id);
      await settle();
      const by = (wish: Omit<Search, "text">) => found({ text: word, ...wish });
      expect(await by({ has: ["link"] })).toEqual([both.id, link.id]);
      expect(await by({ has: ["file"] })).toEqual([both.id, picture.id]);
      expect(await by({ has: ["image"] })).toEqual([both.id, picture.id]);
      expect(await by({ has: ["image", "link"] })).toEqual([both.id]);
      expect(await by({ has: ["video"] })).toEqual([]);
      expect(await by({ type: "image" })).toEqual([picture.id]);
      expect(await by({ type: "file" })).toEqual([both.id]);
      expect(await by({ is: ["reply"] })).toEqual([reply.id]);
      expect(await by({ is: ["forwarded"] })).toEqual([forwarded ?? 0]);
      expect(await by({ is: ["edited"] })).toEqual([edited.id]);
      expect(await by({ is: ["edited", "reply"] })).toEqual([]);
      expect(await by({ is: ["reply"], from: ids.alice })).toEqual([]);
    });

    test(`SEARCH-10 what is pinned, and what oneself has saved, at that moment (${state})`, async () => {
      const word = own("crane");
      const { id: one } = await send(`${word} one`);
      const { id: two } = await send(`${word} two`);
      const { id: three } = await send(`${word} three`);
      const elsewhere = await send(`${word} elsewhere`, {}, rooms.lobby.id);
      await settle();
      const pin = (message: number, on = true) => does(ids.alice, "pin.set", { message, on });
      const save = (person: number, message: number) => does(person, "saved.set", { message, on: true });
      for (const message of [one, three]) await pin(message);
      for (const message of [one, two, elsewhere.id]) await save(ids.bob, message);
      await save(ids.alice, three);
      const by = (wish: Search, person = ids.bob) => found({ text: word, ...wish }, person);
      expect(await by({ is: ["pinned"] })).toEqual([three, one]);
      expect(await by({ is: ["pinned"] }, ids.carol)).toEqual([]);
      expect(await by({ is: ["saved"] })).toEqual([elsewhere.id, two, one]);
      expect(await by({ is: ["saved"] }, ids.alice)).toEqual([three]);
      expect(await by({ is: ["pinned", "saved"] })).toEqual([one]);
      expect(await by({ is: ["saved"], room: rooms.lobby.id })).toEqual([elsewhere.id]);
      expect(await by({ is: ["saved"], text: `${word} -two` })).toEqual([elsewhere.id, one]);
      const first = await does(ids.bob, "message.search", { text: word, is: ["saved"], limit: 2 });
      expect(first.hits.map(({ message }) => message.id)).toEqual([elsewhere.id, two]);
      expect(await by({ is: ["saved"], cursor: first.next ?? "" })).toEqual([one]);
      await pin(three, false);
      expect(await by({ is: ["pinned"] })).toEqual([one]);
      await does(ids.bob, "room.leave", { room: rooms.lobby.id });
      expect(await by({ is: ["saved"] })).toEqual([two, one]);
      await does(ids.bob, "room.join", { room: rooms.lobby.id });
    });
  }

  test("SEARCH-10 what is pinned or saved is found by key", async () => {
    const { database } = fixture.context;
    const anything = { user: 1, room: 0, from: 0, type: "", after: -1, before: 1, below: 1_000, limit: 1 };
    expect(await planOf(database, pinnedBelow(anything))).toContain("messages_pinned");
    expect(await planOf(database, savedBelow(anything))).toMatch(/saved_pkey|SEARCH saved USING|saved_at/);
  });
});
