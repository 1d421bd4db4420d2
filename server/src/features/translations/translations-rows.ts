import { prepare } from "../../schema/tables.ts";

export interface TranslationRow {
  text_hash: string;
  text: string;
  source: string | null;
}

export const translationOf = prepare<{ message: number; language: string }, TranslationRow>((build, param) =>
  build
    .selectFrom("translations")
    .select(["text_hash", "text", "source"])
    .where("message_id", "=", param("message"))
    .where("language", "=", param("language")),
);

export const putTranslation = prepare<TranslationRow & { message: number; language: string; at: number }>(
  (build, param) =>
    build
      .insertInto("translations")
      .values({
        message_id: param("message"),
        language: param("language"),
        text_hash: param("text_hash"),
        text: param("text"),
        source: param("source"),
        at: param("at"),
      })
      .onConflict((conflict) =>
        conflict.columns(["message_id", "language"]).doUpdateSet({
          text_hash: param("text_hash"),
          text: param("text"),
          source: param("source"),
          at: param("at"),
        }),
      ),
);

/** All but the newest so many, and what is older than a moment. */
export const deleteOld = prepare<{ before: number; kept: number }>((build, param) =>
  build
    .deleteFrom("translations")
    .where(({ eb, or }) =>
      or([
        eb("at", "<", param("before")),
        eb(
          "at",
          "<",
          build
            .selectFrom("translations as newer")
            .select("newer.at")
            .orderBy("newer.at", "desc")
            .limit(1)
            .offset(param("kept")),
        ),
      ]),
    ),
);
