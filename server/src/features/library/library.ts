import { ChatError } from "@parley/protocol/errors";
import type { Actor, Context, Tx } from "../../context.ts";
import type { KeptFile } from "../../platform/files.ts";
import { pictureSize } from "../../platform/picture-sizes.ts";
import type { Sql } from "../../schema/tables.ts";
import { libraryVersion, picturesAmong, raiseVersion } from "./library-rows.ts";

/** Pixels of an original, at most, and how many times longer one side of it may be. */
const mostPixels = 4_096 * 4_096;
const longest = 8;
/** Bytes of randomness in a name: who knows it may see the picture, and nobody guesses it. */
const nameBytes = 16;
const nameForm = /^[A-Za-z0-9_-]{22}$/;
/** Milliseconds after which a picture that stands for nothing goes: it may have been put there a moment ago. */
const lostAfter = 3_600_000;
/** Names looked for at once. */
const chunk = 200;

export interface NewPicture {
  picture: string;
  width: number;
  height: number;
}

/** EMOJI-3, STICKER-1. A picture made anew, small enough for a box; what is made of it is undone with it where that fails. */
export async function withPicture<Result>(
  context: Context,
  given: { body: Uint8Array | undefined; actor: Actor; side: number },
  keep: (tx: Tx, picture: NewPicture) => Promise<Result>,
): Promise<Result> {
  const { body, actor, side } = given;
  if (!body || body.length === 0) throw new ChatError("invalid", "the body is empty: it must be a picture");
  context.throttles.libraryPictures.take(String(actor.user));
  const bytes = await context.images.within(body, { width: side, height: side, mostPixels });
  const size = await pictureSize("image/webp", async (from, length) => bytes.slice(from, from + length));
  if (!size || Math.max(size.width, size.height) > longest * Math.min(size.width, size.height)) {
    throw new ChatError("invalid", `one side of a picture is at most ${longest} times the other`);
  }
  const picture = Buffer.from(context.randomBytes(nameBytes)).toString("base64url");
  await context.pictures.put(picture, bytes);
  try {
    return await context.writer.write((tx) => keep(tx, { picture, ...size }));
  } catch (error) {
    await discardPictures(context, [picture]);
    throw error;
  }
}

/** EMOJI-7. Everybody hears that something is another now, after the commit. */
export async function changed(tx: Tx): Promise<void> {
  const row = await tx.sql.first(raiseVersion({}));
  tx.announce({ log: "library", id: Number(row?.value) });
}

export async function versionNow(sql: Sql): Promise<number> {
  return Number((await sql.first(libraryVersion({})))?.value ?? 0);
}

/** EMOJI-6. The picture of this name, for anyone who knows it. */
export async function pictureByName({ pictures }: Context, name: string): Promise<KeptFile> {
  const picture = nameForm.test(name) ? await pictures.get(name) : null;
  if (!picture) throw new ChatError("not_found", "there is no such picture");
  return picture;
}

/** What cannot be deleted now is found by the sweep. */
export async function discardPictures(
  { pictures, logger }: Context,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    await pictures.delete(name).catch((error: unknown) => logger.warn("picture.not_deleted", { error }));
  }
}

/** EMOJI-6. Deletes pictures that stand for nothing: a stop between two steps leaves one behind. */
export async function forgetLostPictures(context: Context): Promise<void> {
  let names: string[] = [];
  const sweep = async () => {
    if (names.length === 0) return;
    const kept = await picturesAmong(context.database, names);
    await discardPictures(
      context,
      names.filter((name) => !kept.has(name)),
    );
    names = [];
  };
  for await (const { name, at } of context.pictures.list()) {
    if (context.clock.now() - at < lostAfter) continue;
    names.push(name);
    if (names.length >= chunk) await sweep();
  }
  await sweep();
}
