import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
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
