import {
  applyPage,
  applyReady,
  applyRoomEvents,
  applyUserEvents,
  type Outcome,
} from "@parley/protocol/apply";
import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import { limits } from "@parley/protocol/limits";
import type { Mark, Message } from "@parley/protocol/messages";
import type { MemberRole } from "@parley/protocol/rooms";
import { type ClientState, emptyState, timeline } from "@parley/protocol/state";
import type { Change } from "../context.ts";
import { isoTime } from "../platform/clock.ts";
import type { TestRooms } from "./rooms.ts";

export interface Place {
  role: MemberRole;
  /** Null where a block kept it back when it was asked for, until it is told. */
  mark: Omit<Mark, "user"> | null;
}

/** What one person's device knows, worked out from what it was told alone. */
export class SnapshotClient {
  private state: ClientState = emptyState();
  /** The people of each room held. */
  private readonly people = new Map<number, Map<number, Place>>();

  constructor(
    private readonly fixture: TestRooms,
    readonly user: number,
  ) {}

  get rooms(): ReadonlyMap<number, import("@parley/protocol/state").RoomState> {
    return this.state.rooms;
  }

  peopleOf(room: number): ReadonlyMap<number, Place> {
    return this.people.get(room) ?? new Map();
  }

  messagesOf(room: number): readonly Message[] {
    const held = this.state.rooms.get(room);
    return held ? timeline(held) : [];
  }

  /** As after `ready`, with the newest page of every room. */
  async start(): Promise<void> {
    const { does, context, store } = this.fixture;
    const { head } = await does(this.user, "user.events", { after: 0, limit: 1 });
    const { rooms } = await does(this.user, "room.list", { limit: limits.pageMax });
    this.state = applyReady(emptyState(), {
      ...{ type: "ready", mode: "fresh", session: 1, epoch: context.epoch, user: this.user },
      ...{ user_seq: head, now: isoTime(store.clock.now()), rooms },
    });
    for (const room of rooms) await this.load(room.id);
  }

  /** What was committed, as it is told to somebody who hears it. */
  async hear(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if (change.log === "mark") this.moveMark(change.id, change.mark);
      else if (change.log === "room") this.hearRoom(change.id, change.seq, [change.event]);
      else if (change.log === "user" && change.id === this.user)
        await this.hearUser(change.seq, [change.event]);
    }
  }

  /** The same read later from the logs, as after a time away. */
  async catchUp(): Promise<void> {
    const { does } = this.fixture;
    const own = await does(this.user, "user.events", { after: this.state.user_seq, limit: limits.pageMax });
    await this.hearUser(own.from, own.events);
    for (const { room, position } of [...this.state.rooms.values()]) {
      const run = await does(this.user, "room.events", {
        ...{ room: room.id, after: position, limit: limits.pageMax },
      });
      this.hearRoom(room.id, run.from, run.events);
      const { members } = await does(this.user, "member.list", { room: room.id, limit: limits.pageMax });
      // Marks are no part of a log: whoever was away reads them.
      for (const { user, read, delivered } of members) {
        if (read !== null && delivered !== null) this.moveMark(room.id, { user, read, delivered });
      }
    }
  }

  private hearRoom(room: number, from: number, events: readonly RoomEvent[]): void {
    const held = this.state.rooms.get(room);
    if (!held) return;
    const news = events.slice(Math.max(held.position + 1 - from, 0));
    const first = held.position + 1;
    for (const [index, event] of news.entries()) this.follow(room, first + index, event);
    this.take(applyRoomEvents(this.state, room, from, events));
  }

  private async hearUser(from: number, events: readonly UserEvent[]): Promise<void> {
    for (const [index, event] of events.entries()) {
      this.take(applyUserEvents(this.state, from + index, [event]));
      if (event.kind === "room.appeared") await this.load(event.room.id);
    }
  }

  private take({ state, outcome }: { state: ClientState; outcome: Outcome }): void {
    if (outcome !== "applied" && outcome !== "repeated") throw new Error(`what was told is ${outcome}`);
    this.state = state;
  }

  /** The newest page and the people, for a room that has just come; it may be gone again already. */
  private async load(room: number): Promise<void> {
    const { does } = this.fixture;
    try {
      const page = await does(this.user, "message.list", { room, limit: limits.pageMax });
      this.state = applyPage(this.state, room, page, null).state;
      const { members } = await does(this.user, "member.list", { room, limit: limits.pageMax });
      const places = members.map(({ user, role, read, delivered }): [number, Place] => {
        const mark = read === null || delivered === null ? null : { read, delivered };
        return [user, { role, mark }];
      });
      this.people.set(room, new Map(places));
    } catch {
      this.people.delete(room);
    }
  }

  private follow(room: number, seq: number, event: RoomEvent): void {
    const people = this.people.get(room);
    if (!people) return;
    if (event.kind === "member.joined") {
      const present = people.get(event.user)?.mark;
      const mark = present ?? { read: seq, delivered: seq };
      people.set(event.user, { role: event.role, mark });
    } else if (event.kind === "member.left") people.delete(event.user);
    else if (event.kind === "member.role_changed") {
      const present = people.get(event.user);
      if (present) people.set(event.user, { ...present, role: event.role });
    } else if (event.kind === "message.sent" && !event.message.in_thread) {
      this.moveMark(room, { user: event.by, read: seq, delivered: seq });
    }
  }

  private moveMark(room: number, { user, read, delivered }: Mark): void {
    const present = this.people.get(room)?.get(user);
    if (!present) return;
    present.mark = {
      read: Math.max(read, present.mark?.read ?? 0),
      delivered: Math.max(delivered, present.mark?.delivered ?? 0),
    };
  }
}
