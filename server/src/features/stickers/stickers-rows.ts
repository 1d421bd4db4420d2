import { prepare, type Sql } from "../../schema/tables.ts";

export interface StickerRow {
  id: number;
  pack_id: number;
  name: string;
  picture: string;
  width: number;
  height: number;
}

export interface PackRow {
  id: number;
  name: string;
}

const columns = ["id", "pack_id", "name", "picture", "width", "height"] as const;

export const allPacks = prepare<{ limit: number }, PackRow>((build, param) =>
  build.selectFrom("packs").select(["id", "name"]).orderBy("id").limit(param("limit")),
);

export const packById = prepare<{ id: number }, PackRow>((build, param) =>
  build.selectFrom("packs").select(["id", "name"]).where("id", "=", param("id")),
);

export async function allStickers(sql: Sql): Promise<StickerRow[]> {
  return sql.rows(sql.build.selectFrom("stickers").select(columns).orderBy("pack_id").orderBy("id"));
}

export const stickersOf = prepare<{ pack: number }, StickerRow>((build, param) =>
  build.selectFrom("stickers").select(columns).where("pack_id", "=", param("pack")).orderBy("id"),
);

export const stickerById = prepare<{ id: number }, StickerRow>((build, param) =>
  build.selectFrom("stickers").select(columns).where("id", "=", param("id")),
);

export const countPacks = prepare<object, { count: number }>((build) =>
  build.selectFrom("packs").select((eb) => eb.fn.countAll<number>().as("count")),
);

export const countStickers = prepare<object, { count: number }>((build) =>
  build.selectFrom("stickers").select((eb) => eb.fn.countAll<number>().as("count")),
);

export const insertPack = prepare<{ name: string; at: number }, PackRow>((build, param) =>
  build
    .insertInto("packs")
    .values({ name: param("name"), created_at: param("at") })
    .returning(["id", "name"]),
);

export const renamePackRow = prepare<{ id: number; name: string }, PackRow>((build, param) =>
  build
    .updateTable("packs")
    .set({ name: param("name") })
    .where("id", "=", param("id"))
    .returning(["id", "name"]),
);

export const deletePackRow = prepare<{ id: number }, PackRow>((build, param) =>
  build.deleteFrom("packs").where("id", "=", param("id")).returning(["id", "name"]),
);

export const insertSticker = prepare<Omit<StickerRow, "id"> & { at: number }, StickerRow>((build, param) =>
  build
    .insertInto("stickers")
    .values({
      pack_id: param("pack_id"),
      name: param("name"),
      picture: param("picture"),
      width: param("width"),
      height: param("height"),
      created_at: param("at"),
    })
    .returning(columns),
);

export const renameStickerRow = prepare<{ id: number; name: string }, StickerRow>((build, param) =>
  build
    .updateTable("stickers")
    .set({ name: param("name") })
    .where("id", "=", param("id"))
    .returning(columns),
);

export const deleteStickerRow = prepare<{ id: number }, StickerRow>((build, param) =>
  build.deleteFrom("stickers").where("id", "=", param("id")).returning(columns),
);

export const deleteStickersOf = prepare<{ pack: number }, StickerRow>((build, param) =>
  build.deleteFrom("stickers").where("pack_id", "=", param("pack")).returning(columns),
);
