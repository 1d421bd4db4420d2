import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { File } from "@parley/protocol/files";
import { filePath, uploadHours } from "@parley/protocol/uploads";
import type { Actor, Context, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { KeptFile } from "../../platform/files.ts";
import type { Sql } from "../../schema/tables.ts";
import { actorOf, authenticateSession, type From, signInAgain } from "../sessions/sessions.ts";
import { bindUploads, cleanName, requireUploads, smallKey, wholeUpload } from "../uploads/uploads.ts";
import {
  deleteOfMessage,
  deleteOfRoom,
  type FileRow,
  fileFor,
  filesOfMessages,
  insertFile,
  type ReadableRow,
  releaseOfMessage,
  releaseOfRoom,
} from "./files-rows.ts";
import { noSuchFile, servedAs, toFile } from "./files-rules.ts";

export type { FileRow } from "./files-rows.ts";
export { messageTypeOf, noSuchFile, toFile } from "./files-rules.ts";

type Attachment = NonNullable<Checked<"message.send">["files"]>[number];

/** A file before the message that carries it has an id. */
export type NewFile = Omit<FileRow, "id" | "message_id" | "transcript_state" | "transcript">;

/** Whoever forwards a recording has not had it written down there. */
const unheard = { transcript_state: null, transcript: "" } as const;

/** Milliseconds for which an address is the same, so that a browser keeps what it has read. */
const linkWindow = 3_600_000;

/** FILE-6. What somebody's message takes: each upload once and for all. */
export async function attached(tx: Tx, user: number, attachments: readonly Attachment[]): Promise<NewFile[]> {
  if (attachments.length === 0) return [];
  const uploads = await bindUploads(
    tx,
    user,
    attachments.map(({ upload }) => upload),
  );
  return uploads.map(({ id, name, type, size, width, height }, index) => ({
    ...{ upload_id: id, type, size, width, height },
    name: cleanName(attachments[index]?.name ?? name),
    alt: attachments[index]?.alt?.trim() ?? "",
  }));
}

/** FILE-8. What a message carries, for another one that says the same; it may be deleted at this moment. */
export async function copied(
  tx: Tx,
  { message, count }: { message: number; count: number },
): Promise<NewFile[]> {
  const rows = await filesOfMessages(tx.sql, [message]);
  if (rows.length < count) throw new ChatError("not_found", "this message was deleted");
  await requireUploads(
    tx.sql,
    rows.map((row) => row.upload_id),
  );
  return rows;
}

/** The rows of a message's files, in their order. */
export async function storeFiles(tx: Tx, message: number, files: readonly NewFile[]): Promise<FileRow[]> {
  const stored: FileRow[] = [];
  for (const [place, file] of files.entries()) {
    const { upload_id: upload, name, alt } = file;
    const row = await tx.sql.first(insertFile({ message, place, upload, name, alt }));
    if (!row) throw new Error("a file was not stored");
    stored.push({ ...file, id: row.id, message_id: message, ...unheard });
  }
  return stored;
}

export function filesOf(sql: Sql, messages: readonly number[]): Promise<FileRow[]> {
  return filesOfMessages(sql, messages);
}

/** FILE-7. Nobody reads them from here on; their bytes go after the commit. */
export async function dropFiles(tx: Tx, message: number): Promise<void> {
  await tx.sql.run(releaseOfMessage({ message, at: tx.now }));
  await tx.sql.run(deleteOfMessage({ message }));
}

/** `dropFiles` for all that was said in a room. */
export async function dropFilesOfRoom(tx: Tx, room: number): Promise<void> {
  await tx.sql.run(releaseOfRoom({ room, at: tx.now }));
  await tx.sql.run(deleteOfRoom({ room }));
}

/** FILE-9. Addresses for elements of a page, which send no token. */
export async function fileLinks(
  context: Context,
  call: From,
  { files }: Checked<"file.links">,
): Promise<Output<"file.links">> {
  const actor = actorOf(call);
  const readable: { id: number; name: string }[] = [];
  for (const id of new Set(files)) {
    const row = await context.database.first(fileFor({ id, user: actor.user }));
    if (row) readable.push(row);
  }
  return { links: linksTo(context, actor, readable) };
}

/** `fileLinks` to what this person was just shown. Whether they may read it is asked anew when they do. */
export function linksTo(
  context: Context,
  actor: Actor,
  files: readonly { id: number; name: string }[],
): Output<"file.links">["links"] {
  const until = (Math.floor(context.clock.now() / linkWindow) + 2) * linkWindow;
  return files.map(({ id, name }) => {
    const key = context.tokens.signFile({ file: id, session: actor.session, until });
    const path = filePath.replace("{file}", String(id)).replace("{name}", encodeURIComponent(name));
    return { file: id, url: `/api/v2${path}?key=${key}`, expires_at: isoTime(until) };
  });
}

/** FILE-9. Who stands behind an address of a file; asked anew each time. */
export async function readerOf(
  context: Context,
  link: { file: number; key: string; address: string },
): Promise<Actor> {
  const session = context.tokens.verifyFile(link);
  if (session === null) throw signInAgain();
  const { actor, restricted } = await authenticateSession(context, { session, address: link.address });
  if (restricted) throw signInAgain();
  return actor;
}

export interface ReadFile {
  file: File;
  /** How it is served. */
  type: string;
  isShown: boolean;
  /** The same as long as the bytes are. */
  version: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
  bytes: KeptFile;
}

/** FILE-9, FILE-10. A file for whoever is in its room now. */
export async function readFile(
  context: Context,
  actor: Actor,
  { file: id, isSmall }: { file: number; isSmall: boolean },
): Promise<ReadFile> {
  const row: ReadableRow | undefined = await context.database.first(fileFor({ id, user: actor.user }));
  if (!row) throw noSuchFile();
  return opened(context, { ...row, file: toFile(row), at: row.created_at }, isSmall);
}

/** FILE-14. What somebody has sent up and put into no message yet: for them alone. */
export async function readUnsent(
  context: Context,
  actor: Actor,
  { upload, isSmall }: { upload: number; isSmall: boolean },
): Promise<ReadFile> {
  const row = await wholeUpload(context, actor, upload);
  const file = toFile({ ...row, message_id: 0, upload_id: row.id, alt: "", ...unheard });
  const at = (row.expires_at ?? 0) - uploadHours * 3_600_000;
  return opened(context, { ...row, upload_id: row.id, file, at }, isSmall);
}

interface Openable extends Pick<ReadFile, "file" | "at"> {
  key: string;
  upload_id: number;
  type: string | null;
  size: number;
}

async function opened(
  context: Context,
  { key, upload_id, type, size, file, at }: Openable,
  isSmall: boolean,
): Promise<ReadFile> {
  const small = isSmall ? await context.files.get(smallKey(key)) : null;
  // FILE-12
  if (small) {
    const version = `${upload_id}-small-${small.size}`;
    return { file, at, ...servedAs("image/webp"), version, bytes: small };
  }
  const bytes = await context.files.get(key);
  if (!bytes) throw noSuchFile();
  return { file, at, ...servedAs(type), version: `${upload_id}-${size}`, bytes };
}
