import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { freePort } from "../testing/ports.ts";
import { freshPostgres, postgresMissing } from "../testing/postgres.ts";
import { redisMissing, startRedis, type TestRedis } from "../testing/redis.ts";
import { startTunnel } from "../testing/tunnel.ts";
import { type Bus, busMessageBytes } from "./bus.ts";
import type { LinkTiming } from "./bus-link.ts";
import { MemoryBroker } from "./bus-memory.ts";
import { postgresBus } from "./bus-postgres.ts";
import { redisBus } from "./bus-redis.ts";

interface Form {
  connect(channel?: string, timing?: LinkTiming): Bus;
  stop(): void | Promise<void>;
  start(): void | Promise<void>;
  /** Connections stay open and nothing gets through; not for a form without connections. */
  freeze?: () => void;
  thaw?: () => void;
  connections?: () => number;
  close(): Promise<void>;
}

type Open = (url: string, channel: string, timing?: LinkTiming) => Bus;

async function behindTunnel(target: URL, open: Open): Promise<Form> {
  const tunnel = await startTunnel(freePort(), Number(target.port));
  const url = new URL(target);
  url.port = String(tunnel.port);
  return { ...tunnel, connect: (channel, timing) => open(url.href, channel ?? "parley", timing) };
}

const forms = [
  {
    form: "memory",
    missing: false,
    async open(): Promise<Form> {
      const brokers = new Map<string, MemoryBroker>();
      const broker = (channel: string) => {
        const found = brokers.get(channel) ?? new MemoryBroker();
        brokers.set(channel, found);
        return found;
      };
      const each = (turn: "stop" | "start") => {
        for (const known of brokers.values()) known[turn]();
      };
      return {
        connect: (channel = "parley") => broker(channel).connect(),
        stop: () => each("stop"),
        start: () => each("start"),
        close: async () => undefined,
      };
    },
  },
  {
    form: postgresMissing ? "PostgreSQL (not on this machine)" : "PostgreSQL",
    missing: postgresMissing,
    open: async () => behindTunnel(new URL(await freshPostgres()), postgresBus),
  },
  {
    form: redisMissing ? "Redis (not on this machine)" : "Redis",
    missing: redisMissing,
    async open(): Promise<Form> {
      const redis: TestRedis = await startRedis();
      const form = await behindTunnel(new URL(redis.url), redisBus);
      return {
        ...form,
        async close() {
          await form.close();
          await redis.close();
        },
      };
    },
  },
];

/** What one node hears. */
class Ear {
  readonly heard: string[] = [];
  connections = 0;
  private waiting: { until: () => boolean; resolve: () => void }[] = [];

  constructor(readonly bus: Bus) {
    bus.subscribe({
      message: (text) => {
        this.heard.push(text);
        this.look();
      },
      connected: () => {
        this.connections++;
        this.look();
      },
    });
  }

  /** Resolves once it is true; what never becomes true ends in the test's timeout. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ until: condition, resolve });
      this.look();
    });
  }

  private look(): void {
    for (const each of this.waiting.filter(({ until }) => until())) each.resolve();
    this.waiting = this.waiting.filter(({ until }) => !until());
  }
}

for (const { form, missing, open } of forms) {
  describe.skipIf(missing)(`on ${form}`, () => {
    let broker: Form;
    let buses: Bus[] = [];
    beforeAll(async () => {
      broker = await open();
    });
    afterEach(async () => {
      broker.thaw?.();
      await Promise.all(buses.map((bus) => bus.close()));
      buses = [];
    });
    afterAll(() => broker?.close());

    async function ear(channel?: string, timing?: LinkTiming): Promise<Ear> {
      const bus = broker.connect(channel, timing);
      buses.push(bus);
      const made = new Ear(bus);
      await made.until(() => made.connections > 0);
      return made;
    }

    /** Says it again until everyone has heard it: a message may be lost. */
    async function reaches(from: Ear, text: string, ears: readonly Ear[]): Promise<void> {
      const again = setInterval(() => from.bus.publish(text), 50);
      await Promise.all(ears.map((each) => each.until(() => each.heard.includes(text))));
      clearInterval(again);
    }

    test("BUS-1 what one node publishes reaches every node, itself too, in order while nothing fails", async () => {
      const ears = [await ear(), await ear(), await ear()];
      const texts = Array.from({ length: 250 }, (_, index) => `message ${index}`);
      for (const text of texts) ears[0]?.bus.publish(text);
      for (const each of ears) {
        await each.until(() => each.heard.length >= texts.length);
        expect(each.heard).toEqual(texts);
      }
    });

    test("BUS-1 it reaches nobody on another channel", async () => {
      const [one, other] = [await ear("one"), await ear("other")];
      one.bus.publish("for one");
      other.bus.publish("for the other");
      await one.until(() => one.heard.length > 0);
      await other.until(() => other.heard.length > 0);
      expect([one.heard, other.heard]).toEqual([["for one"], ["for the other"]]);
    });

