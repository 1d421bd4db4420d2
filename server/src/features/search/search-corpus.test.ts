import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { Highlight, Hit } from "@parley/protocol/search";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { corpus, queries, type Said } from "../../testing/search-corpus.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { indexSlice } from "../search-index/search-index.ts";
import { receiveUpload } from "../uploads/uploads.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  const names = new Map<number, string>();

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    const { does, ids, rooms } = fixture;
    for (const [name, said] of Object.entries(corpus)) {
      const { text, files = [] }: Said = typeof said === "string" ? { text: said } : said;
      const attachments = [];
      for (const file of files) attachments.push({ upload: await upload(file.name), ...file });
      const input = { room: rooms.design.id, text, ...(files.length > 0 && { files: attachments }) };
      names.set((await does(ids.alice, "message.send", input)).id, name);
    }
  });
  afterAll(() => fixture.close());

  async function upload(name: string): Promise<number> {
    const { context, ids } = fixture;
    const body = new Blob(["something"]).stream();
    const { id } = await receiveUpload(
      context,
      { user: ids.alice, session: 1 },
      { name, body, announced: 9 },
    );
    return id;
  }

  async function found(text: string): Promise<string[]> {
    const { does, ids } = fixture;
    const { hits, next, complete } = await does(ids.bob, "message.search", { text, limit: limits.pageMax });
    expect([next, complete]).toEqual([null, true]);
    return hits.map(described);
  }

  function described({ message, highlights, files = [] }: Hit): string {
    const marked = (text: string, places: readonly Highlight[]) =>
      places.map(([start, end]) => `[${text.slice(start, end)}]`);
    const inFiles = files.flatMap(({ file, name, alt }) => {
      const own = message.files?.find(({ id }) => id === file);
      return ["file", ...marked(own?.name ?? "", name), ...marked(own?.alt ?? "", alt)];
    });
    return [names.get(message.id), ...marked(message.text, highlights), ...inFiles].join(" ");
  }

  for (const state of ["in the queue", "in the index"] as const) {
    describe(state, () => {
      beforeAll(async () => {
        if (state === "in the index") await fixture.context.writer.write((tx) => indexSlice(tx));
      });
      for (const [text, expected] of queries) {
        test(`SEARCH-3 ${text}`, async () => expect(await found(text)).toEqual([...expected]));
      }
    });
  }
});
