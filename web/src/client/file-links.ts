import { limits } from "@parley/protocol/limits";
import type { Client } from "./client.ts";

const linksBy = new WeakMap<object, FileLinks>();

/** The addresses of a client: they come with what shows files. */
export function fileLinks(client: Client): FileLinks {
  const links = linksBy.get(client) ?? new FileLinks(client);
  linksBy.set(client, links);
  return links;
}

interface Link {
  url: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/** Milliseconds before its end at which an address is asked for anew. */
const margin = 10 * 60_000;

/** Addresses at which elements of the page find files: those that are wanted at the same moment are asked for together. */
export class FileLinks {
  readonly #links = new Map<number, Link>();
  #wanted = new Map<number, PromiseWithResolvers<string | null>>();
  /** Whose the addresses are. */
  #session = 0;

  constructor(private readonly client: Pick<Client, "call" | "view">) {}

  /** Null where the file is gone, or not for this person. */
  async urlOf(file: number): Promise<string | null> {
    this.#turn();
    const known = this.#links.get(file);
    if (known && known.expires - Date.now() > margin) return known.url;
    const asked = this.#wanted.get(file) ?? Promise.withResolvers<string | null>();
    if (this.#wanted.size === 0) queueMicrotask(() => void this.#ask());
    this.#wanted.set(file, asked);
    return asked.promise;
  }

  /** Nothing of one session stays for the next. */
  #turn(): void {
    const { session } = this.client.view.getState();
    const now = session.status === "signed_in" ? session.session : 0;
    if (now !== this.#session) this.#links.clear();
    this.#session = now;
  }

  async #ask(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted = new Map();
    for (let from = 0; from < wanted.length; from += limits.fileLinks) {
      await this.#askFor(new Map(wanted.slice(from, from + limits.fileLinks)));
    }
  }

  async #askFor(wanted: ReadonlyMap<number, PromiseWithResolvers<string | null>>): Promise<void> {
    try {
      const { links } = await this.client.call("file.links", { files: [...wanted.keys()] });
      for (const { file, url, expires_at } of links) {
        this.#links.set(file, { url, expires: Date.parse(expires_at) });
      }
      const found = new Map(links.map(({ file, url }) => [file, url]));
      for (const [file, { resolve }] of wanted) resolve(found.get(file) ?? null);
    } catch (error) {
      for (const { reject } of wanted.values()) reject(error);
    }
  }
}
