import { prepare } from "../../schema/tables.ts";

export const emojiOn = prepare<{ message: number }, { emoji: string }>((build, param) =>
  build.selectFrom("reactions").select("emoji").distinct().where("message_id", "=", param("message")),
);

export const insertReaction = prepare<{ message: number; emoji: string; user: number; seq: number }>(
  (build, param) =>
    build
      .insertInto("reactions")
      .values({
        message_id: param("message"),
        emoji: param("emoji"),
        user_id: param("user"),
        seq: param("seq"),
      })
      .onConflict((conflict) => conflict.doNothing()),
);

export const deleteReaction = prepare<{ message: number; emoji: string; user: number }>((build, param) =>
  build
    .deleteFrom("reactions")
    .where("message_id", "=", param("message"))
    .where("emoji", "=", param("emoji"))
    .where("user_id", "=", param("user")),
);

export const countReactions = prepare<{ message: number; by: number }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({ reaction_count: eb("reaction_count", "+", param("by")) }))
    .where("id", "=", param("message")),
);
