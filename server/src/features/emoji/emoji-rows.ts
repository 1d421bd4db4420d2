import { prepare } from "../../schema/tables.ts";

export interface EmojiRow {
  name: string;
  picture: string;
}

export const allEmoji = prepare<{ limit: number }, EmojiRow>((build, param) =>
  build.selectFrom("emoji").select(["name", "picture"]).orderBy("name").limit(param("limit")),
);

export const emojiByName = prepare<{ name: string }, EmojiRow>((build, param) =>
  build.selectFrom("emoji").select(["name", "picture"]).where("name", "=", param("name")),
);

export const countEmoji = prepare<object, { count: number }>((build) =>
  build.selectFrom("emoji").select((eb) => eb.fn.countAll<number>().as("count")),
);

export const insertEmoji = prepare<{ name: string; picture: string; at: number }, EmojiRow>((build, param) =>
  build
    .insertInto("emoji")
    .values({ name: param("name"), picture: param("picture"), created_at: param("at") })
    .onConflict((conflict) => conflict.doNothing())
    .returning(["name", "picture"]),
);

export const renameEmojiRow = prepare<{ name: string; to: string }, EmojiRow>((build, param) =>
  build
    .updateTable("emoji")
    .set({ name: param("to") })
    .where("name", "=", param("name"))
    .returning(["name", "picture"]),
);

export const deleteEmojiRow = prepare<{ name: string }, EmojiRow>((build, param) =>
  build.deleteFrom("emoji").where("name", "=", param("name")).returning(["name", "picture"]),
);
