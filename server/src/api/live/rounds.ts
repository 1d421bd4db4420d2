import { closeCodes } from "@parley/protocol/frames";
import { listPresences } from "../../features/presence/presence.ts";
import { bumpFrames, bumpOne } from "./bumps.ts";
import type { Connection } from "./connection.ts";
import type { Live } from "./live.ts";

/** Milliseconds an upgraded socket has for its first frame. */
const helloWithin = 5_000;
/** Milliseconds a live socket is kept past the end of its access token. */
const tokenGrace = 60_000;
/** Milliseconds a reader may leave its buffer unread before it is let go. */
const slowFor = 30_000;

/** Starts since memory was last given back from which on it is worth a pause, and their share of all that are open. */
const manyStarts = 200;
const largeShare = 0.5;

/** What is looked after about once a second. */
export class Rounds {
  private bumping = false;
  /** How many sockets had begun to start when heads were last forgotten. */
  private forgotAt = 0;
  /** How many had begun in the round before, and when memory was last given back. */
  private begunBefore = 0;
  private gaveBackAt = 0;

  constructor(private readonly live: Live) {}

  go(): void {
    try {
      this.lookAtSilent();
      for (const connection of this.live.all) this.lookAt(connection);
      this.live.presences.tick(this.live.context.clock.monotonic());
      this.forgetHeads();
      this.giveBack();
      this.live.marks.tell(this.live.feeds);
      this.bump();
    } catch (error) {
      this.live.failed(error);
    }
  }

  private lookAtSilent(): void {
    const now = this.live.context.clock.monotonic();
    for (const connection of this.live.silent) {
      if (now - connection.since < helloWithin) break;
      // Whoever has said hello waits in line for an answer.
      if (connection.phase === "hello") connection.close(closeCodes.helloTimeout, "no hello");
    }
  }

  private lookAt(connection: Connection): void {
    const { clock } = this.live.context;
    if (connection.blocked) {
      if (clock.monotonic() - connection.blockedSince > slowFor)
        connection.close(closeCodes.slow, "too slow");
    } else if (connection.phase === "live") {
      if (connection.tokenUntil + tokenGrace < clock.now()) {
        return connection.close(closeCodes.unauthenticated, "the access token has ended");
      }
      // Only where reading the store has failed is nobody at it already.
      if (connection.isBehind) this.live.catchUp.start(connection);
      if (connection.missed) this.makeGood(connection).catch((error) => this.live.failed(error));
    }
  }

  /** LIVE-10. Tells a reader who was slow what was left out meanwhile. */
  private async makeGood(connection: Connection): Promise<void> {
    connection.missed = false;
    const { database, presence } = this.live.context;
    for (const room of connection.rooms) {
      const feed = this.live.feeds.get(room);
      if (feed?.short.has(connection)) await bumpOne(database, feed, connection);
    }
    const users = [...(connection.watching ?? [])];
    if (users.length === 0) return;
    const stateOf = (user: number) => presence.stateOf(user);
    const viewer = { user: connection.user, stateOf };
    const { presences } = await listPresences(database, viewer, { users });
    for (const each of presences) {
      connection.pushLossy(JSON.stringify({ type: "signal", signal: { kind: "presence", presence: each } }));
    }
  }

  /** A head is forgotten only when nobody is starting who may have read the store before it was announced. */
  private forgetHeads(): void {
    const { feeds, starting } = this.live;
    if (starting.oldest < this.forgotAt) return;
    feeds.turn();
    this.forgotAt = starting.begun;
  }

  /**
   * What it took to let many in is not kept once nobody comes any more: by itself the collector would wait until as
   * much again was needed. It is a pause of some 5 µs a socket.
   */
  private giveBack(): void {
    const { begun } = this.live.starting;
    const isMany = begun - this.gaveBackAt >= Math.max(manyStarts, this.live.size * largeShare);
    if (begun === this.begunBefore && isMany) {
      this.gaveBackAt = begun;
      Bun.gc(true);
    }
    this.begunBefore = begun;
  }

  private bump(): void {
    if (this.bumping) return;
    this.bumping = true;
    bumpFrames(this.live.context.database, this.live.feeds, this.live.people)
      .catch((error) => this.live.failed(error))
      .finally(() => {
        this.bumping = false;
      });
  }
}
