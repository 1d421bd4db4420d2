import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "bun:test";
import { closeCodes } from "@parley/protocol/live";
import type { Client } from "./client.ts";
import { indexedDbDrafts } from "./drafts-indexeddb.ts";
import { type DraftStorage, memoryDrafts } from "./drafts-storage.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

function draftsOf(client: Client): Record<string, string> {
  const { drafts } = client.view.getState();
  return Object.fromEntries([...drafts].map(([key, { text }]) => [key, text]));
}

async function kept(storage: DraftStorage): Promise<string[]> {
  await settled();
  // An empty one only remembers, until the server knows, that a draft is gone.
  return (await storage.all(1)).flatMap(({ text }) => text || []).sort();
}

function tab(storage: DraftStorage, browser = new ScriptedBrowser()) {
  return connected({}, new ScriptedServer(browser), { drafts: storage });
}

for (const [form, make] of [
  ["memory", memoryDrafts],
  ["IndexedDB", () => indexedDbDrafts()],
] as const) {
  describe(`what is being written, kept in ${form}`, () => {
    test("COMPOSE-1 is kept for each room and each message it answers, and there again after a restart", async () => {
      const storage = make();
      const { network, client } = await tab(storage);
      client.drafts.set(7, "to all");
      client.drafts.set(7, "to one", { replyTo: 12, mentions: [2] });
      client.drafts.set(8, "elsewhere");
      client.drafts.set(8, "");
      await network.pass(300);
      expect(await kept(storage)).toEqual(["to all", "to one"]);
      const again = await tab(storage);
      await settled();
      expect(draftsOf(again.client)).toEqual({ "7": "to all", "7/12": "to one" });
      expect(again.client.drafts.get(7, 12)?.mentions).toEqual([2]);
    });

    test("COMPOSE-5 stays on the device when the session ends, and goes with signing out", async () => {
      const storage = make();
      const { network, client } = await tab(storage);
      client.drafts.set(7, "unfinished");
      network.socket.cut(closeCodes.revoked);
      expect(draftsOf(client)).toEqual({});
      expect(await kept(storage)).toEqual(["unfinished"]);
      await client.session.signIn("alice", "a password");
      await settled();
      expect(draftsOf(client)).toEqual({ "7": "unfinished" });
      client.drafts.set(8, "not kept yet");
      network.answer = () => new Response(null, { status: 204 });
      await client.session.signOut();
      expect([await kept(storage), draftsOf(client)]).toEqual([[], {}]);
      await network.pass(1_000);
      expect(await kept(storage)).toEqual([]);
    });
  });
}

describe("what is being written", () => {
  test("COMPOSE-2 is kept within 300 ms, or at once when the page goes, and shown at once", async () => {
    const storage = memoryDrafts();
    const { network, client } = await tab(storage);
    client.drafts.set(7, "o");
    await network.pass(200);
    client.drafts.set(7, "on");
    expect([draftsOf(client), await kept(storage)]).toEqual([{ "7": "on" }, []]);
    await network.pass(100);
    expect(await kept(storage)).toEqual(["on"]);
    client.drafts.set(7, "one");
    network.hide();
    expect(await kept(storage)).toEqual(["one"]);
  });

  test("COMPOSE-2 a device that cannot keep it shows it still", async () => {
    const broken = () => Promise.reject(new Error("quota"));
    const { network, client } = await tab({ ...memoryDrafts(), all: broken, put: broken });
    client.drafts.set(7, "one");
    await network.pass(1_000);
    expect(draftsOf(client)).toEqual({ "7": "one" });
  });

  test("COMPOSE-3 is shown in all tabs, the later word standing", async () => {
    const [storage, browser] = [memoryDrafts(), new ScriptedBrowser()];
    const one = await tab(storage, browser);
    const other = await tab(storage, browser);
    one.client.drafts.set(7, "first");
    await one.network.pass(300);
    expect(draftsOf(other.client)).toEqual({ "7": "first" });
    await other.network.pass(301);
    other.client.drafts.set(7, "second");
    await one.network.pass(1);
    one.client.drafts.set(8, "mine");
    await other.network.pass(300);
    await one.network.pass(300);
    const both = { "7": "second", "8": "mine" };
    expect([draftsOf(one.client), draftsOf(other.client)]).toEqual([both, both]);
    one.client.drafts.hear({ key: "7", entry: null, at: 1 });
    expect(draftsOf(one.client)).toEqual(both);
  });

  test("COMPOSE-4 is removed in all tabs when it is sent, and no older word brings it back", async () => {
    const [storage, browser] = [memoryDrafts(), new ScriptedBrowser()];
    const one = await tab(storage, browser);
    const other = await tab(storage, browser);
    one.client.drafts.set(7, "said");
    one.client.drafts.set(7, "answered", { replyTo: 12 });
    await one.network.pass(300);
    await other.network.pass(300);
    other.client.drafts.set(7, "said!");
    const stale = other.client.drafts.get(7);
    if (!stale) throw new Error("the other tab has it");
    await one.network.pass(1);
    await one.client.send(7, "said");
    await settled();
    expect([draftsOf(one.client), draftsOf(other.client)]).toEqual([
      { "7/12": "answered" },
      { "7/12": "answered" },
    ]);
    await other.network.pass(1_000);
    one.client.drafts.hear({ key: "7", entry: stale, at: stale.changed_at });
    expect([draftsOf(one.client), await kept(storage)]).toEqual([{ "7/12": "answered" }, ["answered"]]);
    await other.client.send(7, "answered", { reply_to: 12 });
    expect([draftsOf(one.client), await kept(storage)]).toEqual([{}, []]);
  });

  test("COMPOSE-4 is let go only once its message is kept", async () => {
    const storage = memoryDrafts();
    const outbox = memoryOutbox();
    const gate = Promise.withResolvers<void>();
    const slow = {
      ...outbox,
      put: (...given: Parameters<typeof outbox.put>) => gate.promise.then(() => outbox.put(...given)),
    };
    const { network, client } = await connected({}, new ScriptedServer(), { drafts: storage, storage: slow });
    client.drafts.set(7, "said");
    await network.pass(300);
    const sending = client.send(7, "said");
    expect([draftsOf(client), await kept(storage)]).toEqual([{}, ["said"]]);
    client.drafts.set(7, "next");
    await network.pass(300);
    gate.resolve();
    await sending;
    expect([draftsOf(client), await kept(storage)]).toEqual([{ "7": "next" }, ["next"]]);
  });

  test("COMPOSE-4 goes with the message it answers, and with its room", async () => {
    const storage = memoryDrafts();
    const { server, network, client } = await tab(storage);
    server.grow(2);
    for (const seq of [2, 3]) server.tell(seq);
    client.drafts.set(7, "to all");
    client.drafts.set(7, "to one", { replyTo: 1 });
    client.drafts.set(7, "to two", { replyTo: 2 });
    server.room.take({ do: "delete", pick: 0 });
    server.tell(4);
    await network.pass(300);
    expect(await kept(storage)).toEqual(["to all", "to two"]);
    server.say({ type: "user_event", seq: 1, event: { kind: "room.disappeared", at: "", room: 7 } });
    expect([draftsOf(client), await kept(storage)]).toEqual([{}, []]);
  });
});
