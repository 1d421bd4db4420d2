import type { TestApp } from "../app.ts";
import { type Answer, askOverRest, inputOf, Sockets } from "./asking.ts";
import { type Call, hears, type Model, type Verdict, type Who } from "./model.ts";
import { isShared, verdict } from "./oracle.ts";
import { follow } from "./outcome.ts";
import { forgetSecrets, type Secret, secretsIn, type World } from "./world.ts";

export type Via = "rest" | "socket";

export interface Tried {
  expected: Verdict;
  found: Verdict;
  /** What somebody saw that was not for them. */
  leaks: string[];
}

const managing = /^room\.(?:list_all|retain|update)$/;

/** One world's people asking for things, one after the other. */
export class Trial {
  private readonly sockets: Sockets;
  private readonly textsOf = new Map<number, string[]>();

  constructor(
    private readonly app: TestApp,
    readonly world: World,
  ) {
    this.sockets = new Sockets(app.url, world);
  }

  async attempt(call: Call, via: Via): Promise<Tried> {
    const { world } = this;
    const before = structuredClone(world.model);
    const expected =
      via === "rest" || hears(world.model.people[call.who]) ? verdict(world.model, call) : "unauthenticated";
    const input = inputOf(world, call);
    const answer =
      via === "rest"
        ? await askOverRest(this.app.url, world, call, input)
        : await this.sockets.ask(call, input);
    if (answer.verdict !== expected) return { expected, found: answer.verdict, leaks: [] };
    if (expected === "done") follow(world.model, call);
    if (expected === "done" && call.op === "message.forward") this.spread(call, answer);
    const leaks = this.leaksIn(
      before,
      [{ who: call.who, text: answer.text }, ...(await this.sockets.heard())],
      managing.test(call.op) ? call.who : null,
    );
    if (answer.verdict === "done") this.note(call, input, answer);
    return { expected, found: answer.verdict, leaks };
  }

  close(): void {
    this.sockets.close();
  }

  /** `manager` is answered about what rooms are. */
  private leaksIn(
    before: Model,
    heard: readonly { who: Who; text: string }[],
    manager: Who | null,
  ): string[] {
    return heard.flatMap(({ who, text }) =>
      secretsIn(text)
        .filter(([, secret]) => !(secret && this.isFor(secret, who, before)))
        .filter(([, secret]) => !(secret && who === manager && this.isManaged(secret, who)))
        .map(([leaked]) => `${who} saw ${leaked} in ${text.slice(0, 200)}`),
    );
  }

  /** While somebody goes or comes they may see what they may before, and what they may after. */
  private isFor(secret: Secret, who: Who, before: Model): boolean {
    if (secret.world !== this.world) return isShown(secret, secret.world.model);
    return maySee(before, who, secret) || maySee(this.world.model, who, secret);
  }

  /** ROOM-14. To an admin of the server the rooms of all worlds are alike. */
  private isManaged({ world, place, kind, gone }: Secret, who: Who): boolean {
    const room = world.model.rooms[place];
    return this.world.model.people[who].admin && kind === "topic" && !gone && isShared(room);
  }

  /** What was forwarded is also for the people of the room it went to. */
  private spread({ place }: Call, { result }: Answer): void {
    for (const [text] of secretsIn(result.messages[0].text)) this.world.secrets.get(text)?.alsoIn.add(place);
  }

  /** What the world's people must know to go on, and what nobody sees from now on. */
  private note({ op, who, target, place }: Call, input: Record<string, unknown>, { result }: Answer): void {
    const { world } = this;
    if (op === "password.change") world.passwords[who] = String(input.new_password);
    if (op === "account.set_password") world.passwords[target] = result.password ?? String(input.password);
    if (op === "session.refresh") world.devices[who].refreshToken = result.refresh_token;
    if (op === "message.send") world.messages[place].push(result.id);
    if (op === "scheduled.send_now") world.messages.private.push(result.id);
    if (op === "message.forward") world.messages[place].push(result.messages[0].id);
    if (op === "message.send" || op === "message.edit") {
      this.textsOf.set(result.id, [...(this.textsOf.get(result.id) ?? []), String(input.text)]);
    }
    if (op === "message.delete") {
      for (const text of this.textsOf.get(Number(input.message)) ?? []) {
        const secret = world.secrets.get(text);
        if (secret && secret.alsoIn.size === 0) secret.gone = true;
      }
    }
    if (op === "room.delete") forgetSecrets(world, place);
  }
}

function maySee(model: Model, who: Who, secret: Secret): boolean {
  const person = model.people[who];
  if (secret.gone || !person.signedIn || person.restricted) return false;
  const rooms = [secret.place, ...secret.alsoIn].map((place) => model.rooms[place]);
  return rooms.some(({ deleted, roles }) => !deleted && roles.has(who)) || isShown(secret, model);
}

/** The topic of a public channel is shown to everybody. */
function isShown({ place, kind, gone }: Secret, model: Model): boolean {
  const room = model.rooms[place];
  return !gone && kind === "topic" && !room.deleted && room.kind === "channel" && room.isPublic;
}
