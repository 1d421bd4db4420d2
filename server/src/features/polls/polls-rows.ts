import { prepare } from "../../schema/tables.ts";

export const choiceOf = prepare<{ message: number; user: number }, { place: number }>((build, param) =>
  build
    .selectFrom("poll_votes")
    .select("place")
    .where("message_id", "=", param("message"))
    .where("user_id", "=", param("user"))
    .orderBy("place"),
);

export const insertVote = prepare<{ message: number; place: number; user: number; seq: number }>(
  (build, param) =>
    build.insertInto("poll_votes").values({
      message_id: param("message"),
      place: param("place"),
      user_id: param("user"),
      seq: param("seq"),
    }),
);

export const deleteVote = prepare<{ message: number; place: number; user: number }>((build, param) =>
  build
    .deleteFrom("poll_votes")
    .where("message_id", "=", param("message"))
    .where("place", "=", param("place"))
    .where("user_id", "=", param("user")),
);

export const rewriteExtra = prepare<{ message: number; extra: string }>((build, param) =>
  build
    .updateTable("messages")
    .set({ extra: param("extra") })
    .where("id", "=", param("message")),
);
