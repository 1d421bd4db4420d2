import type { Tx } from "../../context.ts";
import { filesOf } from "../files/files.ts";
import {
  deleteQueued,
  dropRoom,
  type IndexableRow,
  insertErasure,
  insertQueued,
  takeWords,
} from "./search-index-rows.ts";
import { tokensOfRow } from "./search-index-slices.ts";

export { writtenLength } from "@parley/protocol/folds";
export { type Atom, atomsOf, type Part } from "@parley/protocol/words";
export {
  beginCleaning,
  beginCleaningJob,
  goOnCleaning,
  goOnCleaningJob,
} from "./search-index-cleaning.ts";
export * from "./search-index-marks.ts";
export { indexSlice } from "./search-index-slices.ts";
export { inStretch, stretchOf } from "./search-index-stretches.ts";
export * from "./search-index-tokens.ts";
export { SearchIndexer } from "./search-indexer.ts";

/** SEARCH-7. A new message waits in the queue, where it is found as well; putting it into the index costs more. */
export function queueMessage(tx: Tx, message: number): void {
  tx.sql.runAhead(insertQueued({ message }));
}

/** SEARCH-6. Nothing of a message is left in the index; `before` is the message as it was put in, its files still there. */
export async function dropMessage(tx: Tx, before: IndexableRow): Promise<void> {
  // First the queue: while another node takes the message out of it, this waits for what it does.
  const queued = await tx.sql.run(deleteQueued({ message: before.id }));
  if (queued > 0) return;
  const files = before.file_count > 0 ? await filesOf(tx.sql, [before.id]) : [];
  takeWords(tx.sql, before.id, tokensOfRow(before, files));
}

/** SEARCH-8. As `dropMessage`, where many go at once: what the index holds of them is taken out together, soon. */
export async function dropMessageSoon(tx: Tx, before: IndexableRow): Promise<void> {
  const queued = await tx.sql.run(deleteQueued({ message: before.id }));
  if (queued > 0) return;
  if (tx.sql.engine === "postgres") return takeWords(tx.sql, before.id, []);
  const files = before.file_count > 0 ? await filesOf(tx.sql, [before.id]) : [];
  tx.sql.runAhead(insertErasure(before, files));
}

/** SEARCH-6. From now on a message is found by what it says now. */
export async function requeueMessage(tx: Tx, before: IndexableRow): Promise<void> {
  await dropMessage(tx, before);
  queueMessage(tx, before.id);
}

/** SEARCH-6. Before the messages of a room are deleted. */
export async function dropRoomMessages(tx: Tx, room: number): Promise<void> {
  await dropRoom(tx.sql, room);
}
