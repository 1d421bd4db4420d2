import type { Message } from "@parley/protocol/messages";
import { z } from "zod";
import { content, id, ids, limit, time } from "../fields.ts";
import { pageOf } from "../history.ts";
import { type DialectCall, route } from "../route.ts";
import { toMessage, toMessages, toReactions, toScheduled, toSent } from "./presenting.ts";
import { names, newMessage, toScheduling, toSending } from "./sending.ts";
import { message, reactions, scheduledMessage } from "./shapes.ts";

const ofRoom = "/chat/rooms/{room_id}/messages";
const path = "/chat/messages/{id}";
const fields = ids("id");

/** One's own reaction is put on, or taken off where it stands already. */
async function toggle(call: DialectCall, message: number, emoji: string): Promise<Message> {
  const { reactions: present = [] } = await call.ask("message.get", { message });
  const isThere = present.some((each) => each.emoji === emoji && each.users.includes(call.actor.user));
  return call.ask("reaction.set", { message, emoji, on: !isThere });
}

export const messageRoutes = [
  route({
    method: "GET",
    path: ofRoom,
    summary: "A page of a room's messages, oldest first: the newest, or those before or after a message",
    who: "user",
    fields: ids("room_id"),
    query: z.object({ before_id: id.optional(), after_id: id.optional(), limit }),
    success: z.object({ messages: z.array(message), has_more: z.boolean() }),
    async answer(call, { path: { room_id: room }, query: { before_id: before, after_id: after, limit } }) {
      const page = await pageOf(call, { room, before, after, limit });
      const messages = await toMessages(call, page.messages);
      return { messages, has_more: after === undefined ? page.earlier : page.later };
    },
  }),
  route({
    method: "POST",
    path: ofRoom,
    summary: "Send a message. With an Idempotency-Key or a client_id a repeat gives the first again",
    who: "user",
    fields: ids("room_id"),
    about:
      "With scheduled_at it is sent then, and answered as it stands in the list of those; without a file. With auto_delete_after it is deleted by itself, so many seconds after its sending.",
    names,
    body: newMessage,
    status: 201,
    success: z.union([scheduledMessage, message]),
    async answer(call, { path: { room_id: room }, body }) {
      const scheduling = toScheduling(room, body);
      if (scheduling) {
        const [put] = await toScheduled(call, [await call.ask("scheduled.create", scheduling)]);
        return put as NonNullable<typeof put>;
      }
      const { result, changed } = await call.change("message.send", toSending(room, body));
      return changed ? toSent(call, result) : toMessage(call, result);
    },
  }),
  route({
    method: "PUT",
    path,
    summary: "Change one's own message; what it said before is kept",
    who: "user",
    fields,
    names,
    body: z.object({ content }),
    success: message,
    async answer(call, { path: { id: changed }, body }) {
      return toMessage(call, await call.ask("message.edit", { message: changed, text: body.content }));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Delete a message for everyone: one's own, or as an admin of the room anyone's",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { id: deleted } }) {
      await call.ask("message.delete", { message: deleted });
      return undefined;
    },
  }),
  route({
    method: "GET",
    path: `${path}/history`,
    summary: "What a message said before it was changed, and since when, oldest first",
    who: "user",
    fields,
    success: z.object({
      message_id: id,
      history: z.array(z.object({ version: z.int(), content: z.string(), created_at: time })),
    }),
    async answer(call, { path: { id: message_id } }) {
      const { versions } = await call.ask("message.history", { message: message_id });
      const earlier = versions.slice(0, -1);
      const history = earlier.map(({ version, text, at }) => ({ version, content: text, created_at: at }));
      return { message_id, history };
    },
  }),
  route({
    method: "POST",
    path: `${path}/reactions`,
    summary: "Put a reaction on a message, or take one's own off where it is there already",
    who: "user",
    fields,
    body: z.object({ emoji: z.string().min(1).max(32) }),
    success: z.object({ reactions }),
    async answer(call, { path: { id: reacted }, body: { emoji } }) {
      return { reactions: toReactions(await toggle(call, reacted, emoji)) };
    },
  }),
];
