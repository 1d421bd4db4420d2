import { z } from "zod";
import { content, id, ids, limit } from "../fields.ts";
import { pageOf } from "../history.ts";
import { usernameOf, usernamesOf } from "../people.ts";
import { route } from "../route.ts";
import { message, toMessage } from "./shapes.ts";

const path = "/api/v1/messages/{id}";
const fields = ids("id");
const names = { text: "content", room: "chat_id" };

export const messageRoutes = [
  route({
    method: "POST",
    path: "/api/v1/messages/",
    summary: "Send a message. With an Idempotency-Key a repeat gives the first again",
    who: "user",
    names,
    body: z.object({ chat_id: id, content, message_type: z.literal("text").default("text") }),
    status: 201,
    success: message,
    async answer(call, { body }) {
      const sent = await call.ask("message.send", { room: body.chat_id, text: body.content });
      return toMessage(sent, await usernameOf(call.context, sent.sender));
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/messages/chat/{chat_id}",
    summary: "A page of a chat's messages, oldest first: the newest, or those before a message",
    who: "user",
    fields: ids("chat_id"),
    query: z.object({ limit, before_id: id.optional() }),
    success: z.object({ messages: z.array(message), has_more: z.boolean() }),
    async answer(call, { path: { chat_id: room }, query }) {
      const page = await pageOf(call, { room, before: query.before_id, limit: query.limit });
      const senders = await usernamesOf(
        call.context,
        page.messages.map((each) => each.sender),
      );
      const messages = page.messages.map((each) => toMessage(each, senders.get(each.sender) ?? ""));
      return { messages, has_more: page.earlier };
    },
  }),
  route({
    method: "PUT",
    path,
    summary: "Change one's own message",
    who: "user",
    fields,
    names,
    body: z.object({ content }),
    success: message,
    async answer(call, { path: { id: changed }, body }) {
      const edited = await call.ask("message.edit", { message: changed, text: body.content });
      return toMessage(edited, await usernameOf(call.context, edited.sender));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Delete a message for everyone: one's own, or as an admin of the chat anyone's",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { id: deleted } }) {
      await call.ask("message.delete", { message: deleted });
      return undefined;
    },
  }),
];
