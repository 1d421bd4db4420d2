import { sql } from "kysely";
import { prepare } from "../../schema/tables.ts";

export const insertSaved = prepare<{ user: number; message: number; at: number }>((build, param) =>
  build
    .insertInto("saved")
    .values({ user_id: param("user"), message_id: param("message"), at: param("at") })
    .onConflict((conflict) => conflict.doNothing()),
);

export const deleteSaved = prepare<{ user: number; message: number }>((build, param) =>
  build.deleteFrom("saved").where("user_id", "=", param("user")).where("message_id", "=", param("message")),
);

export const countSaved = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("saved")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user")),
);

export interface SavedRow {
  message_id: number;
  at: number;
}

/** What is in the person's rooms and was not deleted, before a place in the order of time and id. */
export const savedBefore = prepare<{ user: number; at: number; message: number; limit: number }, SavedRow>(
  (build, param) =>
    build
      .selectFrom("saved")
      .innerJoin("messages", "messages.id", "saved.message_id")
      .innerJoin("members", (join) =>
        join.onRef("members.room_id", "=", "messages.room_id").onRef("members.user_id", "=", "saved.user_id"),
      )
      .select(["saved.message_id", "saved.at"])
      .where("saved.user_id", "=", param("user"))
      .where("messages.deleted_at", "is", null)
      .where(sql<boolean>`(saved.at, saved.message_id) < (${param("at")}, ${param("message")})`)
      .orderBy("saved.at", "desc")
      .orderBy("saved.message_id", "desc")
      .limit(param("limit")),
);

/** What a person saved and can no longer read. */
export const deleteUnreadable = prepare<{ user: number }>((build, param) =>
  build
    .deleteFrom("saved")
    .where("user_id", "=", param("user"))
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom("messages")
            .innerJoin("members", "members.room_id", "messages.room_id")
            .select("messages.id")
            .whereRef("messages.id", "=", "saved.message_id")
            .whereRef("members.user_id", "=", "saved.user_id")
            .where("messages.deleted_at", "is", null),
        ),
      ),
    ),
);
