import { afterAll, afterEach, describe, expect, test } from "bun:test";
import type { ServerFrame } from "@parley/protocol/frames";
import type { Client } from "@parley/web/client/client";
import { platformEnvironment, type Socket } from "@parley/web/client/environment";
import { memoryOutbox } from "@parley/web/client/outbox-memory";
import { eager, makeAccounts, messagesOf, signIn, textsOf, until, untilTexts } from "./people.ts";
import { startProxy } from "./proxy.ts";
import { startServer } from "./server.ts";

const server = await startServer();
const ids = await makeAccounts(server.url);
const proxy = await startProxy(server.port);
const clients: Client[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.stop();
});
afterAll(async () => {
  proxy.stop();
  await server.remove();
});

async function person(...given: Parameters<typeof signIn>): Promise<Client> {
  const client = await signIn(...given);
  clients.push(client);
  return client;
}

/** Alice and bob in a room of this name, both looking at it. Alice's network is the one that breaks. */
async function inRoom(name: string) {
  const alice = await person(proxy.url, "alice");
  const bob = await person(server.url, "bob");
  const { id: room } = await alice.call("room.create", { kind: "group", name, members: [ids.bob] });
  for (const client of [alice, bob]) {
    await until(client, ({ state }) => state.rooms.has(room));
    client.open(room);
    await until(client, ({ state }) => state.rooms.get(room)?.loaded === true);
  }
  return { alice, bob, room };
}

/** What a person has worked out is what somebody would be told who comes now. */
async function expectInStep(client: Client, room: number): Promise<void> {
  const told = await client.call("room.get", { room });
  await until(client, ({ state }) => state.rooms.get(room)?.position === told.head);
  expect(client.view.getState().state.rooms.get(room)?.room).toEqual(told);
  const { messages } = await client.call("message.list", { room, limit: 200 });
  expect(messagesOf(client, room)).toEqual(messages);
}

describe("two people on a real server", () => {
  test("CLIENT-14 see each other's messages, changes, reactions and marks as they happen", async () => {
    const { alice, bob, room } = await inRoom("chatting");
    await alice.send(room, "hello");
    await untilTexts(bob, room, ["hello"]);
    const [hello] = messagesOf(bob, room);
    if (!hello) throw new Error("bob has no message");
    expect(bob.rooms()[0]?.room).toMatchObject({ id: room, unread: 1 });
    bob.markRead(room);
    await until(bob, ({ state }) => state.rooms.get(room)?.room.unread === 0);
    await until(alice, ({ marks }) => (marks.get(room)?.get(ids.bob)?.read ?? 0) >= hello.seq);
    await bob.send(room, "and to you", { reply_to: hello.id });
    await bob.react(hello.id, "👍", true);
    await untilTexts(alice, room, ["and to you"]);
    await until(alice, () => messagesOf(alice, room)[0]?.reactions?.[0]?.users[0] === ids.bob);
    await alice.edit(hello.id, "hello, bob");
    await untilTexts(bob, room, ["hello, bob"]);
    await alice.call("message.delete", { message: hello.id });
    await until(bob, () => messagesOf(bob, room)[0]?.deleted_at !== undefined);
    expect(alice.view.getState().outbox).toEqual([]);
    for (const client of [alice, bob]) await expectInStep(client, room);
  });

  test("CLIENT-9 see each other type, and be there", async () => {
    const { alice, bob, room } = await inRoom("signals");
    bob.watch([ids.alice]);
    await until(bob, ({ presences }) => presences.get(ids.alice)?.state === "online");
    alice.typing(room, true);
    await until(bob, ({ typing }) => typing.get(room)?.includes(ids.alice) === true);
    alice.typing(room, false);
    await until(bob, ({ typing }) => !typing.has(room));
    alice.presence("away");
    await until(bob, ({ presences }) => presences.get(ids.alice)?.state === "away");
  });

  test("SYNC-6 come back after a cut to all that was said, and what they wrote is sent once", async () => {
    const { alice, bob, room } = await inRoom("cuts");
    for (let round = 0; round < 5; round++) {
      proxy.block();
      await until(alice, ({ link }) => link.status !== "ready");
      await alice.send(room, `from alice ${round}`);
      await bob.send(room, `from bob ${round}`);
      await until(bob, ({ outbox }) => outbox.length === 0);
      expect(textsOf(alice, room)).not.toContain(`from bob ${round}`);
      proxy.restore();
      for (const client of [alice, bob]) {
        await untilTexts(client, room, [`from alice ${round}`, `from bob ${round}`]);
      }
    }
    await until(alice, ({ outbox }) => outbox.length === 0);
    expect(textsOf(alice, room).length).toBe(10);
    for (const client of [alice, bob]) await expectInStep(client, room);
  });

  test("OUTBOX-4 lose and double nothing when the connection is cut while they send", async () => {
    const { alice, bob, room } = await inRoom("storm");
    const sent = Array.from({ length: 60 }, (_, count) => `message ${count}`);
    for (const text of sent) {
      await alice.send(room, text);
      if (sent.indexOf(text) % 6 === 5) proxy.cut();
    }
    await untilTexts(bob, room, sent);
    await until(alice, ({ outbox, link }) => outbox.length === 0 && link.status === "ready");
    expect(textsOf(bob, room)).toEqual(sent);
    await untilTexts(alice, room, sent);
    for (const client of [alice, bob]) await expectInStep(client, room);
  });

  test("SYNC-5 who was away for very long reads the room anew", async () => {
    const { alice, bob, room } = await inRoom("long away");
    await bob.send(room, "before");
    await untilTexts(alice, room, ["before"]);
    proxy.block();
    await until(alice, ({ link }) => link.status !== "ready");
    for (let count = 0; count < 600; count++) {
      await bob.call("message.send", { room, text: `meanwhile ${count}`, client_id: `meanwhile-${count}` });
    }
    proxy.restore();
    await untilTexts(alice, room, ["meanwhile 599"]);
    expect(textsOf(alice, room)).not.toContain("before");
    while (await alice.loadOlder(room));
    expect(textsOf(alice, room).slice(0, 2)).toEqual(["before", "meanwhile 0"]);
    expect(messagesOf(alice, room).length).toBe(601);
  });

  test("CLIENT-6 are signed out when their session is ended elsewhere", async () => {
    const elsewhere = await person(server.url, "alice");
    const here = await person(server.url, "alice");
    const { session } = here.view.getState();
    if (session.status !== "signed_in") throw new Error("alice is not signed in");
    await elsewhere.call("session.end", { session: session.session });
    await until(here, (view) => view.session.status === "signed_out");
    expect(here.view.getState().session).toEqual({ status: "signed_out", ended: true });
  });
});

