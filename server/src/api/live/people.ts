import type { UserEvent } from "@parley/protocol/events";
import { userEventFrame } from "./catch-up.ts";
import type { Connection } from "./connection.ts";

/** Events read at once from the store. */
const fillPage = 200;
/** Milliseconds before what could not be read is read again. */
const fillAgainAfter = 250;

/** One person on this node: their devices, and how far their private log was told here. */
export interface Person {
  readonly user: number;
  connections: readonly Connection[];
  /** The last private event told; null until the first device has read where the log stands. */
  cursor: number | null;
  /** The highest private event known to exist. */
  known: number;
  filling: boolean;
}

export interface PeopleOptions {
  /** Reads a run of a person's private events from the store. */
  read: (
    user: number,
    range: { after: number; limit: number },
  ) => Promise<{ to: number; events: UserEvent[] }>;
  /** Called for each event in order, after it was queued for the person's devices. */
  onEvent: (person: Person, event: UserEvent) => void;
  onBehind: (connection: Connection) => void;
  failed: (error: unknown) => void;
}

/** The people connected to this node. Tells each person's private events in order to all their devices. */
export class People {
  private readonly present = new Map<number, Person>();

  constructor(private readonly options: PeopleOptions) {}

  of(user: number): readonly Connection[] {
    return this.present.get(user)?.connections ?? none;
  }

  /** Milliseconds since the last frame from this device of the person's; null where it is not connected here. */
  heardAgo(user: number, session: number, now: number): number | null {
    const own = this.of(user).filter((connection) => connection.session === session);
    return own.length === 0 ? null : now - Math.max(...own.map(({ heardAt }) => heardAt));
  }

  all(): IterableIterator<Person> {
    return this.present.values();
  }

  add(connection: Connection): void {
    const { user } = connection;
    const person = this.present.get(user);
    if (person) person.connections = [...person.connections, connection];
    else
      this.present.set(user, {
        user,
        connections: [connection],
        cursor: null,
        known: 0,
        filling: false,
      });
  }

  remove(connection: Connection): void {
    const person = this.present.get(connection.user);
    if (!person) return;
    person.connections = person.connections.filter((each) => each !== connection);
    if (person.connections.length === 0) this.present.delete(connection.user);
  }

  /** A device has read that the log stands at `head`, and holds it up to `position`. */
  join(connection: Connection, head: number, position: number): void {
    const person = this.present.get(connection.user);
    if (!person) return;
    person.cursor ??= head;
    connection.userSeq = position;
    connection.userKnown = Math.max(person.cursor, head);
    this.hint(connection.user, head);
  }

  /** Something committed elsewhere: the person's log has events up to `head`. */
  hint(user: number, head: number): void {
    const person = this.present.get(user);
    if (!person) return;
    if (head > person.known) person.known = head;
    if (person.cursor !== null && person.known > person.cursor) this.fill(person);
  }

  /** Tells a private event that was just committed. */
  tell(user: number, seq: number, event: UserEvent): void {
    const person = this.present.get(user);
    if (!person) return;
    if (person.cursor !== seq - 1) return this.hint(user, seq);
    person.cursor = seq;
    person.known = Math.max(person.known, seq);
    let frame: string | null = null;
    for (const connection of person.connections) {
      if (seq > connection.userKnown) connection.userKnown = seq;
      if (connection.phase === "live" && !connection.blocked && connection.userSeq === seq - 1) {
        frame ??= userEventFrame(seq, event);
        connection.push(frame);
        connection.userSeq = seq;
      } else if (connection.userSeq < seq) this.options.onBehind(connection);
    }
    this.options.onEvent(person, event);
  }

  private fill(person: Person): void {
    if (person.filling) return;
    person.filling = true;
    this.fillAll(person).catch((error) => {
      this.options.failed(error);
      setTimeout(() => this.hint(person.user, person.known), fillAgainAfter).unref();
    });
  }

  private async fillAll(person: Person): Promise<void> {
    try {
      while (person.cursor !== null && person.cursor < person.known && person.connections.length > 0) {
        await this.fillPage(person, person.cursor);
      }
    } finally {
      person.filling = false;
    }
  }

  private async fillPage(person: Person, after: number): Promise<void> {
    const { known } = person;
    const { events } = await this.options.read(person.user, { after, limit: fillPage });
    events.forEach((event, index) => {
      const seq = after + 1 + index;
      if (person.cursor === seq - 1) this.tell(person.user, seq, event);
    });
    // What is announced is committed and can be read; a head that cannot be reached is not waited for.
    if (person.cursor === after && person.known === known) person.known = after;
  }
}

const none: readonly Connection[] = [];
