import type { Message } from "@parley/protocol/messages";
import { timeAt } from "@parley/protocol/reference-room";
import type { Client, ClientOptions } from "./client.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { type ScriptedSocket, settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

export interface Tab {
  client: Client;
  server: ScriptedServer;
  isAlive: boolean;
}

/** For tests: several tabs of alice's in one browser, and a server that takes messages from them. */
export class ScriptedTabs {
  readonly tabs: Tab[] = [];
  readonly said: Message[] = [];
  readonly browser = new ScriptedBrowser();
  readonly storage = memoryOutbox();
  /** How many frames of each connection were answered. */
  readonly #answered = new Map<ScriptedSocket, number>();

  constructor(private readonly options: Partial<ClientOptions> = {}) {}

  get texts(): string[] {
    return this.said.map(({ text }) => text);
  }

  async open(): Promise<Tab> {
    const server = new ScriptedServer(this.browser);
    const options = { storage: this.storage, ...this.options };
    const { client } = await connected({ rooms: [this.#membership(server)] }, server, options);
    const tab = { client, server, isAlive: true };
    this.tabs.push(tab);
    return tab;
  }

  /** Texts under way on the connection of a tab, not answered yet. */
  sending({ server }: Tab): string[] {
    return this.#waiting(server.network.socket).map(({ input }) => (input as { text: string }).text);
  }

  /** Takes the next message of a tab; the answer may be lost on the way. */
  async take(tab: Tab, isAnswered = true): Promise<void> {
    const { socket } = tab.server.network;
    const [frame] = this.#waiting(socket);
    if (!frame) return;
    this.#answered.set(socket, (this.#answered.get(socket) ?? 0) + 1);
    const { client_id, text } = frame.input as { client_id: string; text: string };
    const known = this.said.find((message) => message.client_id === client_id);
    const message = known ?? this.#say(client_id, text);
    if (isAnswered)
      tab.server.say({ type: "done", id: frame.id, result: message, room: 7, seq: message.seq });
    if (!known) this.#tell(message);
    await settled();
  }

  async cut({ server }: Tab): Promise<void> {
    server.network.socket.cut();
    await settled();
  }

  async reconnect({ client, server }: Tab): Promise<void> {
    client.wake();
    await settled();
    server.greet({ rooms: [this.#membership(server)] });
    await settled();
  }

  async die(tab: Tab): Promise<void> {
    tab.isAlive = false;
    tab.server.network.die();
    await settled();
  }

  isReady({ client, isAlive }: Tab): boolean {
    return isAlive && client.view.getState().link.status === "ready";
  }

  #waiting(socket: ScriptedSocket) {
    return socket.frames("do").slice(this.#answered.get(socket) ?? 0);
  }

  #membership({ membership }: ScriptedServer): ScriptedServer["membership"] {
    const head = 1 + this.said.length;
    return { ...membership, head, read: head };
  }

  #say(client_id: string, text: string): Message {
    const seq = this.said.length + 2;
    const message: Message = {
      ...{ id: seq, room: 7, seq, ordinal: seq - 1, sender: 1, client_id, type: "text", text },
      ...{ version: 1, created_at: timeAt(seq) },
    };
    this.said.push(message);
    return message;
  }

  #tell(message: Message): void {
    for (const tab of this.tabs.filter((other) => this.isReady(other))) {
      const event = { kind: "message.sent", at: message.created_at, by: 1, message } as const;
      tab.server.say({ type: "event", room: 7, seq: message.seq, event });
    }
  }
}
