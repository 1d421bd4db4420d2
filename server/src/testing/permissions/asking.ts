import type { ErrorCode } from "@parley/protocol/errors";
import { closeCodes } from "@parley/protocol/live";
import { type LiveSocket, openSocket } from "../live-socket.ts";
import { restCall } from "../rest-call.ts";
import { inputs } from "./inputs.ts";
import { type Call, hears, type Verdict, type Who } from "./model.ts";
import type { World } from "./world.ts";

export interface Answer {
  verdict: Verdict;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the operation gives
  result: any;
  /** Everything that came back. */
  text: string;
}

/** Asks over REST. Whoever has signed out asks without a token, whoever was deactivated with the one they had. */
export async function askOverRest(url: string, world: World, call: Call, input: object): Promise<Answer> {
  const { method, path, body, bytes } = restCall(call.op, input);
  const headers = new Headers({ "x-forwarded-for": world.address });
  if (call.who !== "signedOut") {
    headers.set("authorization", `Bearer ${world.devices[call.who].accessToken}`);
  }
  if (body) headers.set("content-type", "application/json");
  if (bytes) headers.set("content-type", bytes.type);
  const sent = bytes?.content ?? (body ? JSON.stringify(body) : null);
  const response = await fetch(url + path, { method, headers, body: sent });
  const text = await response.text();
  const result = text === "" ? {} : JSON.parse(text);
  return { verdict: response.ok ? "done" : (result.code as ErrorCode), result, text };
}

/** The live sockets of a world's people: opened when first asked over, and then kept. */
export class Sockets {
  private readonly open = new Map<Who, { socket: LiveSocket; read: number }>();

  constructor(
    private readonly url: string,
    private readonly world: World,
  ) {}

  async ask(call: Call, input: object): Promise<Answer> {
    const socket = await this.socketOf(call.who);
    if (!socket) return { verdict: "unauthenticated", result: {}, text: "" };
    const ended = socket.closed.then(({ code }) => code);
    const answer = await Promise.race([socket.do(call.op, input).catch(() => ended), ended]);
    if (typeof answer === "number") return endedBy(answer);
    const [verdict, result] =
      answer.type === "done" ? (["done", answer.result] as const) : ([answer.error.code, {}] as const);
    return { verdict: verdict as Verdict, result, text: JSON.stringify(answer) };
  }

  /** Waits until everybody has heard all that there is so far, and gives what came since the last time. */
  async heard(): Promise<{ who: Who; text: string }[]> {
    const found: { who: Who; text: string }[] = [];
    for (const [who, entry] of this.open) {
      const { socket } = entry;
      if (hears(this.world.model.people[who])) await socket.settled();
      else {
        // LIVE-6: this one is over.
        await socket.closed;
        this.open.delete(who);
      }
      for (const text of socket.texts.slice(entry.read)) found.push({ who, text });
      entry.read = socket.texts.length;
    }
    return found;
  }

  close(): void {
    for (const { socket } of this.open.values()) socket.destroy();
    this.open.clear();
  }

  /** Null for whoever is turned away at the first frame. */
  private async socketOf(who: Who): Promise<LiveSocket | null> {
    const present = this.open.get(who);
    if (present) return present.socket;
    const socket = await openSocket({ url: this.url });
    socket.send({ type: "hello", token: this.world.devices[who].accessToken });
    const outcome = await Promise.race([socket.until("ready").catch(() => null), socket.closed]);
    if (outcome && "type" in outcome) {
      this.open.set(who, { socket, read: 0 });
      return socket;
    }
    const { code } = await socket.closed;
    // Which of the two depends on who notices first that the session has ended.
    if (code !== closeCodes.unauthenticated && code !== closeCodes.revoked) {
      throw new Error(`${who} was turned away with ${code}`);
    }
    const other = socket.frames.filter(({ type }) => type !== "bye");
    if (other.length > 0) throw new Error(`${who} heard something: ${JSON.stringify(other)}`);
    return null;
  }
}

/** Whoever ends their own session is told so by the end of the socket, not by an answer on it. */
function endedBy(code: number): Answer {
  if (code !== closeCodes.revoked) throw new Error(`the socket was closed with ${code}`);
  return { verdict: "done", result: {}, text: "" };
}

/** Gives the input of a call its type back. */
export function inputOf(world: World, call: Call): Record<string, unknown> {
  return inputs[call.op](world, call) as Record<string, unknown>;
}
