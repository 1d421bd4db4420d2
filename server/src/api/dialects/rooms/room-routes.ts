import { limits } from "@parley/protocol/limits";
import { z } from "zod";
import { cursorOf, placeOf } from "../cursors.ts";
import { ids, limit } from "../fields.ts";
import { joinPublic } from "../joining.ts";
import { ownRooms, publicRooms } from "../lists.ts";
import { room, roomFields, toRoom, toRooms } from "../room.ts";
import { roomMessage, toRoomMessages } from "../room-messages.ts";
import { route } from "../route.ts";

const path = "/rooms/{id}";
const fields = ids("id");
const cursor = z.string().min(1).max(64);

export const roomRoutes = [
  route({
    method: "POST",
    path: "/rooms/",
    summary: "Make a public room",
    about: "Whoever connects to it is in it from then on. Several rooms may have one name.",
    who: "admin",
    names: roomFields,
    body: z.object({
      name: z.string().min(1).max(limits.roomName),
      description: z.string().max(limits.roomTopic).default(""),
    }),
    status: 201,
    success: room,
    async answer(call, { body: { name, description: topic } }) {
      return toRoom(call, await call.ask("room.create", { kind: "channel", public: true, name, topic }));
    },
  }),
  route({
    method: "GET",
    path: "/rooms/",
    summary: "All public rooms and the caller's own, by id",
    who: "user",
    success: z.array(room),
    async answer(call) {
      const [own, open] = await Promise.all([ownRooms(call), publicRooms(call)]);
      const byId = new Map([...own, ...open].map((each) => [each.id, each]));
      return toRooms(
        call,
        [...byId.values()].sort((one, other) => one.id - other.id),
      );
    },
  }),
  route({
    method: "GET",
    path,
    summary: "One room; a browser that asks for HTML gets it in the web client",
    who: "user",
    besidePage: true,
    fields,
    success: room,
    answer: async (call, { path: { id } }) => toRoom(call, await call.ask("room.get", { room: id })),
  }),
  route({
    method: "DELETE",
    path,
    summary: "Delete a room and all that was said in it",
    who: "admin",
    fields,
    status: 204,
    async answer(call, { path: { id } }) {
      await call.ask("room.delete", { room: id });
      return undefined;
    },
  }),
  route({
    method: "GET",
    path: `${path}/messages`,
    summary: "A page of what was said in a room, the newest first",
    about:
      "`next_cursor` is the `cursor` of the page before it in time; it is null with the first message. To read a public room is to join it.",
    who: "user",
    fields,
    query: z.object({ cursor: cursor.optional(), limit }),
    success: z.object({
      messages: z.array(roomMessage),
      next_cursor: cursor.nullable(),
      has_more: z.boolean(),
    }),
    async answer(call, { path: { id }, query }) {
      const before = query.cursor === undefined ? {} : { before: placeOf(id, query.cursor) };
      await joinPublic(call, id);
      const page = await call.ask("message.list", { room: id, limit: query.limit, ...before });
      return {
        messages: await toRoomMessages(call.context, page.messages.toReversed()),
        next_cursor: page.before === null ? null : cursorOf(id, page.before),
        has_more: page.before !== null,
      };
    },
  }),
];
