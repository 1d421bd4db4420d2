import type { Tx } from "../../context.ts";
import { filesOf } from "../files/files.ts";
import { askForCleaning } from "./search-index-cleaning.ts";
import { factsOf } from "./search-index-marks.ts";
import { type IndexableRow, noteAsGone, putWords, takeErasures, takeQueued } from "./search-index-rows.ts";
import { tokensOf } from "./search-index-tokens.ts";

/** Messages put into the index, or taken out of it, in one transaction: others wait for it meanwhile. */
const sliceMessages = 100;
const sliceErasures = 100;

const fromUtf8 = new TextDecoder();

/** What of a file makes its message be found. */
export interface NamedFile {
  name: string;
  alt: string;
  transcript: string;
  type: string | null;
}

/** SEARCH-7, SEARCH-8. Moves the newest of the queue into the index, and takes out what is gone. */
export async function indexSlice(tx: Tx): Promise<void> {
  const { sql } = tx;
  const rows = await takeQueued(sql, sliceMessages);
  const carrying = rows.filter((row) => row.file_count > 0).map((row) => row.id);
  const files = Map.groupBy(await filesOf(sql, carrying), (file) => file.message_id);
  for (const row of rows) putWords(sql, row, tokensOfRow(row, files.get(row.id)));
  if (sql.engine === "postgres") return;
  const gone = await takeErasures(sql, sliceErasures);
  if (gone.length === 0) return;
  const taken = gone.map(({ files: held, ...row }) => ({
    id: row.id,
    tokens: tokensOfRow(row, JSON.parse(held)),
  }));
  noteAsGone(sql, taken);
  await askForCleaning(tx);
}

/** SEARCH-9. What is found by a message's files stands in the index with the message. */
export function tokensOfRow(row: IndexableRow, files: readonly NamedFile[] = []): string[] {
  const text = fromUtf8.decode(row.body);
  return tokensOf({
    room: row.room_id,
    sender: row.sender_id,
    type: row.type,
    texts: [text, ...files.flatMap(({ name, alt, transcript }) => [name, alt, transcript])],
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
