import { prepare } from "../../schema/tables.ts";

export const answerByKey = prepare<
  { user: number; key: string },
  { operation: string; input_hash: string; result: string }
>((build, param) =>
  build
    .selectFrom("answers")
    .select(["operation", "input_hash", "result"])
    .where("user_id", "=", param("user"))
    .where("key", "=", param("key")),
);

export const insertAnswer = prepare<{
  user: number;
  key: string;
  operation: string;
  hash: string;
  result: string;
  at: number;
}>((build, param) =>
  build.insertInto("answers").values({
    user_id: param("user"),
    key: param("key"),
    operation: param("operation"),
    input_hash: param("hash"),
    result: param("result"),
    at: param("at"),
  }),
);

export const answersOf = prepare<{ user: number; operation: string }, { key: string; result: string }>(
  (build, param) =>
    build
      .selectFrom("answers")
      .select(["key", "result"])
      .where("user_id", "=", param("user"))
      .where("operation", "=", param("operation")),
);

export const updateAnswer = prepare<{ user: number; key: string; result: string }>((build, param) =>
  build
    .updateTable("answers")
    .set({ result: param("result") })
    .where("user_id", "=", param("user"))
    .where("key", "=", param("key")),
);

export const deleteAnswersBefore = prepare<{ at: number }>((build, param) =>
  build.deleteFrom("answers").where("at", "<", param("at")),
);
