import type { ServerFrame } from "@parley/protocol/frames";
import { ReferenceRoom, timeAt } from "@parley/protocol/reference-room";
import type { Membership } from "@parley/protocol/rooms";
import { type Client, type ClientOptions, createClient } from "./client.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import type { ScriptedBrowser } from "./scripted-browser.ts";
import { problem, ScriptedNetwork, type ScriptedRequest, settled } from "./scripted-network.ts";

type Ready = Extract<ServerFrame, { type: "ready" }>;

/** For tests: the other end of the network, with one room that is kept the plain way. What it says is said by the test. */
export class ScriptedServer {
  readonly network: ScriptedNetwork;
  room = new ReferenceRoom();
  epoch = "first";
  /** Answers to single requests that differ from what the room would answer, by the start of the path. */
  readonly instead = new Map<string, () => Promise<Response> | Response>();

  constructor(browser?: ScriptedBrowser) {
    this.network = new ScriptedNetwork(browser);
    this.network.answer = (request) => this.#answer(request);
  }

  get membership(): Membership {
    return this.room.at(this.room.head).membership;
  }

  /** Paths asked for since the last time. */
  asked(): string[] {
    const paths = this.network.requests.map(({ method, path }) => `${method} ${path}`);
    this.network.requests.length = 0;
    return paths;
  }

  /** Others say something; nobody is told yet. */
  grow(count: number, by = 2): void {
    for (let sent = 0; sent < count; sent++) this.room.take({ do: "send", by, mentioning: false });
  }

  tell(seq: number): void {
    this.say({ type: "event", room: 7, seq, event: this.room.event(seq, this.room.head) });
  }

  say(frame: ServerFrame): void {
    this.network.socket.receive(frame);
  }

  greet(given: Partial<Ready> = {}): void {
    this.network.socket.open();
    this.say({
      type: "ready",
      session: 5,
      epoch: this.epoch,
      now: timeAt(0),
      user: 1,
      user_seq: 0,
      mode: "resume",
      rooms: [this.membership],
      ...given,
    });
  }

  #page(around: number | null, after: number | null, before: number | null, limit: number): Response {
    const { head } = this.room;
    if (around === null && after === null) {
      return Response.json({ ...this.room.page(head, before, limit), after: null });
    }
    if (after !== null) return Response.json(this.room.pageAfter(head, after, limit));
    const isThere = this.room.at(head).messages.some(({ id }) => id === around);
    return isThere ? Response.json(this.room.pageAround(head, around ?? 0, limit)) : problem("not_found");
  }

  async #answer({ path }: ScriptedRequest): Promise<Response> {
    const [, own] = [...this.instead].find(([start]) => path.startsWith(start)) ?? [];
    if (own) return own();
    const { pathname, searchParams } = new URL(path, "http://server");
    const number = (name: string) => (searchParams.has(name) ? Number(searchParams.get(name)) : null);
    const { head } = this.room;
    switch (pathname) {
      case "/session":
      case "/session/refresh":
        return Response.json({ access_token: "token", expires_in: 86_400, session: 5, user: { id: 1 } });
      case "/me/drafts":
        return Response.json({ drafts: [] });
      case "/rooms/7":
        return Response.json(this.membership);
      case "/rooms/7/messages":
        return this.#page(number("around"), number("after"), number("before"), number("limit") ?? 50);
      case "/rooms/7/events": {
        const from = (number("after") ?? 0) + 1;
        const to = Math.min(head, from - 1 + (number("limit") ?? 50));
        const events = [];
        for (let seq = Math.max(from, 2); seq <= to; seq++) events.push(this.room.event(seq, head));
        return Response.json({ room: 7, from, to, head, events });
      }
      default:
        return this.#replies(pathname, number("before"), number("limit") ?? 50);
    }
  }

  #replies(path: string, before: number | null, limit: number): Response {
    const parent = Number(/^\/messages\/(\d+)\/replies$/.exec(path)?.[1]);
    const { head } = this.room;
    const isThere = this.room.at(head).messages.some(({ id }) => id === parent);
    return isThere ? Response.json(this.room.replies(head, parent, before, limit)) : problem("not_found");
  }
}

/** Alice, signed in and connected. */
export async function connected(
  given: Partial<Ready> = {},
  server = new ScriptedServer(),
  options: Partial<ClientOptions> = {},
): Promise<{ server: ScriptedServer; network: ScriptedNetwork; client: Client }> {
  const { network } = server;
  const client = createClient({
    url: "http://server",
    storage: memoryOutbox(),
    environment: network,
    ...options,
  });
  await client.session.signIn("alice", "a password");
  client.start();
  await settled();
  server.greet({ mode: "fresh", ...given });
  await settled();
  server.asked();
  return { server, network, client };
}

/** The connection breaks and comes back; the server has not greeted yet. */
export async function reconnect(network: ScriptedNetwork): Promise<void> {
  network.socket.cut();
  await network.pass(1_000);
}
