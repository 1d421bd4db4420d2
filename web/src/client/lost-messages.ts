import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";

/** Messages asked for one by one; older ones are let go. */
const most = 100;

/** SYNC-6. Which of these messages the server does not have any more. */
export async function lostAmong(call: Rpc["call"], messages: readonly Message[]): Promise<Message[]> {
  const newest = messages.toSorted((one, other) => one.id - other.id).slice(-most);
  const lost: Message[] = [];
  for (const message of newest) {
    if (!(await isThere(call, message))) lost.push(message);
  }
  return lost;
}

export interface LostMessagesOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  /** The server does not have it any more. */
  lost: (message: Message) => Promise<void>;
}

/** Own messages of which it is to be found out whether the server still has them. */
export class LostMessages {
  readonly #doubted: Message[] = [];
  readonly #repairs: Repairs;

  constructor(private readonly options: LostMessagesOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  doubt(messages: readonly Message[]): void {
    this.#doubted.push(...messages);
    this.#repairs.need("lost messages", () => this.#find());
  }

  clear(): void {
    this.#repairs.clear();
    this.#doubted.length = 0;
  }

  async #find(): Promise<void> {
    const messages = [...this.#doubted];
    for (const message of await lostAmong(this.options.call, messages)) await this.options.lost(message);
    this.#doubted.splice(0, messages.length);
  }
}

/** In another history the same number may have become another message. */
async function isThere(call: Rpc["call"], message: Message): Promise<boolean> {
  try {
    const found = await call("message.get", { message: message.id });
    return found.client_id === message.client_id && found.sender === message.sender;
  } catch (error) {
    if (error instanceof ChatError && error.code === "not_found") return false;
    throw error;
  }
}
