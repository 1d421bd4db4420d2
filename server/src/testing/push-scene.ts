import { afterAll, afterEach, beforeAll, beforeEach, expect } from "bun:test";
import { endSession } from "../features/sessions/sessions.ts";
import type { Engine } from "../platform/database.ts";
import { type Person, type TestApp, testApp } from "./app.ts";
import { eventually } from "./eventually.ts";
import { type LiveSocket, liveSocket } from "./live-socket.ts";
import { type PushBrowser, type PushService, startPushService } from "./push-sink.ts";
import { everyRow } from "./tables.ts";

export const second = 1_000;

/** Alice with a phone where no page is open, and Bob who says something: for each test anew, on one server for all. */
export class PushScene {
  app = {} as TestApp;
  alice = {} as Person;
  bob = {} as Person;
  phone = {} as Person;
  /** The phone's. */
  browser = {} as PushBrowser;
  service = {} as PushService;
  private readonly pages: LiveSocket[] = [];
  private said = 0;

  constructor(private readonly engine: Engine) {}

  async start(): Promise<void> {
    this.service = await startPushService();
    const environment = { ...this.service.environment, ACCESS_TOKEN_EXPIRE_MINUTES: "60" };
    this.app = await testApp({ engine: this.engine, environment });
  }

  async close(): Promise<void> {
    await this.app.close();
    expect(this.app.log.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
    await this.service.stop();
  }

  async begin(): Promise<void> {
    const { app } = this;
    [this.alice, this.bob] = [await app.signIn("alice", "laptop"), await app.signIn("bob", "laptop")];
    this.phone = await app.signIn("alice", "phone");
    this.browser = await this.subscribed(this.phone);
  }

  async end(): Promise<void> {
    for (const page of this.pages.splice(0)) await this.leave(page);
    await this.app.context.writer.write((tx) => endSession(tx, this.phone.actor, {}));
    await this.settled();
    this.app.clock.advance(60 * second);
    expect(this.service.refused).toEqual([]);
  }

  readonly subscribed = async (as: Person): Promise<PushBrowser> => {
    const { key } = (await this.app.ask("GET", "/api/v2/push/key", { as })).body;
    const own = this.service.browser({ serverKey: key });
    const body = { endpoint: own.endpoint, keys: own.keys };
    expect((await this.app.ask("PUT", "/api/v2/me/push", { as, body })).status).toBe(200);
    return own;
  };

  /** Alice is at another device, where she may see what is said before the phone has to tell of it. */
  readonly atDesk = async (): Promise<LiveSocket> => this.open(await this.app.signIn("alice", "desk"));

  readonly open = async (as: Person): Promise<LiveSocket> => {
    const page = await liveSocket(this.app.url, as);
    this.pages.push(page);
    await page.settled();
    return page;
  };

  /** Until she is nowhere any more. */
  readonly leave = async (page: LiveSocket): Promise<void> => {
    page.destroy();
    const { app, alice } = this;
    await eventually(() => app.app.live.people.of(alice.id).length === 0);
    app.clock.advance(20 * second);
    await eventually(() => app.context.presence.stateOf(alice.id) === "offline");
  };

  readonly settled = async (): Promise<void> => {
    await this.app.app.pushes?.settled();
  };

  /** An answer that must be a success. */
  readonly call = async (as: Person, method: string, path: string, body: object) => {
    const answer = await this.app.ask(method, `/api/v2${path}`, { as, body });
    expect(answer.status).toBeLessThan(300);
    return answer.body;
  };

  readonly say = (as: Person, room: number, text = `Words ${++this.said}`, more: object = {}) =>
    this.call(as, "POST", `/rooms/${room}/messages`, { text, ...more });

  readonly read = (as: Person, room: number) =>
    this.call(as, "PUT", `/rooms/${room}/read`, { seq: 1_000_000 });

  /** What the phone was told. */
  readonly got = () => this.browser.got.map(({ text }) => text);

  /** How many deliveries are not where they are to go yet. */
  readonly pending = async (): Promise<number> => {
    const rows = await everyRow(this.app.context.database);
    const open = (rows.get("push_deliveries") ?? []).filter((row) => !row.includes('"state":"shown"'));
    return open.length + (rows.get("push_queue")?.length ?? 0);
  };
}

export function pushScene(engine: Engine): PushScene {
  const scene = new PushScene(engine);
  beforeAll(() => scene.start());
  afterAll(() => scene.close());
  beforeEach(() => scene.begin());
  afterEach(() => scene.end());
  return scene;
}
