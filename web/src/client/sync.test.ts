import { describe, expect, test } from "bun:test";
import { tailOf } from "@parley/protocol/live";
import { ReferenceRoom, timeAt } from "@parley/protocol/reference-room";
import { type RoomState, timeline } from "@parley/protocol/state";
import type { Client } from "./client.ts";
import { problem, settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

function held(client: Client): RoomState {
  const room = client.view.getState().state.rooms.get(7);
  if (!room) throw new Error("the room is not held");
  return room;
}

function texts(client: Client): string[] {
  return timeline(held(client)).map(({ text }) => text);
}

/** The client's copy is the server's. */
function expectInStep({ room }: ScriptedServer, client: Client): void {
  const { membership, messages } = room.at(room.head);
  expect(held(client).room).toEqual(membership);
  expect(held(client).position).toBe(room.head);
  const shown = messages.filter(({ seq }) => seq >= (held(client).before ?? 0));
  expect(timeline(held(client))).toEqual([...shown]);
}

async function opened(count = 3) {
  const server = new ScriptedServer();
  server.grow(count);
  const all = await connected({}, server);
  all.client.open(7);
  await settled();
  expectInStep(server, all.client);
  expect(held(all.client).messages.size).toBe(Math.min(count, 50));
  server.asked();
  return all;
}

describe("the client's copy of the server", () => {
  test("SYNC-4 a room that is opened shows its newest page, and older ones when they are asked for", async () => {
    const { server, client } = await opened(120);
    expect(await client.loadOlder(7)).toBe(true);
    expect(await client.loadOlder(7)).toBe(true);
    expect(held(client).messages.size).toBe(120);
    expect(await client.loadOlder(7)).toBe(false);
    expect(server.asked()).toEqual([
      "GET /rooms/7/messages?before=72&limit=50",
      "GET /rooms/7/messages?before=22&limit=50",
    ]);
    expectInStep(server, client);
  });

  test("SYNC-4 an older page that arrives after events about it shows them too", async () => {
    const { server, client } = await opened(60);
    const late = Promise.withResolvers<Response>();
    const page = server.room.page(server.room.head, held(client).before, 50);
    server.instead.set("/rooms/7/messages", () => late.promise);
    const loading = client.loadOlder(7);
    server.room.take({ do: "edit", pick: 0, mentioning: false });
    server.tell(server.room.head);
    late.resolve(Response.json(page));
    await loading;
    expect(texts(client)[0]).toBe("text 2!");
    expectInStep(server, client);
  });

  test("SYNC-1 events are applied as they come", async () => {
    const { server, client } = await opened();
    server.grow(2);
    server.tell(5);
    server.tell(6);
    server.tell(5);
    expectInStep(server, client);
    expect(server.asked()).toEqual([]);
  });

  test("SYNC-5 an event that is not the next one is not shown before those that are missing", async () => {
    const { server, client } = await opened();
    server.grow(3);
    server.tell(7);
    expect(texts(client).length).toBe(3);
    await settled();
    expect(server.asked()).toEqual(["GET /rooms/7/events?after=4&limit=200"]);
    expectInStep(server, client);
  });

  test("SYNC-5 a hole that cannot be filled now is filled later", async () => {
    const { server, network, client } = await opened();
    server.grow(2);
    server.instead.set("/rooms/7/events", () => problem("unavailable"));
    server.tell(6);
    await network.pass(5_000);
    expect(held(client).position).toBe(4);
    server.instead.clear();
    await network.pass(5_000);
    expectInStep(server, client);
  });

  test("SYNC-5 the loss of a last event is found by the next pong", async () => {
    const { server, client } = await opened();
    server.grow(1);
    server.say({ type: "pong", n: 1, now: timeAt(0), heads: { 7: 5 }, user_seq: 0 });
    await settled();
    expectInStep(server, client);
    server.asked();
    server.say({ type: "pong", n: 2, now: timeAt(0), heads: { 7: 5 }, user_seq: 0 });
    await settled();
    expect(server.asked()).toEqual([]);
  });

  test("SYNC-5 after a gap the room is read anew and goes on from there", async () => {
    const { server, client } = await opened(70);
    server.grow(600);
    server.say({ type: "gap", room: 7, head: server.room.head, reason: "slow" });
    server.grow(1);
    server.tell(server.room.head);
    await settled();
    expect(held(client).messages.size).toBe(50);
    server.grow(1);
    server.tell(server.room.head);
    expectInStep(server, client);
  });

  test("SYNC-5 a room that is very far behind is read anew rather than event by event", async () => {
    const { server, client } = await opened();
    server.grow(1_100);
    server.tell(server.room.head);
    await settled();
    expect(server.asked().slice(0, 2)).toEqual(["GET /rooms/7/messages?limit=50", "GET /rooms/7"]);
    expectInStep(server, client);
  });

  test("SYNC-5 a room one was taken out of is gone", async () => {
    const { server, client } = await opened();
    server.say({ type: "gap", room: 7, head: 4, reason: "removed" });
    expect(client.rooms()).toEqual([]);
  });

  test("SYNC-5 a room that turns out to be gone is gone", async () => {
    const { server, client } = await opened();
    server.grow(2);
    server.instead.set("/rooms/7/events", () => problem("not_found"));
    server.tell(6);
    await settled();
    expect(client.rooms()).toEqual([]);
  });

  test("SYNC-6 a connection that comes back names what is held, and goes on from there", async () => {
    const { server, network, client } = await opened();
    server.grow(1);
    server.tell(5);
    await reconnect(network);
    server.grow(2);
    server.greet();
    expect(network.socket.sent[0]).toMatchObject({
      epoch: "first",
      user_seq: 0,
      rooms: { 7: [5, tailOf(timeAt(5))] },
      open: [7],
    });
    await settled();
    server.say({
      type: "events",
      room: 7,
      from: 6,
      to: 7,
      events: [6, 7].map((seq) => server.room.event(seq, 7)),
    });
    await settled();
    expect(server.asked()).toEqual([]);
    expectInStep(server, client);
  });

  test("SYNC-6 the last event of a page is asked for, so that the position can be named", async () => {
    const { network } = await opened();
    await reconnect(network);
    network.socket.open();
    expect(network.socket.sent[0]).toMatchObject({ rooms: { 7: [4, tailOf(timeAt(4))] } });
  });

  test("SYNC-6 a room whose position could not be named catches up by itself", async () => {
    const server = new ScriptedServer();
    server.grow(3);
    const { network, client } = await connected({}, server);
    server.instead.set("/rooms/7/events", () => problem("unavailable"));
    client.open(7);
    await settled();
    await reconnect(network);
    server.instead.clear();
    server.grow(2);
    server.greet();
    expect(network.socket.sent[0]).toMatchObject({ rooms: {} });
    await network.pass(5_000);
    expectInStep(server, client);
  });

  test("SYNC-6 another history replaces what was held, and nothing of the two is mixed", async () => {
    const { server, network, client } = await opened();
    const late = Promise.withResolvers<Response>();
    server.grow(2);
    server.instead.set("/rooms/7/events", () => late.promise);
    const ofTheFirst = [5, 6].map((seq) => server.room.event(seq, 6));
    server.tell(6);
    await reconnect(network);
    server.instead.clear();
    server.room = new ReferenceRoom();
    server.grow(4, 3);
    server.epoch = "second";
    server.greet({ mode: "fresh" });
    late.resolve(Response.json({ room: 7, from: 5, to: 6, head: 6, events: ofTheFirst }));
    await settled();
    expect(timeline(held(client)).every(({ sender }) => sender === 3)).toBe(true);
    expectInStep(server, client);
  });

  test("SYNC-6 own messages that the other history lacks are shown as not sent", async () => {
    const { server, network, client } = await opened();
    const own = { ...server.room.event(4, 4), by: 1 };
    if (own.kind !== "message.sent") throw new Error("a message was expected");
    const lost = { ...own.message, id: 99, seq: 5, sender: 1, client_id: "mine", text: "still here?" };
    server.say({ type: "event", room: 7, seq: 5, event: { ...own, message: lost } });
    expect(texts(client).at(-1)).toBe("still here?");
    await reconnect(network);
    server.epoch = "second";
    server.greet({ mode: "fresh" });
    await settled();
    expect(server.asked()).toContain("GET /messages/99");
    expect(client.view.getState().outbox).toMatchObject([
      { client_id: "mine", room: 7, text: "still here?", state: "failed", error: { code: "not_found" } },
    ]);
  });

  test("SYNC-7 rooms come and go by the private log; what is missing of it is fetched", async () => {
    const { server, client } = await opened();
    const other = { ...server.membership, id: 8, name: "lobby" };
    const log = [
      { kind: "room.appeared", at: timeAt(1), room: other },
      { kind: "room.disappeared", at: timeAt(2), room: 7 },
      { kind: "room.disappeared", at: timeAt(3), room: 8 },
    ] as const;
    server.instead.set("/me/events", () =>
      Response.json({ from: 2, to: 2, head: 2, events: log.slice(1, 2) }),
    );
    server.say({ type: "user_event", seq: 1, event: log[0] });
    expect(client.rooms().map(({ room }) => room.id)).toEqual([8, 7]);
    server.say({ type: "user_gap", head: 2 });
    await settled();
    expect(server.asked()).toEqual(["GET /me/events?after=1&limit=200"]);
    expect(client.rooms().map(({ room }) => room.id)).toEqual([8]);
    server.say({ type: "user_event", seq: 3, event: log[2] });
    expect(client.rooms()).toEqual([]);
  });

  test("SYNC-7 events of a room that arrive before the room itself are not lost", async () => {
    const server = new ScriptedServer();
    const before = server.membership;
    const { client } = await connected({ rooms: [] }, server);
    server.grow(2);
    server.tell(2);
    server.tell(3);
    const appeared = { kind: "room.appeared", at: timeAt(1), room: before } as const;
    server.say({ type: "user_event", seq: 1, event: appeared });
    await settled();
    expect(held(client).position).toBe(3);
    expect(held(client).room.unread).toBe(2);
  });

  test("SYNC-7 more rooms than the greeting holds are listed one page after the other", async () => {
    const server = new ScriptedServer();
    const rooms = [8, 9, 10].map((id) => ({ ...server.membership, id }));
    server.instead.set("/rooms?cursor=7", () => Response.json({ rooms: rooms.slice(0, 2), next: "9" }));
    server.instead.set("/rooms?cursor=9", () => Response.json({ rooms: rooms.slice(2), next: null }));
    const { client } = await connected({ more: "7" }, server);
    expect(client.rooms().map(({ room }) => room.id)).toEqual([10, 9, 8, 7]);
    expect(client.view.getState().isComplete).toBe(true);
  });

  test("SYNC-3 counts that are in doubt are asked for", async () => {
    const server = new ScriptedServer();
    server.grow(4);
    const { client } = await connected({}, server);
    expect(held(client).room.unread).toBe(4);
    server.grow(1);
    const marked = { kind: "room.marked", at: timeAt(1), room: 7, delivered: 3 } as const;
    server.say({ type: "user_event", seq: 1, event: { ...marked, ...server.room.mark(3) } });
    await settled();
    expect(server.asked()).toEqual(["GET /rooms/7"]);
    expect(held(client).room).toEqual(server.membership);
  });

  test("SYNC-3 a large room that is opened after a long time is read anew", async () => {
    const { server, client } = await connected();
    server.grow(30);
    const { head, unread, mentions, last_message_at, last_message } = server.membership;
    server.say({ type: "bump", rooms: [{ room: 7, head, unread, mentions, last_message_at, last_message }] });
    expect(held(client).room.unread).toBe(30);
    client.open(7);
    await settled();
    expectInStep(server, client);
  });
});
