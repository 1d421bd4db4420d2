import type { RoomKind } from "@parley/protocol/rooms";
import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";
import {
  lastId,
  lastMessageColumns,
  type MembershipRow,
  memberColumns,
  mentionsAfter,
  type RoomRow,
  roomColumns,
} from "../access/access.ts";

export const insertRoom = prepare<
  {
    kind: RoomKind;
    name: string;
    search_key: string;
    topic: string;
    is_public: 0 | 1;
    direct_key: string | null;
    user: number;
    now: number;
  },
  { id: number }
>((build, param) =>
  build
    .insertInto("rooms")
    .values({
      kind: param("kind"),
      name: param("name"),
      search_key: param("search_key"),
      topic: param("topic"),
      is_public: param("is_public"),
      direct_key: param("direct_key"),
      permissions: "{}",
      created_by: param("user"),
      created_at: param("now"),
      head_at: param("now"),
    })
    .returning("id"),
);

export const roomByDirectKey = prepare<{ key: string }, { id: number }>((build, param) =>
  build.selectFrom("rooms").select("id").where("direct_key", "=", param("key")),
);

export const updateRoom = prepare<{
  room: number;
  name: string;
  search_key: string;
  topic: string;
  is_public: 0 | 1;
  permissions: string;
  delete_after: number | null;
}>((build, param) =>
  build
    .updateTable("rooms")
    .set({
      name: param("name"),
      search_key: param("search_key"),
      topic: param("topic"),
      is_public: param("is_public"),
      permissions: param("permissions"),
      delete_after: param("delete_after"),
    })
    .where("id", "=", param("room")),
);

export const setArchived = prepare<{ room: number; at: number | null }>((build, param) =>
  build
    .updateTable("rooms")
    .set({ archived_at: param("at") })
    .where("id", "=", param("room")),
);

/** The row stays so that its number and its log's last event stay; what it says of itself goes. */
export const setDeleted = prepare<{ room: number; at: number }>((build, param) =>
  build
    .updateTable("rooms")
    .set({ deleted_at: param("at"), name: "", search_key: "", topic: "", direct_key: null, member_count: 0 })
    .where("id", "=", param("room")),
);

export const memberIdsOf = prepare<{ room: number }, { user_id: number }>((build, param) =>
  build.selectFrom("members").select("user_id").where("room_id", "=", param("room")),
);

/** Everything that was said in a room, in the order in which it may go. */
export const contentsOf = [
  prepare<{ room: number }>((build, param) =>
    build
      .deleteFrom("translations")
      .where("message_id", "in", (eb) =>
        eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
      ),
  ),
  prepare<{ room: number }>((build, param) =>
    build
      .deleteFrom("poll_votes")
      .where("message_id", "in", (eb) =>
        eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
      ),
  ),
  prepare<{ room: number }>((build, param) =>
    build
      .deleteFrom("reactions")
      .where("message_id", "in", (eb) =>
        eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
      ),
  ),
  prepare<{ room: number }>((build, param) =>
    build
      .deleteFrom("message_versions")
      .where("message_id", "in", (eb) =>
        eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
      ),
  ),
  prepare<{ room: number }>((build, param) =>
    build
      .deleteFrom("saved")
      .where("message_id", "in", (eb) =>
        eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
      ),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("thread_follows").where("room_id", "=", param("room")),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("mentions").where("room_id", "=", param("room")),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("messages").where("room_id", "=", param("room")),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("mark_moves").where("room_id", "=", param("room")),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("drafts").where("room_id", "=", param("room")),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("members").where("room_id", "=", param("room")),
  ),
  prepare<{ room: number }>((build, param) =>
    build.deleteFrom("room_events").where("room_id", "=", param("room")),
  ),
];

/** Public channels after a place in the order of name and id; `pattern` is for LIKE with `!` as escape. */
export const publicChannels = prepare<
  { user: number; name: string; id: number; pattern: string; limit: number },
  MembershipRow
>((build, param) => {
  // To somebody who is not in a room everything in it is read.
  const read = sql<number>`coalesce(${sql.ref("members.read_seq")}, ${sql.ref("rooms.head")})`;
  return build
    .selectFrom("rooms")
    .leftJoin("members", (join) =>
      join.onRef("members.room_id", "=", "rooms.id").on("members.user_id", "=", param("user")),
    )
    .leftJoin("messages as last", (join) => join.on("last.id", "=", lastId))
    .select([...roomColumns, ...memberColumns, ...lastMessageColumns])
    .select(mentionsAfter(param("user"), sql.ref("rooms.id"), read).as("mention_count"))
    .where("rooms.is_public", "=", 1)
    .where("rooms.deleted_at", "is", null)
    .where((eb) =>
      eb.or([
        eb("rooms.name", ">", param("name")),
        eb.and([eb("rooms.name", "=", param("name")), eb("rooms.id", ">", param("id"))]),
      ]),
    )
    .where(sql<boolean>`rooms.search_key LIKE ${param("pattern")} ESCAPE '!'`)
    .orderBy("rooms.name")
    .orderBy("rooms.id")
    .limit(param("limit"));
});

/** Groups and channels after an id. */
export const sharedRoomsAfter = prepare<{ after: number; limit: number }, RoomRow>((build, param) =>
  build
    .selectFrom("rooms")
    .select(roomColumns)
    .where("rooms.id", ">", param("after"))
    .where("rooms.kind", "!=", "direct")
    .where("rooms.deleted_at", "is", null)
    .orderBy("rooms.id")
    .limit(param("limit")),
);

export const roomById = prepare<{ room: number }, RoomRow>((build, param) =>
  build
    .selectFrom("rooms")
    .select(roomColumns)
    .where("rooms.id", "=", param("room"))
    .where("rooms.deleted_at", "is", null),
);

export const setRetention = prepare<{ room: number; retention: number | null }>((build, param) =>
  build
    .updateTable("rooms")
    .set({ retention: param("retention") })
    .where("id", "=", param("room")),
);

export function sharedRoomsByIds(sql: Sql, ids: readonly number[]): Promise<RoomRow[]> {
  return sql.rows<RoomRow>(
    sql.build
      .selectFrom("rooms")
      .select(roomColumns)
      .where("rooms.id", "in", ids)
      .where("rooms.kind", "!=", "direct")
      .where("rooms.deleted_at", "is", null)
      .orderBy("rooms.id"),
  );
}
