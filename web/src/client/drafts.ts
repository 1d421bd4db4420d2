import type { ServerFrame } from "@parley/protocol/frames";
import { type DraftEntry, type DraftStorage, draftKey, placeOf } from "./drafts-storage.ts";
import type { Environment } from "./environment.ts";

/** What became of a draft; null once it is gone. */
export interface DraftChange {
  key: string;
  entry: DraftEntry | null;
  /** Milliseconds since 1970. */
  at: number;
}

export interface DraftsOptions {
  storage: DraftStorage;
  environment: Pick<Environment, "now" | "after">;
  changed: (drafts: ReadonlyMap<string, DraftEntry>) => void;
  /** What was changed in this browser, by this tab or another, is kept. */
  kept: (change: DraftChange) => void;
  /** Says to whoever else shows this person's drafts what became of one. */
  tell: (change: DraftChange) => void;
}

/** Milliseconds after a change within which it is kept. */
const keepWithin = 300;
/** Drafts that are gone and still remembered, so that an older word does not bring them back. */
const mostGone = 200;

/** COMPOSE-1 to COMPOSE-5. What this person is writing, kept on the device and shown in all its tabs. */
export class Drafts {
  #drafts = new Map<string, DraftEntry>();
  readonly #gone = new Map<string, number>();
  /** Changes that are neither kept nor told yet. */
  readonly #unkept = new Map<string, DraftChange>();
  #callOff: (() => void) | undefined;
  /** The last of what was asked of the storage: one at a time, so that a later word is not overtaken. */
  #storing: Promise<void> = Promise.resolve();
  #user = 0;
  /** What the device has of this person is known. */
  loading: Promise<void> = Promise.resolve();

  constructor(private readonly options: DraftsOptions) {}

  get(room: number, replyTo: number | null = null): DraftEntry | undefined {
    return this.#drafts.get(draftKey(room, replyTo));
  }

