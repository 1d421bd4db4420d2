import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { ScriptedNetwork, settled } from "./scripted-network.ts";
import "./upload-sending.ts";
import { Uploads } from "./uploads.ts";
import { memoryUploads, type UploadEntry, type UploadStorage } from "./uploads-storage.ts";

const alice = 1;
const [lobby, design] = [7, 8];
/** More than one piece. */
const large = () => new Blob([new Uint8Array(1_200_000)]);
const small = (text = "words") => new Blob([text]);
const cut = new ChatError("unavailable", "cut");

/** The server's side of the protocol, as the test plays it. */
function scriptedServer() {
  const held = new Map<number, number>();
  const asked: string[] = [];
  let made = 0;
  /** What the next call of this name comes to; left out, what a server does. */
  const next = new Map<string, (() => Promise<never>)[]>();
  const played = async (name: string) => {
    await next.get(name)?.shift()?.();
  };
  return {
    held,
    asked,
    fail(name: string, error: ChatError) {
      next.set(name, [...(next.get(name) ?? []), () => Promise.reject(error)]);
    },
    /** The next call goes as usual. */
    pass(name: string) {
      next.set(name, [...(next.get(name) ?? []), () => Promise.resolve() as Promise<never>]);
    },
    hang(name: string) {
      const gate = Promise.withResolvers<never>();
      next.set(name, [...(next.get(name) ?? []), () => gate.promise]);
      return gate;
    },
    tus: {
      async begin({ name, size }: { name: string; size: number }) {
        asked.push(`begin ${name} ${size}`);
        await played("begin");
        held.set(++made, 0);
        return made;
      },
      async offset(upload: number) {
        asked.push(`offset ${upload}`);
        await played("offset");
        const offset = held.get(upload);
        if (offset === undefined) throw new ChatError("not_found", "gone");
        return offset;
      },
      async append(upload: number, at: number, body: Blob, signal: AbortSignal) {
        asked.push(`append ${upload} ${at}`);
        await Promise.race([
          played("append"),
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(cut))),
        ]);
        if (held.get(upload) !== at) throw new ChatError("conflict", "elsewhere");
        held.set(upload, at + body.size);
        return at + body.size;
      },
      async end(upload: number) {
        asked.push(`end ${upload}`);
        held.delete(upload);
      },
    },
  };
}

type Server = ReturnType<typeof scriptedServer>;

function setUp({
  storage = memoryUploads(),
  network = new ScriptedNetwork(),
  server = scriptedServer(),
}: {
  storage?: UploadStorage;
  network?: ScriptedNetwork;
  server?: Server;
} = {}) {
  let entries: readonly UploadEntry[] = [];
  let storageFailed = false;
  let told = 0;
  let made = 0;
  const uploads = new Uploads({
    ...{ storage, environment: network, tus: async () => server.tus },
    newId: () => `file-${++made}`,
    changed: (changed) => {
      entries = changed;
    },
    storageFailed: () => {
      storageFailed = true;
    },
    tell: () => {
      told += 1;
    },
  });
  return {
    ...{ uploads, server, storage, network },
    get shown() {
      return entries.map(({ name, state, offset }) => `${name} ${state} ${offset}`);
    },
    get entries() {
      return entries;
    },
    get storageFailed() {
      return storageFailed;
    },
    get told() {
      return told;
    },
  };
}

async function running(given: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(given);
  await all.uploads.load(alice);
  all.uploads.start();
  return all;
}

const keysOf = ({ entries }: { entries: readonly UploadEntry[] }) => entries.map(({ key }) => key);

