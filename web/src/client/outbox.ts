import { ChatError, retryOf } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import { Backoff } from "./backoff.ts";
import type { Environment } from "./environment.ts";
import type { Draft, OutboxEntry, OutboxStorage } from "./outbox-storage.ts";
import type { TabWord } from "./tabs.ts";

export interface OutboxOptions {
  storage: OutboxStorage;
  environment: Pick<Environment, "now" | "random" | "after">;
  newId: () => string;
  /** Sends once; the answer says at which event of its room the message stands. */
  send: (entry: OutboxEntry) => Promise<{ seq: number }>;
  /** Whether the room is held up to this event, or is not followed: then its event will not be applied any more. */
  isSettled: (room: number, seq: number) => boolean;
  changed: (entries: readonly OutboxEntry[]) => void;
  /** Its message has arrived: what belongs to it is no longer needed. */
  over?: (entry: OutboxEntry) => void;
  /** This device cannot keep entries: they are lost with the page. */
  storageFailed: () => void;
  /** Says to the other tabs of this person what became of a message. */
  tell?: (word: OutboxWord) => void;
}

export type OutboxWord = Extract<TabWord, { kind: "entry" | "entry gone" }>;

/** Milliseconds after which an unsent message is not sent without asking. */
const staleAfter = 7 * 24 * 3600 * 1000;
/** Messages that are over and still remembered. */
const mostGone = 200;

/** OUTBOX-1 to OUTBOX-8. Messages on their way: kept first, then sent in the order of their room, one at a time. */
export class Outbox {
  readonly #entries = new Map<string, OutboxEntry>();
  /** Entries that are not stored yet: neither they nor what comes after them in their room may be sent. */
  readonly #unstored = new Set<string>();
  /** Rooms with a message under way. */
  readonly #busy = new Set<number>();
  /** Rooms that wait before they go on, and how to call that off. */
  readonly #held = new Map<number, () => void>();
  readonly #backoffs = new Map<number, Backoff>();
  #user = 0;
  #loading: Promise<void> = Promise.resolve();
  #epoch = "";
  #isRunning = false;
  /** Raised whenever sending starts or stops: what was under way before is settled by its repeat. */
  #run = 0;
  /** Messages that have arrived or were discarded: no late word of another tab brings them back. */
  readonly #gone = new Set<string>();
  /** Everything written so far has been kept and told, in its order. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: OutboxOptions) {}

  /** Takes over what this person left on this device. */
  load(user: number): Promise<void> {
    this.#user = user;
    this.#entries.clear();
    this.#loading = this.#load(user);
    return this.#loading;
  }

