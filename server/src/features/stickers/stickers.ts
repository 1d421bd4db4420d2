import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Pack, Sticker } from "@parley/protocol/stickers";
import type { Actor, Context, Tx } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { changed, discardPictures, versionNow, withPicture } from "../library/library.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import {
  allPacks,
  allStickers,
  countPacks,
  countStickers,
  deletePackRow,
  deleteStickerRow,
  deleteStickersOf,
  insertPack,
  insertSticker,
  packById,
  renamePackRow,
  renameStickerRow,
  type StickerRow,
  stickerById,
  stickersOf,
} from "./stickers-rows.ts";

/** Pixels that either side of a kept picture has, at most. */
const side = 320;

/** STICKER-2. The version is read first: what is told is never older than it says. */
export async function listStickers(sql: Sql): Promise<Output<"sticker.list">> {
  const version = await versionNow(sql);
  const packs = await sql.rows(allPacks({ limit: limits.packs }));
  const stickers = Map.groupBy(await allStickers(sql), ({ pack_id }) => pack_id);
  return { version, packs: packs.map((pack) => toPack(pack, stickers.get(pack.id) ?? [])) };
}

/** STICKER-1. */
export async function createPack(tx: Tx, _actor: Actor, { name }: Checked<"pack.create">): Promise<Pack> {
  await changed(tx);
  // The version is raised: nobody else adds any meanwhile.
  const { count = 0 } = (await tx.sql.first(countPacks({}))) ?? {};
  if (count >= limits.packs) throw new ChatError("conflict", `a server has at most ${limits.packs} packs`);
  const row = await tx.sql.first(insertPack({ name, at: tx.now }));
  if (!row) throw new Error("a new pack was not stored");
  return toPack(row, []);
}

export async function renamePack(
  tx: Tx,
  _actor: Actor,
  { pack, name }: Checked<"pack.rename">,
): Promise<Pack> {
  await changed(tx);
  const row = await tx.sql.first(renamePackRow({ id: pack, name }));
  if (!row) throw noSuchPack();
  return toPack(row, await tx.sql.rows(stickersOf({ pack })));
}

/** STICKER-3. With all its stickers. */
export async function deletePack(
  context: Context,
  _call: From,
  { pack }: Checked<"pack.delete">,
): Promise<Record<string, never>> {
  const gone = await context.writer.write(async (tx) => {
    await changed(tx);
    const stickers = await tx.sql.rows(deleteStickersOf({ pack }));
    if (!(await tx.sql.first(deletePackRow({ id: pack })))) throw noSuchPack();
    return stickers;
  });
  await discardPictures(
    context,
    gone.map(({ picture }) => picture),
  );
  return {};
}

/** STICKER-1. */
export async function addSticker(
  context: Context,
  call: From & { body?: Uint8Array },
  { pack, name }: Checked<"sticker.add">,
): Promise<Sticker> {
  const given = { body: call.body, actor: actorOf(call), side };
  return withPicture(context, given, async (tx, picture) => {
    await changed(tx);
    if (!(await tx.sql.first(packById({ id: pack })))) throw noSuchPack();
    const { count = 0 } = (await tx.sql.first(countStickers({}))) ?? {};
    if (count >= limits.stickers) {
      throw new ChatError("conflict", `a server has at most ${limits.stickers} stickers`);
    }
    const row = await tx.sql.first(insertSticker({ pack_id: pack, name, ...picture, at: tx.now }));
    if (!row) throw new Error("a new sticker was not stored");
    return toSticker(row);
  });
}

export async function renameSticker(
  tx: Tx,
  _actor: Actor,
  { sticker, name }: Checked<"sticker.rename">,
): Promise<Sticker> {
  await changed(tx);
  const row = await tx.sql.first(renameStickerRow({ id: sticker, name }));
  if (!row) throw noSuchSticker();
  return toSticker(row);
}

/** STICKER-3. */
export async function deleteSticker(
  context: Context,
  _call: From,
  { sticker }: Checked<"sticker.delete">,
): Promise<Record<string, never>> {
  const gone = await context.writer.write(async (tx) => {
    await changed(tx);
    const row = await tx.sql.first(deleteStickerRow({ id: sticker }));
    if (!row) throw noSuchSticker();
    return row;
  });
  await discardPictures(context, [gone.picture]);
  return {};
}

/** STICKER-4. The sticker that somebody sends. */
export async function stickerFor(sql: Sql, id: number): Promise<Sticker> {
  const row = await sql.first(stickerById({ id }));
  if (!row) throw noSuchSticker();
  return toSticker(row);
}

function toSticker({ id, name, picture, width, height }: StickerRow): Sticker {
  return { id, name, picture, width, height };
}

function toPack({ id, name }: { id: number; name: string }, stickers: readonly StickerRow[]): Pack {
  return { id, name, stickers: stickers.map(toSticker) };
}

function noSuchPack(): ChatError {
  return new ChatError("not_found", "there is no such pack");
}

function noSuchSticker(): ChatError {
  return new ChatError("not_found", "there is no such sticker");
}
