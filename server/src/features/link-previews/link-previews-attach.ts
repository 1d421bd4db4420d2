import { limits } from "@parley/protocol/limits";
import type { Tx } from "../../context.ts";
import { fromBody } from "../../schema/bodies.ts";
import { holdRoom } from "../access/access.ts";
import { type Link, linksIn, pageHash } from "../links/links.ts";
import { messageById, messagePlace, tellChange } from "../messages/messages.ts";
import {
  countWanted,
  holdPage,
  insertLink,
  insertPage,
  linksOfMessage,
  setLink,
  setLinkState,
  showPreviews,
} from "./link-previews-rows.ts";

/** Milliseconds for which what was found on a page is shown without another look. */
export const keptFor = 6 * 3_600_000;
/** Pages that wait to be looked at: of everybody, and of one person. */
const mostWanted = 500;
const mostWantedByOne = 20;

/** PREVIEW-1, PREVIEW-2. Sees to the previews of a message as it is now: wants what is missing, shows what is there. */
export async function attachPreviews(tx: Tx, id: number, ownHost: string): Promise<void> {
  const place = await tx.sql.first(messagePlace({ id }));
  if (!place) return;
  holdRoom(tx, place.room_id);
  const row = await tx.sql.first(messageById({ id }));
  if (!row || row.deleted_at !== null) return;
  const links = linksIn(fromBody(row.body)).filter(({ host }) => host !== ownHost);
  await wantMissing(tx, { id, by: row.sender_id }, links.slice(0, limits.messagePreviews));
  const held = await tx.sql.rows(linksOfMessage({ message: id }));
  const arrived = held.filter(({ state, page_state }) => state === "waiting" && page_state === "made");
  if (arrived.length === 0) return;
  for (const { url_hash: hash } of arrived)
    await tx.sql.run(setLinkState({ message: id, hash, state: "shown" }));
  await showAgain(tx, id, row.sender_id);
}

/** The event that tells of a message with its previews as they are now. */
export async function showAgain(tx: Tx, message: number, by: number): Promise<void> {
  const held = await tx.sql.rows(linksOfMessage({ message }));
  const count = held.filter(({ state }) => state === "shown").length;
  await tx.sql.run(showPreviews({ message, count }));
  await tellChange(tx, message, { kind: "message.previewed", by });
}

async function wantMissing(
  tx: Tx,
  message: { id: number; by: number },
  links: readonly Link[],
): Promise<void> {
  const held = new Set(
    (await tx.sql.rows(linksOfMessage({ message: message.id }))).map(({ url_hash }) => url_hash),
  );
  for (const [place, { url, host, page }] of links.entries()) {
    const hash = pageHash(page);
    const link = { message: message.id, hash, url, place };
    if (held.has(hash)) {
      await tx.sql.run(setLink(link));
      continue;
    }
    const found = await pageFor(tx, { hash, url: page, host, by: message.by });
    if (found !== null) await tx.sql.run(insertLink({ ...link, page: found }));
  }
}

/** PREVIEW-7. As somebody found it a short time ago, or else it is wanted; null where too many are. */
async function pageFor(
  tx: Tx,
  wanted: { hash: string; url: string; host: string; by: number },
): Promise<number | null> {
  const known = await tx.sql.first(holdPage({ hash: wanted.hash, since: tx.now - keptFor }));
  if (known) return known.id;
  const { total = 0, own = 0 } = (await tx.sql.first(countWanted({ by: wanted.by }))) ?? {};
  if (total >= mostWanted || own >= mostWantedByOne) return null;
  return (await tx.sql.first(insertPage({ ...wanted, at: tx.now })))?.id ?? null;
}
