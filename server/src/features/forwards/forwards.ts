import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Tx } from "../../context.ts";
import { contentHash } from "../../platform/hashes.ts";
import { fromBody } from "../../schema/bodies.ts";
import { forwardedExtra } from "../extras/extras.ts";
import { copied } from "../files/files.ts";
import { accessMessage, repeatOf, sendOnce } from "../messages/messages.ts";

type Forwarding = Checked<"message.forward"> & { client_id: string };

/** FORWARD-1 to FORWARD-4. Says once more, in another room, what was said by others: all of it or nothing. */
export async function forwardMessages(
  tx: Tx,
  actor: Actor,
  input: Forwarding,
): Promise<Output<"message.forward">> {
  const messages: Message[] = [];
  for (const index of input.messages.keys()) messages.push(await forwardOne(tx, actor, input, index));
  return { messages };
}

async function forwardOne(tx: Tx, actor: Actor, input: Forwarding, index: number): Promise<Message> {
  const { room, messages } = input;
  const client_id = `${input.client_id}/${index + 1}`;
  // Another list under the same client id is another wish, whatever stands at this place of it.
  const hash = contentHash(JSON.stringify(["forward", room, messages, index]));
  // Before the right to the source, which may be gone by the time of a repeat.
  const before = await repeatOf(tx.sql, actor, { client_id, hash });
  if (before) return before;
  const { row } = await accessMessage(tx.sql, actor, messages[index] as number);
  if (row.deleted_at !== null) throw new ChatError("not_found", "this message was deleted");
  const forwarded = { sender: row.forwarded_sender ?? row.sender_id, at: row.forwarded_at ?? row.created_at };
  const files = async () =>
    row.file_count > 0 ? copied(tx, { message: row.id, count: row.file_count }) : [];
  const extra = (at: number) => forwardedExtra(tx.sql, row, at);
  const said = { room, client_id, text: fromBody(row.body) };
  return sendOnce(tx, actor, { input: said, hash, forwarded, until: row.expires_at, files, extra });
}
