import { prepare } from "../../schema/tables.ts";

export interface PinRow {
  id: number;
  pinned_at: number;
  pinned_by: number;
}

export const pinsOf = prepare<{ room: number; limit: number }, PinRow>((build, param) =>
  build
    .selectFrom("messages")
    .select("id")
    .select((eb) => [
      eb.ref("pinned_at").$notNull().as("pinned_at"),
      eb.ref("pinned_by").$notNull().as("pinned_by"),
    ])
    .where("room_id", "=", param("room"))
    .where("pinned_seq", "is not", null)
    .orderBy("pinned_seq", "desc")
    .limit(param("limit")),
);

export const pinCount = prepare<{ room: number }, { count: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("room_id", "=", param("room"))
    .where("pinned_seq", "is not", null),
);

export const setPinned = prepare<{
  message: number;
  seq: number | null;
  at: number | null;
  by: number | null;
}>((build, param) =>
  build
    .updateTable("messages")
    .set({ pinned_seq: param("seq"), pinned_at: param("at"), pinned_by: param("by") })
    .where("id", "=", param("message")),
);