    test("BUS-2 a message of full length arrives as it was, and a longer one hurts no other", async () => {
      const one = await ear();
      const odd = `"quotes" {braces}, \\ NULL 'é' 漢字 🙂 `;
      const full = odd + "x".repeat(busMessageBytes - Buffer.byteLength(odd));
      one.bus.publish(`${full}!`);
      one.bus.publish(full);
      one.bus.publish("after");
      await one.until(() => one.heard.includes("after"));
      expect(one.heard).toEqual([full, "after"]);
    });

    test("BUS-3 after the broker was gone, everyone hears again and knows that something may be lost", async () => {
      const ears = [await ear(), await ear()] as const;
      await reaches(ears[0], "before", ears);
      await broker.stop();
      for (const each of ears) each.bus.publish("meanwhile");
      const before = ears.map((each) => each.connections);
      await broker.start();
      await Promise.all(ears.map((each, index) => each.until(() => each.connections > (before[index] ?? 0))));
      await reaches(ears[1], "after", ears);
    });

    test("BUS-3 one that begins while the broker is gone hears once it is there", async () => {
      await broker.stop();
      const bus = broker.connect("parley", { sendWithin: 2_000, openEvery: 100 });
      buses.push(bus);
      const late = new Ear(bus);
      bus.publish("nobody hears this, or everybody does");
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(late.connections).toBe(0);
      await broker.start();
      await late.until(() => late.connections > 0);
      await reaches(late, "there", [late]);
    });

    test("BUS-4 publishing to a broker that is gone never fails", async () => {
      const one = await ear();
      await broker.stop();
      for (let count = 0; count < 20_000; count++) one.bus.publish(`lost ${count}`);
      await broker.start();
      await one.until(() => one.connections > 1);
      await reaches(one, "after", [one]);
    });

    test("BUS-5 begun anew, a bus hears and speaks as before", async () => {
      const one = await ear("parley", { sendWithin: 2_000, openEvery: 100 });
      const other = await ear();
      one.bus.renew();
      await one.until(() => one.connections > 1);
      await reaches(one, "from one", [one, other]);
      await reaches(other, "from the other", [one, other]);
      while ((broker.connections?.() ?? 4) > 4) await new Promise((resolve) => setImmediate(resolve));
    });

    test("BUS-6 a closed bus hears nothing more", async () => {
      const [one, other] = [await ear(), await ear()];
      await one.bus.close();
      await reaches(other, "later", [other]);
      one.bus.publish("from the grave");
      await reaches(other, "last", [other]);
      expect(one.heard).toEqual([]);
      expect(other.heard).not.toContain("from the grave");
    });

    // Without connections nothing can hang.
    if (form === "memory") return;

    test("BUS-4 what waits for a broker that hangs is bounded", async () => {
      const one = await ear();
      broker.freeze?.();
      for (let count = 0; count < 20_000; count++) one.bus.publish(`late ${count}`);
      broker.thaw?.();
      await reaches(one, "after", [one]);
      expect(one.heard.length).toBeLessThan(3_000);
      expect(one.heard).toContain("late 19999");
    });

    test("BUS-5 beginning again and again leaves no connections behind", async () => {
      const one = await ear("parley", { sendWithin: 2_000, openEvery: 50 });
      await broker.stop();
      for (let count = 0; count < 4; count++) {
        one.bus.renew();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      const before = one.connections;
      await broker.start();
      await one.until(() => one.connections > before);
      await reaches(one, "after", [one]);
      // Whoever was left behind would have connected by then too.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(broker.connections?.()).toBe(2);
    });

    test("BUS-5 a broker that hangs is left, and heard again once it answers", async () => {
      const one = await ear("parley", { sendWithin: 200, openEvery: 100 });
      broker.freeze?.();
      one.bus.publish("into the void");
      const before = one.connections;
      // The bus notices by itself that what it sends is not taken.
      await new Promise((resolve) => setTimeout(resolve, 400));
      broker.thaw?.();
      await one.until(() => one.connections > before);
      await reaches(one, "after", [one]);
    });
  });
}

describe("a memory broker", () => {
  test("BUS-7 loses, repeats, delays and reorders on demand", async () => {
    const broker = new MemoryBroker();
    const fates: Record<string, number[]> = { lost: [], twice: [0, 0], late: [50], last: [100] };
    broker.fate = (message) => fates[message] ?? [0];
    const one = new Ear(broker.connect());
    for (const text of ["late", "lost", "twice", "soon", "last"]) one.bus.publish(text);
    await one.until(() => one.heard.includes("last"));
    expect(one.heard).toEqual(["twice", "twice", "soon", "late", "last"]);
  });
});
