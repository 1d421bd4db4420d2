import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { desktop, launch } from "@parley/e2e/browser.ts";
import { freePort } from "@parley/server/src/testing/ports.ts";
import { type Client, createClient } from "@parley/web/client/client";
import { memoryOutbox } from "@parley/web/client/outbox-memory";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { endProcess, untilReady } from "../processes.ts";
import { bunFlags, serverEnvironment } from "../server-process.ts";
import { watchFirstMessage } from "./probes.ts";

/** A server full of messages, and a browser. */
export interface Stage {
  url: string;
  browser: Browser;
  /** The room with the most messages, and another one. */
  lobby: number;
  other: string;
  /** Somebody who talks in the lobby while another looks on. */
  bob: Client;
  /** A browser of alice's own in which nothing is kept but that she is signed in. */
  freshContext(): Promise<BrowserContext>;
  /** Lets it go; what she is signed in by is carried on to the next one. */
  leave(context: BrowserContext): Promise<void>;
  end(): Promise<void>;
}

const server = join(import.meta.dir, "../../server/src");

/** Fills the data folder as `npm run populate` does; the answer is everybody's password. */
async function populate(data: string, messages: number): Promise<string> {
  const child = Bun.spawn([process.execPath, ...bunFlags, join(server, "populate.ts"), String(messages)], {
    env: serverEnvironment(data, freePort()),
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await new Response(child.stdout).text();
  const password = /with the password (\S+)/.exec(output)?.[1];
  if ((await child.exited) !== 0 || !password) throw new Error(`the server could not be filled:\n${output}`);
  return password;
}

async function startServer(data: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = freePort();
  // A browser trusts this name as it trusts an address with a certificate.
  const url = `http://localhost:${port}`;
  const child = Bun.spawn([process.execPath, ...bunFlags, join(server, "main.ts")], {
    env: serverEnvironment(data, port),
    stdout: "inherit",
    stderr: "inherit",
  });
  const answers = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await untilReady(child, "parley", answers);
  return { url, stop: () => endProcess(child) };
}

async function roomsOf(client: Client): Promise<{ lobby: number; other: string }> {
  const { rooms } = await client.call("room.list", { limit: 100 });
  const lobby = rooms.find(({ name }) => name === "lobby");
  const other = rooms.find(({ name }) => name === "design");
  if (!lobby || !other) throw new Error("the rooms are not there");
  return { lobby: lobby.id, other: other.name };
}

export async function startStage(folder: string, messages: number): Promise<Stage> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const password = await populate(folder, messages);
  const { url, stop } = await startServer(folder);
  const browser = await launch();
  const signIn = async (name: string) => {
    const client = createClient({ url, storage: memoryOutbox() });
    await client.session.signIn(name, password);
    return client;
  };
  const alice = await signIn("alice");
  const { lobby, other } = await roomsOf(alice);
  // What was said before she came is read: a room is entered at its end.
  for (const { id, head } of (await alice.call("room.list", { limit: 100 })).rooms) {
    await alice.call("receipt.read", { room: id, seq: head });
  }
  let signedIn: BrowserContextOptions["storageState"];
  const freshContext = async () => {
    const own = { ...desktop, locale: "en-GB", timezoneId: "UTC" };
    const context = await browser.newContext({ ...own, ...(signedIn && { storageState: signedIn }) });
    if (signedIn) return context;
    const form = { login: "alice", password, cookie: true, device: "bench" };
    const answer = await context.request.post(`${url}/api/v2/session`, { data: form });
    if (!answer.ok()) throw new Error(`alice could not sign in: ${answer.status()}`);
    return context;
  };
  // Nobody waits for their tokens to be renewed.
  alice.stop();
  const bob = await signIn("bob");
  return {
    ...{ url, browser, lobby, other, bob, freshContext },
    async leave(context) {
      const { cookies } = await context.storageState();
      signedIn = { cookies, origins: [] };
      await context.close();
    },
    async end() {
      bob.stop();
      await browser.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Milliseconds from the navigation until the lobby's first message is painted. */
export async function load(page: Page, { url, lobby }: Stage): Promise<number> {
  await page.addInitScript(watchFirstMessage);
  await page.goto(`${url}/rooms/${lobby}`, { waitUntil: "commit" });
  const shown = await page.waitForFunction(() => globalThis.firstMessageAt);
  return (await shown.jsonValue()) ?? Number.NaN;
}
