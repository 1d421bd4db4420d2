import {
  type Applied,
  applyPage,
  applyWindowPage,
  type WindowPlace,
  withoutWindow,
} from "@parley/protocol/apply";
import type { Input, OperationName, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { ClientState, RoomState } from "@parley/protocol/state";
import type { KeptPage } from "./copy-storage.ts";

/** What a person wants to see of a room: a message, what came after an event, or the newest messages. */
export type Place = { around: number } | { after: number } | { at: "newest" };

export interface WindowsOptions {
  state: () => ClientState;
  set: (state: ClientState) => void;
  ask: <Name extends OperationName>(name: Name, input: Input<Name>) => Promise<Output<Name>>;
  arrived: (room: number, messages: readonly Message[]) => void;
  /** The page before an event as this device has kept it. */
  kept: (room: number, before: number, limit: number) => Promise<KeptPage | undefined>;
}

export const pageSize = 50;
/** Times a page may turn out too old before it is given up. */
export const stalePages = 3;

/** WINDOW-1 to WINDOW-6. Goes through a room's past, page by page, and looks places up in it. */
export class Windows {
  /** Where to look each window up again if what is held of its room has to be begun anew. */
  readonly #anchors = new Map<number, { around: number; target: number | null }>();

  constructor(private readonly options: WindowsOptions) {}

  /** Says where the place is to be found now. Fails where it is not in the room. */
  async show(room: number, place: Place): Promise<"window" | "live"> {
    if ("at" in place) return this.#leave(room);
    if ("around" in place) return this.#showMessage(room, place.around);
    const held = this.#required(room);
    if (held.before === null || held.before <= place.after + 1) return this.#leave(room);
    return this.#look(room, { after: place.after });
  }

  /** False when the first message of the room is held already. */
  async loadOlder(room: number): Promise<boolean> {
    if (await this.#loadKept(room)) return true;
    return this.#continue(() => {
      const held = this.#held(room);
      const before = held?.window ? held.window.before : held?.before;
      if (before === null || before === undefined) return undefined;
      return { input: { room, before }, place: held?.window ? { before } : null, asked: before };
    });
  }

  /** False when the newest message of the room is held already. */
  async loadNewer(room: number): Promise<boolean> {
    return this.#continue(() => {
      const after = this.#held(room)?.window?.after;
      return after === undefined ? undefined : { input: { room, after }, place: { after }, asked: after };
    });
  }

  /** A window was shown and went with what was held of its room. */
  isLost(room: number): boolean {
    return this.#anchors.has(room) && this.#held(room)?.window === null;
  }

  async lookAgain(room: number): Promise<void> {
    const anchor = this.#anchors.get(room);
    if (!anchor) return;
    try {
      await this.#look(room, { around: anchor.around }, anchor.target);
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== "not_found") throw error;
      this.#anchors.delete(room);
    }
  }

  forget(room: number): void {
    this.#anchors.delete(room);
    this.options.set(withoutWindow(this.options.state(), room));
  }

  clear(): void {
    this.#anchors.clear();
  }

  #held(room: number): RoomState | undefined {
    return this.options.state().rooms.get(room);
  }

  #required(room: number): RoomState {
    const held = this.#held(room);
    if (held) return held;
    const isToldYet = this.options.state().epoch !== "";
    throw isToldYet
      ? new ChatError("not_found", "This room is not there.")
      : new ChatError("unavailable", "The rooms are not known yet.");
  }

  #leave(room: number): "live" {
    this.forget(room);
    return "live";
  }

  async #showMessage(room: number, message: number): Promise<"window" | "live"> {
    const { window, messages, before } = this.#required(room);
    const own = messages.get(message);
    if (own) {
      this.#leave(room);
      // The oldest that is held of a longer history is known and not shown (TIME-2).
      if (before !== null && own.seq <= before) await this.loadOlder(room);
      return this.#held(room)?.window ? "window" : "live";
    }
    const place = window?.messages.findIndex(({ id }) => id === message) ?? -1;
    if (place === 0 && window?.before !== null) await this.loadOlder(room);
    return place >= 0 ? this.#target(room, message) : this.#look(room, { around: message }, message);
  }

  #target(room: number, target: number): "window" {
    const state = this.options.state();
    const held = this.#required(room);
    if (held.window) {
      const aimed = { ...held, window: { ...held.window, target } };
      this.options.set({ ...state, rooms: new Map(state.rooms).set(room, aimed) });
    }
    this.#anchors.set(room, { around: target, target });
    return "window";
  }

  async #look(
    room: number,
    place: { around: number } | { after: number },
    target: number | null = null,
  ): Promise<"window" | "live"> {
    for (let tries = 0; tries < stalePages; tries++) {
      const page = await this.options.ask("message.list", { room, ...place, limit: pageSize });
      const aim = target ?? ("after" in place ? (page.messages[0]?.id ?? null) : null);
      const outcome = this.#take(room, applyWindowPage(this.options.state(), room, page, { target: aim }));
      if (outcome === "applied") return this.#held(room)?.window ? "window" : "live";
      if (outcome === "elsewhere") break;
    }
    throw new ChatError("unavailable", "The room moves too fast to be read. Try again.");
  }

  /** KEPT-4. History pages back without asking where this device has it. */
  async #loadKept(room: number): Promise<boolean> {
    const held = this.#held(room);
    const before = held?.before ?? null;
    if (before === null || held?.window) return false;
    const page = await this.options.kept(room, before, pageSize);
    if (!page) return false;
    const applied = applyPage(this.options.state(), room, page, before);
    if (this.#take(room, applied) !== "applied") return false;
    this.options.arrived(room, page.messages);
    return true;
  }

  /** Asks again while the page turns out too old, or not to continue what is held any more. */
  async #continue(
    next: () =>
      | { input: Omit<Input<"message.list">, "limit">; place: WindowPlace | null; asked: number }
      | undefined,
  ): Promise<boolean> {
    for (let tries = 0; tries < stalePages; tries++) {
      const wanted = next();
      if (!wanted) return false;
      const { input, place, asked } = wanted;
      const page = await this.options.ask("message.list", { ...input, limit: pageSize });
      const state = this.options.state();
      const { room } = input;
      const applied = place ? applyWindowPage(state, room, page, place) : applyPage(state, room, page, asked);
      if (this.#take(room, applied) !== "applied") continue;
      if (!place) this.options.arrived(room, page.messages);
      return true;
    }
    return true;
  }

  #take(room: number, { state, outcome }: Applied): Applied["outcome"] {
    if (outcome !== "applied") return outcome;
    this.options.set(state);
    const window = state.rooms.get(room)?.window;
    if (!window) this.#anchors.delete(room);
    else this.#anchors.set(room, { around: anchorOf(window), target: window.target });
    return outcome;
  }
}

function anchorOf({ messages, target }: NonNullable<RoomState["window"]>): number {
  const isTargetHeld = messages.some(({ id }) => id === target);
  return isTargetHeld && target !== null ? target : (messages[Math.floor(messages.length / 2)]?.id ?? 0);
}
