import { describe, expect, test } from "bun:test";
import type { RoomThread } from "@parley/protocol/state";
import type { Client } from "./client.ts";
import { settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

function threadOf(client: Client): RoomThread | null {
  return client.view.getState().state.rooms.get(7)?.thread ?? null;
}

function answers(client: Client): number[] | undefined {
  return threadOf(client)?.messages.map(({ id }) => id);
}

function answer(server: ScriptedServer, count: number, pick = 0): void {
  for (let sent = 0; sent < count; sent++) {
    server.room.take({ do: "send", by: 2, mentioning: false, answers: pick });
  }
}

/** Alice is in a room with one message that so many answer. */
async function opened(count: number) {
  const server = new ScriptedServer();
  server.grow(1);
  answer(server, count);
  const all = await connected({}, server);
  all.client.open(7);
  await settled();
  server.asked();
  return all;
}

describe("looking at a thread", () => {
  test("THREAD-3 it is read once and kept up with", async () => {
    const { server, client } = await opened(3);
    await client.threads.open(7, 1);
    expect(answers(client)).toEqual([2, 3, 4]);
    expect(server.asked()).toEqual(["GET /messages/1/replies?limit=50"]);
    answer(server, 1);
    server.tell(server.room.head);
    server.room.take({ do: "delete", pick: 2 });
    server.tell(server.room.head);
    expect(answers(client)).toEqual([2, 4, 5]);
    expect(threadOf(client)?.parent).toMatchObject({ id: 1, reply_count: 3 });
    expect(server.asked()).toEqual([]);
  });

  test("THREAD-4 earlier answers are read page by page", async () => {
    const { server, client } = await opened(120);
    await client.threads.open(7, 1);
    expect([answers(client)?.[0], answers(client)?.length]).toEqual([72, 50]);
    expect(await client.threads.loadOlder(7)).toBe(true);
    expect(await client.threads.loadOlder(7)).toBe(true);
    expect([answers(client)?.[0], answers(client)?.length]).toEqual([2, 120]);
    expect(await client.threads.loadOlder(7)).toBe(false);
    expect(server.asked().length).toBe(3);
  });

  test("THREAD-5 it is let go with the look at it, and with its room", async () => {
    const { client } = await opened(2);
    await client.threads.open(7, 1);
    await client.threads.open(7, 2);
    client.threads.close(7, 1);
    expect(threadOf(client)?.parent.id).toBe(2);
    client.threads.close(7, 2);
    expect(threadOf(client)).toBeNull();
    await client.threads.open(7, 1);
    client.close(7);
    expect(threadOf(client)).toBeNull();
  });

  test("THREAD-5 it is read again when its room was begun anew", async () => {
    const { server, network, client } = await opened(2);
    await client.threads.open(7, 1);
    answer(server, 1);
    server.epoch = "second";
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect(answers(client)).toEqual([2, 3, 4]);
  });

  test("THREAD-5 asked for without a connection it comes with the next", async () => {
    const { server, network, client } = await opened(2);
    const lost = () => Promise.reject(new TypeError("no network"));
    server.instead.set("/messages/1/replies", lost);
    network.socket.cut();
    await expect(client.threads.open(7, 1)).rejects.toMatchObject({ code: "unavailable" });
    expect(threadOf(client)).toBeNull();
    server.instead.clear();
    await network.pass(1_000);
    server.greet();
    await settled();
    expect(answers(client)).toEqual([2, 3]);
  });

  test("THREAD-5 one that is not there is told of once, and its room goes on", async () => {
    const { server, client } = await opened(2);
    await expect(client.threads.open(7, 99)).rejects.toMatchObject({ code: "not_found" });
    server.asked();
    answer(server, 1);
    server.tell(server.room.head);
    await settled();
    expect(server.asked()).toEqual([]);
    expect(client.view.getState().state.rooms.get(7)?.messages.size).toBe(4);
  });
});
