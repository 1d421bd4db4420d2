import type { LinkPreview } from "@parley/protocol/link-previews";
import type { Tx } from "../../context.ts";
import { secretHash } from "../../platform/hashes.ts";
import { putJob } from "../../platform/jobs.ts";
import type { Sql } from "../../schema/tables.ts";
import {
  countShown,
  deleteOfMessage,
  deleteOfRoom,
  deleteOthers,
  type PreviewRow,
  shownPreviews,
} from "./links-rows.ts";
import { linksIn, mayLink } from "./links-text.ts";

export type { PreviewRow } from "./links-rows.ts";
export { type Link, linksIn } from "./links-text.ts";

/** The job that sees to the previews of a message; its subject is the message. */
export const previewJob = "link.preview";

/** PREVIEW-1. With the message, so that its links are seen to whatever happens next; nobody waits for that. */
export async function wantPreviews(
  tx: Tx,
  { id, room, text }: { id: number; room: number; text: string },
): Promise<void> {
  if (!mayLink(text)) return;
  await putJob(tx.sql, { kind: previewJob, subject: id, lane: room, at: tx.now, inBulk: true });
}

/** By which a page is found again: where it is stands nowhere but with the message. */
export function pageHash(page: string): string {
  return secretHash(page);
}

/** PREVIEW-6. Of a text that is another now: what it no longer links to is no longer shown. */
export async function trimLinks(tx: Tx, { id, text }: { id: number; text: string }): Promise<void> {
  const hashes = linksIn(text).map(({ page }) => pageHash(page));
  await tx.sql.run(deleteOthers(tx.sql, id, hashes));
  await tx.sql.run(countShown({ message: id }));
}

/** MSG-6 */
export async function dropLinks(tx: Tx, message: number): Promise<void> {
  await tx.sql.run(deleteOfMessage({ message }));
}

export async function dropLinksOfRoom(tx: Tx, room: number): Promise<void> {
  await tx.sql.run(deleteOfRoom({ room }));
}

export function previewsOf(sql: Sql, messages: readonly number[]): Promise<PreviewRow[]> {
  return shownPreviews(sql, messages);
}

/** A preview on the wire: what does not apply is left out. */
export function toPreview({ url, title, description, site, ...row }: PreviewRow): LinkPreview {
  const { picture: name, width, height } = row;
  return {
    ...{ url, title },
    ...(description !== "" && { description }),
    site,
    ...(name !== null && width !== null && height !== null && { picture: { name, width, height } }),
  };
}
