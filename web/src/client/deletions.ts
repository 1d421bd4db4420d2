import { ChatError, retryOf } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import { type DeletionEntry, type DeletionStorage, memoryDeletions } from "./deletions-storage.ts";
import type { Environment } from "./environment.ts";
import type { Rpc } from "./rpc.ts";
import type { View, ViewStore } from "./view.ts";

export interface DeletionsOptions {
  view: ViewStore;
  call: Rpc["call"];
  environment: Pick<Environment, "now" | "after" | "leaving">;
  storage: DeletionStorage | undefined;
}

/** Milliseconds in which a deletion can be taken back. */
export const undoWithin = 5_000;
/** Milliseconds before one that got no answer is asked for again. */
const again = 5_000;

interface Pending {
  entry: DeletionEntry;
  isSent: boolean;
  callOff: () => void;
  over: PromiseWithResolvers<void>;
}

/**
 * DELETE-1 to DELETE-4. Messages that the person has deleted: kept first, shown as deleted at once, and asked of the
 * server when it can no longer be taken back or the page goes.
 */
export class Deletions {
  readonly #pending = new Map<number, Pending>();
  readonly #storage: DeletionStorage;
  #user = 0;

  constructor(private readonly options: DeletionsOptions) {
    this.#storage = options.storage ?? memoryDeletions();
    options.view.subscribe((now) => this.#follow(userIn(now)));
    options.environment.leaving(() => void this.flush());
  }

  /** Settles once the message is deleted or that was taken back; fails where the server refuses it. */
  add({ id }: Pick<Message, "id">): Promise<void> {
    const held = this.#pending.get(id);
    if (held) return held.over.promise;
    const entry = { user: this.#user, message: id, at: this.options.environment.now() + undoWithin };
    this.#storage.put(entry);
    return this.#wait(entry);
  }

  /** False where it was asked of the server already. */
  undo(message: number): boolean {
    const pending = this.#pending.get(message);
    if (!pending || pending.isSent) return false;
    this.#settle(pending);
    this.#show(message, null);
    return true;
  }

  /** Asks for all of them now. */
  async flush(): Promise<void> {
    await Promise.all([...this.#pending.values()].map((pending) => this.#send(pending)));
  }

  #follow(user: number): void {
    if (user === this.#user) return;
    this.#user = user;
    for (const { callOff } of this.#pending.values()) callOff();
    this.#pending.clear();
    if (user === 0) return;
    for (const entry of this.#storage.all()) {
      // Nobody waits for what was left by an earlier page: where it is refused the message is simply there.
      if (entry.user === user) this.#wait(entry).catch(() => undefined);
    }
  }

  #wait(entry: DeletionEntry): Promise<void> {
    const over = Promise.withResolvers<void>();
    const pending: Pending = { entry, isSent: false, callOff: () => undefined, over };
    this.#pending.set(entry.message, pending);
    this.#sendAfter(pending, Math.max(0, entry.at - this.options.environment.now()));
    this.#show(entry.message, "asked");
    return over.promise;
  }

  #sendAfter(pending: Pending, milliseconds: number): void {
    pending.callOff = this.options.environment.after(milliseconds, () => void this.#send(pending));
  }

  async #send(pending: Pending): Promise<void> {
    const { message, user } = pending.entry;
    if (pending.isSent || this.#pending.get(message) !== pending) return;
    // Another tab has taken it back.
    if (!this.#storage.all().some((entry) => entry.message === message && entry.user === user)) {
      this.undo(message);
      return;
    }
    pending.callOff();
    pending.isSent = true;
    this.#show(message, "sent");
    try {
      await this.options.call("message.delete", { message });
      this.#settle(pending);
    } catch (error) {
      this.#failed(pending, error);
    }
  }

  #failed(pending: Pending, error: unknown): void {
    if (!(error instanceof ChatError)) throw error;
    const { message } = pending.entry;
    if (this.#pending.get(message) !== pending) return;
    if (retryOf(error.code) === "no" && error.code !== "unauthenticated") {
      pending.over.reject(error);
      this.#settle(pending);
      return this.#show(message, null);
    }
    pending.isSent = false;
    this.#sendAfter(pending, again);
  }

  #settle(pending: Pending): void {
    pending.callOff();
    this.#storage.remove(pending.entry);
    this.#pending.delete(pending.entry.message);
    pending.over.resolve();
  }

  /** What was deleted stays so in view: its event may come later than the answer. */
  #show(message: number, state: "asked" | "sent" | null): void {
    const deletions = new Map(this.options.view.getState().deletions);
    if (state) deletions.set(message, state);
    else deletions.delete(message);
    this.options.view.setState({ deletions });
  }
}

function userIn({ session }: View): number {
  return session.status === "signed_in" ? session.user.id : 0;
}
