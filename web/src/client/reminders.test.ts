import { describe, expect, test } from "bun:test";
import type { Message } from "@parley/protocol/messages";
import type { Reminder } from "@parley/protocol/reminders";
import type { Client } from "./client.ts";
import type { ReminderEntry } from "./reminders.ts";
import { problem, settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

/** What the server has, and the private log as it tells it. */
class ReminderServer extends ScriptedServer {
  readonly list = new Map<number, ReminderEntry>();
  head = 0;
  #gate: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.instead.set("/me/reminders", async () => {
      const reminders = [...this.list.values()];
      await this.#gate;
      return Response.json({ reminders });
    });
  }

  has(message: number, state: Reminder["state"] = "waiting", text: string | null = "words"): Reminder {
    const times = { remind_at: "2030-01-02T09:00:00.000Z", created_at: "2030-01-01T00:00:00.000Z" };
    const made: Reminder = { message, room: 7, state, ...times };
    const about = text === null ? null : ({ id: message, room: 7, text } as Message);
    this.list.set(message, { ...made, about });
    return made;
  }

  announce(message: number): void {
    const found = this.list.get(message);
    const { about: _, ...reminder } = found ?? ({} as ReminderEntry);
    const event = { kind: "reminder.set", at: "", message, reminder: found ? reminder : null } as const;
    this.say({ type: "user_event", seq: ++this.head, event });
  }

  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }
}

function shown(client: Client): string[] | null {
  const { reminders } = client.view.getState();
  const said = ({ message, state, about }: ReminderEntry) => `${message} ${state} ${about?.text ?? "gone"}`;
  return reminders && [...reminders.values()].map(said).sort();
}

describe("what the person is reminded of", () => {
  test("REMIND-7 is read when somebody asks, and again when something is told", async () => {
    const server = new ReminderServer();
    server.has(1);
    const { client } = await connected({}, server);
    expect([shown(client), server.asked()]).toEqual([null, []]);
    const list = await client.personal.reminders.get();
    list.want();
    list.want();
    await settled();
    expect([shown(client), server.asked()]).toEqual([["1 waiting words"], ["GET /me/reminders"]]);
    server.has(2);
    server.announce(2);
    await settled();
    expect(shown(client)).toEqual(["1 waiting words", "2 waiting words"]);
    server.list.delete(1);
    server.announce(1);
    await settled();
    expect(shown(client)).toEqual(["2 waiting words"]);
    expect(server.asked().length).toBe(1);
    // Its message was deleted before its time came.
    server.has(2, "due", null);
    const release = server.hold();
    server.announce(2);
    await settled();
    expect(shown(client)).toEqual(["2 waiting words"]);
    release();
    await settled();
    expect(shown(client)).toEqual(["2 due gone"]);
  });

  test("REMIND-7 what is told while the list is read is in it", async () => {
    const server = new ReminderServer();
    server.has(1);
    server.has(2);
    const { client } = await connected({}, server);
    const release = server.hold();
    (await client.personal.reminders.get()).want();
    await settled();
    server.list.delete(1);
    server.announce(1);
    server.has(3);
    server.announce(3);
    await settled();
    release();
    await settled();
    expect(shown(client)).toEqual(["2 waiting words", "3 waiting words"]);
  });

  test("REMIND-7 a connection that begins anew reads it again, one that resumes does not", async () => {
    const server = new ReminderServer();
    server.has(1);
    const { client, network } = await connected({}, server);
    (await client.personal.reminders.get()).want();
    await settled();
    server.asked();
    await reconnect(network);
    server.greet();
    await settled();
    expect(server.asked()).not.toContain("GET /me/reminders");
    server.list.clear();
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect(shown(client)).toEqual([]);
  });

  test("REMIND-7 what is done here is shown once the server says so, and a refusal changes nothing", async () => {
    const server = new ReminderServer();
    const { client } = await connected({}, server);
    const list = await client.personal.reminders.get();
    list.want();
    await settled();
    const made = server.has(4);
    server.instead.set("/messages/4/reminder", () => Response.json(made));
    await list.set(4, new Date(made.remind_at));
    await settled();
    expect(shown(client)).toEqual(["4 waiting words"]);
    server.instead.set("/messages/4/reminder", () => problem("not_found"));
    expect(await list.remove(4).catch((error) => error.code)).toBe("not_found");
    expect(shown(client)).toEqual(["4 waiting words"]);
    server.list.clear();
    server.instead.set("/messages/4/reminder", () => new Response(null, { status: 204 }));
    await list.remove(4);
    expect(shown(client)).toEqual([]);
  });
});
