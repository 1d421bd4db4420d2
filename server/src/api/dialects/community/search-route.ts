import { cursor } from "@parley/protocol/fields";
import { limits } from "@parley/protocol/limits";
import { z } from "zod";
import { id, limit } from "../fields.ts";
import { route } from "../route.ts";
import { moment, timeOf } from "./moments.ts";
import { toMessages } from "./presenting.ts";
import { message } from "./shapes.ts";

const day = 86_400_000;

const dayOrMoment = z.union([z.iso.date(), moment]);

/** Both ends are among what is found, a day with all that is in it. */
function boundsOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  const isDay = (given: string) => !given.includes("T");
  const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    ...(from !== undefined && { after: iso(timeOf(from) - 1) }),
    ...(to !== undefined && { before: iso(timeOf(to) + (isDay(to) ? day : 1)) }),
  };
}

export const searchRoute = route({
  method: "POST",
  path: "/chat/search",
  summary: "Find messages in the rooms that one is in, the newest first",
  about:
    'All words must be there, the last one as a beginning too; "words in quotes" follow each other; a word after - must not be there. A page may be short, or empty, and yet have a next_cursor.',
  who: "user",
  names: {
    text: "query",
    room: "room_id",
    from: "sender_id",
    type: "message_type",
    after: "from",
    before: "to",
  },
  body: z.object({
    query: z.string().min(1).max(limits.searchText),
    room_id: id.nullable().optional(),
    sender_id: id.nullable().optional(),
    message_type: z.enum(["text", "image", "audio", "video", "file"]).nullable().optional(),
    from: dayOrMoment.optional(),
    to: dayOrMoment.optional(),
    limit,
    cursor: cursor.nullable().optional(),
  }),
  success: z.object({ messages: z.array(message), next_cursor: z.string().nullable() }),
  async answer(call, { body }) {
    const { query: text, room_id: room, sender_id: from, message_type: type, cursor: at } = body;
    const { hits, next } = await call.ask("message.search", {
      ...{ text, limit: body.limit },
      ...(room && { room }),
      ...(from && { from }),
      ...(type && { type }),
      ...(at && { cursor: at }),
      ...boundsOf(body),
    });
    const found = hits.map((hit) => hit.message);
    return { messages: await toMessages(call, found), next_cursor: next };
  },
});