describe("a network that loses single frames", () => {
  /** An environment that loses the next event when it is told to. */
  function lossy() {
    let losing: (() => void) | undefined;
    const isLost = ({ type }: ServerFrame) => losing !== undefined && (type === "event" || type === "events");
    const connect = (url: string, subprotocol: string): Socket => {
      const real = platformEnvironment().connect(url, subprotocol);
      const socket: Socket = {
        onopen: null,
        onmessage: null,
        onclose: null,
        send: (text) => real.send(text),
        close: (code) => real.close(code),
      };
      real.onopen = () => socket.onopen?.();
      real.onclose = (closed) => socket.onclose?.(closed);
      real.onmessage = (message) => {
        if (!isLost(JSON.parse(String(message.data)))) return socket.onmessage?.(message);
        losing?.();
        losing = undefined;
      };
      return socket;
    };
    const loseNext = () =>
      new Promise<void>((resolve) => {
        losing = resolve;
      });
    return { environment: eager({ connect }), loseNext };
  }

  test("SYNC-5 a hole is healed by the next event, a lost last event by the next pong", async () => {
    const { environment, loseNext } = lossy();
    const { bob, room } = await inRoom("losses");
    const alice = await person(server.url, "alice", { environment });
    alice.open(room);
    await until(alice, ({ state }) => state.rooms.get(room)?.loaded === true);
    const inTheMiddle = loseNext();
    await bob.send(room, "lost");
    await inTheMiddle;
    await bob.send(room, "heard");
    await untilTexts(alice, room, ["lost", "heard"]);
    const atTheEnd = loseNext();
    await bob.send(room, "lost at the end");
    await atTheEnd;
    expect(textsOf(alice, room)).toEqual(["lost", "heard"]);
    alice.wake();
    await untilTexts(alice, room, ["lost at the end"]);
    await expectInStep(alice, room);
  });
});

describe("a server that dies and comes back", () => {
  test("OUTBOX-4 what was written meanwhile, and what was under way, is sent once and in order", async () => {
    const storage = memoryOutbox();
    const { bob, room } = await inRoom("restarts");
    const alice = await person(server.url, "alice", { storage });
    const sent: string[] = [];
    for (let round = 0; round < 3; round++) {
      const under = Array.from({ length: 10 }, (_, count) => `round ${round}, under way ${count}`);
      for (const text of under) await alice.send(room, text);
      await server.kill();
      await until(alice, ({ link }) => link.status !== "ready");
      await alice.send(room, `round ${round}, meanwhile`);
      sent.push(...under, `round ${round}, meanwhile`);
      await server.start();
    }
    await until(alice, ({ outbox }) => outbox.length === 0);
    await untilTexts(bob, room, sent);
    expect(textsOf(bob, room)).toEqual(sent);
    expect(await storage.all(ids.alice)).toEqual([]);
    await expectInStep(bob, room);
  });

  test("OUTBOX-1 what was kept is sent by the next start of the client", async () => {
    const storage = memoryOutbox();
    const { bob, room } = await inRoom("next start");
    const first = await person(server.url, "alice", { storage });
    first.stop();
    const clientId = await first.send(room, "kept");
    await person(server.url, "alice", { storage });
    await untilTexts(bob, room, ["kept"]);
    expect(messagesOf(bob, room).map(({ client_id }) => client_id)).toEqual([clientId]);
  });
});
