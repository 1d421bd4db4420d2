import { describe, expect, test } from "bun:test";
import type { RoomEvent } from "@parley/protocol/events";
import type { Message } from "@parley/protocol/messages";
import type { Thread } from "@parley/protocol/threads";
import type { Client } from "./client.ts";
import { threadsAfter } from "./followed-threads.ts";
import { settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";
import { newAnswers, threadNews } from "./thread-news.ts";

const at = "2030-01-01T00:00:00.000Z";

function thread(message: number, read: number, ...unread: number[]): Thread {
  return {
    ...{ message, room: 7, following: true, level: "all", read },
    unread: unread.map((seq) => ({ message: 100 + seq, seq, in_thread: true as const })),
  };
}

function answer(seq: number, reply_to: number, more: Partial<Message> = {}): Message {
  return {
    ...{ id: 100 + seq, room: 7, seq, ordinal: 1, sender: 2, type: "text", text: `Answer ${seq}` },
    ...{ version: 1, created_at: at, reply_to, in_thread: true, ...more },
  };
}

const sent = (message: Message): RoomEvent => ({ kind: "message.sent", at, by: message.sender, message });

/** What the server has, and the private log as it tells it. */
class ThreadServer extends ScriptedServer {
  readonly list = new Map<number, Thread>();
  #log = 0;

  constructor() {
    super();
    this.instead.set("/me/threads", () => Response.json({ threads: [...this.list.values()] }));
    this.instead.set("/messages/", () => Response.json(this.list.get(1)));
  }

  change(place: Thread): void {
    const { unread: _, ...told } = place;
    if (place.following) this.list.set(place.message, place);
    else this.list.delete(place.message);
    this.say({ type: "user_event", seq: ++this.#log, event: { kind: "thread.set", at, ...told } });
  }
}

function shown({ view }: Client): Record<number, number[]> | null {
  const { threads } = view.getState();
  return (
    threads && Object.fromEntries([...threads].map(([id, each]) => [id, each.unread.map(({ seq }) => seq)]))
  );
}

async function following(...threads: Thread[]) {
  const server = new ThreadServer();
  for (const each of threads) server.list.set(each.message, each);
  const { client, network } = await connected({}, server);
  const list = await client.personal.threads.get();
  expect(shown(client)).toBe(null);
  list.want();
  list.want();
  await settled();
  expect(server.asked()).toEqual(["GET /me/threads"]);
  return { server, client, network, list };
}

describe("the threads that the person follows", () => {
  test("THREAD-12 they are read when somebody asks, and then followed", async () => {
    const { server, client } = await following(thread(1, 3, 4));
    expect(shown(client)).toEqual({ 1: [4] });
    server.change(thread(1, 4));
    expect(shown(client)).toEqual({ 1: [] });
    server.change({ ...thread(1, 4), following: false });
    expect(shown(client)).toEqual({});
    server.change(thread(1, 4, 9));
    await settled();
    // What is new in one that is not known yet is asked for.
    expect([shown(client), server.asked()]).toEqual([{ 1: [9] }, ["GET /messages/1/thread"]]);
  });

  test("THREAD-12 with each connection, and of a room that is only counted, they are read again", async () => {
    const { server, client, network } = await following(thread(1, 3));
    server.list.set(1, thread(1, 3, 8));
    await reconnect(network);
    server.greet();
    await settled();
    expect(shown(client)).toEqual({ 1: [8] });
    server.asked();
    server.list.set(1, thread(1, 3, 8, 9));
    const counts = { head: 12, unread: 0, mentions: 0, last_message_at: at, last_message: null };
    server.say({ type: "bump", rooms: [{ room: 7, ...counts }] });
    await settled();
    expect([shown(client), server.asked()]).toEqual([{ 1: [8, 9] }, ["GET /me/threads?room=7"]]);
    server.say({ type: "bump", rooms: [{ room: 7, ...counts, head: 13 }] });
    server.say({ type: "bump", rooms: [{ room: 7, ...counts, head: 14 }] });
    await settled();
    expect(server.asked()).toEqual([]);
    await network.pass(5_000);
    expect(server.asked()).toEqual(["GET /me/threads?room=7"]);
  });

  test("THREAD-12 what was seen is read at once, and told where something was new", async () => {
    const { server, client, list } = await following(thread(1, 3, 4, 6));
    list.read(1, 4);
    expect(shown(client)).toEqual({ 1: [6] });
    await settled();
    expect(server.asked()).toEqual(["PUT /messages/1/thread/read"]);
    list.read(1, 5);
    list.read(2, 9);
    await settled();
    expect(server.asked()).toEqual([]);
  });

  const reader = { user: 1, blocked: new Set([3]) };
  const after = (threads: Thread[], ...events: RoomEvent[]) => {
    const held = new Map(threads.map((each) => [each.message, each]));
    return events.reduce<ReadonlyMap<number, Thread>>(
      (known, event) => threadsAfter(known, event, reader),
      held,
    );
  };
  const seqs = (threads: ReadonlyMap<number, Thread>) => threads.get(1)?.unread.map(({ seq }) => seq);

  test("THREAD-12 answers of others are new, heard once or twice; one's own read all before them", () => {
    const held = [thread(1, 3)];
    const two = [sent(answer(5, 1)), sent(answer(6, 1))];
    expect(seqs(after(held, ...two))).toEqual([5, 6]);
    expect(seqs(after(held, ...two, ...two))).toEqual([5, 6]);
    expect(seqs(after(held, ...two.toReversed()))).toEqual([5, 6]);
    expect(seqs(after(held, sent(answer(3, 1))))).toEqual([]);
    expect(seqs(after(held, sent(answer(5, 1, { sender: 3 }))))).toEqual([]);
    expect(seqs(after(held, sent(answer(5, 2))))).toEqual([]);
    expect(seqs(after(held, ...two, sent(answer(7, 1, { sender: 1 }))))).toEqual([]);
    expect(seqs(after(held, sent(answer(7, 1, { sender: 1 })), ...two))).toEqual([]);
  });

  test("THREAD-12 what is deleted is nothing new, and takes its thread with it; a mention is told apart", () => {
    const held = [thread(1, 3, 5)];
    const deleted = answer(5, 1, { deleted_at: at, text: "", version: 2 });
    expect(seqs(after(held, { kind: "message.deleted", at, by: 2, message: deleted }))).toEqual([]);
    // Read late, it is deleted when it is heard of.
    expect(seqs(after([thread(1, 3)], sent(deleted)))).toEqual([]);
    const root = { ...answer(2, 0, { deleted_at: at }), id: 1, reply_to: undefined } as unknown as Message;
    expect([...after(held, { kind: "message.deleted", at, by: 2, message: root })]).toEqual([]);
    const named = after([thread(1, 3)], sent(answer(6, 1, { mentions: [1] })));
    expect(named.get(1)?.unread[0]?.mentions_me).toBe(true);
  });

  test("THREAD-12 what the room shows is read there as well", async () => {
    const { server, client } = await following({
      ...thread(1, 0, 5),
      unread: [
        { message: 102, seq: 2, mentions_me: true },
        { message: 105, seq: 5, in_thread: true },
      ],
    });
    const { view } = client;
    const own = () => newAnswers([...(view.getState().threads ?? [])][0]?.[1] as Thread, view.getState());
    expect(own().map(({ seq }) => seq)).toEqual([2, 5]);
    expect(threadNews(7, view.getState()).mentions).toBe(1);
    server.grow(4);
    for (let seq = 2; seq <= 5; seq++) server.tell(seq);
    client.markRead(7, 3);
    expect(own().map(({ seq }) => seq)).toEqual([5]);
    expect(threadNews(7, view.getState())).toMatchObject({ mentions: 0, threads: [{ message: 1 }] });
    expect(threadNews(8, view.getState()).threads).toEqual([]);
  });
});
