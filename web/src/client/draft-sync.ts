import type { Draft } from "@parley/protocol/drafts";
import { ChatError, retryOf } from "@parley/protocol/errors";
import type { DraftChange, Drafts } from "./drafts.ts";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface DraftSyncOptions {
  environment: Pick<Environment, "now" | "after" | "random">;
  call: Rpc["call"];
  drafts: () => Pick<Drafts, "synced" | "changedAt" | "get" | "isUnkept" | "take" | "settle" | "loading">;
}

/** Milliseconds of rest after which a change is sent, beside those in which it is kept; and at most, of typing on. */
const rest = 700;
const typingOn = 5_000;
/** Milliseconds after a change for which the person is taken to be writing. */
const writesFor = 5_000;

/**
 * COMPOSE-6 to COMPOSE-9. Drafts on the person's other devices: of two texts the later stands, here as on the server.
 * The leading tab sends for all. What answers a single message stays on this device: the server keeps one a room.
 */
export class DraftSync {
  readonly #repairs: Repairs;
  /** Changed in this browser and not known to the server yet, by room: when it was changed. */
  readonly #unsent = new Map<number, number>();
  /** When the person last wrote in a room, in this browser. */
  readonly #written = new Map<number, number>();
  /** How to call off what waits, by what it is. */
  readonly #timers = new Map<string, () => void>();
  /** The first of the changes that wait, by room. */
  readonly #waitingSince = new Map<number, number>();
  /** How many milliseconds the server's clock is ahead of this device's. */
  #ahead = 0;
  #isLeading = false;
  #isListed = false;
  #isActive = false;

  constructor(private readonly options: DraftSyncOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  start(): void {
    this.#isActive = true;
  }

  /** A change of this browser, by this tab or another. */
  changed({ key, entry, at }: DraftChange): void {
    const room = roomOf(key);
    if (!this.#isActive || room === undefined) return;
    this.#unsent.set(room, at);
    if (entry) this.#written.set(room, at);
    else this.#written.delete(room);
    if (!this.#isLeading) return;
    const since = this.#waitingSince.get(room) ?? at;
    this.#waitingSince.set(room, since);
    // What was sent is gone from the other devices at once.
    const wait = entry ? Math.min(rest, Math.max(0, since + typingOn - this.options.environment.now())) : 0;
    this.#after(`send ${room}`, wait, () => this.#send(room));
  }

  /** This tab sends for all from now on, or does not any more. */
  lead(isLeading: boolean): void {
    this.#isLeading = isLeading;
    if (isLeading) this.hurry();
  }

  /** Sends what waits: the page may be about to go. */
  hurry(): void {
    if (this.#isLeading) for (const room of this.#unsent.keys()) this.#send(room);
  }

  /** A connection began. One that resumes is told what it has missed; the first of a page does not know what it has. */
  greeted(serverNow: string, isFresh: boolean): void {
    this.#ahead = Date.parse(serverNow) - this.options.environment.now();
    this.#repairs.hurry();
    if (this.#isListed && !isFresh) return;
    this.#repairs.need("list", () => this.#list());
  }

  /** What the server has of a room. */
  hear(draft: Draft): void {
    const { room, text } = draft;
    const at = Date.parse(draft.at) - this.#ahead;
    const drafts = this.options.drafts();
    if (at < drafts.changedAt(room)) return;
    const left = this.#writesStill(room, text);
    // Nobody's words are changed under their hands.
    if (left > 0) this.#after(`take ${room}`, left, () => this.hear(draft));
    else drafts.take(room, text, at);
    if ((this.#unsent.get(room) ?? 0) <= at) this.#unsent.delete(room);
  }

  /** For how many milliseconds the person is taken to be writing still, so that this text must wait. */
  #writesStill(room: number, text: string): number {
    const drafts = this.options.drafts();
    if ((drafts.get(room)?.text ?? "") === text) return 0;
    const isAtIt = drafts.isUnkept(room) || this.#unsent.has(room);
    // What was said on the other device, all of which it knew, need not be said again.
    if (text === "" && !isAtIt) return 0;
    const written = this.#written.get(room) ?? Number.NEGATIVE_INFINITY;
    return Math.max(written + writesFor - this.options.environment.now(), drafts.isUnkept(room) ? 1 : 0);
  }

  clear(): void {
    this.#repairs.clear();
    for (const callOff of this.#timers.values()) callOff();
    for (const part of [this.#timers, this.#unsent, this.#written, this.#waitingSince]) part.clear();
    this.#isActive = false;
    this.#isListed = false;
  }

  #after(name: string, wait: number, run: () => void): void {
    this.#timers.get(name)?.();
    const callOff = this.options.environment.after(wait, () => {
      this.#timers.delete(name);
      run();
    });
    this.#timers.set(name, callOff);
  }

  #send(room: number): void {
    this.#timers.get(`send ${room}`)?.();
    this.#timers.delete(`send ${room}`);
    this.#waitingSince.delete(room);
    this.#repairs.need(`send ${room}`, () => this.#put(room));
  }

  async #put(room: number): Promise<void> {
    const drafts = this.options.drafts();
    const at = drafts.changedAt(room);
    if (!this.#isActive || !this.#unsent.has(room) || at === 0) return;
    const text = drafts.get(room)?.text ?? "";
    const time = new Date(at + this.#ahead).toISOString();
    try {
      const stands = await this.options.call("draft.set", { room, text, at: time });
      if (!this.#isActive) return;
      if (this.#unsent.get(room) === at) this.#unsent.delete(room);
      // A moment that was yet to come by the server's clock counts as the moment in which it came.
      if (stands.text !== text) this.hear(stands);
      else drafts.settle(room, at);
    } catch (error) {
      const isRefused = error instanceof ChatError && retryOf(error.code) === "no";
      if (isRefused && error.code !== "unauthenticated") {
        this.#unsent.delete(room);
        drafts.settle(room, at);
      }
      throw error;
    }
  }

  async #list(): Promise<void> {
    const drafts = this.options.drafts();
    await drafts.loading;
    const { drafts: listed } = await this.options.call("draft.list", {});
    if (!this.#isActive) return;
    this.#isListed = true;
    const known = new Map(listed.map((draft) => [draft.room, Date.parse(draft.at) - this.#ahead]));
    for (const { room, at, isGone } of drafts.synced()) {
      const theirs = known.get(room);
      if (isGone && theirs === undefined) drafts.settle(room, at);
      else if (theirs === undefined || at > theirs) this.#unsent.set(room, at);
    }
    for (const draft of listed) this.hear(draft);
    this.hurry();
  }
}

/** The room of a draft that the server keeps; none of one that answers a single message. */
export function roomOf(key: string): number | undefined {
  return key.includes("/") ? undefined : Number(key);
}
