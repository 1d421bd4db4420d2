import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import { Outbox, type OutboxWord } from "./outbox.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import type { OutboxEntry, OutboxStorage } from "./outbox-storage.ts";
import { ScriptedNetwork, settled } from "./scripted-network.ts";

const alice = 1;
const [lobby, design] = [7, 8];
const day = 24 * 3600 * 1000;

/** An outbox whose connection is played by the test: what it sends waits for an answer. */
function setUp(storage: OutboxStorage = memoryOutbox(), network = new ScriptedNetwork()) {
  const wire: { entry: OutboxEntry; answer: PromiseWithResolvers<{ seq: number }> }[] = [];
  const positions = new Map([
    [lobby, 0],
    [design, 0],
  ]);
  let entries: readonly OutboxEntry[] = [];
  let made = 0;
  let storageFailed = false;
  const words: OutboxWord[] = [];
  const outbox = new Outbox({
    storage,
    environment: network,
    newId: () => `id-${++made}`,
    send: (entry) => {
      const answer = Promise.withResolvers<{ seq: number }>();
      wire.push({ entry, answer });
      return answer.promise;
    },
    isSettled: (room, seq) => (positions.get(room) ?? seq) >= seq,
    changed: (changed) => {
      entries = changed;
    },
    storageFailed: () => {
      storageFailed = true;
    },
    tell: (word) => words.push(word),
  });
  return {
    network,
    outbox,
    positions,
    words,
    storage,
    get storageFailed() {
      return storageFailed;
    },
    /** `id state` of each. */
    get shown() {
      return entries.map(({ client_id, state }) => `${client_id} ${state}`);
    },
    get entries() {
      return entries;
    },
    get sent() {
      return wire.map(({ entry }) => entry.text);
    },
    /** The server answers what was sent at this place. */
    async done(place: number, seq: number) {
      wire[place]?.answer.resolve({ seq });
      await settled();
    },
    async failed(place: number, error: ChatError) {
      wire[place]?.answer.reject(error);
      await settled();
    },
    /** The event of a message is applied. */
    applied(clientId: string, seq: number, room = lobby) {
      positions.set(room, seq);
      outbox.arrived({ sender: alice, client_id: clientId, seq, room } as Message);
      outbox.settle();
    },
  };
}

async function running(storage?: OutboxStorage, network?: ScriptedNetwork) {
  const all = setUp(storage, network);
  await all.outbox.load(alice);
  all.outbox.start("first");
  return all;
}

async function stored(storage: OutboxStorage): Promise<string[]> {
  const entries = await storage.all(alice);
  return entries.map(({ client_id, state }) => `${client_id} ${state}`).sort();
}

const cut = new ChatError("unavailable", "cut");

