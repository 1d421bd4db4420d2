import { describe, expect, test } from "bun:test";
import { closeCodes } from "@parley/protocol/live";
import { timeAt } from "@parley/protocol/reference-room";
import { settled } from "./scripted-network.ts";
import { connected, reconnect } from "./scripted-server.ts";

function outboxOf(client: Awaited<ReturnType<typeof connected>>["client"]): string[] {
  return client.view.getState().outbox.map(({ text, state }) => `${text} ${state}`);
}

describe("sending", () => {
  test("OUTBOX-3 a message is shown at once and gives way to its event", async () => {
    const { server, network, client } = await connected();
    const clientId = await client.send(7, "hello");
    expect(outboxOf(client)).toEqual(["hello sent"]);
    const [doing] = network.socket.frames("do");
    expect(doing).toEqual({
      type: "do",
      id: clientId,
      op: "message.send",
      input: { client_id: clientId, room: 7, text: "hello" },
    });
    server.grow(1, 1);
    const event = server.room.event(2, 2);
    if (event.kind !== "message.sent") throw new Error("a message was expected");
    server.say({ type: "done", id: clientId, result: event.message, room: 7, seq: 2 });
    await settled();
    expect(outboxOf(client)).toEqual(["hello acked"]);
    server.say({
      type: "event",
      room: 7,
      seq: 2,
      event: { ...event, message: { ...event.message, client_id: clientId } },
    });
    expect(outboxOf(client)).toEqual([]);
  });

  test("OUTBOX-4 nothing is sent before the server has greeted, then in order under the same ids", async () => {
    const { server, network, client } = await connected();
    const first = await client.send(7, "one");
    network.socket.cut();
    const second = await client.send(7, "two");
    await network.pass(1_000);
    expect(network.socket.frames("do")).toEqual([]);
    server.greet();
    await settled();
    expect(network.socket.frames("do").map(({ id }) => id)).toEqual([first]);
    server.say({ type: "done", id: first, result: { seq: 2 } });
    await settled();
    expect(network.socket.frames("do").map(({ id }) => id)).toEqual([first, second]);
  });
});

