import { ChatError } from "@parley/protocol/errors";
import type { RoomEvent } from "@parley/protocol/events";
import { closeCodes, liveSubprotocol } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { PresenceState } from "@parley/protocol/presence";
import type { Membership } from "@parley/protocol/rooms";
import type { Server } from "bun";
import type { Change, Context } from "../../context.ts";
import { blocksAround } from "../../features/blocks/blocks.ts";
import { eventsAfter } from "../../features/histories/histories.ts";
import { userEvents } from "../../features/logs/logs.ts";
import { noteLastSeen, presenceOf } from "../../features/presence/presence.ts";
import { Apart, isApart } from "./apart.ts";
import { Attendance } from "./attendance.ts";
import { CatchUp } from "./catch-up.ts";
import { Connection, type Socket, type SocketData } from "./connection.ts";
import { Following } from "./following.ts";
import { Inbound } from "./inbound.ts";
import { LibraryNews } from "./library-news.ts";
import { Marks } from "./marks.ts";
import { People } from "./people.ts";
import { Presences } from "./presences.ts";
import { type RoomFeed, RoomFeeds } from "./room-feeds.ts";
import { Rounds } from "./rounds.ts";
import { Starting } from "./starting.ts";

/** Sockets that have not said hello: from one address, and in all. */
const silentPerAddress = 200;
const silentInAll = 2_000;
/** Sockets written to before others get their turn. */
const writeSlice = 500;

/** What becomes of a socket on which our protocol is spoken. */
export interface LiveHandler {
  open(socket: Socket): void;
  message(socket: Socket, message: string | Buffer): void;
  drain(socket: Socket): void;
  close(socket: Socket): void;
}

/** Tells other nodes what passes by on this one. */
export interface Elsewhere {
  typed(room: number, head: number, user: number, on: boolean): void;
  presenceChanged(user: number, state: PresenceState): void;
  attended(room: number, users: readonly number[]): void;
}

/** The live socket of a node: everything that is connected, and what it hears. */
export class Live {
  readonly people: People;
  readonly feeds: RoomFeeds;
  readonly presences: Presences;
  readonly apart: Apart;
  readonly marks = new Marks();
  readonly rounds: Rounds;
  readonly websocket: LiveHandler;
  readonly attendance: Attendance;
  readonly catchUp: CatchUp;
  readonly starting: Starting;
  /** Null where there is no other node to tell. */
  elsewhere: Elsewhere | null = null;
  readonly library = new LibraryNews(() => this.all);
  private readonly inbound: Inbound;
  /** Those that have not said who they are, the oldest first. */
  readonly silent = new Set<Connection>();
  private readonly silentBy = new Map<string, number>();
  readonly all = new Set<Connection>();
  private touched: Connection[] = [];
  private flushing = false;
  private draining = false;
  private readonly timer: Timer;

  constructor(readonly context: Context) {
    const { database } = context;
    const failed = (error: unknown) => this.failed(error);
    const behind = (connection: Connection) => this.catchUp.start(connection);
    const readRoom = (room: number, range: { after: number; limit: number }) =>
      eventsAfter(database, room, range);
    const following = new Following(this);
    this.people = new People({
      read: (user, range) => userEvents(database, { user }, range),
      onEvent: (person, event) => following.followUser(person, event),
      onBehind: behind,
      failed,
    });
    this.feeds = new RoomFeeds({
      read: readRoom,
      onEvent: (feed, _seq, event) => following.followRoom(feed, event),
      onBehind: behind,
      failed,
    });
    this.catchUp = new CatchUp({
      feeds: this.feeds,
      readRoom,
      readUser: (user, range) => userEvents(database, { user }, range),
      now: context.clock.monotonic,
      failed,
    });
    this.presences = new Presences({
      people: this.people,
      tell: (watchers, user) => this.tellPresence(watchers, user),
      remember: (user) => context.writer.write((tx) => noteLastSeen(tx, [user])),
      announce: (user, state) => this.elsewhere?.presenceChanged(user, state),
      failed,
    });
    this.apart = new Apart({
      people: this.people,
      read: (users) => blocksAround(database, users),
      tell: (connections, user) => void this.tellPresence(connections, user).catch(failed),
    });
    this.attendance = new Attendance((room, users) => this.elsewhere?.attended(room, users));
    this.starting = new Starting(this, (connection) => this.begin(connection));
    this.inbound = new Inbound(this);
    this.websocket = this.handlers();
    this.rounds = new Rounds(this);
    this.timer = setInterval(() => this.rounds.go(), 1_000);
    this.timer.unref();
  }

  /** How many sockets are open. */
  get size(): number {
    return this.all.size;
  }

