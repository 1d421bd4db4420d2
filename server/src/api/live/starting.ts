import { ChatError } from "@parley/protocol/errors";
import { tailOf } from "@parley/protocol/events";
import { closeCodes, type Hello, hello as helloSchema } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Membership } from "@parley/protocol/rooms";
import { membershipsOf } from "../../features/access/access.ts";
import { roomEventAt, userHead } from "../../features/logs/logs.ts";
import { authenticate } from "../../features/sessions/sessions.ts";
import { getMe } from "../../features/users/users.ts";
import { isoTime } from "../../platform/clock.ts";
import { gapAfter } from "./catch-up.ts";
import type { Connection } from "./connection.ts";
import { parseFrame } from "./inbound.ts";
import type { Live } from "./live.ts";
import { settle } from "./room-feeds.ts";

/** Hellos answered at once; the others wait in line, so that a storm does not starve those who are live. */
const atOnce = 64;
const roomsPage = 200;

/** A position that a client held and that the room has passed. */
interface Held {
  room: number;
  position: number;
  tail: number;
}

/** LIVE-7. From the first frame to `ready`: who it is, what they hear, and what they missed. */
export class Starting {
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = 0;

  constructor(
    private readonly live: Live,
    private readonly done: (connection: Connection) => void,
  ) {}

  start(connection: Connection, text: string): void {
    const parsed = helloSchema.safeParse(parseFrame(text));
    if (!parsed.success) {
      return connection.close(closeCodes.badFrame, "the first frame must be a hello");
    }
    connection.phase = "starting";
    this.waiting.push(() => this.run(connection, parsed.data));
    this.next();
  }

  /** A fresh access token for the same session. */
  async renew(connection: Connection, token: string): Promise<void> {
    const known = await authenticate(this.live.context, token, connection.address);
    if (known.actor.session !== connection.session) {
      throw new ChatError("unauthenticated", "this token belongs to another session");
    }
    connection.tokenUntil = known.expires_at;
  }

  /** The person's account changed: what this connection knows of it is read again. */
  refresh(connection: Connection): void {
    getMe(this.live.context.database, { user: connection.user, session: connection.session })
      .then((account) => {
        if (connection.caller) connection.caller.restricted = account.must_change_password;
      })
      .catch((error) => this.live.failed(error));
  }

  private next(): void {
    while (this.running < atOnce) {
      const job = this.waiting.shift();
      if (!job) return;
      this.running++;
      void job().finally(() => {
        this.running--;
        setImmediate(() => this.next());
      });
    }
  }

  private async run(connection: Connection, hello: Hello): Promise<void> {
    if (!connection.isOpen) return;
    try {
      await this.introduce(connection, hello);
      const head = (await this.live.context.database.first(userHead({ user: connection.user })))?.head ?? 0;
      const rooms = await this.allRooms(connection.user);
      if (!connection.isOpen) return;
      const behind = this.welcome(connection, hello, { head, rooms });
      await this.checkTails(connection, behind);
      if (connection.isOpen) this.done(connection);
    } catch (error) {
      this.refuse(connection, error);
    }
  }

  private refuse(connection: Connection, error: unknown): void {
    if (error instanceof ChatError) return connection.close(closeCodes.unauthenticated, error.message);
    this.live.failed(error);
    connection.close(closeCodes.drain, "the server cannot answer now");
  }

  private async introduce(connection: Connection, hello: Hello): Promise<void> {
    const known = await authenticate(this.live.context, hello.token, connection.address);
    this.live.spoke(connection);
    connection.user = known.actor.user;
    connection.session = known.actor.session;
    connection.tokenUntil = known.expires_at;
    connection.caller = {
      actor: known.actor,
      restricted: known.restricted,
      address: connection.address,
    };
    if (hello.open) connection.opened = new Set(hello.open);
    if (!connection.isOpen) return;
    // From here on this connection is told when it loses a room or its session.
    connection.barred = new Set();
    this.live.people.add(connection);
  }

  private async allRooms(user: number): Promise<Membership[]> {
    const rooms: Membership[] = [];
    for (let after = 0; ; ) {
      const page = await membershipsOf(this.live.context.database, user, { after, limit: roomsPage });
      rooms.push(...page);
      if (page.length < roomsPage) return rooms;
      after = page.at(-1)?.id ?? 0;
    }
  }

  /** From the rooms' heads as they were read to `ready`, without a pause: nothing can be told in between. */
  private welcome(
    connection: Connection,
    hello: Hello,
    found: { head: number; rooms: Membership[] },
  ): Held[] {
    const { context } = this.live;
    const resumes = hello.epoch === context.epoch && (hello.user_seq ?? 0) <= found.head;
    const rooms = found.rooms.filter((room) => !connection.barred?.has(room.id));
    const listed = rooms.slice(0, limits.readyRooms);
    connection.push(
      JSON.stringify({
        type: "ready",
        session: connection.session,
        epoch: context.epoch,
        now: isoTime(context.clock.now()),
        user: connection.user,
        user_seq: found.head,
        mode: resumes ? "resume" : "fresh",
        rooms: listed,
        ...(rooms.length > listed.length && { more: String(listed.at(-1)?.id) }),
      }),
    );
    this.live.people.join(connection, found.head, resumes ? (hello.user_seq ?? found.head) : found.head);
    const behind: Held[] = [];
    for (const room of rooms) {
      const held = resumes ? hello.rooms?.[room.id] : undefined;
      const position = this.resumeAt(connection, room, held);
      this.live.attach(connection, room, position);
      if (held && position < room.head) behind.push({ room: room.id, position, tail: held[1] });
    }
    return behind;
  }

  /** Where a connection continues in a room: where the client stands, or the head when that cannot be joined. */
  private resumeAt(connection: Connection, room: Membership, held: [number, number] | undefined): number {
    if (!held) return room.head;
    const [position] = held;
    if (position > room.head || room.head - position > gapAfter) {
      const reason = position > room.head ? "reset" : "behind";
      connection.push(JSON.stringify({ type: "gap", room: room.id, head: room.head, reason }));
      return room.head;
    }
    return position;
  }

  /** LIVE-7. The same number may stand for another event in a restored store: then the room begins anew. */
  private async checkTails(connection: Connection, behind: readonly Held[]): Promise<void> {
    for (const { room, position, tail } of behind) {
      if (position === 0) continue;
      const event = await this.live.context.database.first(roomEventAt({ room, seq: position }));
      if (event && tailOf(event.at) === tail) continue;
      const feed = this.live.feeds.get(room);
      if (!feed) continue;
      connection.push(JSON.stringify({ type: "gap", room, head: feed.cursor, reason: "reset" }));
      settle(connection, room);
    }
  }
}
