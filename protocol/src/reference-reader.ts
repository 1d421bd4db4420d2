import {
  type Applied,
  applyMembership,
  applyPage,
  applyReady,
  applyRoomEvents,
  applyUserEvents,
  type Ready,
} from "./apply.ts";
import type { RoomEvent } from "./events.ts";
import { type ReferenceRoom, timeAt } from "./reference-room.ts";
import type { Membership } from "./rooms.ts";
import { type ClientState, emptyState } from "./state.ts";

export const roomId = 7;

export function readyAt(room: Membership, given: Partial<Ready> = {}): Ready {
  return {
    ...{ type: "ready", session: 1, epoch: "first", now: timeAt(0), user: 1, user_seq: 0 },
    ...{ mode: "resume", rooms: [room], ...given },
  } as Ready;
}

/** A client on whose connection events, pages and answers arrive in whatever order the network lets them. */
export class Reader {
  state: ClientState;
  privateLog: Parameters<typeof applyUserEvents>[2][number][] = [];
  pages: { page: ReturnType<ReferenceRoom["page"]>; asked: number | null }[] = [];
  outcomes = new Set<Applied["outcome"]>();
  doubted = false;
  blocked = new Set<number>();

  constructor(readonly room: ReferenceRoom) {
    this.state = applyReady(emptyState(), readyAt(room.at(room.head).membership, { mode: "fresh" }));
  }

  get held() {
    const held = this.state.rooms.get(roomId);
    if (!held) throw new Error("the room is not held");
    return held;
  }

  take(applied: Applied) {
    this.outcomes.add(applied.outcome);
    const isKept = applied.state === this.state;
    if (applied.outcome !== "applied" && !isKept) throw new Error("what was not applied changed something");
    this.state = applied.state;
  }

  /** Events as read at any moment from their own to now: what was read late shows later states. */
  hear(from: number, count: number, delay: number) {
    const to = Math.min(from + count - 1, this.room.head);
    const events: RoomEvent[] = [];
    for (let seq = from; seq <= to; seq++) {
      events.push(this.room.event(seq, Math.min(seq + delay, this.room.head)));
    }
    if (events.length > 0) this.take(applyRoomEvents(this.state, roomId, from, events));
  }

  ask(limit: number) {
    const asked = this.held.loaded ? this.held.before : null;
    if (this.held.loaded && asked === null) return;
    this.pages.push({ page: this.room.page(this.room.head, asked, limit), asked });
  }

  receive() {
    const answer = this.pages.shift();
    if (answer) this.take(applyPage(this.state, roomId, answer.page, answer.asked));
  }

  read(back: number) {
    this.tellMarked(this.room.mark(Math.max(this.room.head - back, 0)));
  }

  unread(back: number) {
    this.tellMarked(this.room.unmark(Math.max(this.room.head - back, 1)));
  }

  tellMarked(marked: ReturnType<ReferenceRoom["mark"]>) {
    this.privateLog.push({ kind: "room.marked", at: timeAt(0), room: roomId, delivered: 0, ...marked });
  }

  hearPrivate() {
    const from = this.state.user_seq + 1;
    const events = this.privateLog.slice(from - 1);
    if (events.length > 0) this.take(applyUserEvents(this.state, from, events));
  }

  block(user: number, on: boolean) {
    this.room.block(user, on);
    this.privateLog.push({ kind: "block.set", at: timeAt(0), user, on });
    if (on) this.blocked.add(user);
    else this.blocked.delete(user);
  }

  /** A new connection: answers under way are lost. */
  resume() {
    this.pages = [];
    const membership = this.room.at(this.room.head).membership;
    const [user_seq, blocks] = [this.privateLog.length, [...this.blocked]];
    this.state = applyReady(this.state, readyAt(membership, { user_seq, blocks }));
  }

  catchUp() {
    this.hear(this.held.position + 1, this.room.head, 0);
    this.hearPrivate();
    if (!this.held.doubtful) return;
    this.doubted = true;
    this.state = applyMembership(this.state, this.room.at(this.room.head).membership, this.state.user_seq);
  }
}
