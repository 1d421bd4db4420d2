import { describe, expect, test } from "bun:test";
import type { Client } from "./client.ts";
import { type DeletionStorage, memoryDeletions } from "./deletions-storage.ts";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { problem, settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

/** Alice on a page of her own; deletions are answered as given, else done. */
async function page(storage: DeletionStorage, answer = () => new Response(null, { status: 204 })) {
  const server = new ScriptedServer(new ScriptedBrowser());
  server.grow(3);
  server.instead.set("/messages/", answer);
  return connected({}, server, { deletions: storage });
}

const shown = (client: Client) => Object.fromEntries(client.view.getState().deletions);
const deleted = (paths: string[]) => paths.filter((path) => path.startsWith("DELETE"));

describe("deleting a message", () => {
  test("DELETE-1 it is shown at once and asked for after five seconds", async () => {
    const { network, server, client } = await page(memoryDeletions());
    const done = client.deletions.add({ id: 2 });
    expect(shown(client)).toEqual({ "2": "asked" });
    await network.pass(4_999);
    expect(deleted(server.asked())).toEqual([]);
    await network.pass(1);
    await done;
    expect(deleted(server.asked())).toEqual(["DELETE /messages/2"]);
    expect([shown(client), client.deletions.undo(2)]).toEqual([{ "2": "sent" }, false]);
  });

  test("DELETE-1 taken back in time it is never asked for", async () => {
    const storage = memoryDeletions();
    const { network, server, client } = await page(storage);
    const done = client.deletions.add({ id: 2 });
    await network.pass(4_000);
    expect(client.deletions.undo(2)).toBe(true);
    await done;
    await network.pass(60_000);
    expect([deleted(server.asked()), shown(client), storage.all()]).toEqual([[], {}, []]);
  });

  test("DELETE-2 it is asked for when the page goes, or at the next start", async () => {
    const storage = memoryDeletions();
    const first = await page(storage);
    void first.client.deletions.add({ id: 1 });
    first.network.hide();
    await settled();
    expect(deleted(first.server.asked())).toEqual(["DELETE /messages/1"]);
    void first.client.deletions.add({ id: 2 });
    first.network.die();
    expect(storage.all().map(({ message }) => message)).toEqual([2]);
    const second = await page(storage);
    expect(shown(second.client)).toEqual({ "2": "asked" });
    await second.network.pass(5_000);
    expect(deleted(second.server.asked())).toEqual(["DELETE /messages/2"]);
    expect(storage.all()).toEqual([]);
  });

  test("DELETE-3 without an answer it is asked for again; refused it is told and there again", async () => {
    const storage = memoryDeletions();
    let answer: () => Response = () => problem("unavailable");
    const { network, server, client } = await page(storage, () => answer());
    const refusal = client.deletions.add({ id: 2 }).catch((error: unknown) => error);
    await network.pass(5_000);
    expect([shown(client), storage.all().length]).toEqual([{ "2": "sent" }, 1]);
    answer = () => problem("forbidden");
    await network.pass(5_000);
    expect(await refusal).toMatchObject({ code: "forbidden" });
    expect(deleted(server.asked()).length).toBe(2);
    expect([shown(client), storage.all()]).toEqual([{}, []]);
  });

  test("DELETE-4 another person's are left alone, and what another tab takes back is not asked for", async () => {
    const storage = memoryDeletions();
    storage.put({ user: 2, message: 9, at: 0 });
    const one = await page(storage);
    void one.client.deletions.add({ id: 2 });
    const other = await page(storage);
    expect(shown(other.client)).toEqual({ "2": "asked" });
    one.client.deletions.undo(2);
    await other.network.pass(60_000);
    expect([deleted(other.server.asked()), shown(other.client)]).toEqual([[], {}]);
    expect(storage.all().map(({ message }) => message)).toEqual([9]);
  });
});
