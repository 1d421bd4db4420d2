import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "bun:test";
import { IDBFactory } from "fake-indexeddb";
import fc from "fast-check";
import type { Client } from "./client.ts";
import { indexedDbCopy } from "./copy-indexeddb.ts";
import type { CopyStorage } from "./copy-storage.ts";
import { memoryDrafts } from "./drafts-storage.ts";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { problem, ScriptedNetwork, settled } from "./scripted-network.ts";
import { ScriptedTabs, type Tab } from "./scripted-tabs.ts";
import { Tabs } from "./tabs.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

function outboxOf(client: Client): string[] {
  return client.view.getState().outbox.map(({ text, state }) => `${text} ${state}`);
}

async function pair(options?: ConstructorParameters<typeof ScriptedTabs>[0]) {
  const all = new ScriptedTabs(options);
  const [one, other] = [await all.open(), await all.open()];
  return { all, one, other };
}

function alive({ tabs }: ScriptedTabs): Tab[] {
  return tabs.filter(({ isAlive }) => isAlive);
}

const actions = ["send", "send", "take", "take", "lose", "cut", "reconnect", "die", "open"] as const;

async function perform(
  all: ScriptedTabs,
  tab: Tab,
  action: (typeof actions)[number],
  text: string,
): Promise<void> {
  const isReady = all.isReady(tab);
  if (action === "send") await tab.client.send(7, text);
  else if (action === "open") await (alive(all).length < 4 && all.open());
  else if (action === "die") await (alive(all).length > 1 && all.die(tab));
  else if (action === "reconnect") await (isReady || all.reconnect(tab));
  else if (isReady) await (action === "cut" ? all.cut(tab) : all.take(tab, action === "take"));
  await settled();
}

/** What each tab wrote, and which of them sent. */
async function through(taken: { do: (typeof actions)[number]; tab: number }[]) {
  const { all } = await pair();
  const written = new Map<Tab, string[]>();
  const senders = new Set<Tab>();
  for (const [place, one] of taken.entries()) {
    const tab = alive(all)[one.tab % alive(all).length];
    if (!tab) throw new Error("a tab is left");
    if (one.do === "send") written.set(tab, [...(written.get(tab) ?? []), `text ${place}`]);
    if (all.isReady(tab) && all.sending(tab).length > 0) senders.add(tab);
    await perform(all, tab, one.do, `text ${place}`);
  }
  return { all, written, senders };
}

/** Everything is connected, and the server answers until nothing is left to send. */
async function finish(all: ScriptedTabs): Promise<void> {
  const tabs = alive(all);
  for (const tab of tabs) if (!all.isReady(tab)) await all.reconnect(tab);
  for (let round = 0; round < 100 && (await all.storage.all(1)).length > 0; round++) {
    for (const tab of tabs) while (all.sending(tab).length > 0) await all.take(tab);
    // An answer that was lost is noticed by the cut that follows.
    for (const tab of tabs) {
      await all.cut(tab);
      await all.reconnect(tab);
    }
  }
}

