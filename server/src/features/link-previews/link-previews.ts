import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Actor, Context, Tx } from "../../context.ts";
import type { KeptFile } from "../../platform/files.ts";
import { linksIn, pageHash } from "../links/links.ts";
import { accessMessageForChange } from "../messages/messages.ts";
import { keptFor, showAgain } from "./link-previews-attach.ts";
import { deleteOldPages, linkOfMessage, picturesAmong, setLinkState } from "./link-previews-rows.ts";

export { attachPreviews } from "./link-previews-attach.ts";
export { LinkPreviewMaker } from "./link-previews-maker.ts";

const nameForm = /^[A-Za-z0-9_-]{22}$/;
/** Milliseconds after which a picture that nothing names is nobody's: it may have been put there a moment ago. */
const lostAfter = 3_600_000;
/** Names looked for at once, and pages forgotten at once. */
const chunk = 200;
const mostForgotten = 5_000;

/** PREVIEW-8. Its author takes a preview off, or off before it is there; nobody brings it back. */
export async function removePreview(
  tx: Tx,
  actor: Actor,
  input: Checked<"preview.remove">,
): Promise<Record<string, never>> {
  const { row } = await accessMessageForChange(tx, actor, input.message);
  if (row.sender_id !== actor.user) throw new ChatError("forbidden", "only its author takes a preview off");
  const [link] = linksIn(input.url);
  const hash = link && pageHash(link.page);
  const held = hash && (await tx.sql.first(linkOfMessage({ message: row.id, hash })));
  if (!held || held.state === "removed") return {};
  await tx.sql.run(setLinkState({ message: row.id, hash: held.url_hash, state: "removed" }));
  if (held.state === "shown") await showAgain(tx, row.id, actor.user);
  return {};
}

/** PREVIEW-5. The picture of this name, for anyone who knows it. */
export async function previewPicture({ previewPictures }: Context, name: string): Promise<KeptFile> {
  const picture = nameForm.test(name) ? await previewPictures.get(name) : null;
  if (!picture) throw new ChatError("not_found", "there is no such picture");
  return picture;
}

/** PREVIEW-7. What was found on pages that no message shows any longer. */
export async function forgetOldPages(tx: Tx): Promise<void> {
  await tx.sql.run(deleteOldPages({ before: tx.now - keptFor, limit: mostForgotten }));
}

/** PREVIEW-7. Deletes pictures that belong to no page any longer. */
export async function forgetLostPreviewPictures({
  clock,
  database,
  previewPictures,
}: Context): Promise<void> {
  let names: string[] = [];
  const sweep = async () => {
    const kept = names.length > 0 ? await picturesAmong(database, names) : new Set();
    for (const name of names) if (!kept.has(name)) await previewPictures.delete(name);
    names = [];
  };
  for await (const { name, at } of previewPictures.list()) {
    if (clock.now() - at < lostAfter) continue;
    names.push(name);
    if (names.length >= chunk) await sweep();
  }
  await sweep();
}
