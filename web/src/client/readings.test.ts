import { describe, expect, test } from "bun:test";
import type { Client } from "./client.ts";
import { newSince } from "./readings.ts";
import { settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

function shown(client: Client) {
  const { state, readings } = client.view.getState();
  const [held, reading] = [state.rooms.get(7), readings.get(7)];
  return held && reading && newSince(held, reading, state.user);
}

function readingFrom(client: Client, room: number): number | undefined {
  return client.view.getState().readings.get(room)?.from;
}

/** Ten messages of bob's, of which alice has read seven; each message has the number of its event less one. */
async function halfRead() {
  const server = new ScriptedServer();
  server.grow(10);
  server.room.mark(8);
  return connected({}, server);
}

describe("where a person had read to", () => {
  test("CLIENT-15 is frozen while the room is open, and found again at the next visit", async () => {
    const { server, client } = await halfRead();
    expect(readingFrom(client, 7)).toBeUndefined();
    client.open(7);
    await settled();
    expect(readingFrom(client, 7)).toBe(8);
    expect(shown(client)).toEqual({ first: 8, count: 3 });
    server.grow(2);
    for (const seq of [12, 13]) server.tell(seq);
    server.room.mark(13);
    server.say({
      type: "user_event",
      seq: 1,
      event: {
        kind: "room.marked",
        at: "",
        room: 7,
        head: 13,
        read: 13,
        delivered: 13,
        unread: 0,
        mentions: 0,
      },
    });
    expect(client.rooms()[0]?.room.read).toBe(13);
    client.open(7);
    expect(readingFrom(client, 7)).toBe(8);
    expect(shown(client)).toEqual({ first: 8, count: 5 });
    client.close(7);
    expect(readingFrom(client, 7)).toBeUndefined();
    client.open(7);
    expect([readingFrom(client, 7), shown(client)]).toEqual([13, { first: undefined, count: 0 }]);
  });

  test("CLIENT-15 counts what others say only, and says nothing of a first message that is not held", async () => {
    const { server, client } = await halfRead();
    client.open(7);
    await settled();
    server.grow(1, 1);
    server.grow(1, 2);
    for (const seq of [12, 13]) server.tell(seq);
    expect(shown(client)).toEqual({ first: 8, count: 4 });
    const held = client.view.getState().state.rooms.get(7);
    if (!held) throw new Error("the room is held");
    expect(newSince({ ...held, before: 10 }, { from: 8, head: 11, unread: 3, mentions: 0 }, 1)).toEqual({
      first: undefined,
      count: 4,
    });
  });

  test("CLIENT-15 a cut does not move it; what was read elsewhere before the room was known does", async () => {
    const { server, network, client } = await halfRead();
    client.open(7);
    await settled();
    await reconnect(network);
    server.room.mark(11);
    server.greet();
    await settled();
    expect(readingFrom(client, 7)).toBe(8);
    client.close(7);
    network.socket.cut();
    server.grow(1);
    client.open(7);
    expect(readingFrom(client, 7)).toBe(11);
    server.room.mark(12);
    await network.pass(1_000);
    server.greet();
    await settled();
    expect(readingFrom(client, 7)).toBe(12);
    server.grow(1);
    server.room.mark(13);
    await reconnect(network);
    server.greet();
    await settled();
    expect(readingFrom(client, 7)).toBe(12);
  });

  test("CLIENT-15 a room opened before it is known is read from where it is known to be", async () => {
    const { server, network, client } = await halfRead();
    client.open(9);
    expect(readingFrom(client, 9)).toBeUndefined();
    await reconnect(network);
    const ninth = { ...server.membership, id: 9, read: 4, unread: 7 };
    server.greet({ rooms: [server.membership, ninth] });
    expect(readingFrom(client, 9)).toBe(4);
  });

  test("CLIENT-15 in another history it is found anew", async () => {
    const { server, network, client } = await halfRead();
    client.open(7);
    await settled();
    server.epoch = "second";
    server.room.mark(10);
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect(readingFrom(client, 7)).toBe(10);
  });
});
