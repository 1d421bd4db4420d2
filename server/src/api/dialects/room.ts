import type { Room } from "@parley/protocol/rooms";
import { z } from "zod";
import { id, time } from "./fields.ts";
import { usernamesOf } from "./people.ts";
import type { DialectCall } from "./route.ts";

/** A room, in the systems whose rooms have a name and a description. */
export const room = z.object({
  id,
  /** Of a direct room, the name of the other person. */
  name: z.string(),
  description: z.string(),
  created_by: id,
  created_at: time,
});
export type RoomShape = z.input<typeof room>;

/** What the operations' fields are called there. */
export const roomFields = { topic: "description", public: "is_private" } as const;

export async function toRooms(
  { context, actor }: Pick<DialectCall, "context" | "actor">,
  rooms: readonly Room[],
): Promise<RoomShape[]> {
  const otherIn = ({ people = [] }: Room) => people.find((user) => user !== actor.user) ?? actor.user;
  const names = await usernamesOf(context, rooms.filter(({ kind }) => kind === "direct").map(otherIn));
  return rooms.map((each) => ({
    id: each.id,
    name: each.kind === "direct" ? (names.get(otherIn(each)) ?? "") : each.name,
    description: each.topic,
    created_by: each.created_by,
    created_at: each.created_at,
  }));
}

export async function toRoom(call: Pick<DialectCall, "context" | "actor">, of: Room): Promise<RoomShape> {
  const [shape] = await toRooms(call, [of]);
  return shape as RoomShape;
}