  /** Takes a request for the live socket over; undefined when the upgrade was done. */
  upgrade(request: Request, server: Server<SocketData>, address: string): Response | undefined {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("this is a websocket endpoint", { status: 426, headers: { upgrade: "websocket" } });
    }
    const offered = request.headers.get("sec-websocket-protocol")?.split(",") ?? [];
    const accepted = offered.some((each) => each.trim() === liveSubprotocol);
    if (offered.length > 0 && !accepted) return new Response(`speak ${liveSubprotocol}`, { status: 400 });
    this.requireRoom(address);
    const done = server.upgrade(request, {
      data: { address, connection: null },
      ...(accepted && { headers: { "sec-websocket-protocol": liveSubprotocol } }),
    });
    return done ? undefined : new Response("not a websocket handshake", { status: 400 });
  }

  /** LIVE-8. Throws where one more socket of which nobody knows yet whose it is cannot be taken. */
  requireRoom(address: string): void {
    if (this.draining) throw new ChatError("unavailable", "the server is stopping", { after: 2 });
    if (this.silent.size >= silentInAll || (this.silentBy.get(address) ?? 0) >= silentPerAddress) {
      throw new ChatError("rate_limited", "too many sockets without a hello", { after: 2 });
    }
  }

  /** Everything that a commit changed, in order. */
  deliver(changes: readonly Change[]): void {
    for (let index = 0; index < changes.length; ) {
      const change = changes[index] as Change;
      index++;
      if (change.log === "mark") this.marks.moved(change.id, change.head, change.mark);
      else if (change.log === "library") this.library.tell(change.id);
      else if (change.log === "user") this.deliverToUser(change);
      else {
        const run = [change];
        for (
          let next = changes[index];
          next?.log === "room" && next.id === change.id;
          next = changes[index]
        ) {
          run.push(next);
          index++;
        }
        this.deliverToRoom(change.id, run);
      }
    }
  }

  /** Writes what waits, a slice of sockets at a time. */
  flush(): void {
    const now = this.context.clock.monotonic();
    const slice = this.touched.length > writeSlice ? this.touched.splice(0, writeSlice) : this.touched;
    if (slice === this.touched) this.touched = [];
    if (this.touched.length > 0) this.flushSoon();
    for (const connection of slice) this.write(connection, now);
  }

  /** Hears a room from `position` on: in full when it is small or opened, else in short. */
  attach(connection: Connection, room: Membership, position: number): RoomFeed {
    const feed = this.feeds.open(room.id, room.head, room.member_count);
    if (!connection.rooms.includes(room.id)) connection.rooms.push(room.id);
    if (connection.opened.includes(room.id)) this.attendance.enter(connection, room.id);
    if (!connection.opened.includes(room.id) && feed.members > limits.fullRoomMembers) {
      feed.short.add(connection);
      // What was told in short since the room was read is told again.
      feed.bumped = Math.min(feed.bumped, room.head);
      return feed;
    }
    feed.full.add(connection);
    if (position !== feed.cursor) {
      connection.positions ??= new Map();
      connection.positions.set(room.id, position);
      this.catchUp.start(connection);
    }
    return feed;
  }

  hears(connection: Connection, room: number): boolean {
    const feed = this.feeds.get(room);
    return feed !== undefined && (feed.full.has(connection) || feed.short.has(connection));
  }

  detach(connection: Connection, room: number): void {
    const feed = this.feeds.get(room);
    if (feed) this.feeds.leave(feed, connection);
    this.attendance.leave(connection, room);
  }

  /** LIVE-6. Closes the sockets of a session that has ended. */
  endSession(user: number, session: number): void {
    for (const connection of this.people.of(user)) {
      if (connection.session === session) connection.close(closeCodes.revoked, "this session has ended");
    }
  }

  /** What this person's account says now is read again for a socket of theirs. */
  refresh(connection: Connection): void {
    this.starting.refresh(connection);
  }

  /** A fresh access token for a live socket. */
  renew(connection: Connection, token: string): Promise<void> {
    return this.starting.renew(connection, token);
  }

  failed(error: unknown): void {
    this.context.logger.error("the live socket met an error", { error });
  }

  /** Tells everyone to come back, each at a moment of their own, and resolves when all have gone. */
  async drain(seconds: number): Promise<void> {
    this.draining = true;
    const frame = JSON.stringify({ type: "drain", in: seconds });
    const connections = [...this.all];
    const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    for (const connection of connections) connection.push(frame);
    this.flush();
    const steps = 20;
    for (let step = 0; step < steps && this.all.size > 0; step++) {
      await pause((seconds * 1_000) / steps);
      const share = connections.slice(
        Math.floor((connections.length * step) / steps),
        Math.floor((connections.length * (step + 1)) / steps),
      );
      for (const connection of share) connection.close(closeCodes.drain, "the server stops");
    }
    clearInterval(this.timer);
    const present = [...this.presences.own()].map(([user]) => user);
    if (present.length === 0) return;
    this.context.writer.write((tx) => noteLastSeen(tx, present)).catch((error) => this.failed(error));
  }

  private handlers(): LiveHandler {
    return {
      open: (socket) => this.opened(socket),
      message: (socket, message) => this.guard(socket, () => this.received(socket, message)),
      drain: (socket) => this.guard(socket, () => this.drained(socket)),
      close: (socket) => this.guard(socket, () => this.closed(socket)),
    };
  }

  /** A bug met for one socket ends that socket, never the node. */
  private guard(socket: Socket, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failed(error);
      socket.data.connection?.close(closeCodes.drain, "something went wrong on the server");
    }
  }

  private write(connection: Connection, now: number): void {
    try {
      connection.write(now);
    } catch (error) {
      this.failed(error);
    }
  }

  private deliverToRoom(room: number, run: readonly { seq: number; event: RoomEvent }[]): void {
    try {
      this.feeds.tell(room, run);
    } catch (error) {
      this.failed(error);
      this.feeds.reset(room);
    }
  }

  private deliverToUser({ id, seq, event }: Extract<Change, { log: "user" }>): void {
    try {
      // Whoever is blocked may be here while whoever blocks them is not.
      if (event.kind === "block.set") this.apart.note(id, event.user, event.on);
      if (event.kind === "user.updated") this.presences.profileChanged(id);
      this.people.tell(id, seq, event);
    } catch (error) {
      this.failed(error);
    }
  }

  private opened(socket: Socket): void {
    const { address } = socket.data;
    const now = this.context.clock.monotonic();
    const connection = new Connection(socket, address, now, this.touch);
    socket.data.connection = connection;
    this.all.add(connection);
    this.silent.add(connection);
    this.silentBy.set(address, (this.silentBy.get(address) ?? 0) + 1);
  }

  /** Synchronous on purpose: Bun does not wait for one frame's handler before it calls the next. */
  private received(socket: Socket, message: string | Buffer): void {
    const connection = socket.data.connection;
    if (!connection?.isOpen) return;
    connection.heardAt = this.context.clock.monotonic();
    if (typeof message !== "string") return connection.close(closeCodes.badFrame, "frames are text");
    if (connection.phase === "hello") return this.starting.start(connection, message);
    if (!this.inbound.admits(connection) || !connection.receive(message)) {
      return connection.close(closeCodes.flood, "too many frames at once");
    }
    this.inbound.read(connection);
  }

  private drained(socket: Socket): void {
    const connection = socket.data.connection;
    if (!connection?.isOpen || socket.getBufferedAmount() > 0) return;
    connection.drained();
    connection.write(this.context.clock.monotonic());
    this.inbound.read(connection);
    if (connection.isBehind) this.catchUp.start(connection);
  }

  private closed(socket: Socket): void {
    const connection = socket.data.connection;
    if (!connection) return;
    connection.phase = "closed";
    this.all.delete(connection);
    this.spoke(connection);
    for (const room of connection.rooms) this.detach(connection, room);
    this.presences.unwatch(connection);
    if (connection.user === 0) return;
    this.people.remove(connection);
    this.presences.changed(connection.user, this.context.clock.monotonic());
  }

  /** It has said hello, or gone. */
  spoke(connection: Connection): void {
    if (!this.silent.delete(connection)) return;
    const left = (this.silentBy.get(connection.address) ?? 1) - 1;
    if (left === 0) this.silentBy.delete(connection.address);
    else this.silentBy.set(connection.address, left);
  }

  private begin(connection: Connection): void {
    connection.phase = "live";
    this.presences.changed(connection.user, this.context.clock.monotonic());
    if (connection.isBehind) this.catchUp.start(connection);
    this.inbound.read(connection);
  }

  private async tellPresence(watchers: Iterable<Connection>, user: number): Promise<void> {
    const listening = [...watchers];
    if (listening.length === 0) return;
    const { presences } = this;
    const presence = await presenceOf(this.context.database, (each) => presences.stateOf(each), user);
    const frame = JSON.stringify({ type: "signal", signal: { kind: "presence", presence } });
    for (const connection of listening) if (!isApart(connection, user)) connection.pushLossy(frame);
  }

  /** One function for all connections: there may be very many of them. */
  private readonly touch = (connection: Connection): void => {
    this.touched.push(connection);
    this.flushSoon();
  };

  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      this.flush();
    });
  }
}
