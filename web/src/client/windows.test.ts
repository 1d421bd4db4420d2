import { describe, expect, test } from "bun:test";
import { type RoomState, timeline } from "@parley/protocol/state";
import type { Client } from "./client.ts";
import { createClient } from "./client.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import { ScriptedNetwork, settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

function held(client: Client): RoomState {
  const room = client.view.getState().state.rooms.get(7);
  if (!room) throw new Error("the room is not held");
  return room;
}

function windowOf(client: Client) {
  return client.view.getState().windows.get(7);
}

function ends(client: Client): [number | undefined, number | undefined] {
  const messages = windowOf(client)?.messages ?? [];
  return [messages[0]?.id, messages.at(-1)?.id];
}

/** Alice has the newest 50 of so many messages; each has the number of its event less one. */
async function opened(count: number) {
  const server = new ScriptedServer();
  server.grow(count);
  const all = await connected({}, server);
  all.client.open(7);
  await settled();
  server.asked();
  return all;
}

describe("looking a place up in a room's past", () => {
  test("WINDOW-4 shows what is around a message, both ways from there, until it meets the newest", async () => {
    const { server, client } = await opened(300);
    expect(await client.show(7, { around: 100 })).toBe("window");
    expect([ends(client), windowOf(client)?.target]).toEqual([[75, 124], 100]);
    expect(await client.loadOlder(7)).toBe(true);
    expect(await client.loadNewer(7)).toBe(true);
    expect(ends(client)).toEqual([25, 174]);
    expect(held(client).messages.size).toBe(50);
    expect(server.asked()).toEqual([
      "GET /rooms/7/messages?around=100&limit=50",
      "GET /rooms/7/messages?before=76&limit=50",
      "GET /rooms/7/messages?after=125&limit=50",
    ]);
    while (windowOf(client)) await client.loadNewer(7);
    expect(timeline(held(client)).map(({ id }) => id)).toEqual(
      Array.from({ length: 276 }, (_, place) => place + 25),
    );
    expect(await client.loadNewer(7)).toBe(false);
  });

  test("WINDOW-4 a message that is held already is shown where it is", async () => {
    const { server, client } = await opened(300);
    expect(await client.show(7, { around: 280 })).toBe("live");
    await client.show(7, { around: 100 });
    server.asked();
    expect(await client.show(7, { around: 110 })).toBe("window");
    expect(windowOf(client)?.target).toBe(110);
    expect(await client.show(7, { around: 280 })).toBe("live");
    expect([windowOf(client), server.asked()]).toEqual([undefined, []]);
  });

  test("WINDOW-4 with the oldest that is held comes what is before it, so that it can be shown", async () => {
    const { server, client } = await opened(300);
    const oldest = () => timeline(held(client))[0]?.id ?? 0;
    const first = oldest();
    server.asked();
    expect(await client.show(7, { around: first })).toBe("live");
    expect([oldest() < first, server.asked().length]).toEqual([true, 1]);
    expect(await client.show(7, { around: first })).toBe("live");
    expect(server.asked()).toEqual([]);
    await client.show(7, { around: 100 });
    expect(await client.show(7, { around: 75 })).toBe("window");
    expect([ends(client)[0], windowOf(client)?.target]).toEqual([25, 75]);
  });

  test("WINDOW-4 goes to the first message after an event, as to what is unread", async () => {
    const { client } = await opened(300);
    expect(await client.show(7, { after: 150 })).toBe("window");
    expect([ends(client), windowOf(client)?.target]).toEqual([[150, 199], 150]);
    expect(await client.show(7, { after: 251 })).toBe("live");
  });

  test("WINDOW-4 what is not in the room is told of, and nothing changes", async () => {
    const { client } = await opened(300);
    await client.show(7, { around: 100 });
    const before = windowOf(client);
    await expect(client.show(7, { around: 4_000 })).rejects.toMatchObject({ code: "not_found" });
    await expect(client.show(8, { around: 1 })).rejects.toMatchObject({ code: "not_found" });
    expect(windowOf(client)).toBe(before);
    const early = createClient({
      url: "http://server",
      storage: memoryOutbox(),
      environment: new ScriptedNetwork(),
    });
    await expect(early.show(7, { around: 1 })).rejects.toMatchObject({ code: "unavailable" });
  });

  test("WINDOW-5 the way back to the newest, and leaving the room, let it go", async () => {
    const { client } = await opened(300);
    await client.show(7, { around: 100 });
    expect(await client.show(7, { at: "newest" })).toBe("live");
    expect(windowOf(client)).toBeUndefined();
    await client.show(7, { around: 100 });
    client.close(7);
    expect(windowOf(client)).toBeUndefined();
  });

  test("WINDOW-1 shows what happens to its messages, and nothing that is newer", async () => {
    const { server, client } = await opened(300);
    await client.show(7, { around: 100 });
    server.room.take({ do: "edit", pick: 99, mentioning: false });
    server.room.take({ do: "react", pick: 99, by: 2, emoji: "👍", on: true });
    server.grow(1);
    for (const seq of [302, 303, 304]) server.tell(seq);
    const shown = windowOf(client)?.messages.find(({ id }) => id === 100);
    expect(shown).toMatchObject({ version: 2, reactions: [{ emoji: "👍", users: [2] }] });
    expect([ends(client), held(client).messages.size]).toEqual([[75, 124], 51]);
  });

  test("WINDOW-1 a page that was read before events about it shows them too", async () => {
    const { server, client } = await opened(300);
    const page = Response.json(server.room.pageAround(301, 100, 50));
    const answer = Promise.withResolvers<Response>();
    server.instead.set("/rooms/7/messages?around", () => answer.promise);
    const showing = client.show(7, { around: 100 });
    server.room.take({ do: "delete", pick: 99 });
    server.tell(302);
    answer.resolve(page);
    await showing;
    expect(windowOf(client)?.messages.find(({ id }) => id === 100)?.deleted_at).toBeString();
  });

  test("WINDOW-6 is looked up again when what was held of its room could not be continued", async () => {
    const { server, client } = await opened(300);
    await client.show(7, { around: 100 });
    server.grow(5);
    server.say({ type: "gap", room: 7, head: server.room.head, reason: "reset" });
    await settled();
    expect([ends(client), windowOf(client)?.target]).toEqual([[75, 124], 100]);
    await client.show(7, { at: "newest" });
    server.grow(5);
    server.say({ type: "gap", room: 7, head: server.room.head, reason: "reset" });
    await settled();
    expect(windowOf(client)).toBeUndefined();
  });

  test("WINDOW-6 is looked up again for as long as its message is there", async () => {
    const { server, network, client } = await opened(300);
    await client.show(7, { around: 100 });
    server.room = new ScriptedServer().room;
    server.grow(60);
    server.say({ type: "gap", room: 7, head: server.room.head, reason: "reset" });
    await settled();
    expect([windowOf(client), held(client).messages.size]).toEqual([undefined, 50]);
    server.asked();
    server.grow(1);
    server.tell(62);
    await network.pass(60_000);
    expect([held(client).messages.size, server.asked()]).toEqual([51, []]);
  });

  test("WINDOW-6 does not outlive its history", async () => {
    const { server, network, client } = await opened(300);
    await client.show(7, { around: 100 });
    server.epoch = "second";
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect([windowOf(client), held(client).messages.size]).toEqual([undefined, 50]);
  });

  test("WINDOW-3 reading back beyond what is held at once goes on in a window, the newest stay", async () => {
    const { client } = await opened(2_120);
    while (!windowOf(client)) await client.loadOlder(7);
    expect(held(client).messages.size).toBe(200);
    expect(ends(client)).toEqual([71, 1_870]);
    await client.loadOlder(7);
    expect(ends(client)).toEqual([21, 1_820]);
    await client.loadOlder(7);
    expect(await client.loadOlder(7)).toBe(false);
    expect(ends(client)).toEqual([1, 1_800]);
    for (let page = 0; page < 2; page++) await client.loadNewer(7);
    expect(ends(client)).toEqual([101, 1_900]);
    await client.loadNewer(7);
    expect([windowOf(client), held(client).messages.size]).toEqual([undefined, 2_020]);
  }, 20_000);
});