describe("several tabs of one person", () => {
  test("TAB-1 one of them sends for all, and each shows what is on its way", async () => {
    const { all, one, other } = await pair();
    await other.client.send(7, "from the other");
    await one.client.send(7, "from the first");
    await settled();
    expect([all.sending(one), all.sending(other)]).toEqual([["from the other"], []]);
    for (const { client } of [one, other]) {
      expect(outboxOf(client)).toEqual(["from the other sent", "from the first queued"]);
    }
    await all.take(one);
    await all.take(one);
    expect(all.texts).toEqual(["from the other", "from the first"]);
    expect([outboxOf(one.client), outboxOf(other.client)]).toEqual([[], []]);
    expect(await all.storage.all(1)).toEqual([]);
  });

  test("TAB-1 what failed can be tried again or discarded in any of them", async () => {
    const { one, other } = await pair();
    const [first, second] = [await other.client.send(7, "first"), await other.client.send(7, "second")];
    await settled();
    const refuse = async (id: string) => {
      one.server.say({ type: "failed", id, error: { code: "forbidden", message: "no", retry: "no" } });
      await settled();
    };
    await refuse(first);
    await refuse(second);
    expect(outboxOf(other.client)).toEqual(["first failed", "second failed"]);
    other.client.discard(first);
    await other.client.retry(second);
    await settled();
    expect([outboxOf(one.client), outboxOf(other.client)]).toEqual([["second sent"], ["second sent"]]);
  });

  test("TAB-2 one whose tab is closed is followed by another, and nothing is lost or doubled", async () => {
    const { all, one, other } = await pair();
    await one.client.send(7, "taken");
    await one.client.send(7, "waiting");
    await other.client.send(7, "third");
    await settled();
    await all.take(one, false);
    await all.die(one);
    while (all.sending(other).length > 0) await all.take(other);
    expect(all.texts).toEqual(["taken", "waiting", "third"]);
    expect([outboxOf(other.client), await all.storage.all(1)]).toEqual([[], []]);
  });

  test("TAB-2 one whose connection is cut is followed by one that is connected", async () => {
    const { all, one, other } = await pair();
    await one.client.send(7, "first");
    await all.cut(one);
    await one.client.send(7, "second");
    await settled();
    expect(all.sending(other)).toEqual(["first"]);
    await all.take(other);
    await all.take(other);
    await all.reconnect(one);
    expect([all.texts, all.sending(one)]).toEqual([["first", "second"], []]);
    expect([outboxOf(one.client), outboxOf(other.client)]).toEqual([[], []]);
  });

  test("TAB-2 what a tab wrote is sent in its order, however long it takes to keep", async () => {
    const { storage } = new ScriptedTabs();
    const gate = Promise.withResolvers<void>();
    const put: typeof storage.put = (entry) =>
      (entry.text === "first" ? gate.promise : Promise.resolve()).then(() => storage.put(entry));
    const { all, one, other } = await pair({ storage: { ...storage, put } });
    const sending = other.client.send(7, "first");
    await other.client.send(7, "second");
    await settled();
    expect(all.sending(one)).toEqual([]);
    gate.resolve();
    await sending;
    await settled();
    expect(all.sending(one)).toEqual(["first"]);
  });

  test("TAB-2 whatever happens to tabs and connections, each message arrives once and in its order", async () => {
    const action = fc.record({
      do: fc.constantFrom(...actions),
      tab: fc.nat(3),
    });
    let handovers = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40, size: "max" }), async (taken) => {
        const { all, written, senders } = await through(taken);
        await finish(all);
        if (senders.size > 1) handovers += 1;
        expect(all.texts.toSorted()).toEqual([...written.values()].flat().sort());
        for (const texts of written.values()) {
          expect(all.texts.filter((text) => texts.includes(text))).toEqual(texts);
        }
        for (const { client } of alive(all)) expect(outboxOf(client)).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect(handovers).toBeGreaterThan(5);
  }, 60_000);

  test("TAB-2 what a tab kept and could not tell any more is sent", async () => {
    const { storage } = new ScriptedTabs();
    const put: typeof storage.put = async (entry) => {
      await storage.put(entry);
      if (entry.text === "left") other.server.network.die();
    };
    const { all, one, other } = await pair({ storage: { ...storage, put } });
    await other.client.send(7, "left");
    await settled();
    expect(all.sending(one)).toEqual([]);
    await all.cut(one);
    await all.reconnect(one);
    expect(all.sending(one)).toEqual(["left"]);
  });

  test("TAB-2 a tab that has lost its connection meanwhile does not take over", () => {
    const browser = new ScriptedBrowser();
    const leads: string[] = [];
    const [one, other, third] = ["one", "other", "third"].map((name) => {
      const environment = new ScriptedNetwork(browser);
      const led = (isLeading: boolean) => void leads.push(`${name} ${isLeading}`);
      const tabs = new Tabs({ environment, url: "http://server", hear: () => undefined, led });
      tabs.join(1);
      return tabs;
    });
    one?.contend();
    other?.contend();
    third?.contend();
    other?.withdraw();
    one?.withdraw();
    return settled().then(() => expect(leads).toEqual(["one true", "one false", "third true"]));
  });

  test("TAB-2 where tabs cannot agree each sends what is its own", async () => {
    const environment = new ScriptedNetwork();
    const exclusively = () => Promise.reject(new DOMException("not here", "SecurityError"));
    const leads: boolean[] = [];
    const led = (isLeading: boolean) => void leads.push(isLeading);
    const channel = environment.channel.bind(environment);
    const tabs = new Tabs({
      environment: { channel, exclusively },
      url: "http://server",
      hear: () => undefined,
      led,
    });
    tabs.join(1);
    tabs.contend();
    await settled();
    expect(leads).toEqual([true]);
  });

  test("TAB-3 one of them keeps what was read", async () => {
    const storage = indexedDbCopy();
    let writes = 0;
    const write: CopyStorage["write"] = (change) => {
      writes += 1;
      return storage.write(change);
    };
    const { all, one, other } = await pair({ copy: { ...storage, write } });
    const pass = async () => {
      for (const { server } of [one, other]) await server.network.pass(1_000);
      for (let turn = 0; turn < 30; turn++) await settled();
    };
    await pass();
    expect(writes).toBe(1);
    await all.cut(one);
    await all.reconnect(one);
    await pass();
    expect(writes).toBe(2);
    await other.client.send(7, "more");
    await settled();
    await all.take(other);
    await pass();
    expect(writes).toBe(3);
  });

  test("TAB-4 signing out in one of them is signing out in all, and nothing stays on the device", async () => {
    const drafts = memoryDrafts();
    const { all, one, other } = await pair({ drafts });
    other.client.drafts.set(7, "not kept yet");
    await other.client.send(7, "waiting");
    one.server.network.answer = () => new Response(null, { status: 204 });
    other.server.network.answer = () => problem("unavailable");
    await one.client.session.signOut();
    await settled();
    expect(other.client.view.getState()).toMatchObject({ session: { status: "signed_out", ended: false } });
    await other.server.network.pass(5_000);
    expect([await drafts.all(1), await all.storage.all(1)]).toEqual([[], []]);
  });
});
