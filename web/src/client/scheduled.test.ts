import { describe, expect, test } from "bun:test";
import type { Scheduled } from "@parley/protocol/scheduled";
import type { Client } from "./client.ts";
import { problem, settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

/** What the server has, and the private log as it tells it. */
class ScheduledServer extends ScriptedServer {
  readonly list = new Map<number, Scheduled>();
  head = 0;
  #gate: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.instead.set("/me/scheduled", async () => {
      const scheduled = [...this.list.values()];
      await this.#gate;
      return Response.json({ scheduled });
    });
  }

  has(id: number, text: string): Scheduled {
    const times = { send_at: "2030-01-02T09:00:00.000Z", created_at: "2030-01-01T00:00:00.000Z" };
    const made: Scheduled = { id, room: 7, text, client_id: `c${id}`, state: "waiting", ...times };
    this.list.set(id, made);
    return made;
  }

  change(id: number, text: string | null): void {
    if (text === null) this.list.delete(id);
    else this.has(id, text);
    const event = { kind: "scheduled.set", at: "", id, scheduled: this.list.get(id) ?? null } as const;
    this.say({ type: "user_event", seq: ++this.head, event });
  }

  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }
}

function shown(client: Client): string[] | null {
  const { scheduled } = client.view.getState();
  return scheduled && [...scheduled.values()].map(({ text }) => text).sort();
}

describe("what the person has yet to send", () => {
  test("SCHED-7 is read when somebody asks, and then followed", async () => {
    const server = new ScheduledServer();
    server.has(1, "one");
    const { client } = await connected({}, server);
    expect([shown(client), server.asked()]).toEqual([null, []]);
    const list = await client.personal.scheduled.get();
    list.want();
    list.want();
    await settled();
    expect([shown(client), server.asked()]).toEqual([["one"], ["GET /me/scheduled"]]);
    server.change(2, "two");
    server.change(1, "one, changed");
    await settled();
    expect(shown(client)).toEqual(["one, changed", "two"]);
    server.change(2, null);
    await settled();
    expect([shown(client), server.asked()]).toEqual([["one, changed"], []]);
  });

  test("SCHED-7 what is heard while the list is read is not lost", async () => {
    const server = new ScheduledServer();
    server.has(1, "one");
    server.has(2, "two");
    const { client } = await connected({}, server);
    const release = server.hold();
    (await client.personal.scheduled.get()).want();
    await settled();
    server.change(1, null);
    server.change(3, "three");
    await settled();
    release();
    await settled();
    expect(shown(client)).toEqual(["three", "two"]);
  });

  test("SCHED-7 a connection that begins anew reads it again, one that resumes does not", async () => {
    const server = new ScheduledServer();
    server.has(1, "one");
    const { client, network } = await connected({}, server);
    (await client.personal.scheduled.get()).want();
    await settled();
    server.asked();
    await reconnect(network);
    server.greet();
    await settled();
    expect(server.asked()).not.toContain("GET /me/scheduled");
    server.list.clear();
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect(shown(client)).toEqual([]);
  });

  test("SCHED-7 what is done here is shown once the server says so, and a refusal changes nothing", async () => {
    const server = new ScheduledServer();
    const { client } = await connected({}, server);
    const scheduled = await client.personal.scheduled.get();
    scheduled.want();
    await settled();
    const made = server.has(4, "four");
    server.instead.set("/rooms/7/scheduled", () => Response.json(made, { status: 201 }));
    await scheduled.create({
      room: 7,
      text: "four",
      send_at: made.send_at,
      client_id: scheduled.newClientId(),
    });
    expect(shown(client)).toEqual(["four"]);
    server.instead.set("/scheduled/4", () => problem("not_found"));
    expect(await scheduled.cancel(4).catch((error) => error.code)).toBe("not_found");
    expect(shown(client)).toEqual(["four"]);
    server.instead.set("/scheduled/4", () => new Response(null, { status: 204 }));
    await scheduled.cancel(4);
    expect(shown(client)).toEqual([]);
  });
});
