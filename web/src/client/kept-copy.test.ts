import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "bun:test";
import { closeCodes, tailOf } from "@parley/protocol/live";
import { comparable, type Step, timeAt } from "@parley/protocol/reference-room";
import { timeline } from "@parley/protocol/state";
import { IDBFactory } from "fake-indexeddb";
import fc from "fast-check";
import { openDB } from "idb";
import { indexedDbCopy } from "./copy-indexeddb.ts";
import { type CopyStorage, keeping } from "./copy-storage.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import { held, read, restarted, stored, texts, unreachable } from "./scripted-device.ts";
import { problem, settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe("what was read, kept on the device", () => {
  test("KEPT-1 is shown before and without any network, as such until the server has greeted", async () => {
    const before = await read(60);
    before.server.instead.set("/users", () =>
      Response.json({ users: [{ id: 2, display_name: "Bob" }], next: null }),
    );
    before.client.want([2]);
    await before.network.pass(1_100);
    await stored();
    const { server, network, client, isRestored } = await restarted(before.server);
    unreachable(server);
    client.start();
    await network.pass(5_000);
    const view = client.view.getState();
    expect([isRestored, view.isCached, view.isComplete, view.session.status]).toEqual([
      true,
      true,
      false,
      "signed_in",
    ]);
    expect(view.people.get(2)?.display_name).toBe("Bob");
    expect(texts(client)).toEqual(texts(before.client));
    expect(client.rooms().map(({ room }) => room)).toEqual([server.membership]);
    network.answer = before.network.answer;
    await network.pass(30_000);
    server.greet();
    expect(client.view.getState().isCached).toBe(false);
  });

  test("KEPT-1 names from an earlier time are fetched again once they are wanted", async () => {
    const before = await read(1);
    const users = (name: string) => () =>
      Response.json({ users: [{ id: 2, display_name: name }], next: null });
    before.server.instead.set("/users", users("Bob"));
    before.client.want([2]);
    await before.network.pass(1_100);
    await stored();
    const { server, network, client } = await restarted(before.server);
    server.instead.set("/users", users("Robert"));
    client.want([2]);
    await network.pass(20);
    expect(client.view.getState().people.get(2)?.display_name).toBe("Robert");
  });

  test("KEPT-1 there is nothing to show where nothing is kept", async () => {
    const { isRestored, client } = await restarted(new ScriptedServer());
    expect([isRestored, client.view.getState().session.status]).toEqual([false, "signed_out"]);
  });

  test("KEPT-2 a warm start names what is held and fetches only what is missing", async () => {
    const before = await read(60);
    before.server.grow(3);
    const { server, network, client } = await restarted(before.server);
    client.start();
    await settled();
    network.socket.open();
    const tail = tailOf(timeAt(61));
    expect(network.socket.sent[0]).toMatchObject({ epoch: "first", user_seq: 0, rooms: { "7": [61, tail] } });
    server.asked();
    server.greet();
    client.open(7);
    for (const seq of [62, 63, 64]) server.tell(seq);
    await network.pass(5_000);
    // What was written here before is compared with what other devices have left.
    expect(server.asked()).toEqual(["GET /me/drafts"]);
    expect(texts(client).slice(-4)).toEqual(["text 61", "text 62", "text 63", "text 64"]);
    expect(held(client).room).toEqual(server.membership);
  });

  test("KEPT-3 is what the server would have told, whatever happened to messages that were not held", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("send"), by: fc.constantFrom(1, 2), mentioning: fc.boolean() }),
      fc.record({ do: fc.constantFrom("edit", "delete"), pick: fc.nat(80), mentioning: fc.boolean() }),
      fc.record({
        ...{ do: fc.constant("react"), pick: fc.nat(80), by: fc.constantFrom(1, 2, 3) },
        ...{ emoji: fc.constantFrom("👍", "🎉"), on: fc.boolean() },
      }),
    ) as fc.Arbitrary<Step>;
    const lives = fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(lives, async (steps) => {
        globalThis.indexedDB = new IDBFactory();
        let { server, client } = await read(70);
        await client.loadOlder(7);
        await server.network.pass(1_000);
        await stored();
        for (const taken of steps) {
          ({ server, client } = await restarted(server));
          client.start();
          await settled();
          server.greet();
          const from = server.room.head + 1;
          for (const one of taken) server.room.take(one);
          for (let seq = from; seq <= server.room.head; seq++) server.tell(seq);
          await server.network.pass(1_000);
          await stored();
        }
        ({ server, client } = await restarted(server));
        unreachable(server);
        while (held(client).before !== null) await client.loadOlder(7);
        const { messages, membership } = server.room.at(server.room.head);
        expect(timeline(held(client)).map(comparable)).toEqual(messages.map(comparable));
        expect(held(client).room).toEqual(membership);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test("KEPT-4 history pages back without the network as far as it was read, and from there with it", async () => {
    const before = await read(200);
    await before.client.loadOlder(7);
    await before.client.loadOlder(7);
    await before.network.pass(1_000);
    await stored();
    const { server, network, client } = await restarted(before.server);
    const { answer } = network;
    unreachable(server);
    expect(held(client).messages.size).toBe(50);
    expect([await client.loadOlder(7), await client.loadOlder(7), held(client).messages.size]).toEqual([
      true,
      true,
      150,
    ]);
    await expect(client.loadOlder(7)).rejects.toMatchObject({ code: "unavailable" });
    network.answer = answer;
    expect([await client.loadOlder(7), held(client).messages.size, held(client).before]).toEqual([
      true,
      200,
      null,
    ]);
  });

  test("KEPT-4 of a room the newest 2,000 messages are kept", async () => {
    const copy = indexedDbCopy();
    const { server, client } = await read(50, undefined, copy);
    for (let seq = 52; seq <= keeping.messages + keeping.slack + 101; ) {
      server.grow(150);
      while (seq <= server.room.head) server.tell(seq++);
      await server.network.pass(1_000);
      await stored();
    }
    expect(held(client).messages.size).toBeGreaterThan(keeping.messages);
    const kept = () => copy.older("first", { room: 7, before: 1e9, limit: 1e9 });
    expect((await kept())?.messages.length).toBe(keeping.messages);
    expect((await kept())?.before).toBe(timeline(held(client)).at(-keeping.messages)?.seq ?? 0);
  }, 30_000);
});

describe("keeping what was read", () => {
  function counting() {
    const copy = indexedDbCopy();
    const writes: number[] = [];
    const write: CopyStorage["write"] = (change) => {
      writes.push(change.rooms.flatMap(({ changed }) => changed).length);
      return copy.write(change);
    };
    return { copy: { ...copy, write }, writes };
  }

  test("KEPT-5 happens behind what is shown: once a second at most, and when the page goes", async () => {
    const { copy, writes } = counting();
    const { server, network } = await read(10, undefined, copy);
    expect(writes).toEqual([10]);
    server.grow(5);
    for (let seq = 12; seq <= 16; seq++) server.tell(seq);
    await network.pass(999);
    await stored();
    expect(writes).toEqual([10]);
    await network.pass(1);
    await stored();
    expect(writes).toEqual([10, 5]);
    server.grow(1);
    server.tell(17);
    network.hide();
    await stored();
    expect(writes).toEqual([10, 5, 1]);
    await network.pass(60_000);
    await stored();
    expect(writes).toEqual([10, 5, 1]);
  });

  test("KEPT-7 a fault breaks nothing, and is shown as long as it lasts", async () => {
    const copy = indexedDbCopy();
    let isBroken = true;
    const faulty = <Given extends unknown[], Result>(work: (...given: Given) => Promise<Result>) => {
      return (...given: Given) => (isBroken ? Promise.reject(new Error("quota")) : work(...given));
    };
    const { read: readCopy, older, write, clear } = copy;
    const broken = {
      read: faulty(readCopy),
      older: faulty(older),
      write: faulty(write),
      clear: faulty(clear),
    };
    const { server, network, client } = await read(120, undefined, broken);
    expect(client.view.getState().isKept).toBe(false);
    expect([await client.loadOlder(7), held(client).messages.size]).toEqual([true, 100]);
    expect(await client.restore()).toBe(false);
    isBroken = false;
    server.grow(1);
    server.tell(122);
    await network.pass(1_000);
    await stored();
    expect(client.view.getState().isKept).toBe(true);
    const again = await restarted(server);
    expect(texts(again.client)).toEqual(texts(client).slice(-50));
    isBroken = true;
    network.answer = () => new Response(null, { status: 204 });
    await client.session.signOut();
    expect(client.view.getState().session.status).toBe("signed_out");
  });

  test("KEPT-8 signing out leaves nothing of it", async () => {
    const { server, network, client } = await read(10);
    network.answer = () => new Response(null, { status: 204 });
    server.grow(1);
    server.tell(12);
    await client.session.signOut();
    await network.pass(5_000);
    await stored();
    expect((await restarted(server)).isRestored).toBe(false);
    const db = await openDB("parley-copy");
    for (const store of db.objectStoreNames) expect(await db.count(store)).toBe(0);
  });

  test("KEPT-8 a session that the server ended leaves what is not sent, and nothing that was read", async () => {
    const storage = memoryOutbox();
    const { server, network, client } = await connected({}, new ScriptedServer(), {
      copy: indexedDbCopy(),
      storage,
    });
    server.grow(3);
    client.open(7);
    await network.pass(1_000);
    await stored();
    network.socket.cut();
    await client.send(7, "unsent");
    await network.pass(1_000);
    network.socket.cut(closeCodes.revoked);
    await stored();
    expect((await restarted(server)).isRestored).toBe(false);
    expect((await storage.all(1)).map(({ text }) => text)).toEqual(["unsent"]);
  });

  test("KEPT-8 a session that ended while nobody looked is known by the server's refusal alone", async () => {
    const before = await read(3);
    const { server, network, client } = await restarted(before.server);
    unreachable(server);
    client.start();
    await network.pass(60_000);
    expect(client.view.getState().session.status).toBe("signed_in");
    network.answer = () => problem("unauthenticated");
    await network.pass(60_000);
    expect(client.view.getState().session).toEqual({ status: "signed_out", ended: true });
    expect(client.view.getState().state.rooms.size).toBe(0);
    await stored();
    expect((await restarted(before.server)).isRestored).toBe(false);
  });

  test("KEPT-8 somebody else who has signed in meanwhile sees nothing of it", async () => {
    const before = await read(3);
    const { server, network, client } = await restarted(before.server);
    const bob = { access_token: "token", expires_in: 86_400, session: 6, user: { id: 2 } };
    server.instead.set("/session", () => Response.json(bob));
    client.start();
    await settled();
    expect(client.view.getState()).toMatchObject({ session: { user: { id: 2 } }, isCached: false });
    expect(client.view.getState().state.rooms.size).toBe(0);
    await settled();
    network.socket.open();
    expect(network.socket.sent[0]).not.toHaveProperty("epoch");
    await stored();
    expect((await restarted(before.server)).isRestored).toBe(false);
  });
});
