import {
  applyBump,
  applyListing,
  applyReady,
  applyRoomEvents,
  applyUserEvents,
  startsAfresh,
  withoutRoom,
} from "@parley/protocol/apply";
import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { Hello, ServerFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { ClientState, RoomState } from "@parley/protocol/state";
import type { Environment } from "./environment.ts";
import { Outdated, Repairs } from "./repairs.ts";
import { RoomMending, type RoomMendingOptions, sentMessages } from "./room-mending.ts";
import type { Rpc } from "./rpc.ts";
import type { Frame } from "./socket.ts";
import { showState, type ViewStore } from "./view.ts";

export interface SyncOptions {
  view: ViewStore;
  call: Rpc["call"];
  environment: Pick<Environment, "after" | "random">;
  /** Messages that are new here, by event or by page. */
  arrived: (room: number, messages: readonly Message[]) => void;
  kept: RoomMendingOptions["kept"];
  /** Own messages held of a history that the server no longer has, or perhaps no longer has. */
  disowned: (messages: readonly Message[]) => void;
  /** The person's own mark of a room moved, by whichever device. */
  marked: (room: number, read: number) => void;
  /** An event of the private log was applied. */
  followed: (event: UserEvent) => void;
}

/** SYNC-1 to SYNC-7. Keeps the client's copy in step with the server's logs. */
export class Sync {
  readonly rooms: RoomMending;
  readonly #repairs: Repairs;
  /** Rooms whose positions the present connection was told. */
  #named = new Set<number>();
  /** The newest event that the private log is known to have. */
  #privateTarget = 0;
  /** Rooms left since the listing began: it may have been read before that. */
  readonly #left = new Set<number>();
  /** Rooms as they were held before what was held of them was dropped. */
  readonly #doubted: RoomState[] = [];
  #generation = 0;

  constructor(private readonly options: SyncOptions) {
    this.#repairs = new Repairs(options.environment);
    this.rooms = new RoomMending({
      ...options,
      state: () => this.#state,
      set: (state) => this.#set(state),
    });
  }

  /** What the server is told about what is held. Only rooms whose last event is known can be compared. */
  positions(): Pick<Hello, "epoch" | "user_seq" | "rooms" | "open"> {
    const { epoch, user_seq, rooms } = this.#state;
    const open = [...this.rooms.opened].slice(-limits.openRooms);
    if (epoch === "") return { open };
    const named = [...rooms.values()]
      .filter((held) => held.loaded && held.tail !== null)
      .sort((one, other) => lastMoved(other) - lastMoved(one))
      .slice(0, limits.helloRooms);
    this.#named = new Set(named.map(({ room }) => room.id));
    const positions: Record<string, [number, number]> = {};
    for (const { room, position, tail } of named) positions[room.id] = [position, tail ?? 0];
    return { epoch, user_seq, open, rooms: positions };
  }

  ready(frame: Frame<"ready">): void {
    const before = this.#state;
    const fresh = startsAfresh(before, frame);
    if (fresh) this.#startOver();
    const after = applyReady(before, frame);
    this.#repairs.hurry();
    this.rooms.hurry();
    // Nobody may take what is listed for all there is.
    if (frame.more !== undefined) this.options.view.setState({ isComplete: false });
    this.#set(after);
    if (frame.more === undefined) this.options.view.setState({ isComplete: true });
    if (before.user === frame.user) this.#doubt(before);
    for (const { room, position } of after.rooms.values()) {
      if (!fresh && !this.#named.has(room.id) && position < room.head) this.rooms.reach(room.id, room.head);
      else this.rooms.mend(room.id);
    }
    const { more } = frame;
    if (more === undefined) return this.#disownDoubted();
    this.#left.clear();
    this.#repairs.need("rooms", () => this.#listRooms(more));
  }

  frame(frame: ServerFrame): void {
    switch (frame.type) {
      case "event":
        return this.#hear(frame.room, frame.seq, [frame.event]);
      case "events":
        return this.#hear(frame.room, frame.from, frame.events);
      case "user_event":
        return this.#hearPrivately(frame.seq, [frame.event]);
      case "user_gap":
        return this.#reachPrivately(frame.head);
      case "bump":
        return this.#set(applyBump(this.#state, frame.rooms));
      case "gap":
        return this.#gap(frame);
      case "pong":
        return this.#compare(frame);
    }
  }

  /** Whether a room is held up to this event, or is not followed: then its event will not be applied any more. */
  isSettled(room: number, seq: number): boolean {
    const held = this.#state.rooms.get(room);
    if (!held || held.position >= seq) return true;
    return held.room.member_count > limits.fullRoomMembers && !this.rooms.opened.has(room);
  }

  /** Forgets everything: another person may come. */
  stop(): void {
    this.#startOver();
    this.rooms.opened.clear();
    this.rooms.threads.clear();
    this.#doubted.length = 0;
  }

  get #state(): ClientState {
    return this.options.view.getState().state;
  }

  #set(state: ClientState): void {
    showState(this.options.view, state);
  }

  #startOver(): void {
    this.#generation += 1;
    this.#repairs.clear();
    this.rooms.startOver();
    this.#privateTarget = 0;
  }

  #hear(room: number, from: number, events: readonly RoomEvent[]): void {
    const { state, outcome } = applyRoomEvents(this.#state, room, from, events);
    this.#set(state);
    if (outcome === "applied") this.options.arrived(room, sentMessages(events));
    // Of a room that is not held yet the private log will tell; it must then be brought up to here.
    if (outcome === "hole" || outcome === "elsewhere") this.rooms.reach(room, from + events.length - 1);
    else this.rooms.mend(room);
  }

  #hearPrivately(from: number, events: readonly UserEvent[]): void {
    const { state, outcome } = applyUserEvents(this.#state, from, events);
    if (outcome === "hole") return this.#reachPrivately(from + events.length - 1);
    if (outcome !== "applied") return;
    this.#set(state);
    for (const event of events) this.#follow(event);
  }

  #follow(event: UserEvent): void {
    this.options.followed(event);
    switch (event.kind) {
      case "room.appeared":
        this.#left.delete(event.room.id);
        return this.rooms.mend(event.room.id);
      case "room.marked":
        this.options.marked(event.room, event.read);
        return this.rooms.mend(event.room);
      case "room.disappeared":
        if (this.#state.rooms.has(event.room)) return;
        this.#left.add(event.room);
        return this.rooms.forget(event.room);
    }
  }

  #gap({ room, head, reason }: Frame<"gap">): void {
    const held = this.#state.rooms.get(room);
    if (reason === "removed") {
      this.rooms.forget(room);
      return this.#set(withoutRoom(this.#state, room));
    }
    if (reason === "reset" && held) this.options.disowned(ownMessages(held, this.#state.user));
    this.rooms.reset(room);
    this.rooms.reach(room, head);
  }

  /** A position of the server's that is ahead of ours is a loss that nothing else would show. */
  #compare({ heads = {}, user_seq }: Frame<"pong">): void {
    for (const [room, head] of Object.entries(heads)) {
      const held = this.#state.rooms.get(Number(room));
      if (held && head > held.position) this.rooms.reach(held.room.id, head);
    }
    if (user_seq > this.#state.user_seq) this.#reachPrivately(user_seq);
  }

  #reachPrivately(seq: number): void {
    this.#privateTarget = Math.max(seq, this.#privateTarget);
    this.#repairs.need("private log", () => this.#readPrivateLog());
  }

  async #readPrivateLog(): Promise<void> {
    while (this.#state.user_seq < this.#privateTarget) {
      const generation = this.#generation;
      const after = this.#state.user_seq;
      const run = await this.options.call("user.events", { after, limit: limits.pageMax });
      if (generation !== this.#generation) throw new Outdated();
      this.#hearPrivately(run.from, run.events);
      if (run.events.length === 0) this.#privateTarget = 0;
    }
  }

  async #listRooms(first: string): Promise<void> {
    for (let cursor: string | null = first; cursor !== null; ) {
      const generation = this.#generation;
      const known = this.#state.user_seq;
      const page: { rooms: RoomState["room"][]; next: string | null } = await this.options.call("room.list", {
        cursor,
        limit: limits.pageMax,
      });
      if (generation !== this.#generation) throw new Outdated();
      const rooms = page.rooms.filter(({ id }) => !this.#left.has(id));
      this.#set(applyListing(this.#state, rooms, known));
      for (const { id } of rooms) this.rooms.mend(id);
      cursor = page.next;
    }
    this.options.view.setState({ isComplete: true });
    this.#disownDoubted();
  }

  /** Own messages of rooms whose copy did not survive the start of a connection. */
  #doubt(before: ClientState): void {
    for (const held of before.rooms.values()) {
      if (held.loaded && this.#state.rooms.get(held.room.id)?.loaded !== true) this.#doubted.push(held);
    }
  }

  /** Once all rooms are known. After a restored backup the same number may stand for another room. */
  #disownDoubted(): void {
    const rooms = this.#doubted.splice(0).filter(({ room }) => {
      return this.#state.rooms.get(room.id)?.room.created_at === room.created_at;
    });
    const own = rooms.flatMap((held) => ownMessages(held, this.#state.user));
    if (own.length > 0) this.options.disowned(own);
  }
}

function lastMoved({ room }: RoomState): number {
  return Date.parse(room.last_message_at ?? room.created_at);
}

function ownMessages({ messages }: RoomState, me: number): Message[] {
  return [...messages.values()].filter((message) => message.sender === me && !message.deleted_at);
}
