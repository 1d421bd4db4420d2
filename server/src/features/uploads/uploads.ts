import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { uploadHours } from "@parley/protocol/uploads";
import type { Actor, Context, Tx } from "../../context.ts";
import { headBytes, typeOf } from "../../platform/file-types.ts";
import { pictureSize } from "../../platform/picture-sizes.ts";
import type { Sql } from "../../schema/tables.ts";
import { beginningOf } from "./uploads-beginning.ts";
import {
  addUse,
  countOpen,
  holdUploads,
  insertUpload,
  openUpload,
  setSize,
  setWhole,
  takeUploads,
  type UploadRow,
} from "./uploads-rows.ts";
import {
  cleanName,
  mostPixels,
  needsSmall,
  noSuchUpload,
  personFull,
  requireSaneSize,
  serverFull,
  smallBox,
  smallKey,
} from "./uploads-rules.ts";
import { discardUpload } from "./uploads-sweep.ts";

export { UploadSweeper } from "./upload-sweeper.ts";
export { cleanName, smallKey } from "./uploads-rules.ts";

/** Bytes of randomness in a key. */
const keyBytes = 24;

/** How far an upload has come. */
export interface Progress {
  id: number;
  name: string;
  /** Bytes that are on the disk, of so many. */
  offset: number;
  size: number;
  /** Null until all of it is there. */
  type: string | null;
  width: number | null;
  height: number | null;
  /** Milliseconds since 1970 UTC, when it goes unless a message takes it. */
  expires_at: number;
}

/** FILE-1, FILE-2. Begins an upload: there is room for all of it before its first byte travels. */
export async function createUpload(
  context: Context,
  actor: Actor,
  { name, size }: { name: string; size: number },
): Promise<Progress> {
  const most = context.config.uploadBytes;
  if (size > most) throw new ChatError("too_large", `a file has at most ${most} bytes here`);
  if (size < 1) throw new ChatError("invalid", "a file has at least one byte");
  const key = Buffer.from(context.randomBytes(keyBytes)).toString("base64url");
  const row = await context.writer.write(async (tx) => {
    await takeRoom(context, tx, actor.user, size);
    const { count = 0 } = (await tx.sql.first(countOpen({ user: actor.user }))) ?? {};
    if (count >= limits.openUploads) {
      throw new ChatError("conflict", `one person has at most ${limits.openUploads} unsent files`);
    }
    const expires_at = tx.now + uploadHours * 3_600_000;
    const upload = { user: actor.user, key, name: cleanName(name), size, at: tx.now, expires_at };
    return tx.sql.first(insertUpload(upload));
  });
  if (!row) throw new Error("an upload was not stored");
  return toProgress(row, 0);
}

/** FILE-3. How far one's own upload has come; whatever still goes on with it is stopped. */
export async function uploadProgress(context: Context, actor: Actor, id: number): Promise<Progress> {
  const row = await accessUpload(context, actor, id);
  await context.growing.interrupt(row.key);
  return grown(context, row);
}

/** FILE-3, FILE-4. Goes on with one's own upload at the place where it stands. */
export async function appendUpload(
  context: Context,
  actor: Actor,
  id: number,
  bytes: { at: number; body: ReadableStream<Uint8Array>; announced: number | null },
): Promise<Progress> {
  const { at, body, announced } = bytes;
  const before = await uploadProgress(context, actor, id);
  if (before.offset !== at) {
    throw new ChatError("conflict", `this upload stands at ${before.offset}: go on from there`);
  }
  if (announced !== null && at + announced > before.size) {
    throw new ChatError("too_large", `this upload has ${before.size} bytes`);
  }
  const row = await accessUpload(context, actor, id);
  if (row.type === null) await context.growing.append(row.key, body, { at, most: row.size });
  return grown(context, row);
}

/** FILE-14. One's own upload that no message has yet, all of it. */
export async function wholeUpload(context: Context, actor: Actor, id: number): Promise<UploadRow> {
  const row = await accessUpload(context, actor, id);
  if (row.type === null) throw noSuchUpload();
  return row;
}

/** FILE-3. Takes one's own upload back, as long as no message has it. */
export async function endUpload(context: Context, actor: Actor, id: number): Promise<void> {
  const row = await accessUpload(context, actor, id);
  await discardUpload(context, row.id);
}

export interface Received {
  name: string;
  body: ReadableStream<Uint8Array>;
  /** Bytes that the body has at most; null where that was not told. */
  announced: number | null;
  /** Whether a file of this type is welcome, where not all are. */
  accepts?: (type: string) => boolean;
}

/**
 * FILE-13. An upload in one request, whose size is known only at its end: room is taken for what was announced, and set
 * right then. What breaks off or is refused leaves nothing.
 */
export async function receiveUpload(context: Context, actor: Actor, received: Received): Promise<Progress> {
  const { head, whole } = await beginningOf(received.body);
  try {
    if (received.accepts?.(typeOf(head)) === false) {
      throw new ChatError("unsupported", "this is not a file of that kind");
    }
    return await receive(context, actor, { ...received, body: whole });
  } catch (error) {
    // Whoever sends is not to wait for somebody who reads no more.
    await whole.cancel().catch(() => undefined);
    throw error;
  }
}

