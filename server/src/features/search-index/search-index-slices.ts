import type { TxSql } from "../../schema/tables.ts";
import { type IndexableRow, putWords, takeErasures, takeQueued, takeWords } from "./search-index-rows.ts";
import { tokensOf } from "./search-index-tokens.ts";

/** Messages put into the index, or taken out of it, in one transaction: others wait for it meanwhile. */
const sliceMessages = 100;
const sliceErasures = 20;

const fromUtf8 = new TextDecoder();

/** SEARCH-7. Moves the newest of the queue into the index. */
export async function indexSlice(tx: TxSql): Promise<void> {
  for (const row of await takeQueued(tx, sliceMessages)) putWords(tx, row.id, tokensOfRow(row));
  if (tx.engine === "postgres") return;
  for (const row of await takeErasures(tx, sliceErasures)) takeWords(tx, row.id, tokensOfRow(row));
}

export function tokensOfRow(row: IndexableRow): string[] {
  return tokensOf({
    room: row.room_id,
    sender: row.sender_id,
    type: row.type,
    text: fromUtf8.decode(row.body) + (row.heard ? `\n${row.heard}` : ""),
    mentions: row.mentions === null ? [] : JSON.parse(row.mentions),
    at: row.created_at,
  });
}
