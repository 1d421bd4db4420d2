import { headsOfRooms, headsOfUsers } from "../../features/logs/logs.ts";
import { marksIn } from "../../features/receipts/receipts.ts";
import { sessionsEndedSince } from "../../features/sessions/sessions.ts";
import type { Live } from "./live.ts";

/** Milliseconds between looks at the store for heads: when the bus is heard, and when it is not. */
const headsEvery = { heard: 15_000, deaf: 500 };
/** Milliseconds between looks at marks while the bus is not heard: they are worth less than they cost. */
const marksEvery = 15_000;
/** Milliseconds by which clocks of nodes may differ, and by which a commit may come after its own time. */
const overlap = 10_000;
/** Logs in one query. */
const chunk = 500;

/** Looks at the store itself, so that what the bus has lost is seen all the same. */
export class NodeSweeps {
  private sessionsSince: number;
  private headsAt = Number.NEGATIVE_INFINITY;
  private marksAt = Number.NEGATIVE_INFINITY;
  private wasDeaf = false;
  private looking: Promise<void> | null = null;
  private failing = false;

  constructor(private readonly live: Live) {
    this.sessionsSince = live.context.clock.now();
  }

  /** Something may have been lost: the next look is thorough. */
  expire(): void {
    this.headsAt = Number.NEGATIVE_INFINITY;
  }

  /** Called about twice a second; looks at no more than is due, and at one time once. */
  look(isDeaf: boolean): Promise<void> {
    this.looking ??= this.lookAtAll(isDeaf).finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async lookAtAll(isDeaf: boolean): Promise<void> {
    try {
      await this.endSessions();
      const now = this.live.context.clock.monotonic();
      if (now - this.headsAt >= headsEvery[isDeaf ? "deaf" : "heard"]) {
        this.headsAt = now;
        await this.sweepHeads();
      }
      if (isDeaf ? now - this.marksAt >= marksEvery : this.wasDeaf) {
        this.marksAt = now;
        await this.sweepMarks();
        // BLOCK-6. Blocks are hinted at, as marks are.
        await this.live.apart.refresh([...this.live.people.all()].map((person) => person.user));
      }
      this.wasDeaf = isDeaf;
      this.failing = false;
    } catch (error) {
      // While the store is away it is asked again and again, but that is said once.
      if (!this.failing) this.live.failed(error);
      this.failing = true;
    }
  }

  /** LIVE-6. Whatever became of the event that told of it. */
  private async endSessions(): Promise<void> {
    const began = this.live.context.clock.now();
    const ended = await sessionsEndedSince(this.live.context.database, this.sessionsSince - overlap);
    this.sessionsSince = began;
    for (const { user_id, id } of ended) this.live.endSession(user_id, id);
  }

  private async sweepHeads(): Promise<void> {
    const { database } = this.live.context;
    for (const rooms of chunks([...this.live.feeds.all()].map((feed) => feed.room))) {
      for (const { id, head } of await headsOfRooms(database, rooms)) this.live.feeds.hint(id, head);
    }
    for (const users of chunks([...this.live.people.all()].map((person) => person.user))) {
      for (const { id, head } of await headsOfUsers(database, users)) this.live.people.hint(id, head);
    }
  }

  /** LIVE-10. Marks are told as signals only: those that moved while nothing was heard are told again. */
  private async sweepMarks(): Promise<void> {
    const { database } = this.live.context;
    const rooms = [...this.live.feeds.all()].filter((feed) => feed.full.size > 0).map((feed) => feed.room);
    for (const some of chunks(rooms)) {
      for (const { room, head, mark } of await marksIn(database, some))
        this.live.marks.moved(room, head, mark);
    }
  }
}

function* chunks(ids: readonly number[]): Generator<readonly number[]> {
  for (let from = 0; from < ids.length; from += chunk) yield ids.slice(from, from + chunk);
}
