import type { Output } from "@parley/protocol/contract";
import { ChatError, retryOf } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { RoomState } from "@parley/protocol/state";
import type { Environment } from "./environment.ts";

type Marked = Output<"receipt.read">;

type Operation = "receipt.read" | "receipt.unread" | "receipt.deliver";

export interface MarksOptions {
  environment: Pick<Environment, "after">;
  /** What the server says of it is not of the present by the time it is here: events tell how marks stand. */
  send: (operation: Operation, room: number, seq: number) => Promise<Marked>;
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
  /** How often the mark went back: what was told before says nothing then. */
  turns: number;
  isBusy: boolean;
}

/** Milliseconds between two marks of a room. */
const interval = 1_000;

/** CLIENT-8. Tells how far this person has read and this device has got: at once, then at most once a second a room. */
export class Marks {
  readonly #places = new Map<number, Place>();
  #isRunning = false;

  constructor(private readonly options: MarksOptions) {}

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
  }

  read(room: number, seq: number): void {
    const place = this.#place(room);
    place.read = Math.max(place.read, seq);
    this.#tell(room);
  }

  /** All from this event on is to be unread, until it is read again. */
  unread(room: number, seq: number): void {
    const place = this.#place(room);
    place.unreadFrom = seq;
    place.read = Math.min(place.read, seq - 1);
    this.#tell(room);
  }

  /** Where the server has the mark: reading up to a place behind which it went must be told again. */
  stands(room: number, read: number): void {
    const place = this.#places.get(room);
    if (!place || read >= place.toldRead) return;
    // What waits to be told was read since.
    if (place.read <= place.toldRead) place.read = Math.min(place.read, read);
    place.toldRead = read;
    place.turns += 1;
  }

  deliver(room: number, seq: number): void {
    const place = this.#place(room);
    place.delivered = Math.max(place.delivered, seq);
    this.#tell(room);
  }

  #place(room: number): Place {
    const place = this.#places.get(room) ?? {
      read: 0,
      delivered: 0,
      toldRead: 0,
      toldDelivered: 0,
      unreadFrom: null,
      turns: 0,
      isBusy: false,
    };
    this.#places.set(room, place);
    return place;
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
      if (operation === "receipt.unread") this.stands(room, marked.read);
      else this.#told(place, turns === place.turns ? marked.read : 0, marked.delivered);
      this.#said(place, operation, seq);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      // What the server refuses for good, it refuses again.
      if (retryOf(error.code) === "no") {
        this.#said(place, operation, seq);
        if (operation !== "receipt.unread") this.#told(place, seq, seq);
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
