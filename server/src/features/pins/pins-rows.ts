import { sql } from "kysely";
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

export const pinnedPlaces = prepare<{ room: number; limit: number }, { id: number; place: number }>(
  (build, param) =>
    build
      .selectFrom("messages")
      .select("id")
      .select((eb) => eb.ref("pinned_seq").$notNull().as("place"))
      .where("room_id", "=", param("room"))
      .where("pinned_seq", "is not", null)
      .orderBy("pinned_seq", "desc")
      .limit(param("limit")),
);

export const putPinAt = prepare<{ message: number; place: number }>((build, param) =>
  build
    .updateTable("messages")
    .set({ pinned_seq: param("place") })
    .where("id", "=", param("message")),
);

export interface PinEventRow {
  seq: number;
  at: number;
  by_id: number;
  body: string;
}

const pinEventsOf = (table: string) =>
  prepare<{ room: number; before: number; limit: number }, PinEventRow>((build, param) => ({
    compile: () =>
      sql<PinEventRow>`SELECT seq, at, by_id, body FROM ${sql.raw(table)}
        WHERE room_id = ${param("room")} AND kind = 'pin.set' AND seq < ${param("before")}
        ORDER BY seq DESC LIMIT ${param("limit")}`.compile(build),
  }));

/** A room's log is long: SQLite would look through all of it, and is told which index to take. */
export const pinEvents = {
  sqlite: pinEventsOf("room_events INDEXED BY room_events_pins"),
  postgres: pinEventsOf("room_events"),
};
