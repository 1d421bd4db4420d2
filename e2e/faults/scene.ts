import type { Input, OperationName, Output } from "@parley/protocol/contract";
import type { RoomEvent } from "@parley/protocol/events";
import { routes } from "@parley/protocol/routes";
import { eventually } from "../../server/src/testing/eventually.ts";
import { admin } from "../server.ts";
import { type Finding, findFaults } from "./checker.ts";
import { Device } from "./device.ts";
import { type Entry, toObserved } from "./history.ts";

export type Name = "admin" | "alice" | "bob" | "carol";

const passwords = {
  alice: "a stable of horses",
  bob: "a battery of staples",
  carol: "a staple of batteries",
};

/** Calls the REST API as somebody. */
export async function call<Operation extends OperationName>(
  url: string,
  name: Operation,
  input: Input<Operation>,
  token?: string,
): Promise<Output<Operation>> {
  const [method = "", path = ""] = routes[name].split(" ");
  const rest: Record<string, unknown> = { ...(input as object) };
  const filled = path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(rest[field]);
    delete rest[field];
    return value;
  });
  const query = method === "GET" ? `?${new URLSearchParams(rest as Record<string, string>)}` : "";
  const answer = await fetch(`${url}/api/v2${filled}${query}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(rest) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${name} answered ${answer.status}: ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Output<Operation>;
}

/** People, rooms and devices on one server, and the record of what they do. */
export class Scene {
  readonly history: Entry[] = [];
  readonly devices: Device[] = [];
  readonly ids = {} as Record<Name, number>;
  readonly tokens = {} as Record<Name, string>;
  /** Everybody is in it. */
  lobby = 0;
  /** Everybody but carol is in it. */
  design = 0;
  /** How many messages were acknowledged so far. */
  acknowledged = 0;
  private secrets = 0;
  private readonly owners = new Map<string, Name>();

  private constructor(readonly url: string) {}

  /** Makes the cast, signs everyone in and makes their rooms. */
  static async on(url: string): Promise<Scene> {
    const scene = new Scene(url);
    await scene.signIn("admin", admin.password);
    for (const [username, password] of Object.entries(passwords)) {
      await call(url, "user.create", { username, password }, scene.tokens.admin);
      await scene.signIn(username as Name, password);
    }
    const { admin: adminId, alice, bob, carol } = scene.ids;
    const make = async (name: string, members: number[]) =>
      (await call(url, "room.create", { kind: "group", name, members }, scene.tokens.alice)).id;
    scene.lobby = await make("lobby", [adminId, bob, carol]);
    scene.design = await make("design", [adminId, bob]);
    expectDifferent(alice, carol);
    return scene;
  }

  get rooms(): number[] {
    return [this.lobby, this.design];
  }

  /** Puts devices of these people into the scene, connected. */
  async connect(names: readonly Name[], options: { port: number; deadAfter?: number }): Promise<Device[]> {
    const added = names.map((name) => {
      const device = new Device({
        name: `${name}-${this.devices.length + 1}`,
        accessToken: this.tokens[name],
        note: (entry) => this.note(entry),
        ...options,
      });
      this.owners.set(device.name, name);
      this.devices.push(device);
      device.start();
      return device;
    });
    await eventually(() => added.every(({ connections }) => connections > 0));
    return added;
  }

  /** A text that nobody but those in `design` may ever be sent. */
  secret(): string {
    const token = `canary-${++this.secrets}`;
    const readers = [...this.owners].flatMap(([device, name]) => (name === "carol" ? [] : [device]));
    this.history.push({ what: "secret", token, readers });
    return token;
  }

  /** Lets a device say one thing, in a room that its person is in. */
  say(device: Device, text: string): void {
    const isOutsider = this.owners.get(device.name) === "carol";
    const room = isOutsider || device.unanswered % 2 === 0 ? this.lobby : this.design;
    device.say(room, room === this.design ? `${text} ${this.secret()}` : text);
  }

  /** Waits until everything sent is answered and everyone holds every room up to its head. */
  async quiet(): Promise<void> {
    await eventually(() => this.devices.every(({ unanswered }) => unanswered === 0));
    for (const room of this.rooms) {
      const { head } = await call(this.url, "room.get", { room }, this.tokens.alice);
      await eventually(() =>
        this.devices.every((device) => {
          const position = device.positionIn(room);
          const isOutside = room === this.design && this.owners.get(device.name) === "carol";
          return isOutside ? position === undefined : position === head;
        }),
      );
    }
  }

  /** Stops everybody, reads what is stored, and says what is wrong. */
  async findFaults(): Promise<Finding[]> {
    await this.quiet();
    this.stop();
    for (const room of this.rooms) await this.readLog(room);
    return findFaults(this.history);
  }

  stop(): void {
    for (const device of this.devices) device.stop();
  }

  private note(entry: Entry): void {
    this.history.push(entry);
    if (entry.what === "ok") this.acknowledged++;
  }

  private async signIn(name: Name, password: string): Promise<void> {
    const signed = await call(this.url, "session.create", { login: name, password });
    this.ids[name] = signed.user.id;
    this.tokens[name] = signed.access_token;
  }

  private async readLog(room: number): Promise<void> {
    for (let after = 0; ; ) {
      const run = await call(this.url, "room.events", { room, after, limit: 200 }, this.tokens.alice);
      run.events.forEach((event: RoomEvent, index) => {
        this.history.push({ what: "stored", room, seq: run.from + index, event: toObserved(event) });
      });
      if (run.events.length === 0) return;
      after = run.to;
    }
  }
}

/** A scene in which nobody is outside would show nothing of what reaches an outsider. */
function expectDifferent(one: number, other: number): void {
  if (one === other) throw new Error("alice and carol are the same person");
}
