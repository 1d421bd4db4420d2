import {
  applyMembership,
  applyPage,
  applyRoomEvents,
  applySnapshot,
  withoutRoom,
  withTail,
} from "@parley/protocol/apply";
import type { Input, OperationName, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { RoomEvent } from "@parley/protocol/events";
import { limits } from "@parley/protocol/limits";
import { tailOf } from "@parley/protocol/live";
import type { Message } from "@parley/protocol/messages";
import type { ClientState, RoomState } from "@parley/protocol/state";
import type { Environment } from "./environment.ts";
import { Outdated, Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";
import { Threads } from "./threads.ts";
import { pageSize, stalePages, Windows, type WindowsOptions } from "./windows.ts";

export interface RoomMendingOptions {
  state: () => ClientState;
  set: (state: ClientState) => void;
  call: Rpc["call"];
  environment: Pick<Environment, "after" | "random">;
  arrived: (room: number, messages: readonly Message[]) => void;
  kept: WindowsOptions["kept"];
}

/** A room further behind than this is read anew: the newest page shows more than the events in between. */
const farBehind = 1_000;
/** Milliseconds before counts that are in doubt are asked for once more. */
const doubtDelay = 1_000;

/** SYNC-4, SYNC-5. Brings single rooms to where they should be, by whatever they lack. */
export class RoomMending {
  readonly opened = new Set<number>();
  readonly windows: Windows;
  readonly threads: Threads;
  /** The newest event that a room is known to have. */
  readonly #targets = new Map<number, number>();
  /** Rooms to be read anew. */
  readonly #resets = new Set<number>();
  readonly #repairs: Repairs;
  /** Raised when another history begins: answers of the earlier one are dropped. */
  #generation = 0;

  constructor(private readonly options: RoomMendingOptions) {
    this.#repairs = new Repairs(options.environment);
    const ask: WindowsOptions["ask"] = (name, input) => this.#ask(name, input);
    this.windows = new Windows({ ...options, ask });
    this.threads = new Threads({ ...options, ask });
  }

  /** Where the room can be heard on from; undefined where what is held of it does not reach that far. */
  open(room: number): number | undefined {
    this.opened.delete(room);
    this.opened.add(room);
    const held = this.#held(room);
    const continues = held !== undefined && (held.loaded || held.position === held.room.head);
    return continues ? held.position : undefined;
  }

  /** The room has, or must be brought to, at least this event. */
  reach(room: number, seq: number): void {
    this.#targets.set(room, Math.max(seq, this.#targets.get(room) ?? 0));
    this.mend(room);
  }

  /** What is held of the room cannot be continued. */
  reset(room: number): void {
    this.#resets.add(room);
    this.mend(room);
  }

  mend(room: number): void {
    if (this.#lack(room) !== "nothing") this.#repairs.need(`room ${room}`, () => this.#mend(room));
  }

  forget(room: number): void {
    this.#targets.delete(room);
    this.#resets.delete(room);
    this.leave(room);
  }

  /** Whatever belongs to looking at the room ends. */
  leave(room: number): void {
    this.opened.delete(room);
    this.windows.forget(room);
    this.threads.forget(room);
  }

  /** The server is there again. */
  hurry(): void {
    this.#repairs.hurry();
  }

  startOver(): void {
    this.#generation += 1;
    this.#repairs.clear();
    this.#targets.clear();
    this.#resets.clear();
    this.windows.clear();
  }

  #held(room: number): RoomState | undefined {
    return this.options.state().rooms.get(room);
  }

  #lack(room: number): "anew" | "page" | "events" | "counts" | "places" | "tail" | "nothing" {
    const held = this.#held(room);
    if (!held) return "nothing";
    if (this.#resets.has(room)) return "anew";
    if (this.opened.has(room) && !held.loaded) return held.position < held.room.head ? "anew" : "page";
    const missing = (this.#targets.get(room) ?? 0) - held.position;
    if (missing > 0) return missing > farBehind ? "anew" : "events";
    if (held.doubtful) return "counts";
    if (this.windows.isLost(room) || this.threads.isLost(room)) return "places";
    return held.loaded && held.tail === null && held.position > 0 ? "tail" : "nothing";
  }

  async #mend(room: number): Promise<void> {
    try {
      for (let lack = this.#lack(room); lack !== "nothing"; lack = this.#lack(room)) {
        if (lack === "anew") await this.#readAnew(room);
        else if (lack === "page") await this.#readPage(room);
        else if (lack === "events") await this.#readEvents(room);
        else if (lack === "places") await this.#lookAgain(room);
        else if (lack === "counts" && !(await this.#readCounts(room))) return;
        else if (lack === "tail" && !(await this.#readTail(room))) return;
      }
    } catch (error) {
      if (!(error instanceof ChatError) || !isGone(error)) throw error;
      this.forget(room);
      this.options.set(withoutRoom(this.options.state(), room));
    }
  }

  async #lookAgain(room: number): Promise<void> {
    if (this.windows.isLost(room)) await this.windows.lookAgain(room);
    if (this.threads.isLost(room)) await this.threads.readAgain(room).catch(unlessGone);
  }

  async #readAnew(room: number): Promise<void> {
    this.#resets.delete(room);
    const wanted = this.opened.has(room) || this.#held(room)?.loaded === true;
    const page = wanted ? await this.#ask("message.list", { room, limit: pageSize }) : null;
    const known = this.options.state().user_seq;
    // After the page, so that what it says is true of the page too.
    const membership = await this.#ask("room.get", { room });
    if (!this.#held(room)) return;
    this.options.set(applySnapshot(this.options.state(), membership, page, known));
    if (page) this.options.arrived(room, page.messages);
  }

  async #readPage(room: number): Promise<void> {
    for (let tries = 0; tries < stalePages; tries++) {
      const page = await this.#ask("message.list", { room, limit: pageSize });
      const { state, outcome } = applyPage(this.options.state(), room, page, null);
      if (outcome === "applied") {
        this.options.set(state);
        this.options.arrived(room, page.messages);
      }
      if (outcome !== "stale") return;
    }
    this.#resets.add(room);
  }

  async #readEvents(room: number): Promise<void> {
    const after = this.#held(room)?.position ?? 0;
    const run = await this.#ask("room.events", { room, after, limit: limits.pageMax });
    const { state, outcome } = applyRoomEvents(this.options.state(), room, run.from, run.events);
    if (outcome === "applied") {
      this.options.set(state);
      this.options.arrived(room, sentMessages(run.events));
    } else if (outcome === "hole" || run.head < after) this.#resets.add(room);
    else if (run.events.length === 0) this.#targets.delete(room);
  }

  /** False when the room had moved on before the counts were read: not at once again. */
  async #readCounts(room: number): Promise<boolean> {
    const known = this.options.state().user_seq;
    const membership = await this.#ask("room.get", { room });
    this.options.set(applyMembership(this.options.state(), membership, known));
    if (!this.#held(room)?.doubtful) return true;
    this.options.environment.after(doubtDelay, () => this.mend(room));
    return false;
  }

  /** False when the event at which the room stands is not told: then its position cannot be named at a resume. */
  async #readTail(room: number): Promise<boolean> {
    const position = this.#held(room)?.position ?? 0;
    const { events } = await this.#ask("room.events", { room, after: position - 1, limit: 1 });
    const [event] = events;
    if (!event) return false;
    this.options.set(withTail(this.options.state(), room, position, tailOf(event.at)));
    return true;
  }

  async #ask<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const generation = this.#generation;
    try {
      return await this.options.call(name, input);
    } finally {
      if (generation !== this.#generation) {
        // biome-ignore lint/correctness/noUnsafeFinally: neither the answer nor the error of another history counts.
        throw new Outdated();
      }
    }
  }
}

export function sentMessages(events: readonly RoomEvent[]): Message[] {
  return events.flatMap((event) => (event.kind === "message.sent" ? [event.message] : []));
}

/** The thread of a message that is not there any more ends; its room goes on. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ChatError) || error.code !== "not_found") throw error;
}

function isGone({ code }: ChatError): boolean {
  return code === "not_found" || code === "forbidden";
}
