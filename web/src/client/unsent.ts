import { ChatError } from "@parley/protocol/errors";
import type { ClientOptions } from "./client-options.ts";
import type { Environment } from "./environment.ts";
import { Outbox } from "./outbox.ts";
import { type OutboxEntry, sendEntry } from "./outbox-storage.ts";
import { unreachable } from "./rpc.ts";
import type { LiveSocket } from "./socket.ts";
import type { Sync } from "./sync.ts";
import type { TabWord } from "./tabs.ts";
import type { TusOptions } from "./tus.ts";
import { Uploads } from "./uploads.ts";
import { memoryUploads } from "./uploads-storage.ts";
import type { ViewStore } from "./view.ts";

export interface UnsentOptions {
  client: ClientOptions;
  view: ViewStore;
  environment: Environment;
  newId: () => string;
  tokens: Pick<TusOptions, "token" | "refused">;
  socket: Pick<LiveSocket, "do">;
  isSettled: Sync["isSettled"];
  tell: (word: TabWord) => void;
}

/** What a person has sent or chosen and the server does not have yet. It stays on the device, and leaves with them. */
export class Unsent {
  readonly uploads: Uploads;
  readonly outbox: Outbox;
  /** Messages whose files were sent up once more: another refusal is final. */
  readonly #renewed = new Set<string>();

  constructor(private readonly options: UnsentOptions) {
    const { client, view, environment, newId, tokens, isSettled, tell } = options;
    const { url, storage, uploads = memoryUploads() } = client;
    const storageFailed = () => view.setState({ isOutboxKept: false });
    this.uploads = new Uploads({
      ...{ storage: uploads, environment, newId, storageFailed },
      tus: async () => new (await import("./tus.ts").catch(unreachable)).Tus({ url, environment, ...tokens }),
      changed: (changed) => view.setState({ uploads: changed }),
      tell: () => tell({ kind: "uploads" }),
    });
    this.outbox = new Outbox({
      ...{ storage, environment, newId, isSettled, storageFailed, tell },
      send: (entry) => this.#send(entry),
      over: ({ attachments = [] }) => attachments.length > 0 && this.uploads.forget(attachments),
      changed: (outbox) => view.setState({ outbox }),
    });
  }

  load(user: number): void {
    void this.outbox.load(user);
    void this.uploads.load(user);
  }

  /** The session has ended; what waits stays on the device until its person comes back. */
  unload(): void {
    for (const part of [this.outbox, this.uploads]) part.unload();
  }

  /** The person has signed out. */
  clear(): void {
    for (const part of [this.outbox, this.uploads]) void part.clear();
  }

  retry(clientId: string): Promise<void> {
    this.uploads.retry(this.#filesOf(clientId));
    this.#renewed.delete(clientId);
    return this.outbox.retry(clientId);
  }

  /** Lets a message go that failed, with its files. */
  discard(clientId: string): void {
    const files = this.#filesOf(clientId);
    this.outbox.discard(clientId);
    if (files.length > 0) this.uploads.remove(files);
  }

  #filesOf(clientId: string): readonly string[] {
    const { outbox } = this.options.view.getState();
    return outbox.find(({ client_id }) => client_id === clientId)?.attachments ?? [];
  }

  /** UPLOAD-4, UPLOAD-5. Once its files are there; those that the server has forgotten are sent up once more. */
  async #send(entry: OutboxEntry): Promise<{ seq: number }> {
    const { attachments = [], client_id } = entry;
    const files = attachments.length > 0 ? await this.uploads.whole(attachments) : [];
    try {
      return await sendEntry(this.options.socket, entry, files);
    } catch (error) {
      if (!isAboutFiles(error) || this.#renewed.has(client_id)) throw error;
      this.#renewed.add(client_id);
      this.uploads.renew(attachments);
      throw new ChatError("unavailable", "The files are sent up once more.");
    }
  }
}

function isAboutFiles(error: unknown): boolean {
  return error instanceof ChatError && (error.details.fields ?? []).some(({ path }) => path[0] === "files");
}
