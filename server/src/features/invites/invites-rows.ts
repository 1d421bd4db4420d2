import type { ServerRole } from "@parley/protocol/users";
import { prepare } from "../../schema/tables.ts";

export interface InviteRow {
  id: number;
  role: ServerRole;
  uses_left: number;
  created_by: number;
  created_at: number;
  expires_at: number;
}

const columns = [
  "invites.id",
  "invites.role",
  "invites.uses_left",
  "invites.created_by",
  "invites.created_at",
  "invites.expires_at",
] as const;

export const insertInvite = prepare<
  { hash: string; role: ServerRole; uses: number; by: number; now: number; expires_at: number },
  InviteRow
>((build, param) =>
  build
    .insertInto("invites")
    .values({
      code_hash: param("hash"),
      role: param("role"),
      uses_left: param("uses"),
      created_by: param("by"),
      created_at: param("now"),
      expires_at: param("expires_at"),
    })
    .returning(columns),
);

/** Newest first. An invite works only while the admin who made it is one. */
export const workingInvites = prepare<{ now: number; limit: number }, InviteRow>((build, param) =>
  build
    .selectFrom("invites")
    .innerJoin("users", "users.id", "invites.created_by")
    .select(columns)
    .where("invites.uses_left", ">", 0)
    .where("invites.expires_at", ">", param("now"))
    .where("users.role", "=", "admin")
    .where("users.active", "=", 1)
    .orderBy("invites.id", "desc")
    .limit(param("limit")),
);

export const workingInvite = prepare<{ hash: string; now: number }, InviteRow>((build, param) =>
  build
    .selectFrom("invites")
    .innerJoin("users", "users.id", "invites.created_by")
    .select(columns)
    .where("invites.code_hash", "=", param("hash"))
    .where("invites.uses_left", ">", 0)
    .where("invites.expires_at", ">", param("now"))
    .where("users.role", "=", "admin")
    .where("users.active", "=", 1),
);

/** One conditional update: of several uses at once no more succeed than are left. */
export const takeUse = prepare<{ hash: string; now: number }, { role: ServerRole }>((build, param) =>
  build
    .updateTable("invites")
    .set((eb) => ({ uses_left: eb("uses_left", "-", 1) }))
    .where("code_hash", "=", param("hash"))
    .where("uses_left", ">", 0)
    .where("expires_at", ">", param("now"))
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("users")
          .select("users.id")
          .whereRef("users.id", "=", "invites.created_by")
          .where("users.role", "=", "admin")
          .where("users.active", "=", 1),
      ),
    )
    .returning("role"),
);

export const deleteInvite = prepare<{ id: number }>((build, param) =>
  build.deleteFrom("invites").where("id", "=", param("id")),
);

export const deleteUselessInvites = prepare<{ now: number }>((build, param) =>
  build
    .deleteFrom("invites")
    .where((eb) => eb.or([eb("uses_left", "<=", 0), eb("expires_at", "<=", param("now"))])),
);

export const countInvites = prepare<object, { count: number }>((build) =>
  build.selectFrom("invites").select((eb) => eb.fn.countAll<number>().as("count")),
);
