import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { startApp } from "../server/src/app.ts";
import { readConfig } from "../server/src/config.ts";
import { createUser } from "../server/src/features/server/server.ts";
import { PasswordHasher } from "../server/src/platform/passwords.ts";
import { callBy } from "../server/src/testing/people.ts";
import { freePort } from "../server/src/testing/ports.ts";

const root = join(import.meta.dir, "..");
/** Milliseconds; on a busy machine a start takes a while. */
const startWithin = 60_000;

export const admin = { username: "admin", email: "admin@example.org", password: "correct horse battery" };

const firstAdmin = {
  ADMIN_USERNAME: admin.username,
  ADMIN_EMAIL: admin.email,
  ADMIN_PASSWORD: admin.password,
};

export interface Account {
  username: string;
  display_name: string;
  password: string;
}

export interface TestServer {
  url: string;
  port: number;
  /** Of everybody on a server that was populated. */
  populatedPassword: string;
  /** What the process has printed so far. */
  output(): string;
  /** Ends the process at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Puts its clock ahead by so much more, also for when it is started again; it was started with one that moves. */
  pass(milliseconds: number): void;
  /** Ends it and throws its data away. */
  remove(): Promise<void>;
}

export interface TestServerOptions {
  /** Leave the first admin to be made by the set-up link. */
  unclaimed?: boolean;
  environment?: Record<string, string>;
  /** Messages of the past year to fill it with; people of the cast then have `populatedPassword`. */
  populated?: number;
  /** Its clock can be put ahead. */
  movesClock?: boolean;
  /** People beside the admin. To check a password of theirs takes next to no time. */
  people?: readonly Account[];
}

/** A server process of its own, on data of its own. */
export async function startServer({
  unclaimed = false,
  environment = {},
  populated,
  movesClock = false,
  people,
}: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "parley-e2e-"));
  const port = freePort();
  const url = `http://localhost:${port}`;
  let child: Subprocess<"ignore", "pipe", "pipe"> | undefined;
  let output = "";
  let ahead = 0;

  async function start(): Promise<void> {
    const entry = movesClock ? "e2e/server-with-clock.ts" : "server/src/main.ts";
    const started = Bun.spawn([process.execPath, entry], {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: folder,
        DATA_DIR: folder,
        PORT: String(port),
        ...(unclaimed || populated !== undefined ? {} : firstAdmin),
        ...environment,
        ...(movesClock && { CLOCK_AHEAD: String(ahead) }),
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      ...(movesClock && { ipc: () => undefined }),
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) void collect(stream);
    await answering(url, started, () => output);
  }

  async function collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const part of stream) output += decoder.decode(part, { stream: true });
  }

  async function kill(): Promise<void> {
    child?.kill("SIGKILL");
    await child?.exited;
  }

  const populatedPassword = populated === undefined ? "" : await populate(folder, populated);
  if (people) await addPeople(folder, people);
  await start();
  return {
    populatedPassword,
    url,
    port,
    output: () => output,
    kill,
    start,
    pass(milliseconds) {
      ahead += milliseconds;
      if (child?.exitCode === null && !child.killed) child.send(ahead);
    },
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(url: string, child: Subprocess, output: () => string): Promise<void> {
  const until = Date.now() + startWithin;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the server ended at its start:\n${output()}`);
    const answer = await fetch(`${url}/api/v2/server`).catch(() => undefined);
    if (answer?.ok) return;
    await Bun.sleep(50);
  }
  throw new Error(`the server did not answer:\n${output()}`);
}

/** Fills a folder of data through the command that people use; the answer is everybody's password. */
async function populate(folder: string, messages: number): Promise<string> {
  const filling = Bun.spawn([process.execPath, "server/src/populate.ts", String(messages), "6"], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", HOME: folder, DATA_DIR: folder },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const printed = await new Response(filling.stdout).text();
  const [, password] = /password (\S+)/.exec(printed) ?? [];
  if ((await filling.exited) !== 0 || !password) throw new Error(`the server was not populated: ${printed}`);
  return password;
}

/**
 * Makes people as an admin would, and the admin, but with hashes that take little work: every page of a test signs in,
 * and a quarter of a second of work for each would be most of what its server does.
 */
async function addPeople(folder: string, people: readonly Account[]): Promise<void> {
  const config = { ...readConfig({ DATA_DIR: folder, LOG_LEVEL: "warn", ...firstAdmin }), port: 0 };
  const onBroken = (error: Error) => {
    throw error;
  };
  const { context, stop } = await startApp({ config, passwords: new PasswordHasher({ cost: 4 }), onBroken });
  const first = callBy({ user: 1, session: 1 });
  for (const person of people) await createUser(context, first, { ...person, role: "user" });
  await stop({ drainSeconds: 0 });
}
