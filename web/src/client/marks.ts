import type { Output } from "@parley/protocol/contract";
import { ChatError, retryOf } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Membership } from "@parley/protocol/rooms";
import type { RoomState } from "@parley/protocol/state";
import type { Environment } from "./environment.ts";
import { type OwnMark, readTo } from "./unread.ts";
import type { ViewStore } from "./view.ts";

type Marked = Output<"receipt.read">;

type Operation = "receipt.read" | "receipt.unread" | "receipt.deliver";

export interface MarksOptions {
  environment: Pick<Environment, "after" | "leaving">;
  /** Of which `read` is kept here. */
  view: ViewStore;
  /** What the server says of it is not of the present by the time it is here: events tell how marks stand. */
  send: (operation: Operation, room: number, seq: number) => Promise<Marked>;
  /** Sends what is heard though the page goes. */
  leave: (operation: Operation, room: number, seq: number) => Promise<unknown>;
}

interface Place {
  /** How far the person, and this device, has got. */
  read: number;
  delivered: number;
  /** How far the server was told. */
  toldRead: number;
  toldDelivered: number;
  /** The event from which on all is to be unread, until the server was told. */
  unreadFrom: number | null;
  /** How far the person has read, until what is held says so; 0 once it does. */
  least: number;
  /** To where the mark went back, until the server was told and what is held has shown it. */
  back: number | null;
  /** Whether what is held has shown it. */
  isBack: boolean;
  /** How often the mark went back: what was told before says nothing then. */
  turns: number;
  isBusy: boolean;
}

/** Milliseconds between two marks of a room. */
const interval = 1_000;

/**
 * CLIENT-8, CLIENT-16. Tells how far this person has read and this device has got: at once, then at most once a second
 * a room. What the server does not say yet holds here until then.
 */
export class Marks {
  readonly #places = new Map<number, Place>();
  #isRunning = false;

  constructor(private readonly options: MarksOptions) {
    options.environment.leaving(() => this.#leave());
  }

  start(): void {
    this.#isRunning = true;
    for (const room of this.#places.keys()) this.#tell(room);
  }

  halt(): void {
    this.#isRunning = false;
  }

  clear(): void {
    this.halt();
    this.#places.clear();
    this.#show();
  }

  /** Up to an event, or up to the newest that is held. */
  read(room: number, seq?: number): void {
    const view = this.options.view.getState();
    const held = view.state.rooms.get(room);
    const to = seq ?? held?.position ?? 0;
    if (!held || to <= readTo(held, view)) return;
    const place = this.#place(room);
    place.read = Math.max(place.read, to);
    place.least = Math.max(place.least, to);
    this.#show();
    this.#tell(room);
  }

  /** All from this event on is to be unread, until it is read again. */
  unread(room: number, seq: number): void {
    const place = this.#place(room);
    place.unreadFrom = Math.min(place.unreadFrom ?? seq, seq);
    place.read = Math.min(place.read, seq - 1);
    place.least = Math.min(place.least, seq - 1);
    place.back = Math.min(place.back ?? seq - 1, seq - 1);
    place.isBack = false;
    // What is read from now on must be told, whatever was told before.
    place.toldRead = Math.min(place.toldRead, seq - 1);
    place.turns += 1;
    this.#settleAs(room, place);
    this.#show();
    this.#tell(room);
  }

  /** A connection began. What an answer had said before, and no event, its greeting has said again. */
  greeted(rooms: readonly Pick<Membership, "id" | "read">[]): void {
    for (const place of this.#places.values()) {
      if (place.unreadFrom === null) place.back = null;
      if (place.toldRead >= place.least) place.least = 0;
    }
    for (const { id, read } of rooms) this.stands(id, read);
    this.#show();
  }

  /** Where the server has the mark. */
  stands(room: number, read: number): void {
    const place = this.#places.get(room);
    if (!place) return;
    this.#stood(place, read);
    this.#settle(place, read);
    this.#show();
  }

  /** More is known of the rooms. */
  follow(): void {
    const { read } = this.options.view.getState();
    if (read.size === 0) return;
    for (const room of read.keys()) this.#settleAs(room, this.#place(room));
    this.#show();
  }

  deliver(room: number, seq: number): void {
    const place = this.#place(room);
    place.delivered = Math.max(place.delivered, seq);
    this.#tell(room);
  }

  /** Reading up to a place behind which the mark went must be told again. */
  #stood(place: Place, read: number): void {
    if (read < place.toldRead) {
      // What waits to be told was read since.
      if (place.read <= place.toldRead) place.read = Math.min(place.read, read);
      place.least = Math.min(place.least, place.read);
      place.turns += 1;
    }
    // Until a mark that goes back is there, the server may still speak of what was before.
    if (place.back === null || read < place.toldRead) place.toldRead = read;
  }

  /** The mark is there in what is held: this device knows it no better any more. */
  #settle(place: Place, read: number): void {
    if (place.back !== null && read <= place.back) place.isBack = true;
    if (place.isBack && place.unreadFrom === null) place.back = null;
    if (place.back === null && read >= place.least) place.least = 0;
  }

