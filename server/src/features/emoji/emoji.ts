import type { Checked, Output } from "@parley/protocol/contract";
import type { CustomEmoji } from "@parley/protocol/emoji";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Actor, Context, Tx } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { changed, discardPictures, versionNow, withPicture } from "../library/library.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import {
  allEmoji,
  countEmoji,
  deleteEmojiRow,
  emojiByName,
  insertEmoji,
  renameEmojiRow,
} from "./emoji-rows.ts";

/** Pixels that either side of a kept picture has, at most. */
const side = 128;

/** EMOJI-5. The version is read first: what is told is never older than it says. */
export async function listEmoji(sql: Sql): Promise<Output<"emoji.list">> {
  const version = await versionNow(sql);
  return { version, emoji: await sql.rows(allEmoji({ limit: limits.emoji })) };
}

/** EMOJI-3. */
export async function addEmoji(
  context: Context,
  call: From & { body?: Uint8Array },
  { name }: Checked<"emoji.add">,
): Promise<CustomEmoji> {
  const given = { body: call.body, actor: actorOf(call), side };
  return withPicture(context, given, async (tx, { picture }) => {
    await changed(tx);
    await requirePlace(tx);
    const row = await tx.sql.first(insertEmoji({ name, picture, at: tx.now }));
    if (!row) throw taken(name);
    return row;
  });
}

/** EMOJI-4. */
export async function renameEmoji(
  tx: Tx,
  _actor: Actor,
  { name, to }: Checked<"emoji.rename">,
): Promise<CustomEmoji> {
  await changed(tx);
  if (!(await tx.sql.first(emojiByName({ name })))) throw noSuchEmoji();
  if (name !== to && (await tx.sql.first(emojiByName({ name: to })))) throw taken(to);
  const row = await tx.sql.first(renameEmojiRow({ name, to }));
  if (!row) throw noSuchEmoji();
  return row;
}

/** EMOJI-4. */
export async function deleteEmoji(
  context: Context,
  _call: From,
  { name }: Checked<"emoji.delete">,
): Promise<Record<string, never>> {
  const gone = await context.writer.write(async (tx) => {
    await changed(tx);
    const row = await tx.sql.first(deleteEmojiRow({ name }));
    if (!row) throw noSuchEmoji();
    return row;
  });
  await discardPictures(context, [gone.picture]);
  return {};
}

/** EMOJI-8. Whether the server has an emoji of this name now. */
export async function hasEmoji(sql: Sql, name: string): Promise<boolean> {
  return (await sql.first(emojiByName({ name }))) !== undefined;
}

/** The version is raised: nobody else adds any meanwhile. */
async function requirePlace(tx: Tx): Promise<void> {
  const { count = 0 } = (await tx.sql.first(countEmoji({}))) ?? {};
  if (count >= limits.emoji) throw new ChatError("conflict", `a server has at most ${limits.emoji} emoji`);
}

function taken(name: string): ChatError {
  return new ChatError("conflict", `there is an emoji called ${name}`);
}

function noSuchEmoji(): ChatError {
  return new ChatError("not_found", "there is no emoji of this name");
}
