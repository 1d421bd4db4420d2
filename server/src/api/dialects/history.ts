import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { DialectCall } from "./route.ts";

/** A page of a room's messages, oldest first, of those sent before one (or after one) or of the newest. */
export async function pageOf(
  call: Pick<DialectCall, "ask">,
  of: { room: number; before?: number | undefined; after?: number | undefined; limit: number },
): Promise<{ messages: Message[]; earlier: boolean; later: boolean }> {
  const { room, limit } = of;
  if (of.before !== undefined && of.after !== undefined) {
    throw new ChatError("invalid", "a page is either before or after a message");
  }
  const before = of.before === undefined ? {} : { before: await placeOf(call, room, of.before) };
  const after = of.after === undefined ? {} : { after: await placeOf(call, room, of.after) };
  const page = await call.ask("message.list", { room, limit, ...before, ...after });
  return { messages: page.messages, earlier: page.before !== null, later: page.after !== null };
}

/** Where a message of this room stands in its log. */
async function placeOf(call: Pick<DialectCall, "ask">, room: number, message: number): Promise<number> {
  const found = await call.ask("message.get", { message });
  if (found.room !== room) throw new ChatError("not_found", "there is no such message in this room");
  return found.seq;
}
