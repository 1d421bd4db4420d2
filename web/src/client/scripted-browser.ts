import type { Channel } from "./environment.ts";

/* For tests: what the tabs of one browser share. */

interface Member {
  tab: object;
  name: string;
  hear: (message: unknown) => void;
}

interface Waiting {
  tab: object;
  start: () => Promise<unknown>;
}

export class ScriptedBrowser {
  readonly #members = new Set<Member>();
  /** The first of each is the one that runs. */
  readonly #locks = new Map<string, Waiting[]>();

  #opened = 0;

  /** Opens one more tab. */
  open(): number {
    this.#opened += 1;
    return this.#opened;
  }

  channel(tab: object, name: string, hear: (message: unknown) => void): Channel {
    const own: Member = { tab, name, hear };
    this.#members.add(own);
    return {
      post: (message) => {
        if (!this.#members.has(own)) return;
        const others = [...this.#members].filter((member) => member !== own && member.name === name);
        const copy = structuredClone(message);
        for (const other of others) queueMicrotask(() => this.#members.has(other) && other.hear(copy));
      },
      close: () => void this.#members.delete(own),
    };
  }

  lock<Result>(tab: object, name: string, run: () => Promise<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const queue = this.#locks.get(name) ?? [];
    this.#locks.set(name, queue);
    const waiting: Waiting = {
      tab,
      start: () =>
        run()
          .then(resolve, reject)
          .finally(() => this.#release(queue, waiting)),
    };
    queue.push(waiting);
    if (queue.length === 1) void waiting.start();
    return promise;
  }

  /** The tab is gone: its locks are free, and it is not heard any more. */
  close(tab: object): void {
    for (const member of this.#members) if (member.tab === tab) this.#members.delete(member);
    for (const queue of this.#locks.values()) {
      for (const waiting of queue.filter((other) => other.tab === tab)) this.#release(queue, waiting);
    }
  }

  #release(queue: Waiting[], waiting: Waiting): void {
    const place = queue.indexOf(waiting);
    if (place < 0) return;
    queue.splice(place, 1);
    if (place === 0) void queue[0]?.start();
  }
}
