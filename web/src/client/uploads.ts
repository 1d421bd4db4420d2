import { ChatError, retryOf } from "@parley/protocol/errors";
import { Backoff } from "./backoff.ts";
import type { Environment } from "./environment.ts";
import { unreachable } from "./rpc.ts";
import type { Tus } from "./tus.ts";
import type { UploadEntry, UploadStorage } from "./uploads-storage.ts";

export interface UploadsOptions {
  storage: UploadStorage;
  environment: Pick<Environment, "now" | "random" | "after" | "exclusively">;
  newId: () => string;
  /** The way to the server. It comes when something is to be sent: most visits send nothing. */
  tus: () => Promise<Pick<Tus, "begin" | "offset" | "append" | "end">>;
  changed: (entries: readonly UploadEntry[]) => void;
  /** This device cannot keep files: they are lost with the page. */
  storageFailed: () => void;
  /** Says to the other tabs that something is different. */
  tell: () => void;
}

/** A file as the person chose it. */
export interface ChosenFile {
  bytes: Blob;
  name: string;
  width?: number;
  height?: number;
}

/** Files that travel at once. */
const atOnce = 2;
/** UPLOAD-1 to UPLOAD-6. Files on their way: kept on the device first, then sent in pieces, going on after any cut. */
export class Uploads {
  readonly #entries = new Map<string, UploadEntry>();
  /** What cannot be kept on the device is held as long as the page is. */
  readonly #bytes = new Map<string, Blob>();
  readonly #going = new Map<string, AbortController>();
  readonly #held = new Map<string, () => void>();
  readonly #backoffs = new Map<string, Backoff>();
  /** Who waits until something is done or failed. */
  #waiting: (() => void)[] = [];
  #user = 0;
  #isRunning = false;

  constructor(private readonly options: UploadsOptions) {}

  /** Takes over what this person left on this device. */
  async load(user: number): Promise<void> {
    this.#stop();
    this.#user = user;
    this.#entries.clear();
    await this.refresh();
  }