describe("marks", () => {
  test("CLIENT-8 reading is told at once, then once a second with the newest", async () => {
    const { server, network, client } = await connected();
    server.grow(5);
    for (let seq = 2; seq <= 6; seq++) server.tell(seq);
    await settled();
    const marks = () =>
      network.socket.frames("do").map(({ op, input }) => [op, (input as { seq: number }).seq]);
    expect(marks()).toEqual([["receipt.deliver", 2]]);
    client.markRead(7, 4);
    client.markRead(7, 5);
    client.markRead(7, 3);
    const [doing] = network.socket.frames("do");
    const answer = { room: 7, head: 6, read: 0, delivered: 2, unread: 5, mentions: 0 };
    server.say({ type: "done", id: doing?.id ?? "", result: answer });
    await network.pass(1_000);
    expect(marks()).toEqual([
      ["receipt.deliver", 2],
      ["receipt.read", 5],
    ]);
    const reading = network.socket.frames("do").at(-1)?.id ?? "";
    const read = { ...answer, read: 5, delivered: 5, unread: 1 };
    server.say({ type: "user_event", seq: 1, event: { kind: "room.marked", at: timeAt(7), ...read } });
    server.say({ type: "done", id: reading, result: read });
    await settled();
    expect(client.rooms()[0]?.room).toMatchObject({ read: 5, unread: 1 });
    await network.pass(1_000);
    expect(marks().at(-1)).toEqual(["receipt.deliver", 6]);
  });

  test("CLIENT-8 a mark that a cut swallowed is told again", async () => {
    const { server, network, client } = await connected();
    server.grow(1);
    server.tell(2);
    client.markRead(7);
    await reconnect(network);
    server.greet();
    await network.pass(1_000);
    expect(network.socket.frames("do").map(({ op }) => op)).toEqual(["receipt.read"]);
  });
  /** Alice has read all of a room with five messages, and the server knows. */
  async function readUp() {
    const parts = await connected();
    const { server, network, client } = parts;
    server.grow(5);
    for (let seq = 2; seq <= 6; seq++) server.tell(seq);
    let told = 0;
    const marks = () =>
      network.socket.frames("do").map(({ op, input }) => [op, (input as { seq: number }).seq]);
    const moved = (marked: ReturnType<typeof server.room.mark>) => {
      const event = { kind: "room.marked", at: timeAt(7), room: 7, delivered: 6, ...marked } as const;
      server.say({ type: "user_event", seq: ++told, event });
      return { room: 7, delivered: 6, ...marked };
    };
    const answer = (marked: ReturnType<typeof moved>) => {
      server.say({ type: "done", id: network.socket.frames("do").at(-1)?.id ?? "", result: marked });
    };
    client.markRead(7);
    answer({ ...server.room.at(6).membership, room: 7, delivered: 2 });
    await network.pass(1_000);
    answer(moved(server.room.mark(6)));
    await network.pass(1_000);
    expect(marks().at(-1)).toEqual(["receipt.read", 6]);
    expect(client.rooms()[0]?.room).toMatchObject({ read: 6, unread: 0 });
    return { ...parts, marks, moved, answer };
  }

  test("CLIENT-8 what is marked unread is so until it is read again", async () => {
    const { server, network, client, marks, moved, answer } = await readUp();
    client.markUnread(7, 4);
    expect(marks().at(-1)).toEqual(["receipt.unread", 4]);
    answer(moved(server.room.unmark(4)));
    await network.pass(1_000);
    expect(client.rooms()[0]?.room).toMatchObject({ read: 3, unread: 3 });
    await network.pass(5_000);
    expect(marks().at(-1)).toEqual(["receipt.unread", 4]);
    client.markRead(7);
    expect(marks().at(-1)).toEqual(["receipt.read", 6]);
  });

  test("CLIENT-8 reading on while a mark goes back is told after it", async () => {
    const { server, network, client, marks, moved, answer } = await readUp();
    client.markUnread(7, 3);
    const marked = moved(server.room.unmark(3));
    client.markRead(7, 5);
    answer(marked);
    await network.pass(1_000);
    expect(marks().slice(-2)).toEqual([
      ["receipt.unread", 3],
      ["receipt.read", 5],
    ]);
  });

  test("CLIENT-8 what another device marked unread is told when it is read here again", async () => {
    const { server, network, client, marks, moved } = await readUp();
    const before = marks().length;
    moved(server.room.unmark(4));
    await network.pass(5_000);
    expect(marks()).toHaveLength(before);
    expect(client.rooms()[0]?.room).toMatchObject({ read: 3, unread: 3 });
    client.markRead(7);
    expect(marks().at(-1)).toEqual(["receipt.read", 6]);
  });

  test("CLIENT-8 what another device marked unread during a cut is told when it is read here again", async () => {
    const { server, network, client, marks } = await readUp();
    server.room.unmark(4);
    await reconnect(network);
    server.greet({ user_seq: 2 });
    await network.pass(5_000);
    expect(marks()).toEqual([]);
    client.markRead(7);
    expect(marks()).toEqual([["receipt.read", 6]]);
  });

  test("CLIENT-8 an answer that is older than a mark that went back does not count", async () => {
    const { server, network, client, marks, moved, answer } = await readUp();
    server.grow(1);
    server.tell(7);
    client.markRead(7, 7);
    answer({ ...server.room.at(7).membership, room: 7, delivered: 7 });
    await network.pass(1_000);
    const marked = moved(server.room.mark(7));
    moved(server.room.unmark(4));
    answer(marked);
    await network.pass(1_000);
    expect(client.rooms()[0]?.room).toMatchObject({ read: 3, unread: 4 });
    client.markRead(7);
    await network.pass(1_000);
    expect(marks().at(-1)).toEqual(["receipt.read", 7]);
    expect(marks().filter(([op]) => op === "receipt.read")).toHaveLength(3);
  });

  test("CLIENT-8 another history is told of marks anew", async () => {
    const { server, network, client } = await connected();
    server.grow(3);
    for (let seq = 2; seq <= 4; seq++) server.tell(seq);
    client.markRead(7, 4);
    for (const { id } of network.socket.frames("do")) {
      server.say({ type: "done", id, result: { room: 7, read: 4, delivered: 4, unread: 0, mentions: 0 } });
    }
    await network.pass(1_000);
    await reconnect(network);
    server.epoch = "second";
    server.greet({ mode: "fresh" });
    client.markRead(7, 3);
    expect(network.socket.frames("do").map(({ op, input }) => [op, input])).toEqual([
      ["receipt.read", { room: 7, seq: 3 }],
    ]);
  });
});

