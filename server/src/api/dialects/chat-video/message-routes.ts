import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import { z } from "zod";
import { id, ids, limit } from "../fields.ts";
import { pageOf } from "../history.ts";
import { membersOf } from "../lists.ts";
import { type DialectCall, route } from "../route.ts";
import { attachmentsOf } from "./attachments.ts";
import { message, type Pair, toMessage } from "./shapes.ts";

/** A page as it is shown to one of the two. A message that was deleted has no place in this dialect. */
async function shown(
  call: DialectCall,
  of: Pair & { room: number; messages: readonly Message[] },
): Promise<z.input<typeof message>[]> {
  const messages = of.messages.filter(({ deleted_at }) => deleted_at === undefined);
  const attachments = await attachmentsOf((files) => call.ask("file.links", { files }), messages);
  const marks = new Map((await membersOf(call, of.room)).map(({ user, read }) => [user, read ?? 0]));
  return messages.map((each) => {
    const { user, peer } = of;
    const receiver = each.sender === user ? peer : user;
    const isRead = user === peer || (marks.get(receiver) ?? 0) >= each.seq;
    return toMessage(each, { user, peer, attachment: attachments.get(each.id) ?? null, isRead });
  });
}

export const messageRoutes = [
  route({
    method: "GET",
    path: "/api/messages/{user_id}",
    summary: "The chat with a person, the newest page first; within a page the oldest message comes first",
    about: [
      "`next_cursor` is the `before` of the next page towards the past; null at the beginning.",
      "To fetch the newest page (without `before`) marks all of it as read; `is_read` says how it was before that.",
      "Deleted messages are left out, so that a page may be shorter than `limit`.",
    ].join(" "),
    who: "user",
    fields: ids("user_id"),
    query: z.object({ before: id.optional(), limit }),
    success: z.object({ items: z.array(message), next_cursor: id.nullable() }),
    async answer(call, { path: { user_id: peer }, query }) {
      const { room: found } = await call.ask("room.find_direct", { user: peer });
      if (!found) {
        if (query.before === undefined) return { items: [], next_cursor: null };
        throw new ChatError("not_found", "there is no such message in this chat");
      }
      const { id: room, read } = found;
      const { messages, earlier } = await pageOf(call, { room, ...query });
      const items = await shown(call, { room, messages, user: call.actor.user, peer });
      const newest = messages.at(-1);
      if (query.before === undefined && newest && newest.seq > read) {
        await call.ask("receipt.read", { room, seq: newest.seq });
      }
      return { items, next_cursor: earlier ? (messages[0]?.id ?? null) : null };
    },
  }),
];
