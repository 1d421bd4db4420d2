import { clientId } from "@parley/protocol/fields";
import { z } from "zod";
import { content, id, ids, limit } from "../fields.ts";
import { pageOf } from "../history.ts";
import { joinPublic } from "../joining.ts";
import { roomMessage, toRoomMessages } from "../room-messages.ts";
import { route } from "../route.ts";

const path = "/message/rooms/{room_id}/messages";
const fields = ids("room_id");

export const messageRoutes = [
  route({
    method: "POST",
    path,
    summary: "Say something in a room that the caller is in",
    about: "A repeat with the same `client_id`, or with the same Idempotency-Key, gives the first again.",
    who: "user",
    fields,
    names: { text: "content" },
    body: z.object({ content, client_id: clientId.optional() }),
    status: 201,
    success: roomMessage,
    async answer(call, { path: { room_id: room }, body }) {
      const named = body.client_id === undefined ? {} : { client_id: body.client_id };
      const sent = await call.ask("message.send", { room, text: body.content, ...named });
      const [shape] = await toRoomMessages(call.context, [sent]);
      return shape as z.input<typeof roomMessage>;
    },
  }),
  route({
    method: "GET",
    path,
    summary: "What was said in a room, oldest first: the newest messages, or those before one",
    about: "`before` is the id of a message. To read a room that is not private is to join it.",
    who: "user",
    fields,
    query: z.object({ limit, before: id.optional() }),
    success: z.array(roomMessage),
    async answer(call, { path: { room_id: room }, query }) {
      await joinPublic(call, room);
      const { messages } = await pageOf(call, { room, before: query.before, limit: query.limit });
      return toRoomMessages(call.context, messages);
    },
  }),
];