describe("a message on its way", () => {
  test("OUTBOX-1 is kept before it is sent", async () => {
    const storage = memoryOutbox();
    const gate = Promise.withResolvers<void>();
    const slow: OutboxStorage = { ...storage, put: (entry) => gate.promise.then(() => storage.put(entry)) };
    const all = await running(slow);
    const adding = all.outbox.add({ room: lobby, text: "one" });
    await settled();
    expect([all.shown, all.sent]).toEqual([["id-1 queued"], []]);
    gate.resolve();
    expect(await adding).toBe("id-1");
    expect([await stored(storage), all.sent]).toEqual([["id-1 queued"], ["one"]]);
  });

  test("OUTBOX-1 is there again after a restart, under the same id", async () => {
    const before = await running();
    await before.outbox.add({ room: lobby, text: "one" });
    await before.outbox.add({ room: lobby, text: "two" });
    before.outbox.halt();
    const after = await running(before.storage);
    expect(after.entries.map(({ client_id, text }) => [client_id, text])).toEqual([
      ["id-1", "one"],
      ["id-2", "two"],
    ]);
    expect(after.sent).toEqual(["one"]);
  });

  test("OUTBOX-1 is sent even where it cannot be kept, and the person is told", async () => {
    const storage = { ...memoryOutbox(), put: () => Promise.reject(new Error("quota")) };
    const all = await running(storage);
    await all.outbox.add({ room: lobby, text: "one" });
    expect([all.sent, all.storageFailed]).toEqual([["one"], true]);
  });

  test("OUTBOX-2 waits for the one before it in its room, and for no other room", async () => {
    const all = await running();
    for (const text of ["one", "two"]) await all.outbox.add({ room: lobby, text });
    await all.outbox.add({ room: design, text: "elsewhere" });
    expect(all.sent).toEqual(["one", "elsewhere"]);
    await all.done(0, 1);
    expect(all.sent).toEqual(["one", "elsewhere", "two"]);
  });

  test("OUTBOX-2 does not overtake one that is still being kept", async () => {
    const storage = memoryOutbox();
    const gate = Promise.withResolvers<void>();
    const put: OutboxStorage["put"] = (entry) =>
      (entry.text === "one" ? gate.promise : Promise.resolve()).then(() => storage.put(entry));
    const all = await running({ ...storage, put });
    const adding = all.outbox.add({ room: lobby, text: "one" });
    await all.outbox.add({ room: lobby, text: "two" });
    expect(all.sent).toEqual([]);
    gate.resolve();
    await adding;
    expect(all.sent).toEqual(["one"]);
  });

  test("OUTBOX-3 answer first: it is acknowledged, and gone once its event is applied", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    expect(all.shown).toEqual(["id-1 sent"]);
    await all.done(0, 4);
    expect([all.shown, await stored(all.storage)]).toEqual([["id-1 acked"], ["id-1 acked"]]);
    all.applied("id-1", 4);
    await settled();
    expect([all.shown, await stored(all.storage)]).toEqual([[], []]);
  });

  test("OUTBOX-3 echo first: it is gone, and the answer changes nothing", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    all.applied("id-1", 4);
    expect(all.shown).toEqual([]);
    await all.done(0, 4);
    expect([all.shown, await stored(all.storage)]).toEqual([[], []]);
  });

  test("OUTBOX-3 seen in a page before its event is applied, it does not come back with the answer", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    all.outbox.arrived({ sender: alice, client_id: "id-1", seq: 4, room: lobby } as Message);
    await all.done(0, 4);
    expect([all.shown, await stored(all.storage)]).toEqual([[], []]);
  });

  test("OUTBOX-3 a room that was brought up to date by a snapshot has it", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    await all.done(0, 4);
    all.positions.set(lobby, 9);
    all.outbox.settle();
    expect(all.shown).toEqual([]);
  });

  test("OUTBOX-3 a room that is not followed will not show it: the answer is enough", async () => {
    const all = await running();
    all.positions.delete(lobby);
    await all.outbox.add({ room: lobby, text: "one" });
    await all.done(0, 4);
    expect(all.shown).toEqual([]);
  });

  test("OUTBOX-4 cut before the answer: it is sent again under the same id, once there is a connection", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    all.outbox.halt();
    await all.failed(0, cut);
    await all.outbox.add({ room: lobby, text: "two" });
    await all.network.pass(60_000);
    expect([all.sent, all.shown]).toEqual([["one"], ["id-1 queued", "id-2 queued"]]);
    all.outbox.start("first");
    expect([all.sent, all.shown]).toEqual([
      ["one", "one"],
      ["id-1 sent", "id-2 queued"],
    ]);
    await all.done(1, 4);
    all.applied("id-1", 4);
    expect(all.sent).toEqual(["one", "one", "two"]);
  });

  test("OUTBOX-4 what becomes of the first try does not matter once there is a second", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    all.outbox.start("first");
    await all.failed(0, new ChatError("forbidden", "late"));
    expect([all.sent, all.shown]).toEqual([["one", "one"], ["id-1 sent"]]);
    await all.done(1, 4);
    expect(all.shown).toEqual(["id-1 acked"]);
  });

  test("OUTBOX-4 cut between echo and answer: it has arrived and is not sent again", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    all.applied("id-1", 4);
    all.outbox.halt();
    await all.failed(0, cut);
    all.outbox.start("first");
    expect([all.sent, all.shown]).toEqual([["one"], []]);
  });

  test("OUTBOX-4 cut between answer and echo: it stays acknowledged and is not sent again", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    await all.done(0, 4);
    all.outbox.halt();
    all.outbox.start("first");
    expect([all.sent, all.shown]).toEqual([["one"], ["id-1 acked"]]);
  });

  test("OUTBOX-4 acknowledged in a history that is gone, it is sent again", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    await all.done(0, 4);
    all.outbox.start("second");
    expect([all.sent, all.shown]).toEqual([["one", "one"], ["id-1 sent"]]);
  });

  test("OUTBOX-5 refused for good, it stays until it is tried again or discarded; others go on", async () => {
    const all = await running();
    for (const text of ["one", "two", "three"]) await all.outbox.add({ room: lobby, text });
    await all.failed(0, new ChatError("forbidden", "you may not write here"));
    await all.failed(1, new ChatError("invalid", "no"));
    expect(all.shown).toEqual(["id-1 failed", "id-2 failed", "id-3 sent"]);
    expect(all.entries[0]?.error).toEqual({ code: "forbidden", message: "you may not write here" });
    expect(await stored(all.storage)).toContain("id-1 failed");
    all.outbox.discard("id-1");
    all.outbox.discard("id-3");
    await all.done(2, 4);
    await all.outbox.retry("id-2");
    expect(all.shown).toEqual(["id-2 sent", "id-3 acked"]);
    expect(all.sent).toEqual(["one", "two", "three", "two"]);
  });

  test("OUTBOX-6 told to wait, its room waits and keeps its order", async () => {
    const all = await running();
    for (const text of ["one", "two"]) await all.outbox.add({ room: lobby, text });
    await all.failed(0, new ChatError("rate_limited", "slowly", { after: 3 }));
    expect(all.shown).toEqual(["id-1 queued", "id-2 queued"]);
    await all.network.pass(3_000);
    expect(all.sent).toEqual(["one"]);
    await all.network.pass(500);
    expect(all.sent).toEqual(["one", "one"]);
  });

  test("OUTBOX-6 with an unknown outcome it is repeated under the same id", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    await all.failed(0, new ChatError("internal", "a bug"));
    await all.network.pass(500);
    expect([all.sent, all.shown]).toEqual([["one", "one"], ["id-1 sent"]]);
  });

  test("OUTBOX-7 after more than a week it is not sent without asking", async () => {
    const network = new ScriptedNetwork();
    const before = await running(undefined, network);
    before.outbox.halt();
    await before.outbox.add({ room: lobby, text: "old" });
    await network.pass(6 * day);
    await before.outbox.add({ room: lobby, text: "newer" });
    await network.pass(2 * day);
    const after = await running(before.storage, network);
    expect([after.sent, after.shown]).toEqual([["newer"], ["id-1 failed", "id-2 sent"]]);
    await after.outbox.retry("id-1");
    await after.done(0, 1);
    expect(after.sent).toEqual(["newer", "old"]);
  });

  test("OUTBOX-8 belongs to one person, and leaves with them when they sign out", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    all.outbox.unload();
    expect([all.shown, await stored(all.storage)]).toEqual([[], ["id-1 queued"]]);
    await all.outbox.load(2);
    all.outbox.start("first");
    expect(all.shown).toEqual([]);
    await all.outbox.clear();
    await all.outbox.load(alice);
    expect(all.shown).toEqual(["id-1 queued"]);
    await all.outbox.clear();
    expect(await stored(all.storage)).toEqual([]);
  });

  test("SYNC-6 lost by the server, it waits for the person's word", async () => {
    const all = await running();
    const lost = {
      client_id: "was-there",
      room: lobby,
      text: "gone",
      created_at: "2027-01-15T08:00:00.000Z",
    };
    await all.outbox.addLost({ ...lost, sender: alice } as Message);
    expect([all.shown, all.sent]).toEqual([["was-there failed"], []]);
    await all.outbox.retry("was-there");
    expect([all.shown, all.sent]).toEqual([["was-there sent"], ["gone"]]);
  });
});

describe("a message on its way, in several tabs", () => {
  test("TAB-1 a late word of another tab brings nothing back, and stops nothing", async () => {
    const all = await running();
    await all.outbox.add({ room: lobby, text: "one" });
    const [entry] = all.entries;
    if (!entry) throw new Error("it is on its way");
    all.outbox.hear({ kind: "entry", entry: { ...entry, state: "queued" } });
    expect(all.shown).toEqual(["id-1 sent"]);
    all.applied("id-1", 4);
    all.outbox.hear({ kind: "entry", entry });
    all.outbox.hear({ kind: "entry", entry: { ...entry, client_id: "unknown", state: "acked" } });
    all.outbox.hear({ kind: "entry", entry: { ...entry, client_id: "bob's", user: 2 } });
    expect([all.shown, all.sent]).toEqual([[], ["one"]]);
  });

  test("TAB-1 the other tabs are told that it has arrived where no event will tell them", async () => {
    const all = await running();
    all.positions.delete(lobby);
    await all.outbox.add({ room: lobby, text: "one" });
    await all.done(0, 4);
    expect(all.words.at(-1)).toMatchObject({
      kind: "entry",
      entry: { client_id: "id-1", acked: { seq: 4 } },
    });
  });
});