  #settleAs(room: number, place: Place): void {
    const held = this.options.view.getState().state.rooms.get(room);
    if (held) this.#settle(place, held.room.read);
  }

  #show(): void {
    const read = new Map<number, OwnMark>();
    for (const [room, { least, back }] of this.#places) {
      const most = back === null ? Number.POSITIVE_INFINITY : Math.max(back, least);
      if (least > 0 || back !== null) read.set(room, { least, most });
    }
    const { view } = this.options;
    const before = view.getState().read;
    const isSame = ([room, { least, most }]: [number, OwnMark]) =>
      before.get(room)?.least === least && before.get(room)?.most === most;
    if (read.size !== before.size || ![...read].every(isSame)) view.setState({ read });
  }

  #place(room: number): Place {
    const place = this.#places.get(room) ?? {
      read: 0,
      delivered: 0,
      toldRead: 0,
      toldDelivered: 0,
      unreadFrom: null,
      least: 0,
      back: null,
      isBack: false,
      turns: 0,
      isBusy: false,
    };
    this.#places.set(room, place);
    return place;
  }

  /** What waits for its second, or for an answer, is told as the page goes. */
  #leave(): void {
    for (const [room, { unreadFrom, read, toldRead }] of this.#places) {
      const [operation, seq] =
        unreadFrom === null ? (["receipt.read", read] as const) : (["receipt.unread", unreadFrom] as const);
      if (unreadFrom === null && read <= toldRead) continue;
      // Where it does not get there it is told on the next connection, if there is one.
      this.options.leave(operation, room, seq).catch(() => undefined);
    }
  }

  /** A read mark carries the delivered mark with it. */
  #tell(room: number): void {
    const place = this.#place(room);
    if (!this.#isRunning || place.isBusy) return;
    if (place.unreadFrom !== null) void this.#send(room, place, "receipt.unread", place.unreadFrom);
    else if (place.read > place.toldRead) void this.#send(room, place, "receipt.read", place.read);
    else if (place.delivered > Math.max(place.toldDelivered, place.toldRead)) {
      void this.#send(room, place, "receipt.deliver", place.delivered);
    }
  }

  async #send(room: number, place: Place, operation: Operation, seq: number): Promise<void> {
    place.isBusy = true;
    let wait = interval;
    const { turns } = place;
    try {
      const marked = await this.options.send(operation, room, seq);
      if (operation === "receipt.unread") this.#stood(place, marked.read);
      else this.#told(place, turns === place.turns ? marked.read : 0, marked.delivered);
      this.#said(place, operation, seq);
      this.#settleAs(room, place);
      this.#show();
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      // What the server refuses for good, it refuses again.
      if (retryOf(error.code) === "no") {
        this.#said(place, operation, seq);
        if (operation !== "receipt.unread") this.#told(place, seq, seq);
        if (operation !== "receipt.deliver") [place.least, place.back] = [0, null];
        this.#show();
      } else wait = Math.max(interval, (error.details.after ?? 0) * 1000);
    } finally {
      this.options.environment.after(wait, () => {
        place.isBusy = false;
        if (this.#places.get(room) === place) this.#tell(room);
      });
    }
  }

  #said(place: Place, operation: Operation, seq: number): void {
    if (operation === "receipt.unread" && place.unreadFrom === seq) place.unreadFrom = null;
  }

  #told(place: Place, read: number, delivered: number): void {
    place.toldRead = Math.max(place.toldRead, read);
    place.toldDelivered = Math.max(place.toldDelivered, delivered);
  }
}

/** Up to which event this device can say that it has what others said; undefined where that changes nothing. */
export function deliverable(
  held: RoomState | undefined,
  me: number,
  messages: readonly Message[],
): number | undefined {
  const foreign = messages.filter(({ sender }) => sender !== me).map(({ seq }) => seq);
  if (!held || foreign.length === 0 || held.room.member_count > limits.markRoomMembers) return undefined;
  const newest = Math.max(...foreign);
  return newest > held.room.read ? newest : undefined;
}