  async #load(user: number): Promise<void> {
    await this.#takeStored(user);
    if (user !== this.#user) return;
    if (this.#isRunning) this.start(this.#epoch);
    else this.#show();
  }

  async #takeStored(user: number): Promise<void> {
    const stored = await this.options.storage.all(user).catch(() => {
      this.options.storageFailed();
      return [];
    });
    if (user !== this.#user) return;
    for (const entry of stored) {
      const { client_id } = entry;
      if (!this.#entries.has(client_id) && !this.#gone.has(client_id))
        this.#entries.set(client_id, this.#asked(entry));
    }
  }

  /** TAB-2. This tab sends from now on, also what the one before it was told of or has left. */
  async takeOver(): Promise<void> {
    this.halt();
    const run = this.#run;
    await this.#takeStored(this.#user);
    if (run === this.#run) this.start(this.#epoch);
  }

  /** TAB-1. Another tab says what became of a message. */
  hear(word: OutboxWord): void {
    if (word.kind === "entry gone") {
      if (this.#entries.delete(word.client_id)) this.#show();
      return;
    }
    const { entry } = word;
    const held = this.#entries.get(entry.client_id);
    const isUnderWay = held?.state === "sent" && this.#isRunning && entry.state !== "acked";
    const isOver = this.#gone.has(entry.client_id) || (entry.state === "acked" && !held);
    if (entry.user !== this.#user || isUnderWay || isOver) return;
    this.#put(entry);
    this.settle();
    this.#pump(entry.room);
  }

  /** There is a connection, in this history. */
  greeted(epoch: string): void {
    this.#epoch = epoch;
  }

  /** OUTBOX-7. What has waited for a week is not sent without asking. */
  #asked(entry: OutboxEntry): OutboxEntry {
    const isStale = this.options.environment.now() - entry.created_at > staleAfter;
    if (!isStale || entry.state === "acked" || entry.state === "failed") return entry;
    const message = "This has waited for more than a week. Send it still?";
    return { ...entry, state: "failed", error: { code: "unavailable", message } };
  }

  /** A connection is ready, in this history. */
  start(epoch: string): void {
    this.halt();
    this.#epoch = epoch;
    this.#isRunning = true;
    for (const entry of [...this.#entries.values()]) {
      const isOfAnother = entry.state === "acked" && entry.acked?.epoch !== epoch;
      if (isOfAnother) this.#put({ ...entry, state: "queued" });
    }
    this.settle();
    for (const room of new Set([...this.#entries.values()].map((entry) => entry.room))) this.#pump(room);
  }

  /** The connection is gone: what was under way is sent again, under the same id, once there is another. */
  halt(): void {
    this.#isRunning = false;
    this.#run += 1;
    this.#busy.clear();
    for (const callOff of this.#held.values()) callOff();
    this.#held.clear();
    for (const entry of [...this.#entries.values()]) {
      if (entry.state === "sent") this.#put({ ...entry, state: "queued" });
    }
  }

  /** Puts a message last; the answer is its client id. */
  async add(draft: Draft): Promise<string> {
    await this.#loading;
    const last = Math.max(0, ...[...this.#entries.values()].map(({ order }) => order));
    const { environment, newId } = this.options;
    const entry: OutboxEntry = {
      ...draft,
      client_id: newId(),
      user: this.#user,
      order: last + 1,
      created_at: environment.now(),
      state: "queued",
    };
    await this.#keep(entry);
    return entry.client_id;
  }

  /** SYNC-6. A message of one's own that the server has lost waits for the person's word. */
  async addLost({ client_id, room, text, mentions, created_at }: Message): Promise<void> {
    if (client_id === undefined || this.#entries.has(client_id)) return;
    this.#gone.delete(client_id);
    await this.#keep({
      client_id,
      room,
      text,
      ...(mentions && { mentions }),
      user: this.#user,
      order: 0,
      created_at: Date.parse(created_at),
      state: "failed",
      error: { code: "not_found", message: "The server no longer has this message." },
    });
  }

  async retry(clientId: string): Promise<void> {
    const entry = this.#entries.get(clientId);
    if (entry?.state !== "failed") return;
    const { error, ...rest } = entry;
    await this.#keep({ ...rest, created_at: this.options.environment.now(), state: "queued" });
  }

  discard(clientId: string): void {
    if (this.#entries.get(clientId)?.state !== "failed") return;
    this.#remove(clientId);
    this.options.tell?.({ kind: "entry gone", client_id: clientId });
  }

  /** OUTBOX-3. Its message is in the room: whether the answer has come or not, it has arrived. */
  arrived(message: Message): void {
    const { client_id, sender, seq } = message;
    if (sender !== this.#user || client_id === undefined) return;
    this.#over(client_id);
    const entry = this.#entries.get(client_id);
    if (!entry) return;
    this.#done(entry);
    this.#tell(this.#acked(entry, seq));
  }

  /** Rooms have moved on: acknowledged messages that they must hold by now are done with. */
  settle(): void {
    for (const entry of [...this.#entries.values()]) {
      const { room, acked, state } = entry;
      if (state === "acked" && acked && this.options.isSettled(room, acked.seq)) this.#done(entry);
    }
  }

  /** The person has gone; what waits stays on the device until they come back. */
  unload(): void {
    this.halt();
    this.#user = 0;
    this.#entries.clear();
    this.#show();
  }

  /** The person has signed out: nothing of theirs stays on the device. */
  async clear(): Promise<void> {
    const user = this.#user;
    this.unload();
    await this.options.storage.clear(user).catch(this.options.storageFailed);
  }

  /** OUTBOX-1. Stored before it is sent: a crash between the two must not lose it. */
  async #keep(entry: OutboxEntry): Promise<void> {
    this.#unstored.add(entry.client_id);
    this.#put(entry);
    const storing = this.options.storage.put(entry).catch(this.options.storageFailed);
    // In the order of writing, so that the tab that sends does not send a later one first.
    this.#told = Promise.all([this.#told, storing]).then(() => this.#tell(entry));
    await storing;
    this.#unstored.delete(entry.client_id);
    this.#pump(entry.room);
  }

  /** OUTBOX-2. Sends the oldest message of a room unless one is under way. */
  #pump(room: number): void {
    if (!this.#isRunning || this.#busy.has(room) || this.#held.has(room)) return;
    const next = this.#sorted().find((entry) => entry.room === room && entry.state === "queued");
    if (next && !this.#unstored.has(next.client_id)) void this.#send(next);
  }

  async #send(entry: OutboxEntry): Promise<void> {
    const run = this.#run;
    this.#busy.add(entry.room);
    this.#put({ ...entry, state: "sent" });
    this.#tell({ ...entry, state: "sent" });
    try {
      const { seq } = await this.options.send(entry);
      if (run === this.#run) this.#acknowledged(entry, seq);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (run === this.#run) this.#refused(entry, error);
    } finally {
      if (run === this.#run) {
        this.#busy.delete(entry.room);
        this.#pump(entry.room);
      }
    }
  }

  #acknowledged(entry: OutboxEntry, seq: number): void {
    this.#backoffs.delete(entry.room);
    if (!this.#entries.has(entry.client_id)) return;
    const acked = this.#acked(entry, seq);
    if (!this.options.isSettled(entry.room, seq)) return this.#store(acked);
    this.#done(entry);
    this.#tell(acked);
  }

  #acked(entry: OutboxEntry, seq: number): OutboxEntry {
    return { ...entry, state: "acked", acked: { epoch: this.#epoch, seq } };
  }

  #refused(entry: OutboxEntry, { code, message, details }: ChatError): void {
    if (!this.#entries.has(entry.client_id)) return;
    // Without a session nothing is wrong with the message itself.
    if (retryOf(code) === "no" && code !== "unauthenticated") {
      return this.#store({ ...entry, state: "failed", error: { code, message } });
    }
    this.#put({ ...entry, state: "queued" });
    this.#hold(entry.room, details.after);
  }

  /** OUTBOX-6. A room waits as a whole: what comes after must not overtake. */
  #hold(room: number, after: number | undefined): void {
    const { environment } = this.options;
    const backoff = this.#backoffs.get(room) ?? new Backoff(environment.random);
    this.#backoffs.set(room, backoff);
    const callOff = environment.after(backoff.next(after), () => {
      this.#held.delete(room);
      this.#pump(room);
    });
    this.#held.set(room, callOff);
  }

  #put(entry: OutboxEntry): void {
    this.#entries.set(entry.client_id, entry);
    this.#show();
  }

  #store(entry: OutboxEntry): void {
    this.#put(entry);
    this.#tell(entry);
    this.options.storage.put(entry).catch(this.options.storageFailed);
  }

  #tell(entry: OutboxEntry): void {
    this.options.tell?.({ kind: "entry", entry });
  }

  #done(entry: OutboxEntry): void {
    this.options.over?.(entry);
    this.#remove(entry.client_id);
  }

  #remove(clientId: string): void {
    this.#entries.delete(clientId);
    this.#over(clientId);
    this.#show();
    this.options.storage.remove(clientId).catch(this.options.storageFailed);
  }

  #over(clientId: string): void {
    this.#gone.add(clientId);
    const [oldest] = this.#gone;
    if (this.#gone.size > mostGone && oldest !== undefined) this.#gone.delete(oldest);
  }

  #sorted(): OutboxEntry[] {
    return [...this.#entries.values()].sort(
      (one, other) => one.order - other.order || (one.client_id < other.client_id ? -1 : 1),
    );
  }

  #show(): void {
    this.options.changed(this.#sorted());
  }
}
