import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Membership } from "@parley/protocol/rooms";
import type { Line, Ready } from "../socket-route.ts";

/** One direct room of the person on the line. */
export interface DirectRoom {
  readonly id: number;
  /** The other one; oneself, for notes to self. */
  readonly peer: number;
  /** Up to where what happened there was translated, or had happened before. */
  seen: number;
}

/** Which of a person's rooms are direct, and with whom: known from the start, and from then on as rooms appear. */
export class DirectRooms {
  /** Null for a room of another kind. */
  private readonly byId = new Map<number, DirectRoom | null>();
  private readonly byPeer = new Map<number, DirectRoom>();

  constructor(private readonly line: Line) {}

  async begin({ rooms, more }: Ready): Promise<void> {
    for (const room of rooms) this.note(room);
    for (let cursor = more; cursor !== undefined; ) {
      const page = await this.line.ask("room.list", { cursor, limit: limits.pageMax });
      for (const room of page.rooms) this.note(room);
      cursor = page.next ?? undefined;
    }
  }

  note({ id, kind, people, head }: Pick<Membership, "id" | "kind" | "people" | "head">): DirectRoom | null {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const { user } = this.line;
    const peer = people?.find((each) => each !== user) ?? user;
    const room = kind === "direct" ? { id, peer, seen: head } : null;
    this.byId.set(id, room);
    if (room) this.byPeer.set(peer, room);
    return room;
  }

  /** The room with this number, if it is a direct one that is known. */
  known(id: number): DirectRoom | null {
    return this.byId.get(id) ?? null;
  }

  /** `known`, where it is asked for if need be: what told of the room may have been lost. */
  async find(id: number): Promise<DirectRoom | null> {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    try {
      return this.note(await this.line.ask("room.get", { room: id }));
    } catch (error) {
      // The person has left it since: nobody leaves a direct room.
      if (error instanceof ChatError && error.code === "not_found") return null;
      throw error;
    }
  }

  /** The room with a person; null where there is none yet. */
  async findWith(peer: number): Promise<DirectRoom | null> {
    const known = this.byPeer.get(peer);
    if (known) return known;
    const { room } = await this.line.ask("room.find_direct", { user: peer });
    return room && this.note(room);
  }

  /** The room with a person, which is made if there is none. */
  async with(peer: number): Promise<DirectRoom | null> {
    return this.byPeer.get(peer) ?? this.note(await this.line.ask("room.direct", { user: peer }));
  }
}
