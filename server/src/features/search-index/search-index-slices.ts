import type { TxSql } from "../../schema/tables.ts";
import { filesOf } from "../files/files.ts";
import { factsOf } from "./search-index-marks.ts";
import { type IndexableRow, putWords, takeErasures, takeQueued, takeWords } from "./search-index-rows.ts";
import { tokensOf } from "./search-index-tokens.ts";

/** Messages put into the index, or taken out of it, in one transaction: others wait for it meanwhile. */
const sliceMessages = 100;
const sliceErasures = 20;

const fromUtf8 = new TextDecoder();

/** What of a file makes its message be found. */
export interface NamedFile {
  name: string;
  alt: string;
  type: string | null;
}

/** SEARCH-7. Moves the newest of the queue into the index. */
export async function indexSlice(tx: TxSql): Promise<void> {
  const rows = await takeQueued(tx, sliceMessages);
  const carrying = rows.filter((row) => row.file_count > 0).map((row) => row.id);
  const files = Map.groupBy(await filesOf(tx, carrying), (file) => file.message_id);
  for (const row of rows) putWords(tx, row, tokensOfRow(row, files.get(row.id)));
  if (tx.engine === "postgres") return;
  for (const { files: held, ...row } of await takeErasures(tx, sliceErasures)) {
    takeWords(tx, row.id, tokensOfRow(row, JSON.parse(held)));
  }
}

/** SEARCH-9. What is found by a message's files stands in the index with the message. */
export function tokensOfRow(row: IndexableRow, files: readonly NamedFile[] = []): string[] {
  const text = fromUtf8.decode(row.body);
  return tokensOf({
    room: row.room_id,
    sender: row.sender_id,
    type: row.type,
    texts: [text, ...files.flatMap(({ name, alt }) => [name, alt])],
    mentions: row.mentions === null ? [] : JSON.parse(row.mentions),
    facts: factsOf({
      text,
      types: files.map(({ type }) => type),
      isReply: row.reply_to !== null,
      isForwarded: row.forwarded_sender !== null,
      isEdited: row.edited_at !== null,
    }),
    at: row.created_at,
  });
}
