import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Room } from "@parley/protocol/rooms";
import { z } from "zod";
import { isAdmin } from "../../../features/users/users.ts";
import { ids } from "../fields.ts";
import { allRooms, ownRooms } from "../lists.ts";
import { roomFields } from "../room.ts";
import { type DialectCall, route } from "../route.ts";
import { room, toRoom, toRooms } from "./shapes.ts";

const path = "/room/{id}";
const fields = ids("id");
const name = z.string().min(1).max(limits.roomName);
const description = z.string().max(limits.roomTopic);

const isManager = (call: DialectCall) => isAdmin(call.context.database, call.actor.user);

/** The caller's rooms; for an admin of the server also all others but for those of two people. */
async function roomsFor(call: DialectCall): Promise<Room[]> {
  const own = await ownRooms(call);
  if (!(await isManager(call))) return own;
  const byId = new Map<number, Room>([...(await allRooms(call)), ...own].map((each) => [each.id, each]));
  return [...byId.values()].sort((one, other) => one.id - other.id);
}

/** What a room is: an admin of the server may know it of a room that they may not read. */
async function roomFor(call: DialectCall, id: number): Promise<Room> {
  try {
    return await call.ask("room.get", { room: id });
  } catch (error) {
    if (!(error instanceof ChatError && error.code === "not_found" && (await isManager(call)))) throw error;
    const [found] = (await call.ask("room.list_all", { ids: [id] })).rooms;
    if (!found) throw error;
    return found;
  }
}

export const roomRoutes = [
  route({
    method: "POST",
    path: "/room/",
    summary: "Make a room; the caller is its admin",
    about: "Everybody may come into a room that is not private, by connecting to it.",
    who: "user",
    names: roomFields,
    body: z.object({ name, description: description.default(""), is_private: z.boolean().default(false) }),
    status: 201,
    success: room,
    async answer(call, { body }) {
      const described = { name: body.name, topic: body.description, public: !body.is_private };
      return toRoom(call, await call.ask("room.create", { kind: "channel", ...described }));
    },
  }),
  route({
    method: "GET",
    path: "/room/rooms",
    summary: "The caller's rooms, by id; for admins of the server all rooms but for those of two others",
    who: "user",
    success: z.array(room),
    answer: async (call) => toRooms(call, await roomsFor(call)),
  }),
  route({
    method: "GET",
    path,
    summary: "One room",
    who: "user",
    fields,
    success: room,
    answer: async (call, { path: { id } }) => toRoom(call, await roomFor(call, id)),
  }),
  route({
    method: "PATCH",
    path,
    summary: "Change a room's name, description or privacy; for its admins and those of the server",
    about: "Only who made a private room opens it to everybody.",
    who: "user",
    fields,
    names: roomFields,
    body: z.object({
      name: name.optional(),
      description: description.optional(),
      is_private: z.boolean().optional(),
    }),
    success: room,
    async answer(call, { path: { id }, body }) {
      const changes = {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.description !== undefined && { topic: body.description }),
        ...(body.is_private !== undefined && { public: !body.is_private }),
      };
      return toRoom(call, await call.ask("room.update", { room: id, ...changes }));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Delete a room and all that was said in it; for who made it and admins of the server",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { id } }) {
      await call.ask("room.delete", { room: id });
      return undefined;
    },
  }),
];
