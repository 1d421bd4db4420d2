import type { Room } from "@parley/protocol/rooms";
import { z } from "zod";
import { room as commonRoom, toRooms as toCommonRooms } from "../room.ts";
import type { DialectCall } from "../route.ts";

export const room = commonRoom.extend({ is_private: z.boolean(), member_count: z.int() });

export async function toRooms(call: DialectCall, rooms: readonly Room[]): Promise<z.input<typeof room>[]> {
  const shapes = await toCommonRooms(call, rooms);
  return rooms.map((each, index) => ({
    ...(shapes[index] as z.input<typeof commonRoom>),
    is_private: !each.public,
    member_count: each.member_count,
  }));
}

export async function toRoom(call: DialectCall, of: Room): Promise<z.input<typeof room>> {
  const [shape] = await toRooms(call, [of]);
  return shape as z.input<typeof room>;
}
