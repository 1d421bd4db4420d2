import type { MemberRole } from "@parley/protocol/rooms";
import { sql as raw } from "kysely";
import { prepare } from "../../schema/tables.ts";

export interface MemberRow {
  user_id: number;
  role: MemberRole;
  joined_at: number;
  shown_seq: number;
  delivered_seq: number;
}

const columns = ["user_id", "role", "joined_at", "shown_seq", "delivered_seq"] as const;

export const memberByUser = prepare<{ room: number; user: number }, MemberRow>((build, param) =>
  build
    .selectFrom("members")
    .select(columns)
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user")),
);

export const membersAfter = prepare<{ room: number; after: number; limit: number }, MemberRow>(
  (build, param) =>
    build
      .selectFrom("members")
      .select(columns)
      .where("room_id", "=", param("room"))
      .where("user_id", ">", param("after"))
      .orderBy("user_id")
      .limit(param("limit")),
);

/** Those of them whose names hold a text. */
export const membersLikeAfter = prepare<
  { room: number; pattern: string; after: number; limit: number },
  MemberRow
>((build, param) =>
  build
    .selectFrom("members")
    .innerJoin("users", "users.id", "members.user_id")
    .select(["user_id", "members.role", "joined_at", "shown_seq", "delivered_seq"])
    .where("room_id", "=", param("room"))
    .where("user_id", ">", param("after"))
    .where((eb) => raw<boolean>`${eb.ref("users.search_key")} like ${param("pattern")} escape '!'`)
    .orderBy("user_id")
    .limit(param("limit")),
);

/** In the order in which rooms are held. */
export const roomIdsOf = prepare<{ user: number }, { room_id: number }>((build, param) =>
  build.selectFrom("members").select("room_id").where("user_id", "=", param("user")).orderBy("room_id"),
);

export const insertMember = prepare<{
  room: number;
  user: number;
  role: MemberRole;
  at: number;
  seq: number;
  ordinal: number;
}>((build, param) =>
  build.insertInto("members").values({
    room_id: param("room"),
    user_id: param("user"),
    role: param("role"),
    joined_at: param("at"),
    read_seq: param("seq"),
    shown_seq: param("seq"),
    read_ordinal: param("ordinal"),
    delivered_seq: param("seq"),
  }),
);

export const deleteMember = prepare<{ room: number; user: number }>((build, param) =>
  build.deleteFrom("members").where("room_id", "=", param("room")).where("user_id", "=", param("user")),
);

/** DRAFT-4. */
export const deleteDraft = prepare<{ room: number; user: number }>((build, param) =>
  build.deleteFrom("drafts").where("room_id", "=", param("room")).where("user_id", "=", param("user")),
);

export const updateMemberRole = prepare<{ room: number; user: number; role: MemberRole }>((build, param) =>
  build
    .updateTable("members")
    .set({ role: param("role") })
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user")),
);

export const addToMemberCount = prepare<{ room: number; by: number }>((build, param) =>
  build
    .updateTable("rooms")
    .set((eb) => ({ member_count: eb("member_count", "+", param("by")) }))
    .where("id", "=", param("room")),
);

export const ownersOf = prepare<{ room: number }, { count: number }>((build, param) =>
  build
    .selectFrom("members")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("room_id", "=", param("room"))
    .where("role", "=", "owner"),
);

/** Who owns a room next: of the highest role the longest-standing; somebody who cannot sign in only if all others neither. */
export const heirOf = prepare<{ room: number; leaving: number }, { user_id: number }>((build, param) =>
  build
    .selectFrom("members")
    .innerJoin("users", "users.id", "members.user_id")
    .select("user_id")
    .where("room_id", "=", param("room"))
    .where("user_id", "!=", param("leaving"))
    .orderBy("users.active", "desc")
    .orderBy((eb) =>
      eb
        .case()
        .when("members.role", "=", "owner")
        .then(0)
        .when("members.role", "=", "admin")
        .then(1)
        .else(2)
        .end(),
    )
    .orderBy("joined_at")
    .orderBy("user_id")
    .limit(1),
);