describe("signals", () => {
  test("CLIENT-9 typing is told every 3 s at most, and ends with the message", async () => {
    const { network, client } = await connected();
    const told = () =>
      network.socket.frames("signal").map(({ signal }) => signal.kind === "typing" && signal.on);
    client.typing(7, true);
    client.typing(7, true);
    await network.pass(2_999);
    client.typing(7, true);
    expect(told()).toEqual([true]);
    await network.pass(1);
    client.typing(7, true);
    await client.send(7, "done");
    client.typing(7, false);
    expect(told()).toEqual([true, true, false]);
  });

  test("CLIENT-9 somebody else's typing lapses after 6 s without another word", async () => {
    const { server, network, client } = await connected();
    const typing = () => client.view.getState().typing.get(7);
    server.say({ type: "signal", signal: { kind: "typing", room: 7, user: 2, on: true } });
    await network.pass(5_000);
    server.say({ type: "signal", signal: { kind: "typing", room: 7, user: 2, on: true } });
    await network.pass(5_999);
    expect(typing()).toEqual([2]);
    await network.pass(1);
    expect(typing()).toBeUndefined();
  });

  test("CLIENT-9 somebody's typing ends with their message", async () => {
    const { server, client } = await connected();
    server.say({ type: "signal", signal: { kind: "typing", room: 7, user: 2, on: true } });
    expect(client.view.getState().typing.get(7)).toEqual([2]);
    server.grow(1);
    server.tell(2);
    expect(client.view.getState().typing.get(7)).toBeUndefined();
  });

  test("CLIENT-10 those who are watched are watched again on the next connection", async () => {
    const { server, network, client } = await connected();
    const away = { user: 2, state: "away", last_seen: null, status_message: "" } as const;
    server.instead.set("/presence", () => Response.json({ presences: [away] }));
    client.watch([2, 2]);
    client.watch([2]);
    await settled();
    expect(server.asked()).toEqual(["GET /presence?users=2"]);
    expect(client.view.getState().presences.get(2)).toEqual(away);
    server.say({ type: "signal", signal: { kind: "presence", presence: { ...away, state: "online" } } });
    expect(client.view.getState().presences.get(2)?.state).toBe("online");
    await reconnect(network);
    server.greet();
    expect(network.socket.frames("signal")).toEqual([
      { type: "signal", signal: { kind: "watch", users: [2] } },
    ]);
  });

  test("CLIENT-11 names are fetched together, and again when a profile changes", async () => {
    const { server, network, client } = await connected();
    let name = "Bob";
    server.instead.set("/users", () => Response.json({ users: [{ id: 2, display_name: name }], next: null }));
    client.want([2]);
    client.want([2, 3]);
    await network.pass(20);
    client.want([2]);
    await network.pass(20);
    expect(server.asked()).toEqual(["GET /users?ids=2%2C3&limit=200"]);
    name = "Robert";
    server.say({ type: "signal", signal: { kind: "user", user: 2 } });
    await network.pass(20);
    expect(client.view.getState().people.get(2)?.display_name).toBe("Robert");
  });
});

describe("the end of a session", () => {
  test("CLIENT-6 nothing of a person stays in view once the server ends their session", async () => {
    const { server, network, client } = await connected();
    server.grow(1);
    server.tell(2);
    network.socket.cut(closeCodes.revoked);
    const view = client.view.getState();
    expect(view.session).toEqual({ status: "signed_out", ended: true });
    expect([view.state.rooms.size, view.link.status]).toEqual([0, "off"]);
    await network.pass(60_000);
    expect(network.sockets.length).toBe(1);
  });

  test("CLIENT-4 a changed profile is read again", async () => {
    const { server, client } = await connected();
    server.instead.set("/me", () => Response.json({ id: 1, display_name: "Alice B." }));
    server.say({ type: "user_event", seq: 1, event: { kind: "user.updated", at: timeAt(1) } });
    await settled();
    const { session } = client.view.getState();
    expect(session.status === "signed_in" && session.user.display_name).toBe("Alice B.");
  });
});
