import { type Client, createClient } from "@parley/web/client/client";
import { memoryOutbox } from "@parley/web/client/outbox-memory";
import type { Browser } from "playwright-core";
import { type Device, desktop, fillForm, launch, openDevice, type Screen } from "./browser.ts";
import { admin, startServer, type TestServer, type TestServerOptions } from "./server.ts";

const passwords = {
  admin: admin.password,
  alice: "a stable of horses",
  bob: "a battery of staples",
  carol: "a correct outsider",
} as const;
export type Name = keyof typeof passwords;

/** A server with the cast on it, and a browser. */
export interface WebScene {
  server: TestServer;
  browser: Browser;
  ids: Record<Name, number>;
  /** Each one's calls, without a page. */
  by: Record<Name, Client>;
  /** A page of somebody signed in, at a path of the server. */
  open(name: Name, path?: string, screen?: Screen): Promise<Device>;
  /** What went wrong on any page so far. */
  faults(): string[];
  end(): Promise<void>;
}

export async function startScene(
  options: Pick<TestServerOptions, "environment" | "movesClock"> = {},
): Promise<WebScene> {
  const people = (["alice", "bob", "carol"] as const).map((username) => {
    return { username, display_name: shownAs(username), password: passwords[username] };
  });
  const [server, browser] = await Promise.all([startServer({ ...options, people }), launch()]);
  const devices: Device[] = [];
  const by = {} as Record<Name, Client>;
  const ids = {} as Record<Name, number>;
  for (const name of ["admin", "alice", "bob", "carol"] as const) {
    by[name] = await caller(server.url, name);
    ids[name] = idOf(by[name]);
  }
  return {
    ...{ server, browser, ids, by },
    async open(name, path = "/", screen = desktop) {
      const device = await openDevice(browser, `${server.url}${path}`, screen);
      devices.push(device);
      await signInAs(device, name);
      return device;
    },
    faults: () => devices.flatMap(({ faults }) => faults),
    async end() {
      await browser.close();
      await server.remove();
    },
  };
}

export function shownAs(name: Name): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export async function signInAs({ page }: Device, name: Name): Promise<void> {
  await fillForm(page, { "User name or e-mail": name, Password: passwords[name] });
  await page.getByRole("navigation", { name: "Rooms" }).waitFor({ state: "attached" });
}

async function caller(url: string, name: Name): Promise<Client> {
  const client = createClient({ url, storage: memoryOutbox() });
  await client.session.signIn(name, passwords[name]);
  return client;
}

function idOf({ view }: Client): number {
  const { session } = view.getState();
  if (session.status !== "signed_in") throw new Error("nobody is signed in");
  return session.user.id;
}
