import type { ServerFrame } from "@parley/protocol/frames";
import { timeAt } from "@parley/protocol/reference-room";
import type { Client } from "./client.ts";
import { type ScriptedNetwork, settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

type Marked = ReturnType<ScriptedServer["room"]["mark"]>;

/** For tests: a server that moves alice's mark when the test says so, and lets its events and answers out one by one. */
export class ScriptedMarks {
  /** What the server has said and the device not heard yet: events in their order, answers in theirs. */
  readonly events: ServerFrame[] = [];
  readonly answers: ServerFrame[] = [];
  /** Alice's private log. */
  readonly #log: Extract<ServerFrame, { type: "user_event" }>["event"][] = [];
  /** How many of the connection's frames were dealt with. */
  #done = 0;

  constructor(
    readonly server: ScriptedServer,
    readonly network: ScriptedNetwork,
    readonly client: Client,
  ) {}

  /** Marks that the device has sent on this connection. */
  get sent(): string[] {
    return this.network.socket.frames("do").map(({ op, input }) => `${op} ${(input as { seq: number }).seq}`);
  }

  get head(): number {
    return this.server.room.head;
  }

  grow(count: number, mentioning = false): void {
    for (let left = count; left > 0; left--) {
      this.server.room.take({ do: "send", by: 2, mentioning });
      this.#tell(this.head);
    }
  }

  #tell(seq: number): void {
    this.events.push({ type: "event", room: 7, seq, event: this.server.room.event(seq, this.head) });
  }

  /** Another device of alice's. */
  moves(how: "read" | "unread", seq: number): Marked {
    const before = this.server.membership.read;
    const { room } = this.server;
    const moved = how === "read" ? room.mark(Math.min(seq, room.head)) : room.unmark(seq);
    if (moved.read !== before) {
      const event = { kind: "room.marked", at: timeAt(7), room: 7, delivered: 0, ...moved } as const;
      this.events.push({ type: "user_event", seq: this.#log.push(event), event });
    }
    return moved;
  }

  /** The server does the next of what this device asked for; false when there is nothing. */
  does(): boolean {
    const next = this.network.socket.frames("do")[this.#done];
    if (!next) return false;
    this.#done += 1;
    const { seq } = next.input as { seq: number };
    const { membership } = this.server;
    const moved =
      next.op === "receipt.deliver"
        ? membership
        : this.moves(next.op === "receipt.read" ? "read" : "unread", seq);
    const { head, read, unread, mentions } = moved;
    const delivered = next.op === "receipt.deliver" ? seq : read;
    const result = { room: 7, delivered, head, read, unread, mentions };
    this.answers.push({ type: "done", id: next.id, result });
    return true;
  }

  async hears(which: "events" | "answers"): Promise<void> {
    const frame = this[which].shift();
    if (frame) this.server.say(frame);
    await settled();
  }

  /** Everything happens, and is heard. */
  async calm(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      while (this.does()) quiet = 0;
      while (this.events.length > 0) await this.hears("events");
      while (this.answers.length > 0) await this.hears("answers");
      await this.pass();
    }
  }

  /** A second goes by. */
  async pass(): Promise<void> {
    await this.network.pass(1_000);
    const ping = this.network.socket.frames("ping").at(-1);
    if (ping) this.server.say({ type: "pong", n: ping.n, now: timeAt(0), user_seq: 0 });
  }

  /** The connection breaks and comes back at once; what was not heard is said again. */
  async cut(): Promise<void> {
    this.events.length = this.answers.length = this.#done = 0;
    this.network.socket.cut();
    await settled();
    this.client.wake();
    await settled();
    this.server.greet({ user_seq: this.#log.length });
    await settled();
    const { state } = this.client.view.getState();
    for (let seq = (this.client.rooms()[0]?.position ?? 0) + 1; seq <= this.head; seq++) this.#tell(seq);
    for (const [index, event] of this.#log.entries()) {
      if (index >= state.user_seq) this.events.push({ type: "user_event", seq: index + 1, event });
    }
  }
}

/** Alice is connected, and has read all but the last few of a room of others' messages. */
export async function marksOf(count: number, unread: number): Promise<ScriptedMarks> {
  const server = new ScriptedServer();
  server.grow(count);
  server.room.mark(server.room.head - unread);
  const { network, client } = await connected({}, server);
  client.open(7);
  await settled();
  const marks = new ScriptedMarks(server, network, client);
  await marks.calm();
  return marks;
}
