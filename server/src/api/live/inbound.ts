import { contract, type OperationName } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { type ClientFrame, type ClientSignal, clientFrame, closeCodes } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Change } from "../../context.ts";
import { describeMembership } from "../../features/access/access.ts";
import { isoTime } from "../../platform/clock.ts";
import { carryOut } from "../call.ts";
import { fieldErrors } from "../input.ts";
import { readJson } from "../json.ts";
import { type Connection, underWay } from "./connection.ts";
import { toFrameError } from "./failures.ts";
import type { Live } from "./live.ts";
import { resumeAt, settle } from "./room-feeds.ts";
import { tellTyping } from "./typing.ts";

/** Signals a socket may send in a second. */
const signalsPerSecond = 10;
/** Seconds of operations or frames that may be used at once after a quiet time. */
const burstSeconds = 4;
/** Frames of any kind a socket may send for each operation it may start: to be refused is not for nothing either. */
const framesPerOperation = 10;
/** Frames of one socket that are read before others get their turn. */
const framesPerTurn = 64;
/** What a frame takes of a socket's share of work under way: answers may be long, acknowledgements are short. */
const costOfWriting = 1;
const costOfReading = 16;

/** Reads a frame; undefined for what is not JSON, or not as it should be. */
export function parseFrame(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

/** What a live socket says, frame by frame in the order in which it came. */
export class Inbound {
  private turn = 1;
  private isTurnEnding = false;
  private readonly postponed = new Set<Connection>();

  constructor(private readonly live: Live) {}

  /** Whether one more frame may come now. */
  admits(connection: Connection): boolean {
    const rate = this.live.context.config.operationsPerSecond * framesPerOperation;
    if (rate === 0) return true;
    const now = this.live.context.clock.monotonic();
    const tokens = refilled(connection.frameTokens, now - connection.frameTokensAt, rate);
    connection.frameTokens = tokens - 1;
    connection.frameTokensAt = now;
    return tokens >= 1;
  }

  /** Reads what waits, as far as the socket's share of work under way and of this turn allows. */
  read(connection: Connection): void {
    if (connection.phase !== "live") return;
    while (connection.operations < underWay && !connection.blocked) {
      if (!this.hasTurn(connection)) return;
      const text = connection.nextFrame();
      if (text === undefined || !connection.isOpen) return;
      this.handle(connection, text);
    }
  }

  /** LIVE-8. A flood on one socket goes on after everybody else was heard. */
  private hasTurn(connection: Connection): boolean {
    if (connection.turn !== this.turn) {
      connection.turn = this.turn;
      connection.served = 0;
      this.endTurnSoon();
    }
    // What was asked for is written before more of it is read: answers may be long.
    if (connection.served < framesPerTurn && connection.keepsUp) {
      connection.served++;
      return true;
    }
    if (connection.unread > 0) this.postponed.add(connection);
    return false;
  }

  private endTurnSoon(): void {
    if (this.isTurnEnding) return;
    this.isTurnEnding = true;
    setImmediate(() => {
      this.isTurnEnding = false;
      this.turn++;
      const postponed = [...this.postponed];
      this.postponed.clear();
      for (const connection of postponed) this.readOn(connection);
    });
  }

  /** `read`, outside any handler of the socket's. */
  private readOn(connection: Connection): void {
    try {
      this.read(connection);
    } catch (error) {
      this.live.failed(error);
      connection.close(closeCodes.drain, "something went wrong on the server");
    }
  }

  private handle(connection: Connection, text: string): void {
    const parsed = clientFrame.safeParse(parseFrame(text));
    if (!parsed.success) {
      const error = new ChatError("invalid", "this is not a frame of this protocol", {
        fields: fieldErrors(parsed.error),
      });
      return connection.pushError(this.frameError(error));
    }
    this.dispatch(connection, parsed.data);
  }

  private dispatch(connection: Connection, frame: ClientFrame): void {
    switch (frame.type) {
      case "do":
        return this.perform(connection, frame);
      case "signal":
        return this.signal(connection, frame.signal);
      case "open":
        return this.wait(connection, this.open(connection, frame.room, frame.after));
      case "close":
        return this.shut(connection, frame.room);
      case "auth":
        return this.wait(connection, this.live.renew(connection, frame.token));
      case "ping":
        return this.pong(connection, frame.n);
    }
  }

  private perform(connection: Connection, frame: { id: string; op: string; input?: unknown }): void {
    const { id, op } = frame;
    const fail = (error: ChatError) => connection.push(this.failedFrame(id, error));
    if (!Object.hasOwn(contract, op)) return fail(new ChatError("not_found", `there is no operation ${op}`));
    const wait = this.overBudget(connection);
    if (wait > 0) return fail(new ChatError("rate_limited", "too many operations", { after: wait }));
    if (!connection.caller) return;
    const cost = contract[op as OperationName].kind === "write" ? costOfWriting : costOfReading;
    connection.operations += cost;
    const answer = (frame: string) => {
      connection.push(frame);
      connection.operations -= cost;
      if (connection.unread > 0) this.readOn(connection);
    };
    carryOut(
      this.live.context,
      op as OperationName,
      frame.input ?? {},
      { caller: connection.caller, key: id },
      {
        succeed: (result, changes) => answer(doneFrame(id, result, changes)),
        fail: (error) => answer(this.failedFrame(id, error)),
      },
    );
  }

  /** Seconds until the socket may start an operation; 0 for now. */
  private overBudget(connection: Connection): number {
    const rate = this.live.context.config.operationsPerSecond;
    if (rate === 0) return 0;
    const now = this.live.context.clock.monotonic();
    connection.tokens = refilled(connection.tokens, now - connection.tokensAt, rate);
    connection.tokensAt = now;
    if (connection.tokens < 1) return Math.ceil((1 - connection.tokens) / rate);
    connection.tokens--;
    return 0;
  }

  private signal(connection: Connection, signal: ClientSignal): void {
    const now = this.live.context.clock.monotonic();
    const earned = ((now - connection.signalTokensAt) / 1_000) * signalsPerSecond;
    connection.signalTokens = Math.min(signalsPerSecond, connection.signalTokens + earned);
    connection.signalTokensAt = now;
    if (connection.signalTokens < 1) return;
    connection.signalTokens--;
    if (signal.kind === "watch") this.live.presences.watch(connection, signal.users);
    else if (signal.kind === "typing") this.typing(connection, signal.room, signal.on);
    else {
      connection.away = signal.state === "away";
      this.live.presences.changed(connection.user, now);
    }
  }

  private typing(connection: Connection, room: number, on: boolean): void {
    const feed = this.live.feeds.get(room);
    if (!feed?.full.has(connection)) return;
    tellTyping(feed, connection.user, on);
    this.live.elsewhere?.typed(room, feed.cursor, connection.user, on);
  }

  private async open(connection: Connection, room: number, after: number | undefined): Promise<void> {
    if (!connection.opened.includes(room) && connection.opened.length >= limits.openRooms) {
      throw new ChatError("conflict", "too many rooms are open");
    }
    const membership = await describeMembership(this.live.context.database, connection.user, room);
    if (membership.role === null) throw new ChatError("forbidden", "join this channel first");
    if (!connection.isOpen) return;
    if (!connection.opened.includes(room)) connection.opened = [...connection.opened, room];
    const feed = this.live.feeds.get(room);
    if (this.live.hears(connection, room)) this.live.attendance.enter(connection, room);
    // Whoever was taken out while the store was read is not let in by what it said before.
    if (!feed?.short.delete(connection)) return;
    const from = resumeAt(connection, membership, after);
    this.live.attach(connection, membership, from);
  }

  /** The room is heard as it would be without having been opened. */
  private shut(connection: Connection, room: number): void {
    const feed = this.live.feeds.get(room);
    if (!connection.opened.includes(room)) return;
    connection.opened = connection.opened.filter((each) => each !== room);
    this.live.attendance.leave(connection, room);
    if (!feed?.full.has(connection)) return;
    if (feed.members <= limits.fullRoomMembers) return;
    feed.full.delete(connection);
    settle(connection, room);
    feed.short.add(connection);
  }

  private pong(connection: Connection, n: number): void {
    const heads: Record<number, number> = {};
    const before = connection.pongHeads ?? new Map<number, number>();
    for (const room of connection.rooms) {
      const feed = this.live.feeds.get(room);
      // What is behind is still on its way; its head would look like a hole.
      if (!feed?.full.has(connection) || connection.positions?.has(room)) continue;
      if (before.get(room) === feed.cursor) continue;
      before.set(room, feed.cursor);
      heads[room] = feed.cursor;
    }
    connection.pongHeads = before;
    connection.push(
      JSON.stringify({
        type: "pong",
        n,
        now: isoTime(this.live.context.clock.now()),
        ...(Object.keys(heads).length > 0 && { heads }),
        user_seq: connection.userSeq,
      }),
    );
  }

  private wait(connection: Connection, promise: Promise<void>): void {
    connection.operations += costOfReading;
    promise
      .catch((error) => connection.pushError(this.frameError(error)))
      .finally(() => {
        connection.operations -= costOfReading;
        if (connection.unread > 0) this.readOn(connection);
      });
  }

  private failedFrame(id: string, error: unknown): string {
    return JSON.stringify({ type: "failed", id, error: this.frameError(error) });
  }

  private frameError(error: unknown) {
    return toFrameError(error, (bug) => this.live.failed(bug));
  }
}

/** What a bucket holds now; a new one is full. */
function refilled(tokens: number, milliseconds: number, perSecond: number): number {
  const most = perSecond * burstSeconds;
  return Number.isNaN(tokens) ? most : Math.min(most, tokens + (milliseconds / 1_000) * perSecond);
}

function doneFrame(id: string, result: unknown, changes: readonly Change[]): string {
  const change = changes.find((each) => each.log === "room");
  const place = change?.log === "room" ? { room: change.id, seq: change.seq } : placeIn(result);
  return JSON.stringify({ type: "done", id, result, ...place });
}

/** A repeated call changes nothing: its place is the one its first answer names. */
function placeIn(result: unknown): { room: number; seq: number } | undefined {
  const { room, seq } = (result ?? {}) as { room?: unknown; seq?: unknown };
  return typeof room === "number" && typeof seq === "number" ? { room, seq } : undefined;
}
