import { Database as File } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Membership } from "@parley/protocol/rooms";
import { StoreFullError } from "../../platform/database.ts";
import { type TestApp, testApp } from "../../testing/app.ts";
import { holdCommits } from "../../testing/gates.ts";
import { eventsOf, type HelloSocket, heardUpTo, liveSocket, textsIn } from "../../testing/live-socket.ts";
import { onEveryEngine } from "../../testing/store.ts";

onEveryEngine((engine) => {
  let app: TestApp;
  let lobby: Membership;
  const open: HelloSocket[] = [];

  beforeAll(async () => {
    app = await testApp({ engine, environment: { OPERATIONS_PER_SECOND: "0" } });
    lobby = app.rooms.lobby;
  });
  afterAll(async () => {
    for (const socket of open) socket.destroy();
    await app.close();
  });

  async function socketOf(name: "admin" | "alice" | "bob"): Promise<HelloSocket> {
    const socket = await liveSocket(app.url, app.people[name]);
    open.push(socket);
    return socket;
  }

  const answersTo = (socket: HelloSocket) =>
    socket.frames.filter((frame) => frame.type === "done" || frame.type === "failed");

  test("LIVE-1 before the commit nobody is acknowledged, told, or shown a message", async () => {
    const alice = await socketOf("alice");
    const bob = await socketOf("bob");
    const gate = holdCommits(app.context.database);
    const sending = alice.do("message.send", { room: lobby.id, text: "not yet" });
    await gate.reached;
    await Promise.all([alice.settled(), bob.settled()]);
    expect(answersTo(alice)).toEqual([]);
    expect(textsIn([...alice.frames, ...bob.frames], lobby.id)).toEqual([]);
    const { messages } = await bob.done("message.list", { room: lobby.id });
    expect(messages).toEqual([]);
    gate.release();
    const answer = await sending;
    if (answer.type === "failed") throw new Error(answer.error.message);
    for (const socket of [alice, bob]) {
      await heardUpTo(socket, lobby.id, answer.seq ?? 0);
      expect(textsIn(socket.frames, lobby.id)).toEqual(["not yet"]);
    }
  });

  test.skipIf(engine !== "sqlite")(
    "LIVE-1 what is acknowledged is in the file, for whoever opens it at that moment",
    async () => {
      const alice = await socketOf("alice");
      for (let count = 0; count < 20; count++) {
        const text = `kept ${count}`;
        const { id } = await alice.done("message.send", { room: lobby.id, text });
        const { database } = app.context.config;
        if (database.engine !== "sqlite") throw new Error("this test reads the file");
        const file = new File(database.path, { readonly: true });
        const row = file.query("SELECT body FROM messages WHERE id = ?").get(id) as { body: Uint8Array };
        file.close();
        expect(Buffer.from(row.body).toString()).toBe(text);
      }
    },
  );

  test("LIVE-1 a commit that fails is acknowledged to nobody and told to nobody", async () => {
    const alice = await socketOf("alice");
    const bob = await socketOf("bob");
    const { database } = app.context;
    const { transaction } = database;
    database.transaction = (work) =>
      transaction(async (tx) => {
        await work(tx);
        throw new StoreFullError("no room");
      });
    const refused = await alice.do("message.send", { room: lobby.id, text: "no room", client_id: "full" });
    database.transaction = transaction;
    expect(refused).toMatchObject({ type: "failed", error: { code: "unavailable", retry: "wait" } });
    await bob.settled();
    expect(textsIn(bob.frames, lobby.id)).toEqual([]);
    app.clock.advance(1_001);
    const sent = await alice.done("message.send", { room: lobby.id, text: "no room", client_id: "full" });
    await heardUpTo(bob, lobby.id, sent.seq);
    expect(textsIn(bob.frames, lobby.id)).toEqual(["no room"]);
  });

  test("LIVE-2 a client id sends once: from one socket, from another, over REST, and many times at once", async () => {
    const bob = await socketOf("bob");
    const sockets = await Promise.all(Array.from({ length: 5 }, () => socketOf("alice")));
    const input = { room: lobby.id, text: "once", client_id: "only-one" };
    const answers = await Promise.all(
      sockets.flatMap((socket) => Array.from({ length: 5 }, () => socket.done("message.send", input))),
    );
    const over = await app.ask("POST", `/api/v2/rooms/${lobby.id}/messages`, {
      as: app.people.alice,
      body: { text: "once", client_id: "only-one" },
    });
    const [first] = answers;
    expect(over.status).toBe(201);
    for (const answer of [...answers, over.body]) {
      expect({ id: answer.id, seq: answer.seq }).toEqual({ id: first.id, seq: first.seq });
    }
    const last = await sockets[0]?.done("message.send", { room: lobby.id, text: "twice" });
    await heardUpTo(bob, lobby.id, last.seq);
    expect(textsIn(bob.frames, lobby.id)).toEqual(["once", "twice"]);
  });

  test("LIVE-2 a repeat names the place of the first", async () => {
    const alice = await socketOf("alice");
    const input = { room: lobby.id, text: "again" };
    const first = await alice.do("message.send", input, "same-do");
    await alice.done("message.send", { room: lobby.id, text: "between" });
    const again = await alice.do("message.send", input, "same-do");
    expect(first).toMatchObject({ type: "done", room: lobby.id });
    expect(again).toEqual(first);
    const other = await alice.do("message.send", { room: lobby.id, text: "another" }, "same-do");
    expect(other).toMatchObject({ type: "failed", error: { code: "conflict", retry: "no" } });
  });

  test("LIVE-2 an operation kept by its key happens once and answers as the first time", async () => {
    const alice = await socketOf("alice");
    const input = { kind: "group", name: "made once" };
    const made = await Promise.all(
      Array.from({ length: 6 }, () => alice.done("room.create", input, "make-a-group")),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const { rooms } = await alice.done("room.list", {});
    expect(rooms.filter(({ name }: Membership) => name === "made once").length).toBe(1);
  });

  test("LIVE-3 twenty who send at once are heard by everyone in one order, without a hole", async () => {
    const names = ["admin", "alice", "bob"] as const;
    const senders = await Promise.all(
      Array.from({ length: 20 }, (_, index) => socketOf(names[index % names.length] ?? "admin")),
    );
    const { head } = await app.context.database
      .first<{ head: number }>(
        app.context.database.build.selectFrom("rooms").select("head").where("id", "=", lobby.id),
      )
      .then((row) => row ?? { head: 0 });
    const each = 25;
    await Promise.all(
      senders.flatMap((socket, sender) =>
        Array.from({ length: each }, (_, count) =>
          socket.done("message.send", { room: lobby.id, text: `${sender}.${count}` }),
        ),
      ),
    );
    const all = senders.length * each;
    for (const socket of senders) await heardUpTo(socket, lobby.id, head + all);
    const [first, ...others] = senders.map((socket) => eventsOf(socket.frames, lobby.id));
    expect(first?.map(({ seq }) => seq)).toEqual(Array.from({ length: all }, (_, index) => head + 1 + index));
    for (const other of others) expect(other).toEqual(first as never);
    const stored = await senders[0]?.done("room.events", { room: lobby.id, after: head, limit: 200 });
    expect(stored.events).toEqual(first?.slice(0, 200).map(({ event }) => event));
    for (let sender = 0; sender < senders.length; sender++) {
      const own = first
        ?.map(({ event }) => event.message.text)
        .filter((text) => text.startsWith(`${sender}.`));
      expect(own).toEqual(Array.from({ length: each }, (_, count) => `${sender}.${count}`));
    }
  });

  test("LIVE-3 what another node committed is told in its place, whether it is announced or not", async () => {
    const bob = await socketOf("bob");
    const alice = await socketOf("alice");
    const before = await alice.done("message.send", { room: lobby.id, text: "here" });
    // A commit that this node is not told of: the next of its own stands behind it.
    const { live } = app.app;
    const { deliver } = live;
    live.deliver = () => undefined;
    await alice.done("message.send", { room: lobby.id, text: "elsewhere" });
    live.deliver = deliver;
    const after = await alice.done("message.send", { room: lobby.id, text: "here again" });
    await heardUpTo(bob, lobby.id, after.seq);
    live.deliver = () => undefined;
    const last = await alice.done("message.send", { room: lobby.id, text: "elsewhere, announced" });
    live.deliver = deliver;
    live.feeds.hint(lobby.id, last.seq);
    await heardUpTo(bob, lobby.id, last.seq);
    expect(eventsOf(bob.frames, lobby.id).map(({ seq, event }) => [seq, event.message.text])).toEqual([
      [before.seq, "here"],
      [before.seq + 1, "elsewhere"],
      [before.seq + 2, "here again"],
      [before.seq + 3, "elsewhere, announced"],
    ]);
  });
});
