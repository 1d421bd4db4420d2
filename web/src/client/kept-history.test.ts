import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "bun:test";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { indexedDbCopy } from "./copy-indexeddb.ts";
import { held, read, restarted, stored, texts, unreachable } from "./scripted-device.ts";
import { settled } from "./scripted-network.ts";
import { ScriptedServer } from "./scripted-server.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe("what is kept is of one history", () => {
  test("KEPT-9 another epoch starts afresh", async () => {
    const before = await read(60);
    const second = new ScriptedServer();
    second.epoch = "second";
    second.grow(3);
    const { server, network, client } = await restarted(second);
    client.start();
    await settled();
    server.greet({ mode: "fresh" });
    client.open(7);
    await network.pass(1_000);
    await stored();
    expect(before.client.view.getState().state.epoch).toBe("first");
    const again = await restarted(server);
    expect([texts(again.client), held(again.client).before]).toEqual([["text 2", "text 3", "text 4"], null]);
    expect(await indexedDbCopy().older("first", { room: 7, before: 99, limit: 50 })).toBeUndefined();
  });

  test("KEPT-9 nothing of one history stays beside another", async () => {
    const copy = indexedDbCopy();
    const { client } = await read(3, undefined, copy);
    const { session } = client.view.getState();
    if (session.status !== "signed_in") throw new Error("alice is signed in");
    const header = { account: session.user, session: 5, epoch: "second", user_seq: 0, blocked: [3] };
    expect((await copy.read())?.rooms.length).toBe(1);
    await copy.write({ header, rooms: [] });
    expect(await copy.read()).toEqual({ header, people: [], rooms: [] });
  });

  test("KEPT-9 a room that was begun anew at the very event at which it was kept is kept anew", async () => {
    const { server, network, client } = await read(60);
    await client.loadOlder(7);
    await network.pass(1_000);
    await stored();
    server.room = new ScriptedServer().room;
    server.grow(59);
    server.room.take({ do: "edit", pick: 0, mentioning: false });
    server.say({ type: "gap", room: 7, head: 61, reason: "reset" });
    await settled();
    server.grow(1);
    server.tell(62);
    await network.pass(1_000);
    await stored();
    const again = await restarted(server);
    unreachable(again.server);
    expect([await again.client.loadOlder(7), held(again.client).messages.size]).toEqual([true, 51]);
    await expect(again.client.loadOlder(7)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("KEPT-9 a room whose history was rewritten is kept anew", async () => {
    const { server, network, client } = await read(60);
    await client.loadOlder(7);
    await network.pass(1_000);
    await stored();
    server.room.take({ do: "edit", pick: 0, mentioning: false });
    server.say({ type: "gap", room: 7, head: server.room.head, reason: "reset" });
    await network.pass(1_000);
    await stored();
    const again = await restarted(server);
    unreachable(again.server);
    expect(held(again.client).messages.size).toBe(50);
    await expect(again.client.loadOlder(7)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("KEPT-9 a copy of another form is dropped", async () => {
    const { server } = await read(3);
    globalThis.indexedDB = new IDBFactory();
    const db = await openDB("parley-copy", 99, { upgrade: (newer) => void newer.createObjectStore("other") });
    db.close();
    expect((await restarted(server)).isRestored).toBe(false);
    const again = await read(3);
    expect((await restarted(again.server)).isRestored).toBe(true);
  });

  test("KEPT-9 a room that is gone is not kept", async () => {
    const { server, network } = await read(3);
    server.say({ type: "user_event", seq: 1, event: { kind: "room.disappeared", at: "", room: 7 } });
    await network.pass(1_000);
    await stored();
    expect((await restarted(server)).client.rooms()).toEqual([]);
  });
});