  /** Another tab has changed something. */
  async refresh(): Promise<void> {
    const user = this.#user;
    const stored = await this.options.storage.all(user).catch(() => null);
    if (!stored || user !== this.#user) return;
    const present = new Set(stored.map(({ key }) => key));
    for (const key of this.#entries.keys()) {
      if (!present.has(key) && !this.#bytes.has(key)) this.#drop(key);
    }
    for (const entry of stored) if (!this.#going.has(entry.key)) this.#entries.set(entry.key, entry);
    this.#show();
    this.#pump();
  }

  /** There is a connection. */
  start(): void {
    this.#isRunning = true;
    for (const callOff of this.#held.values()) callOff();
    this.#held.clear();
    this.#pump();
  }

  /** The connection is gone: what was under way goes on where it stands once there is another. */
  halt(): void {
    this.#isRunning = false;
    for (const stop of this.#going.values()) stop.abort();
  }

  unload(): void {
    this.#stop();
    this.#user = 0;
    this.#entries.clear();
    this.#bytes.clear();
    this.#show();
  }

  /** The person has signed out: nothing of theirs stays on the device. */
  async clear(): Promise<void> {
    const user = this.#user;
    this.unload();
    await this.options.storage.clear(user).catch(this.options.storageFailed);
  }

  /** UPLOAD-1. Kept before it is sent, so that a reload does not lose it. */
  async add(room: number, files: readonly ChosenFile[]): Promise<void> {
    for (const { bytes, name, width, height } of files) {
      const last = Math.max(0, ...[...this.#entries.values()].map(({ order }) => order));
      const entry: UploadEntry = {
        ...{ key: this.options.newId(), user: this.#user, room, order: last + 1, name, alt: "" },
        ...{ size: bytes.size, type: bytes.type, state: "going", offset: 0 },
        ...(width !== undefined && height !== undefined && { width, height }),
      };
      this.#bytes.set(entry.key, bytes);
      this.#entries.set(entry.key, entry);
      this.#show();
      await this.#store(entry, bytes).then((isKept) => isKept && this.#bytes.delete(entry.key));
      this.#pump();
    }
  }

  /** Gives it another name or description. */
  describe(key: string, words: { name: string; alt: string }): void {
    const entry = this.#entries.get(key);
    if (entry) this.#keep({ ...entry, ...words });
  }

  /** Tries again what the server refused. */
  retry(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry?.state !== "failed") continue;
      const { error, upload, ...rest } = entry;
      this.#keep({ ...rest, state: "going", offset: 0 });
    }
    this.#pump();
  }

  /** UPLOAD-5. The server does not know these any more: they are sent up once more. */
  renew(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (!entry) continue;
      const { upload, ...rest } = entry;
      this.#keep({ ...rest, state: "going", offset: 0 });
    }
    this.#pump();
  }

  /** Takes files back; what the server has of them goes too. */
  remove(keys: readonly string[]): void {
    for (const key of keys) {
      const upload = this.#entries.get(key)?.upload;
      // What cannot be told now is forgotten by the server within a day.
      if (upload === undefined) continue;
      this.options
        .tus()
        .then((tus) => tus.end(upload))
        .catch(() => undefined);
    }
    this.forget(keys);
  }

  /** They have become part of a message. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#drop(key);
    this.#show();
    const { storage, storageFailed, tell } = this.options;
    storage.remove(keys).then(tell, storageFailed);
    this.#pump();
  }

  /** What was chosen, to be shown before it is anywhere else. */
  async bytes(key: string): Promise<Blob | undefined> {
    return this.#bytes.get(key) ?? (await this.options.storage.bytes(key).catch(() => undefined));
  }

  /** UPLOAD-4. Resolves when all of these are on the server; fails as the first of them that failed. */
  async whole(keys: readonly string[]): Promise<UploadEntry[]> {
    for (let isFresh = false; ; ) {
      const entries = keys.map((key) => this.#entries.get(key));
      const failed = entries.find((entry) => entry?.state === "failed");
      if (failed?.error) throw new ChatError(failed.error.code, failed.error.message);
      if (entries.every((entry) => entry?.state === "done")) return entries as UploadEntry[];
      if (entries.includes(undefined)) {
        if (isFresh) throw new ChatError("not_found", "A file of this message is gone.");
        // Another tab may have chosen it a moment ago, or this one has just begun.
        isFresh = true;
        await this.refresh();
        continue;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #pump(): void {
    if (!this.#isRunning) return;
    for (const { key, state } of this.#sorted()) {
      if (this.#going.size >= atOnce) return;
      if (state === "going" && !this.#going.has(key) && !this.#held.has(key)) void this.#go(key);
    }
  }

  async #go(key: string): Promise<void> {
    const stop = new AbortController();
    this.#going.set(key, stop);
    try {
      // Of several tabs one sends; the others find it done when it is their turn.
      await this.options.environment.exclusively(`parley upload ${key}`, () => this.#carry(key, stop.signal));
      this.#backoffs.delete(key);
    } catch (error) {
      if (!stop.signal.aborted) this.#refused(key, error);
    } finally {
      if (this.#going.get(key) === stop) this.#going.delete(key);
      this.#pump();
    }
  }

  async #carry(key: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const stored = await this.options.storage.get(key).catch(() => undefined);
    const entry = stored ?? this.#entries.get(key);
    if (!entry || !this.#entries.has(key)) return;
    if (entry.state !== "going") {
      this.#entries.set(key, entry);
      return this.#show();
    }
    const bytes = await this.bytes(key);
    if (!bytes) throw new ChatError("not_found", "This device has lost the file.");
    const tus = await this.options.tus();
    const { sendUp } = await import("./upload-sending.ts").catch(unreachable);
    const upload = await sendUp({
      ...{ entry, bytes, signal, environment: this.options.environment, tus },
      begun: (upload) => this.#hold({ key, upload, offset: 0 }),
      came: (offset) => this.#change(key, { offset }),
    });
    await this.#hold({ key, upload, state: "done", offset: bytes.size });
  }

  #refused(key: string, error: unknown): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    if (!(error instanceof ChatError)) throw error;
    const { code, message, details } = error;
    // Somebody else went on with it, or it is gone: the server is asked anew how far it is.
    const isOdd = (code === "conflict" || code === "not_found") && entry.upload !== undefined;
    if (retryOf(code) === "no" && code !== "unauthenticated" && !isOdd) {
      return this.#keep({ ...entry, state: "failed", error: { code, message } });
    }
    const { environment } = this.options;
    const backoff = this.#backoffs.get(key) ?? new Backoff(environment.random);
    this.#backoffs.set(key, backoff);
    const callOff = environment.after(backoff.next(details.after), () => {
      this.#held.delete(key);
      this.#pump();
    });
    this.#held.set(key, callOff);
  }

  /** Kept, unless it was taken back meanwhile. */
  async #hold(change: Partial<UploadEntry> & { key: string }): Promise<void> {
    const entry = this.#entries.get(change.key);
    if (entry) await this.#store(this.#put({ ...entry, ...change }));
  }

  #change(key: string, change: Partial<UploadEntry>): void {
    const entry = this.#entries.get(key);
    if (entry) this.#put({ ...entry, ...change });
  }

  #put(entry: UploadEntry): UploadEntry {
    this.#entries.set(entry.key, entry);
    this.#show();
    return entry;
  }

  #keep(entry: UploadEntry): void {
    this.#put(entry);
    void this.#store(entry);
  }

  /** Whether this device has it now. */
  async #store(entry: UploadEntry, bytes?: Blob): Promise<boolean> {
    const { storage, storageFailed, tell } = this.options;
    try {
      await storage.put(entry, bytes);
      tell();
      return true;
    } catch {
      storageFailed();
      return false;
    }
  }

  #drop(key: string): void {
    this.#going.get(key)?.abort();
    this.#held.get(key)?.();
    this.#held.delete(key);
    this.#entries.delete(key);
    this.#bytes.delete(key);
  }

  #stop(): void {
    for (const stop of this.#going.values()) stop.abort();
    for (const callOff of this.#held.values()) callOff();
    this.#held.clear();
  }

  #sorted(): UploadEntry[] {
    return [...this.#entries.values()].sort((one, other) => one.order - other.order);
  }

  #show(): void {
    this.options.changed(this.#sorted());
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
