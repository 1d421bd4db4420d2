import { ChatError } from "@parley/protocol/errors";
import { z } from "zod";
import { id, ids, time } from "../fields.ts";
import { type DialectCall, route } from "../route.ts";
import { toMessage, toMessages } from "./presenting.ts";
import { message } from "./shapes.ts";

const ofRoom = "/chat/rooms/{room_id}/pins";
const path = `${ofRoom}/{message_id}` as const;
const fields = ids("room_id", "message_id");

/** A message is pinned in its own room, and nowhere else. */
async function requireInRoom(call: DialectCall, place: { room_id: number; message_id: number }) {
  const { room } = await call.ask("message.get", { message: place.message_id });
  if (room !== place.room_id) throw new ChatError("not_found", "there is no such message in this room");
}

export const pinRoutes = [
  route({
    method: "GET",
    path: ofRoom,
    summary: "The pinned messages of a room, the last pinned first",
    who: "user",
    fields: ids("room_id"),
    success: z.object({ pins: z.array(z.object({ message, pinned_by: id, pinned_at: time })) }),
    async answer(call, { path: { room_id: room } }) {
      const { pins } = await call.ask("pin.list", { room });
      const messages = await toMessages(
        call,
        pins.map((pin) => pin.message),
      );
      return {
        pins: pins.map(({ pinned_by, pinned_at }, index) => ({
          message: messages[index] as (typeof messages)[number],
          ...{ pinned_by, pinned_at },
        })),
      };
    },
  }),
  route({
    method: "POST",
    path,
    summary: "Pin a message in its room",
    who: "user",
    fields,
    status: 201,
    success: message,
    async answer(call, { path: place }) {
      await requireInRoom(call, place);
      return toMessage(call, await call.ask("pin.set", { message: place.message_id, on: true }));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Take a pin off",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: place }) {
      await requireInRoom(call, place);
      await call.ask("pin.set", { message: place.message_id, on: false });
      return undefined;
    },
  }),
];