async function receive(
  context: Context,
  actor: Actor,
  { name, body, announced }: Received,
): Promise<Progress> {
  const { uploadBytes } = context.config;
  const most = Math.min(announced ?? uploadBytes, uploadBytes);
  const { id } = await createUpload(context, actor, { name, size: most });
  try {
    const { key } = await accessUpload(context, actor, id);
    const size = await context.growing.append(key, body, { at: 0, most });
    if (size < 1) throw new ChatError("invalid", "a file has at least one byte");
    const row = await context.writer.write((tx) => shrink(tx, actor.user, { id, from: most, to: size }));
    return await grown(context, row);
  } catch (error) {
    await discardUpload(context, id);
    throw error;
  }
}

/** FILE-2. Gives back the room that an upload did not need. */
async function shrink(
  tx: Tx,
  user: number,
  { id, from, to }: { id: number; from: number; to: number },
): Promise<UploadRow> {
  const row = await tx.sql.first(setSize({ id, size: to }));
  if (!row) throw noSuchUpload();
  for (const share of [user, 0]) await tx.sql.run(addUse({ user: share, bytes: to - from }));
  return row;
}

/** FILE-6. Takes uploads for a message of their maker's, in the order given: each for one message, once. */
export async function bindUploads(tx: Tx, user: number, ids: readonly number[]): Promise<UploadRow[]> {
  const rows = await takeUploads(tx.sql, { user, ids, now: tx.now });
  return ids.map((id, index) => {
    const row = rows.find((each) => each.id === id);
    if (row && ids.indexOf(id) === index) return row;
    throw new ChatError("invalid", "a file is one's own, all there, and sent once", {
      fields: [{ path: ["files", index, "upload"], message: "must be a finished upload of yours" }],
    });
  });
}

/** FILE-8. Several messages may name an upload; while one is being forwarded its bytes stay. */
export async function requireUploads(sql: Sql, ids: readonly number[]): Promise<void> {
  if (sql.engine === "sqlite" || ids.length === 0) return;
  const distinct = [...new Set(ids)];
  if ((await holdUploads(sql, distinct)) < distinct.length) {
    throw new ChatError("not_found", "this message was deleted");
  }
}

/** What is not one's own, or was taken by a message, is not there. */
async function accessUpload(context: Context, actor: Actor, id: number): Promise<UploadRow> {
  const row = await context.database.first(openUpload({ id, user: actor.user }));
  if (!row || (row.expires_at ?? 0) <= context.clock.now()) throw noSuchUpload();
  return row;
}

/** FILE-2. The person's share and the server's are counted in the same transaction: of two at once one sees the other. */
async function takeRoom(context: Context, tx: Tx, user: number, bytes: number): Promise<void> {
  const { personBytes, serverBytes } = context.config;
  const own = await tx.sql.first(addUse({ user, bytes }));
  if ((own?.bytes ?? 0) > personBytes) throw personFull();
  const all = await tx.sql.first(addUse({ user: 0, bytes }));
  if ((all?.bytes ?? 0) > serverBytes) throw serverFull();
}

/** Where all of it is there, it becomes a whole file; so does one at which the server stopped half-way. */
async function grown(context: Context, row: UploadRow): Promise<Progress> {
  if (row.type !== null) return toProgress(row, row.size);
  const offset = await context.growing.size(row.key);
  if (offset !== null && offset < row.size) return toProgress(row, offset);
  const whole = offset === null ? await context.files.get(row.key) : null;
  if (offset === null && !whole) return toProgress(row, 0);
  const read = whole
    ? async (from: number, length: number) => new Response(whole.range(from, from + length)).bytes()
    : (from: number, length: number) => context.growing.read(row.key, from, length);
  return finish(context, row, read);
}

/** FILE-5. */
async function finish(
  context: Context,
  row: UploadRow,
  read: (from: number, length: number) => Promise<Uint8Array>,
): Promise<Progress> {
  const type = typeOf(await read(0, headBytes));
  const picture = await pictureSize(type, read);
  if (picture) await refusing(context, row, () => requireSaneSize(picture));
  await context.growing.finish(row.key);
  if (picture && needsSmall({ type, size: row.size })) await keepSmall(context, row.key);
  const { width = null, height = null } = picture ?? {};
  const stored = await context.writer.write((tx) =>
    tx.sql.first(setWhole({ id: row.id, type, width, height })),
  );
  if (!stored) throw noSuchUpload();
  return toProgress(stored, row.size);
}

/** FILE-12. Where it cannot be made, the picture itself is shown. */
async function keepSmall({ files, images, logger }: Context, key: string): Promise<void> {
  const original = await files.get(key);
  if (!original) return;
  try {
    const bytes = await new Response(original.stream()).bytes();
    const small = await images.within(bytes, { ...smallBox, mostPixels });
    if (small.length < original.size) await files.put(smallKey(key), small);
  } catch (error) {
    logger.info("upload.not_made_small", { error });
  }
}

/** What is refused is not kept. */
async function refusing(context: Context, row: UploadRow, rule: () => void): Promise<void> {
  try {
    rule();
  } catch (error) {
    await discardUpload(context, row.id);
    throw error;
  }
}

function toProgress(row: UploadRow, offset: number): Progress {
  const { id, name, size, type, width, height } = row;
  return { id, name, offset, size, type, width, height, expires_at: row.expires_at ?? 0 };
}
