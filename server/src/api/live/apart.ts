import { unseen } from "../../features/presence/presence.ts";
import type { Connection } from "./connection.ts";
import type { People } from "./people.ts";

/** People read from the store at once. */
const readAtOnce = 500;

/** Whom a person blocks and who blocks them: one for all their devices on this node. */
export interface Blocks {
  readonly own: Set<number>;
  readonly foreign: Set<number>;
}

export interface ApartOptions {
  people: People;
  /** Every block that these people have set, and every one that is set on them. */
  read: (users: readonly number[]) => Promise<{ user_id: number; blocked_id: number }[]>;
  /** Tells these connections where a person is now. */
  tell: (connections: readonly Connection[], user: number) => void;
}

/** BLOCK-5. Whether there is a block between a connection's person and somebody, whoever set it. */
export function isApart({ blocks }: Connection, user: number): boolean {
  return blocks !== null && (blocks.own.has(user) || blocks.foreign.has(user));
}

/**
 * BLOCK-6. The blocks around those who are connected to this node, in memory: a signal asks nobody else. Blocks set
 * here are heard from the commit, those set on other nodes are read once that is hinted at.
 */
export class Apart {
  private readonly stale = new Set<number>();
  private reading: Promise<void> | null = null;

  constructor(private readonly options: ApartOptions) {}

  /** A person blocks somebody from now on, or no more. */
  note(blocker: number, blocked: number, on: boolean): void {
    // What is being read may be older than this.
    if (this.reading !== null) this.stale.add(blocker).add(blocked);
    this.change(blocker, blocked, "own", on);
    this.change(blocked, blocker, "foreign", on);
  }

  /** Reads anew what is known of these people's blocks. */
  refresh(users: Iterable<number>): Promise<void> {
    for (const user of users) this.stale.add(user);
    this.reading ??= this.readAll();
    return this.reading;
  }

  private async readAll(): Promise<void> {
    // Those who come together are read together.
    await Promise.resolve();
    try {
      while (this.stale.size > 0) await this.readSome();
    } finally {
      this.reading = null;
    }
  }

  private async readSome(): Promise<void> {
    const users = [...this.stale].slice(0, readAtOnce);
    for (const user of users) this.stale.delete(user);
    const present = users.filter((user) => this.options.people.of(user).length > 0);
    if (present.length === 0) return;
    const rows = await this.options.read(present);
    for (const user of present) if (!this.stale.has(user)) this.replace(user, blocksOf(user, rows));
  }

  private change(user: number, other: number, side: keyof Blocks, on: boolean): void {
    const [first] = this.options.people.of(user);
    const present = first?.blocks ?? { own: [], foreign: [] };
    const blocks = { own: new Set(present.own), foreign: new Set(present.foreign) };
    if (on) blocks[side].add(other);
    else blocks[side].delete(other);
    this.replace(user, blocks);
  }

  private replace(user: number, { own, foreign }: Blocks): void {
    const blocks = own.size + foreign.size > 0 ? { own, foreign } : null;
    for (const device of this.options.people.of(user)) {
      const watched = [...(device.watching ?? [])].map((other) => [other, isApart(device, other)] as const);
      device.blocks = blocks;
      for (const [other, was] of watched) if (isApart(device, other) !== was) this.show(device, other);
    }
  }

  /** BLOCK-5. What a watcher sees of a person changes with the block. */
  private show(device: Connection, user: number): void {
    if (!isApart(device, user)) return this.options.tell([device], user);
    device.pushLossy(
      JSON.stringify({ type: "signal", signal: { kind: "presence", presence: unseen(user) } }),
    );
  }
}

function blocksOf(user: number, rows: readonly { user_id: number; blocked_id: number }[]): Blocks {
  return {
    own: new Set(rows.filter((row) => row.user_id === user).map((row) => row.blocked_id)),
    foreign: new Set(rows.filter((row) => row.blocked_id === user).map((row) => row.user_id)),
  };
}
