import type { Draft } from "@parley/protocol/drafts";
import { ChatError, retryOf } from "@parley/protocol/errors";
import type { DraftChange, Drafts } from "./drafts.ts";
import { draftKey, placeOf } from "./drafts-storage.ts";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

export interface DraftSyncOptions {
  environment: Pick<Environment, "now" | "after" | "random">;
  call: Rpc["call"];
  drafts: () => Pick<Drafts, "all" | "changedAt" | "textOf" | "isUnkept" | "take" | "settle" | "loading">;
}

/** Milliseconds of rest after which a change is sent, beside those in which it is kept; and at most, of typing on. */
const rest = 700;
const typingOn = 5_000;
/** Milliseconds after a change for which the person is taken to be writing. */
const writesFor = 5_000;

/**
 * COMPOSE-6 to COMPOSE-9. Drafts on the person's other devices: of two texts the later stands, here as on the server.
 * The leading tab sends for all. There is one a room and one a thread.
 */
export class DraftSync {
  readonly #repairs: Repairs;
  /** Changed in this browser and not known to the server yet, by `draftKey`: when it was changed. */
  readonly #unsent = new Map<string, number>();
  /** When the person last wrote there, in this browser. */
  readonly #written = new Map<string, number>();
  /** How to call off what waits, by what it is. */
  readonly #timers = new Map<string, () => void>();
  /** The first of the changes that wait. */
  readonly #waitingSince = new Map<string, number>();
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
    if (!this.#isActive) return;
    this.#unsent.set(key, at);
    if (entry) this.#written.set(key, at);
    else this.#written.delete(key);
    if (!this.#isLeading) return;
    const since = this.#waitingSince.get(key) ?? at;
    this.#waitingSince.set(key, since);
    // What was sent is gone from the other devices at once.
    const wait = entry ? Math.min(rest, Math.max(0, since + typingOn - this.options.environment.now())) : 0;
    this.#after(`send ${key}`, wait, () => this.#send(key));
  }

  /** This tab sends for all from now on, or does not any more. */
  lead(isLeading: boolean): void {
    this.#isLeading = isLeading;
    if (isLeading) this.hurry();
  }

  /** Sends what waits: the page may be about to go. */
  hurry(): void {
    if (this.#isLeading) for (const key of this.#unsent.keys()) this.#send(key);
  }

  /** A connection began. One that resumes is told what it has missed; the first of a page does not know what it has. */
  greeted(serverNow: string, isFresh: boolean): void {
    this.#ahead = Date.parse(serverNow) - this.options.environment.now();
    this.#repairs.hurry();
    if (this.#isListed && !isFresh) return;
    this.#repairs.need("list", () => this.#list());
  }

  /** What the server has of a room or a thread. */
  hear(draft: Draft): void {
    const { text } = draft;
    const key = keyOf(draft);
    const at = Date.parse(draft.at) - this.#ahead;
    const drafts = this.options.drafts();
    if (at < drafts.changedAt(key)) return;
    const left = this.#writesStill(key, text);
    // Nobody's words are changed under their hands.
    if (left > 0) this.#after(`take ${key}`, left, () => this.hear(draft));
    else drafts.take(key, text, at);
    if ((this.#unsent.get(key) ?? 0) <= at) this.#unsent.delete(key);
  }

  /** For how many milliseconds the person is taken to be writing still, so that this text must wait. */
  #writesStill(key: string, text: string): number {
    const drafts = this.options.drafts();
    if (drafts.textOf(key) === text) return 0;
    const isAtIt = drafts.isUnkept(key) || this.#unsent.has(key);
    // What was said on the other device, all of which it knew, need not be said again.
    if (text === "" && !isAtIt) return 0;
    const written = this.#written.get(key) ?? Number.NEGATIVE_INFINITY;
    return Math.max(written + writesFor - this.options.environment.now(), drafts.isUnkept(key) ? 1 : 0);
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

  #send(key: string): void {
    this.#timers.get(`send ${key}`)?.();
    this.#timers.delete(`send ${key}`);
    this.#waitingSince.delete(key);
    this.#repairs.need(`send ${key}`, () => this.#put(key));
  }

  async #put(key: string): Promise<void> {
    const drafts = this.options.drafts();
    const at = drafts.changedAt(key);
    if (!this.#isActive || !this.#unsent.has(key) || at === 0) return;
    const text = drafts.textOf(key);
    const { room, reply_to: thread } = placeOf(key);
    const time = new Date(at + this.#ahead).toISOString();
    try {
      const stands = await this.options.call("draft.set", {
        ...{ room, text, at: time },
        ...(thread !== null && { thread }),
      });
      if (!this.#isActive) return;
      if (this.#unsent.get(key) === at) this.#unsent.delete(key);
      // A moment that was yet to come by the server's clock counts as the moment in which it came.
      if (stands.text !== text) this.hear(stands);
      else drafts.settle(key, at);
    } catch (error) {
      const isRefused = error instanceof ChatError && retryOf(error.code) === "no";
      if (isRefused && error.code !== "unauthenticated") {
        this.#unsent.delete(key);
        drafts.settle(key, at);
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
    const known = new Map(listed.map((draft) => [keyOf(draft), Date.parse(draft.at) - this.#ahead]));
    for (const { key, at, isGone } of drafts.all()) {
      const theirs = known.get(key);
      if (isGone && theirs === undefined) drafts.settle(key, at);
      else if (theirs === undefined || at > theirs) this.#unsent.set(key, at);
    }
    for (const draft of listed) this.hear(draft);
    this.hurry();
  }
}

function keyOf({ room, thread }: Draft): string {
  return draftKey(room, thread);
}
