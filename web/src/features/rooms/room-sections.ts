import type { RoomState } from "@parley/protocol/state";

export interface Section {
  kind: "direct" | "group" | "channel";
  rooms: RoomState[];
}

const kinds = ["direct", "group", "channel"] as const;

/** LIST-1. Rooms by kind, in each the one with the newest message first. */
export function sectionsOf(rooms: readonly RoomState[]): Section[] {
  const moved = ({ room }: RoomState) => room.last_message_at ?? room.created_at;
  const sorted = rooms.toSorted(
    (one, other) => moved(other).localeCompare(moved(one)) || other.room.id - one.room.id,
  );
  return kinds.map((kind) => ({ kind, rooms: sorted.filter(({ room }) => room.kind === kind) }));
}