  /** An empty text removes the draft. */
  set(room: number, text: string, more: { replyTo?: number | null; mentions?: number[] } = {}): void {
    const { replyTo = null, mentions } = more;
    if (text.trim() === "") return this.remove(room, replyTo);
    if (this.#user === 0) return;
    const entry: DraftEntry = {
      ...{ user: this.#user, room, reply_to: replyTo, text, changed_at: this.options.environment.now() },
      ...(mentions && mentions.length > 0 && { mentions }),
    };
    this.#change({ key: draftKey(room, replyTo), entry, at: entry.changed_at });
    this.#callOff ??= this.options.environment.after(keepWithin, () => this.flush());
  }

  remove(room: number, replyTo: number | null = null): void {
    this.#remove(room, replyTo, Promise.resolve());
  }

  /** It became a message: it is let go once that is kept, so that a crash between the two loses neither. */
  sent(room: number, replyTo: number | null, kept: Promise<unknown>): void {
    this.#remove(room, replyTo, kept);
  }

  /** An answer goes with the message that it was to answer. */
  follow(frame: ServerFrame): void {
    if (frame.type !== "event" && frame.type !== "events") return;
    for (const event of frame.type === "event" ? [frame.event] : frame.events) {
      if (event.kind === "message.deleted") this.remove(event.message.room, event.message.id);
    }
  }

  /** Only these rooms are there. */
  prune(rooms: Pick<ReadonlySet<number>, "has">): void {
    for (const { room, reply_to } of [...this.#drafts.values()]) {
      if (!rooms.has(room)) this.remove(room, reply_to);
    }
  }

  /** Another place has changed a draft; of two changes the later stands. */
  hear({ key, entry, at }: DraftChange): void {
    if (at < this.changedAt(key) || (entry && entry.user !== this.#user)) return;
    this.#unkept.delete(key);
    this.#put({ key, entry, at });
    this.options.kept({ key, entry, at });
  }

  /** What a draft says; empty where there is none. */
  textOf(key: string): string {
    return this.#drafts.get(key)?.text ?? "";
  }

  /** When a draft was last changed, as far as is known; 0 when it never was. */
  changedAt(key: string): number {
    return Math.max(this.#drafts.get(key)?.changed_at ?? 0, this.#gone.get(key) ?? 0);
  }

  /** Something was written there within the last moments. */
  isUnkept(key: string): boolean {
    return this.#unkept.has(key);
  }

  /** All drafts, and those that are gone since a while. */
  all(): { key: string; at: number; isGone: boolean }[] {
    const present = [...this.#drafts].map(([key, { changed_at }]) => ({
      key,
      at: changed_at,
      isGone: false,
    }));
    const gone = [...this.#gone].map(([key, at]) => ({ key, at, isGone: true }));
    const isPresent = new Set(present.map(({ key }) => key));
    return [...present, ...gone.filter(({ key }) => !isPresent.has(key))];
  }

  /** Takes over what another device has left. */
  take(key: string, text: string, at: number): void {
    if (this.#user === 0 || at < this.changedAt(key)) return;
    const { mentions } = this.#drafts.get(key)?.text === text ? (this.#drafts.get(key) ?? {}) : {};
    const kept = {
      user: this.#user,
      ...placeOf(key),
      text,
      changed_at: at,
      ...(mentions && { mentions }),
    };
    const entry = text === "" ? null : kept;
    this.#unkept.delete(key);
    this.#put({ key, entry, at });
    const user = this.#user;
    void this.#store(() =>
      entry ? this.options.storage.put(entry) : this.options.storage.remove(user, key),
    );
  }

  /** The server knows that a draft is gone, or will not: this device need not remember it. */
  settle(key: string, at: number): void {
    const user = this.#user;
    if (this.#drafts.has(key) || this.#gone.get(key) !== at) return;
    void this.#store(async () => {
      if (!this.#drafts.has(key)) await this.options.storage.remove(user, key);
    });
  }

  /** Keeps and tells what is not kept yet: the page may be about to go. */
  flush(): void {
    this.#flush(Promise.resolve());
  }

  #remove(room: number, replyTo: number | null, once: Promise<unknown>): void {
    const key = draftKey(room, replyTo);
    if (!this.#drafts.has(key)) return;
    this.#change({ key, entry: null, at: this.options.environment.now() });
    this.#flush(once);
  }

  #flush(once: Promise<unknown>): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const changes = [...this.#unkept.values()];
    this.#unkept.clear();
    const user = this.#user;
    for (const change of changes) {
      this.options.tell(change);
      void this.#store(() => once.then(() => this.#keep(user, change)));
      void once.then(() => user === this.#user && this.options.kept(change));
    }
  }

  /** Takes over what this person left on this device. */
  load(user: number): Promise<void> {
    this.#user = user;
    this.loading = this.#load(user);
    return this.loading;
  }

  async #load(user: number): Promise<void> {
    const kept = await this.options.storage.all(user).catch(() => []);
    if (user !== this.#user) return;
    for (const entry of kept) {
      const key = draftKey(entry.room, entry.reply_to);
      if (entry.changed_at < this.changedAt(key)) continue;
      this.#put({ key, entry: entry.text === "" ? null : entry, at: entry.changed_at });
    }
  }

  /** The person has gone; what they wrote stays on the device until they come back. */
  unload(): void {
    this.flush();
    this.#user = 0;
    this.#drafts = new Map();
    this.#gone.clear();
    this.options.changed(this.#drafts);
  }

  /** The person has signed out: nothing of theirs stays on the device. */
  async clear(): Promise<void> {
    const user = this.#user;
    this.unload();
    await this.#store(() => this.options.storage.clear(user));
  }

  #change(change: DraftChange): void {
    this.#unkept.set(change.key, change);
    this.#put(change);
  }

  #put({ key, entry, at }: DraftChange): void {
    this.#drafts = new Map(this.#drafts);
    if (entry) this.#drafts.set(key, entry);
    else {
      this.#drafts.delete(key);
      this.#gone.set(key, at);
    }
    const [oldest] = this.#gone.keys();
    if (this.#gone.size > mostGone && oldest !== undefined) this.#gone.delete(oldest);
    this.options.changed(this.#drafts);
  }

  /** That a draft is gone is kept, as an empty one, until the server knows: else it would come back from there. */
  #keep(user: number, { key, entry, at }: DraftChange): Promise<void> {
    return this.options.storage.put(entry ?? { user, ...placeOf(key), text: "", changed_at: at });
  }

  /** A device that cannot keep a draft shows it as long as the page lives. */
  #store(work: () => Promise<void>): Promise<void> {
    this.#storing = this.#storing.then(work).catch(() => undefined);
    return this.#storing;
  }
}
