import { describe, expect, test } from "bun:test";
import type { Draft } from "@parley/protocol/drafts";
import fc from "fast-check";
import type { Client } from "./client.ts";
import { type DraftStorage, memoryDrafts } from "./drafts-storage.ts";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { problem, type ScriptedRequest, settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

interface Device {
  client: Client;
  server: ScriptedServer;
  storage: DraftStorage;
  /** The last event of the private log that it was told. */
  told: number;
}

const start = 1_800_000_000_000;

/** The server's draft of room 7, and alice's devices around it: the last written counts, and all are told. */
class DraftHub {
  draft: Draft = { room: 7, text: "", at: new Date(0).toISOString() };
  readonly log: Draft[] = [];
  readonly devices: Device[] = [];
  refusal: Response | undefined;
  #now = start;

  async open(storage = memoryDrafts(), browser = new ScriptedBrowser()): Promise<Device> {
    const server = new ScriptedServer(browser);
    server.instead.set("/rooms/7/draft", () => this.#set(server));
    server.instead.set("/me/drafts", () => Response.json({ drafts: this.draft.text ? [this.draft] : [] }));
    await server.network.pass(this.#now - server.network.now());
    const ready = { user_seq: this.log.length, now: this.#time(), rooms: [server.membership] };
    const { client } = await connected(ready, server, { drafts: storage });
    const device = { client, server, storage, told: ready.user_seq };
    this.devices.push(device);
    // What it said itself while it was greeted.
    this.#tell(device);
    await settled();
    return device;
  }

  /** Time passes for all. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 100) {
      this.#now += Math.min(left, 100);
      for (const { server } of this.devices) await server.network.pass(this.#now - server.network.now());
    }
  }

  async cut({ server }: Device): Promise<void> {
    server.network.socket.cut();
    await settled();
  }

  async reconnect(device: Device): Promise<void> {
    device.client.wake();
    await settled();
    if (isReady(device)) return;
    const { server } = device;
    server.greet({ user_seq: this.log.length, now: this.#time(), rooms: [server.membership] });
    this.#tell(device);
    await settled();
  }

  /** The page is closed, and opened again on what it has kept. */
  async reload(device: Device): Promise<Device> {
    device.server.network.hide();
    await settled();
    device.server.network.die();
    this.devices.splice(this.devices.indexOf(device), 1);
    return this.open(device.storage);
  }

  #time(): string {
    return new Date(this.#now).toISOString();
  }

  #set(server: ScriptedServer): Response {
    if (this.refusal) return this.refusal.clone();
    const { text, at } = (server.network.requests.at(-1) as ScriptedRequest).body as Draft;
    const written = Math.min(Date.parse(at), this.#now);
    if (written > Date.parse(this.draft.at)) {
      this.draft = { ...this.draft, text, at: new Date(written).toISOString() };
      this.log.push(this.draft);
      for (const device of this.devices) if (isReady(device)) this.#tell(device);
    }
    return Response.json(this.draft);
  }

  #tell(device: Device): void {
    while (device.told < this.log.length) {
      device.told += 1;
      // As it stands when it is read.
      const event = { kind: "draft.set", at: "", draft: this.draft } as const;
      device.server.say({ type: "user_event", seq: device.told, event });
    }
  }
}

function isReady({ client }: Device): boolean {
  return client.view.getState().link.status === "ready";
}

function shown({ client }: Device): string {
  return client.drafts.get(7)?.text ?? "";
}

async function pair() {
  const hub = new DraftHub();
  return { hub, one: await hub.open(), other: await hub.open() };
}

type Act =
  | { do: "write"; device: number; text: string }
  | { do: "send" | "cut" | "reconnect" | "reload"; device: number }
  | { do: "pass"; time: number };

/** Does it, and answers what is now the last word that was written, if it was one. */
async function doneTo(hub: DraftHub, act: Act): Promise<string | undefined> {
  if (act.do === "pass") return void (await hub.pass(act.time));
  const on = hub.devices[act.device];
  if (!on) throw new Error("there is such a device");
  if (act.do === "write") on.client.drafts.set(7, act.text);
  if (act.do === "write") return act.text;
  if (act.do === "cut" && isReady(on)) await hub.cut(on);
  if (act.do === "reconnect") await hub.reconnect(on);
  if (act.do === "reload") await hub.reload(on);
  if (act.do !== "send" || shown(on) === "") return;
  void on.client.send(7, shown(on));
  return "";
}

describe("drafts between devices", () => {
  test("COMPOSE-6 is on the other device a second after the last word", async () => {
    const { hub, one, other } = await pair();
    one.client.drafts.set(7, "Hel");
    await hub.pass(500);
    one.client.drafts.set(7, "Hello");
    await hub.pass(900);
    expect([hub.log.length, shown(other)]).toEqual([0, ""]);
    await hub.pass(200);
    expect([hub.log.length, shown(other)]).toEqual([1, "Hello"]);
    expect((await other.storage.all(1)).map(({ text }) => text)).toEqual(["Hello"]);
  });

  test("COMPOSE-6 who writes on and on is followed all the same", async () => {
    const { hub, one, other } = await pair();
    for (let count = 1; count <= 30; count++) {
      one.client.drafts.set(7, "o".repeat(count));
      await hub.pass(200);
    }
    expect(shown(other).length).toBeGreaterThan(20);
    expect(hub.log.length).toBeLessThan(4);
  });

  test("COMPOSE-6 what is sent is gone on the other device at once", async () => {
    const { hub, one, other } = await pair();
    one.client.drafts.set(7, "Hello");
    await hub.pass(2_000);
    expect(shown(other)).toBe("Hello");
    await other.client.send(7, "Hello");
    await hub.pass(100);
    expect([shown(one), shown(other), hub.draft.text]).toEqual(["", "", ""]);
    // The writer has stopped long enough for the word of the other to count.
    await hub.pass(10_000);
    expect([shown(one), await one.storage.all(1), await other.storage.all(1)]).toEqual(["", [], []]);
  });

  test("COMPOSE-7 nobody's words are changed under their hands", async () => {
    const { hub, one, other } = await pair();
    one.client.drafts.set(7, "mine");
    await hub.pass(2_000);
    other.client.drafts.set(7, "the other's");
    await hub.pass(1_200);
    expect(hub.draft.text).toBe("the other's");
    expect(shown(one)).toBe("mine");
    one.client.drafts.set(7, "mine still");
    await hub.pass(2_000);
    expect([hub.draft.text, shown(one)]).toEqual(["mine still", "mine still"]);
    await hub.pass(10_000);
    expect([shown(one), shown(other)]).toEqual(["mine still", "mine still"]);
  });

  test("COMPOSE-7 once the person rests, the later text of the other device is taken", async () => {
    const { hub, one, other } = await pair();
    one.client.drafts.set(7, "mine");
    await hub.pass(2_000);
    other.client.drafts.set(7, "the other's");
    await hub.pass(6_000);
    expect([shown(one), shown(other)]).toEqual(["the other's", "the other's"]);
  });

  test("COMPOSE-8 what was written or sent without a connection is told later, also by the next page", async () => {
    const { hub, one, other } = await pair();
    one.client.drafts.set(7, "first");
    await hub.pass(2_000);
    await hub.cut(other);
    other.server.instead.set("/rooms/7/draft", () => problem("unavailable"));
    void other.client.send(7, "first");
    await hub.pass(300);
    const again = await hub.reload(other);
    await hub.pass(100);
    expect([hub.draft.text, shown(again), shown(one)]).toEqual(["", "", ""]);
    await hub.cut(again);
    again.client.drafts.set(7, "second");
    await hub.pass(300);
    const third = await hub.reload(again);
    await hub.pass(6_000);
    expect([hub.draft.text, shown(third), shown(one)]).toEqual(["second", "second", "second"]);
  });

  test("COMPOSE-8 a text that another device took away does not come back", async () => {
    const { hub, one, other } = await pair();
    one.client.drafts.set(7, "first");
    await hub.pass(2_000);
    const { storage } = other;
    other.server.network.die();
    hub.devices.splice(hub.devices.indexOf(other), 1);
    one.client.drafts.remove(7);
    await hub.pass(2_000);
    const again = await hub.open(storage);
    await hub.pass(2_000);
    expect([hub.draft.text, shown(again), shown(one)]).toEqual(["", "", ""]);
  });

  test("COMPOSE-8 a clock that is wrong changes nothing", async () => {
    const hub = new DraftHub();
    const one = await hub.open();
    const late = new ScriptedServer();
    // An hour behind: what is written there would be older than anything.
    late.network.now = () => one.server.network.now() - 3_600_000;
    late.instead.set("/me/drafts", () => Response.json({ drafts: [] }));
    const { client } = await connected({ now: new Date(start).toISOString() }, late);
    client.drafts.set(7, "late");
    await late.network.pass(2_000);
    const sent = late.network.requests.find(({ path }) => path === "/rooms/7/draft")?.body;
    expect(sent).toEqual({ text: "late", at: new Date(start).toISOString() });
  });

  test("COMPOSE-9 of several tabs one sends", async () => {
    const hub = new DraftHub();
    const [storage, browser] = [memoryDrafts(), new ScriptedBrowser()];
    const one = await hub.open(storage, browser);
    const other = await hub.open(storage, browser);
    await hub.pass(100);
    other.client.drafts.set(7, "from the second tab");
    // For the tab that leads no time passes yet.
    await other.server.network.pass(2_000);
    const sent = (device: Device) =>
      device.server.network.requests.filter(({ path }) => path === "/rooms/7/draft").length;
    expect([sent(one), sent(other)]).toEqual([0, 0]);
    await hub.pass(3_000);
    expect([hub.draft.text, sent(one), sent(other)]).toEqual(["from the second tab", 1, 0]);
    other.client.drafts.set(7, "as the first goes");
    other.server.network.hide();
    await settled();
    one.server.network.die();
    hub.devices.splice(hub.devices.indexOf(one), 1);
    await hub.pass(2_000);
    expect([hub.draft.text, sent(other)]).toEqual(["as the first goes", 1]);
  });

  test("COMPOSE-6 what is begun in a thread is on the other device as well, apart from what is said to the room", async () => {
    const { hub, one, other } = await pair();
    hub.draft = { ...hub.draft, thread: 2 };
    one.client.drafts.set(7, "Hello", { replyTo: 2 });
    await hub.pass(3_000);
    const { body } = one.server.network.requests.findLast(({ path }) => path === "/rooms/7/draft") ?? {};
    expect(body).toMatchObject({ thread: 2, text: "Hello" });
    expect([other.client.drafts.get(7, 2)?.text, shown(other)]).toEqual(["Hello", ""]);
    const again = await hub.reload(other);
    expect(again.client.drafts.get(7, 2)?.text).toBe("Hello");
    void again.client.send(7, "Hello", { reply_to: 2, in_thread: true });
    await hub.pass(3_000);
    expect([hub.draft.text, one.client.drafts.get(7, 2)]).toEqual(["", undefined]);
  });

  test("COMPOSE-9 what the server refuses stays on the device", async () => {
    const { hub, one } = await pair();
    hub.refusal = problem("conflict");
    one.client.drafts.set(7, "one too many");
    await hub.pass(5_000);
    expect([shown(one), hub.log.length]).toEqual(["one too many", 0]);
    one.client.drafts.remove(7);
    await hub.pass(1_000);
    expect(await one.storage.all(1)).toEqual([]);
  });

  test("COMPOSE-6 in the end all devices show what was written last, whatever came between", async () => {
    const device = fc.integer({ min: 0, max: 2 });
    const act: fc.Arbitrary<Act> = fc.oneof(
      fc.record({ do: fc.constant("write" as const), device, text: fc.constantFrom("a", "b", "c", "d") }),
      fc.record({ do: fc.constantFrom("send" as const, "cut", "reconnect", "reload"), device }),
      fc.record({ do: fc.constant("pass" as const), time: fc.integer({ min: 1, max: 4_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
        const hub = new DraftHub();
        for (let count = 0; count < 3; count++) await hub.open();
        let last = "";
        for (const each of acts) {
          last = (await doneTo(hub, each)) ?? last;
          // Two words of one moment have no order.
          await hub.pass(1);
        }
        for (const each of [...hub.devices]) await hub.reconnect(each);
        await hub.pass(15_000);
        expect([hub.draft.text, ...hub.devices.map(shown)]).toEqual([last, last, last, last]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
