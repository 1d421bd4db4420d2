import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Client } from "./client.ts";
import { problem, settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

/** What the server has, and the private log as it tells it. */
class SavedServer extends ScriptedServer {
  readonly saved = new Set<number>();
  head = 0;
  /** What is not told yet. */
  readonly untold: (() => void)[] = [];
  pageSize = 2;
  #gate: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.instead.set("/saved", () => this.#page());
  }

  change(message: number, on: boolean): void {
    if (on) this.saved.add(message);
    else this.saved.delete(message);
    const seq = ++this.head;
    const event = { kind: "saved.set", at: "", message, on } as const;
    this.untold.push(() => this.say({ type: "user_event", seq, event }));
  }

  tellNext(): void {
    this.untold.shift()?.();
  }

  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  async #page(): Promise<Response> {
    const { path = "" } = this.network.requests.at(-1) ?? {};
    const from = Number(new URL(path, "http://server").searchParams.get("cursor") ?? 0);
    const page = [...this.saved].sort((one, other) => one - other).filter((id) => id > from);
    const shown = page.slice(0, this.pageSize);
    const next = page.length > shown.length ? String(shown.at(-1)) : null;
    await this.#gate;
    return Response.json({ saved: shown.map((id) => ({ message: { id }, at: "" })), next });
  }
}

function idsOf(client: Client): number[] | null {
  const { saved } = client.view.getState();
  return saved && [...saved].sort((one, other) => one - other);
}

describe("what the person keeps at hand", () => {
  test("SAVED-4 is read when somebody asks, all pages of it, and then followed", async () => {
    const server = new SavedServer();
    for (const id of [1, 2, 3, 4, 5]) server.saved.add(id);
    const { client } = await connected({}, server);
    expect([idsOf(client), server.asked()]).toEqual([null, []]);
    client.personal.saved.want();
    client.personal.saved.want();
    await settled();
    expect([idsOf(client), server.asked().length]).toEqual([[1, 2, 3, 4, 5], 3]);
    server.change(2, false);
    server.change(9, true);
    server.tellNext();
    server.tellNext();
    expect([idsOf(client), server.asked()]).toEqual([[1, 3, 4, 5, 9], []]);
  });

  test("SAVED-4 is asked for again until the server answers, and after a start from nothing", async () => {
    const server = new SavedServer();
    server.saved.add(1);
    const { network, client } = await connected({}, server);
    const own = server.instead.get("/saved");
    server.instead.set("/saved", () => problem("unavailable"));
    client.personal.saved.want();
    await settled();
    expect(idsOf(client)).toBe(null);
    if (own) server.instead.set("/saved", own);
    await network.pass(5_000);
    expect(idsOf(client)).toEqual([1]);
    server.saved.add(2);
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect(idsOf(client)).toEqual([1, 2]);
  });

  test("SAVED-4 is what the server has, whatever comes while the list is read", async () => {
    const id = fc.integer({ min: 1, max: 6 });
    const act = fc.oneof(
      fc.tuple(id, fc.boolean()).map(([message, on]) => ({ message, on })),
      fc.constantFrom("tell" as const, "turn" as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(id, { maxLength: 5 }),
        fc.array(act, { maxLength: 20 }),
        async (first, acts) => {
          const server = new SavedServer();
          for (const each of first) server.saved.add(each);
          const { client } = await connected({}, server);
          const release = server.hold();
          client.personal.saved.want();
          await settled();
          release();
          for (const each of acts) {
            if (each === "tell") server.tellNext();
            else if (each === "turn") await Promise.resolve();
            else server.change(each.message, each.on);
          }
          while (server.untold.length > 0) server.tellNext();
          await settled();
          expect(idsOf(client)).toEqual([...server.saved].sort((one, other) => one - other));
        },
      ),
      { numRuns: 60 },
    );
  });
});
