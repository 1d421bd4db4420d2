import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, type AppOptions, startApp } from "../app.ts";
import { readConfig } from "../config.ts";
import type { Actor, Context } from "../context.ts";
import { startSession } from "../features/sessions/sessions.ts";
import { toSignedIn } from "../features/sign-ins/sign-ins.ts";
import type { Bus } from "../platform/bus.ts";
import { systemClock } from "../platform/clock.ts";
import type { Engine } from "../platform/database.ts";
import { createLogger } from "../platform/logger.ts";
import { PasswordHasher } from "../platform/passwords.ts";
import { addCast, addressOf, cast, type Name } from "./people.ts";
import { freePort } from "./ports.ts";
import { freshPostgres } from "./postgres.ts";
import { makeRooms, type Rooms } from "./rooms.ts";
import { type TestClock, testClock } from "./store.ts";

export interface TestAppOptions {
  engine?: Engine;
  /** Settings by the names of their variables. */
  environment?: Record<string, string>;
  /** Without people and rooms, as after the first start. */
  unclaimed?: boolean;
  /** `system`: time goes on by itself. Else it stands still until the test moves it. */
  clock?: "stopped" | "system";
  pages?: string;
  passwords?: PasswordHasher;
  /** Joins several apps on one PostgreSQL, in place of its notifications. */
  bus?: () => Bus;
}

export interface Person {
  id: number;
  name: Name;
  actor: Actor;
  accessToken: string;
  refreshToken: string;
}

export interface Ask {
  as?: Person;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  body: any;
  headers: Headers;
}

export interface TestApp {
  app: App;
  context: Context;
  /** Does nothing when the app runs on the system's clock. */
  clock: TestClock;
  url: string;
  /** What was logged, one JSON object a line. */
  log: string[];
  people: Record<Name, Person>;
  rooms: Rooms;
  /** One request; the path is below the server's root. */
  ask(method: string, path: string, ask?: Ask): Promise<Answered>;
  /** Signs one of the cast in on one more device. */
  signIn(name: Name, device?: string): Promise<Person>;
  /** Stops and starts again on the same data and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The real server on a folder and a port of its own, with the cast in their rooms. Carol is in none. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), "parley-app-"));
  const clock = testClock();
  const log: string[] = [];
  const start = await starter({ options, folder, clock, log });
  let app = await start();
  const ids = options.unclaimed ? null : await addCast(app.context);
  const url = `http://127.0.0.1:${app.context.config.port}`;
  const signIn = (name: Name, device = "") => personOf(app.context, { name, id: ids?.[name] ?? 0, device });
  const people = ids ? await everyone(signIn) : ({} as Record<Name, Person>);
  return {
    get app() {
      return app;
    },
    get context() {
      return app.context;
    },
    ...{ clock, url, log, people, signIn },
    rooms: ids ? await makeRooms(app.context, actorsOf(people)) : ({} as Rooms),
    ask: (method, path, ask = {}) => request(url, method, path, ask),
    async restart() {
      await app.stop({ drainSeconds: 0 });
      app = await start();
    },
    async close() {
      try {
        await app.stop({ drainSeconds: 0 });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

interface Starting {
  options: TestAppOptions;
  folder: string;
  clock: TestClock;
  log: string[];
}

async function starter({ options, folder, clock, log }: Starting): Promise<() => Promise<App>> {
  const database = options.engine === "postgres" ? { DATABASE_URL: await freshPostgres() } : {};
  const port = freePort();
  const settings = {
    DATA_DIR: folder,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...database,
  };
  const config = readConfig({ ...settings, ...options.environment });
  const time = options.clock === "system" ? systemClock : clock;
  const logger = createLogger({
    level: "debug",
    clock: time,
    form: "json",
    write: (line) => void log.push(line),
  });
  const built: AppOptions = {
    ...{ config, clock: time, logger },
    passwords: options.passwords ?? new PasswordHasher({ cost: 4 }),
    pages: options.pages ?? join(folder, "no-pages"),
    onBroken: (error) => {
      throw error;
    },
  };
  const { bus } = options;
  return () => startApp(bus ? { ...built, bus: bus() } : built);
}

/** By way of the same verb as a sign-in, but for its costly look at the password. */
async function personOf(context: Context, of: { name: Name; id: number; device: string }): Promise<Person> {
  const device = { user: of.id, device: of.device, address: addressOf.home };
  const started = await context.writer.write((tx) => startSession(tx, context, device));
  const signed = await toSignedIn(context, started);
  return {
    id: of.id,
    name: of.name,
    actor: { user: of.id, session: signed.session },
    accessToken: signed.access_token,
    refreshToken: started.refreshToken,
  };
}

async function everyone(signIn: (name: Name) => Promise<Person>): Promise<Record<Name, Person>> {
  const people: Partial<Record<Name, Person>> = {};
  for (const name of cast) people[name] = await signIn(name);
  return people as Record<Name, Person>;
}

function actorsOf(people: Record<Name, Person>): Record<Name, Actor> {
  const { admin, alice, bob, carol } = people;
  return { admin: admin.actor, alice: alice.actor, bob: bob.actor, carol: carol.actor };
}

async function request(url: string, method: string, path: string, ask: Ask): Promise<Answered> {
  const headers = new Headers(ask.headers);
  if (ask.as) headers.set("authorization", `Bearer ${ask.as.accessToken}`);
  if (ask.body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
  const body = typeof ask.body === "string" || ask.body === undefined ? ask.body : JSON.stringify(ask.body);
  const init: RequestInit = { method, headers, redirect: "manual" };
  const response = await fetch(`${url}${path}`, body === undefined ? init : { ...init, body });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== "" ? JSON.parse(text) : text,
  };
}