describe("a file on its way", () => {
  test("UPLOAD-1 is kept before it is sent, and is there again after a restart", async () => {
    const storage = memoryUploads();
    const gate = Promise.withResolvers<void>();
    const slow: UploadStorage = {
      ...storage,
      put: (entry, bytes) => gate.promise.then(() => storage.put(entry, bytes)),
    };
    const before = await running({ storage: slow });
    before.uploads.halt();
    const adding = before.uploads.add(lobby, [{ bytes: small(), name: "one.txt", width: 3, height: 2 }]);
    await settled();
    expect([before.shown, await storage.all(alice)]).toEqual([["one.txt going 0"], []]);
    gate.resolve();
    await adding;
    const after = await running({ storage });
    await settled();
    expect(after.shown).toEqual(["one.txt done 5"]);
    expect(after.entries[0]).toMatchObject({ room: lobby, width: 3, height: 2, size: 5 });
    expect(await (await after.uploads.bytes(keysOf(after)[0] ?? ""))?.text()).toBe("words");
  });

  test("UPLOAD-1 is sent even where it cannot be kept, and the person is told", async () => {
    const storage = { ...memoryUploads(), put: () => Promise.reject(new Error("quota")) };
    const all = await running({ storage });
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    expect([all.shown, all.storageFailed]).toEqual([["one.txt done 5"], true]);
  });

  test("UPLOAD-2 goes in pieces, and two go at once", async () => {
    const all = await running();
    const gates = [all.server.hang("append"), all.server.hang("append")];
    for (const name of ["one", "two", "three"]) await all.uploads.add(lobby, [{ bytes: large(), name }]);
    await settled();
    expect(all.server.asked.filter((each) => each.startsWith("begin"))).toHaveLength(2);
    for (const { reject } of gates) reject(cut);
    await settled();
    await all.network.pass(60_000);
    expect(all.shown).toEqual(["one done 1200000", "two done 1200000", "three done 1200000"]);
    const third = all.server.asked.filter((each) => each.startsWith("append 3 "));
    expect(third).toEqual(["append 3 0", "append 3 524288"]);
  });

  test("UPLOAD-2 after a cut it goes on where the server has it", async () => {
    const all = await running();
    const { server } = all;
    await all.uploads.add(lobby, [{ bytes: small(), name: "first.txt" }]);
    await settled();
    server.asked.length = 0;
    server.pass("append");
    const hanging = server.hang("append");
    await all.uploads.add(lobby, [{ bytes: large(), name: "large" }]);
    await settled();
    all.uploads.halt();
    hanging.reject(cut);
    await settled();
    await all.network.pass(60_000);
    const before = all.server.asked.length;
    all.uploads.start();
    await settled();
    expect(all.server.asked.slice(before)).toEqual(["offset 2", "append 2 524288", "append 2 1048576"]);
    expect(all.shown).toEqual(["first.txt done 5", "large done 1200000"]);
  });

  test("UPLOAD-2 one that the server does not know any more begins anew", async () => {
    const all = await running();
    const hanging = all.server.hang("append");
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    all.uploads.halt();
    hanging.reject(cut);
    all.server.held.clear();
    await settled();
    all.uploads.start();
    await settled();
    expect(all.server.asked).toEqual([
      ...["begin one.txt 5", "append 1 0", "offset 1", "begin one.txt 5", "append 2 0"],
    ]);
    expect(all.shown).toEqual(["one.txt done 5"]);
  });

  test("UPLOAD-3 refused for good, it stays until it is tried again or taken back", async () => {
    const all = await running();
    all.server.fail("begin", new ChatError("full", "no room"));
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    await all.network.pass(120_000);
    expect([all.shown, all.server.asked.length]).toEqual([["one.txt failed 0"], 1]);
    expect(all.entries[0]?.error?.code).toBe("full");
    all.uploads.retry(keysOf(all));
    await settled();
    expect(all.shown).toEqual(["one.txt done 5"]);
    all.uploads.remove(keysOf(all));
    await settled();
    expect([all.shown, await all.storage.all(alice), all.server.held.size]).toEqual([[], [], 0]);
  });

  test("UPLOAD-3 told to wait, it waits", async () => {
    const all = await running();
    all.server.fail("begin", new ChatError("rate_limited", "slowly", { after: 3 }));
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    await all.network.pass(2_900);
    expect(all.server.asked).toHaveLength(1);
    await all.network.pass(2_000);
    expect(all.shown).toEqual(["one.txt done 5"]);
  });

  test("UPLOAD-3 taken back while it is on its way, nothing of it comes back", async () => {
    const all = await running();
    const hanging = all.server.hang("append");
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    all.uploads.remove(keysOf(all));
    hanging.reject(cut);
    await settled();
    await all.network.pass(60_000);
    expect([all.shown, await all.storage.all(alice)]).toEqual([[], []]);
    expect(all.server.asked.at(-1)).toBe("end 1");
  });

  test("UPLOAD-4 whoever waits for files has them when all are there, or fails with the first that did", async () => {
    const all = await running();
    const hanging = all.server.hang("append");
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await all.uploads.add(design, [{ bytes: small(), name: "two.txt" }]);
    await settled();
    let outcome = "waits";
    const waiting = all.uploads.whole(keysOf(all)).then((entries) => {
      outcome = entries.map(({ upload }) => upload).join();
    });
    await settled();
    expect(outcome).toBe("waits");
    hanging.reject(cut);
    await all.network.pass(60_000);
    await waiting;
    expect(outcome).toBe("1,2");
    all.server.fail("begin", new ChatError("too_large", "too large"));
    await all.uploads.add(lobby, [{ bytes: small(), name: "three.txt" }]);
    await expect(all.uploads.whole(keysOf(all))).rejects.toThrow("too large");
    await expect(all.uploads.whole(["nothing"])).rejects.toThrow("gone");
  });

  test("UPLOAD-5 what the server has forgotten is sent up once more", async () => {
    const all = await running();
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    all.server.held.clear();
    all.uploads.renew(keysOf(all));
    const [entry] = await all.uploads.whole(keysOf(all));
    expect([entry?.upload, all.shown]).toEqual([2, ["one.txt done 5"]]);
  });

  test("UPLOAD-6 of two tabs one sends it, and the other sees what became of it", async () => {
    const browser = new ScriptedBrowser();
    const storage = memoryUploads();
    const server = scriptedServer();
    const one = await running({ storage, server, network: new ScriptedNetwork(browser) });
    const hanging = server.hang("append");
    await one.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    const two = await running({ storage, server, network: new ScriptedNetwork(browser) });
    await settled();
    expect(server.asked).toEqual(["begin one.txt 5", "append 1 0"]);
    one.uploads.halt();
    hanging.reject(cut);
    await settled();
    expect(two.shown).toEqual(["one.txt done 5"]);
    expect(server.asked.slice(2)).toEqual(["offset 1", "append 1 0"]);
    expect(two.told).toBeGreaterThan(0);
    await one.uploads.refresh();
    expect(one.shown).toEqual(["one.txt done 5"]);
    two.uploads.forget(keysOf(two));
    await settled();
    await one.uploads.refresh();
    expect(one.shown).toEqual([]);
  });

  test("UPLOAD-6 what another tab chose a moment ago is found, before it has said so", async () => {
    const storage = memoryUploads();
    const server = scriptedServer();
    const browser = new ScriptedBrowser();
    const [one, two] = [
      await running({ storage, server, network: new ScriptedNetwork(browser) }),
      await running({ storage, server, network: new ScriptedNetwork(browser) }),
    ];
    await one.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    expect(two.shown).toEqual([]);
    const [entry] = await two.uploads.whole(keysOf(one));
    expect(entry).toMatchObject({ name: "one.txt", state: "done", upload: 1 });
  });

  test("UPLOAD-6 belongs to one person, and leaves with them when they sign out", async () => {
    const all = await running();
    await all.uploads.add(lobby, [{ bytes: small(), name: "one.txt" }]);
    await settled();
    all.uploads.unload();
    await all.uploads.load(2);
    expect(all.shown).toEqual([]);
    await all.uploads.load(alice);
    expect(all.shown).toEqual(["one.txt done 5"]);
    await all.uploads.clear();
    expect([all.shown, await all.storage.all(alice)]).toEqual([[], []]);
  });
});
