import { ChatError } from "@parley/protocol/errors";
import { tailOf } from "@parley/protocol/events";
import { closeCodes, type Hello, hello as helloSchema } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Membership } from "@parley/protocol/rooms";
import { membershipsOf } from "../../features/access/access.ts";
import { headsOfRooms, roomEventAt, userHead } from "../../features/logs/logs.ts";
import { authenticate } from "../../features/sessions/sessions.ts";
import { getMe } from "../../features/users/users.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Arrival, Connection } from "./connection.ts";
import { parseFrame } from "./inbound.ts";
import type { Live } from "./live.ts";
import { gapFrame, resumeAt, settle } from "./room-feeds.ts";

/** Hellos answered at once; the others wait in line, so that a storm does not starve those who are live. */
const atOnce = 64;
const roomsPage = 200;

/** A position from which a client goes on, and what it holds there. */
interface Held {
  room: number;
  position: number;
  tail: number;
}

/** LIVE-7. From the first frame to `ready`: who it is, what they hear, and what they missed. */
export class Starting {
  private readonly waiting: (() => Promise<void>)[] = [];
  /** The numbers of those that are under way, the oldest first. */
  private readonly running = new Set<number>();
  /** How many have begun so far. */
  begun = 0;

  constructor(
    private readonly live: Live,
    private readonly done: (connection: Connection) => void,
  ) {}

  /** The number of the oldest that is under way. */
  get oldest(): number {
    for (const number of this.running) return number;
    return this.begun;
  }

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
    while (this.running.size < atOnce) {
      const job = this.waiting.shift();
      if (!job) return;
      const number = this.begun++;
      this.running.add(number);
      void job().finally(() => {
        this.running.delete(number);
        setImmediate(() => this.next());
      });
    }
  }

  private async run(connection: Connection, hello: Hello): Promise<void> {
    if (!connection.isOpen) return;
    try {
      const head = await this.introduce(connection, hello);
      const rooms = await this.allRooms(connection.user);
      if (!connection.isOpen) return;
      const held = this.welcome(connection, hello, { head, rooms });
      await this.checkTails(connection, held);
      if (connection.isOpen) this.done(connection);
    } catch (error) {
      this.refuse(connection, error);
    }
  }

  private refuse(connection: Connection, error: unknown): void {
    if (error instanceof ChatError && error.code === "unauthenticated") {
      return connection.close(closeCodes.unauthenticated, error.message);
    }
    this.live.failed(error);
    connection.close(closeCodes.drain, "the server cannot answer now");
  }

  /**
   * Who it is, and where their private log stands. The order matters: whatever ends the session after the head was
   * read is told to this connection, and whatever ended it before is seen by `authenticate`.
   */
  private async introduce(connection: Connection, hello: Hello): Promise<number> {
    const { context } = this.live;
    const claims = await context.tokens.verifyAccess(hello.token);
    if (!connection.isOpen) return 0;
    connection.user = claims.user;
    connection.session = claims.session;
    connection.arriving = { left: new Set(), entered: new Map() };
    this.live.people.add(connection);
    const head = (await context.database.first(userHead({ user: claims.user })))?.head ?? 0;
    const known = await authenticate(context, hello.token, connection.address);
    // ACC-4. Whoever must change the password hears nothing before they have.
    if (known.restricted) throw new ChatError("unauthenticated", "change your password first");
    this.live.spoke(connection);
    connection.tokenUntil = known.expires_at;
    connection.caller = {
      actor: known.actor,
      restricted: known.restricted,
      address: connection.address,
    };
    await this.live.apart.refresh([claims.user]);
    if (hello.open) connection.opened = [...new Set(hello.open)];
    return head;
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
    const rooms = withArrival(found.rooms, connection.arriving);
    connection.arriving = null;
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
        ...(connection.blocks?.own.size && { blocks: [...connection.blocks.own] }),
        ...(rooms.length > listed.length && { more: String(listed.at(-1)?.id) }),
      }),
    );
    this.live.people.join(connection, found.head, resumes ? (hello.user_seq ?? found.head) : found.head);
    return this.resume(connection, rooms, resumes ? (hello.rooms ?? {}) : {});
  }

  /** LIVE-5, LIVE-7. Goes on in each room where the client stands; in one that is no longer theirs it does not. */
  private resume(
    connection: Connection,
    rooms: readonly Membership[],
    positions: NonNullable<Hello["rooms"]>,
  ): Held[] {
    const held: Held[] = [];
    for (const room of rooms) {
      const [position, tail] = positions[room.id] ?? [];
      const from = resumeAt(connection, room, position);
      this.live.attach(connection, room, from);
      if (position !== undefined && from === position)
        held.push({ room: room.id, position, tail: tail ?? 0 });
    }
    for (const room of Object.keys(positions).map(Number)) {
      if (!this.live.hears(connection, room)) connection.push(gapFrame(room, 0, "removed"));
    }
    return held;
  }

  /** LIVE-7. The same number may stand for another event in a restored store: then the room begins anew. */
  private async checkTails(connection: Connection, held: readonly Held[]): Promise<void> {
    const { database } = this.live.context;
    const heads = new Map<number, { head: number; head_at: number }>();
    for (let from = 0; from < held.length; from += roomsPage) {
      const rooms = held.slice(from, from + roomsPage).map(({ room }) => room);
      for (const row of await headsOfRooms(database, rooms)) heads.set(row.id, row);
    }
    for (const { room, position, tail } of held) {
      if (position === 0) continue;
      const now = heads.get(room);
      const isHead = now?.head === position;
      const at = isHead ? now.head_at : (await database.first(roomEventAt({ room, seq: position })))?.at;
      if (at !== undefined && tailOf(at) === tail) continue;
      const feed = this.live.feeds.get(room);
      if (!feed || !this.live.hears(connection, room)) continue;
      connection.push(gapFrame(room, feed.cursor, "reset"));
      settle(connection, room);
    }
  }
}

/** Rooms as the store had them, and what the private log has said since. */
function withArrival(rooms: readonly Membership[], arrival: Arrival | null): Membership[] {
  const listed = rooms.filter((room) => !arrival?.left.has(room.id));
  const known = new Set(listed.map((room) => room.id));
  const entered = [...(arrival?.entered.values() ?? [])].filter((room) => !known.has(room.id));
  return [...listed, ...entered].sort((one, other) => one.id - other.id);
}
