import type { Tx } from "../../context.ts";
import { askForCleaning } from "./search-index-cleaning.ts";
import { type IndexableRow, noteAsGone, putWords, takeErasures, takeQueued } from "./search-index-rows.ts";
import { tokensOf } from "./search-index-tokens.ts";

/** Messages put into the index, or taken out of it, in one transaction: others wait for it meanwhile. */
const sliceMessages = 100;
const sliceErasures = 100;

const fromUtf8 = new TextDecoder();

/** SEARCH-7, SEARCH-8. Moves the newest of the queue into the index, and takes out what is gone. */
export async function indexSlice(tx: Tx): Promise<void> {
  const { sql } = tx;
  for (const row of await takeQueued(sql, sliceMessages)) putWords(sql, row.id, tokensOfRow(row));
  if (sql.engine === "postgres") return;
  const gone = await takeErasures(sql, sliceErasures);
  if (gone.length === 0) return;
  noteAsGone(
    sql,
    gone.map((row) => ({ id: row.id, tokens: tokensOfRow(row) })),
  );
  await askForCleaning(tx);
}

export function tokensOfRow(row: IndexableRow): string[] {
  return tokensOf({
    room: row.room_id,
    sender: row.sender_id,
    type: row.type,
    text: fromUtf8.decode(row.body),
    mentions: row.mentions === null ? [] : JSON.parse(row.mentions),
    at: row.created_at,
  });
}
