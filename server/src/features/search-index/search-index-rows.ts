import { sql } from "kysely";
import { prepare, type Sql, type TxSql } from "../../schema/tables.ts";
import { inStretch, stretchOf } from "./search-index-stretches.ts";

/*
 * The queue and the index together hold every message that is not deleted, each in one of them. SQLite's full-text table
 * keeps no text: a message is taken out of it by the tokens it was put in with. Its row number is the message's id.
 */

export interface IndexableRow {
  id: number;
  room_id: number;
  sender_id: number;
  type: string;
  body: Uint8Array;
  mentions: string | null;
  reply_to: number | null;
  forwarded_sender: number | null;
  file_count: number;
  created_at: number;
  edited_at: number | null;
}

const indexable = [
  ...(["id", "room_id", "sender_id", "type", "body", "mentions"] as const),
  ...(["reply_to", "forwarded_sender", "file_count", "created_at", "edited_at"] as const),
] as const;

export const insertQueued = prepare<{ message: number }>((build, param) =>
  build.insertInto("search_queue").values({ message_id: param("message") }),
);

export const deleteQueued = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("search_queue").where("message_id", "=", param("message")),
);

/** Takes the newest of the queue. Another node that does the same takes the next. */
export async function takeQueued(tx: TxSql, limit: number): Promise<IndexableRow[]> {
  const newest = tx.build
    .selectFrom("search_queue")
    .select("message_id")
    .orderBy("message_id", "desc")
    .limit(limit);
  const free = tx.engine === "postgres" ? newest.forUpdate().skipLocked() : newest;
  const taken = await tx.rows(
    tx.build.deleteFrom("search_queue").where("message_id", "in", free).returning("message_id"),
  );
  if (taken.length === 0) return [];
  return tx.rows(
    tx.build
      .selectFrom("messages")
      .select(indexable)
      .where(
        "id",
        "in",
        taken.map((row) => row.message_id),
      )
      .where("deleted_at", "is", null)
      .orderBy("id"),
  );
}

/** Postgres keeps of each message what narrows a search down further: its index finds in no order and within days. */
interface Words {
  message: number;
  room: number;
  at: number;
  tokens: string;
}

const insertWords = {
  sqlite: prepare<Words>((build, param) => ({
    compile: () =>
      sql`INSERT INTO search_words (rowid, tokens) VALUES (${param("message")}, ${param("tokens")})`.compile(
        build,
      ),
  })),
  postgres: prepare<Words>((build, param) => ({
    compile: () =>
      sql`INSERT INTO search_words (message_id, room_id, created_at, tokens)
        VALUES (${param("message")}, ${param("room")}, ${param("at")}, ${param("tokens")}::text::tsvector)
        ON CONFLICT (message_id) DO UPDATE SET tokens = excluded.tokens`.compile(build),
  })),
};

const deleteWords = {
  sqlite: prepare<{ message: number; tokens: string }>((build, param) => ({
    compile: () =>
      sql`INSERT INTO search_words (search_words, rowid, tokens)
        VALUES ('delete', ${param("message")}, ${param("tokens")})`.compile(build),
  })),
  postgres: prepare<{ message: number }>((build, param) => ({
    compile: () => sql`DELETE FROM search_words WHERE message_id = ${param("message")}`.compile(build),
  })),
};

export function putWords(tx: TxSql, row: IndexableRow, tokens: readonly string[]): void {
  const { id: message, room_id: room, created_at: at } = row;
  tx.runAhead(insertWords[tx.engine]({ message, room, at, tokens: written(tx, message, tokens) }));
}

export function takeWords(tx: TxSql, message: number, tokens: readonly string[]): void {
  tx.runAhead(deleteWords[tx.engine]({ message, tokens: written(tx, message, tokens) }));
}

/** A token holds letters, digits, emoji and the signs of marks: nothing that either engine reads as more than a sign. */
function written({ engine }: Sql, message: number, tokens: readonly string[]): string {
  if (engine === "sqlite") return tokens.join(" ");
  const stretch = stretchOf(message);
  return tokens.map((token) => `'${inStretch(stretch, token)}'`).join(" ");
}

/** The files of a message as they are kept with it until its words have been taken out. */
const filesHeld = sql<string>`(SELECT json_group_array(json_object('name', files.name, 'alt', files.alt, 'type', uploads.type,
    'transcript', files.transcript))
  FROM files JOIN uploads ON uploads.id = files.upload_id WHERE files.message_id = messages.id)`;

/** What the index holds of a room. SQLite needs the texts for that: they wait until they have been taken out. */
export async function dropRoom(tx: TxSql, room: number): Promise<void> {
  const messages = tx.build.selectFrom("messages").select("id").where("room_id", "=", room);
  if (tx.engine === "sqlite") {
    const held = tx.build
      .selectFrom("messages")
      .select([...indexable, filesHeld.as("files")])
      .where("room_id", "=", room)
      .where("deleted_at", "is", null)
      .where("id", "not in", tx.build.selectFrom("search_queue").select("message_id"));
    await tx.run(
      tx.build
        .insertInto("search_erasures")
        .columns([...indexable, "files"])
        .expression(held),
    );
  }
  await tx.run(tx.build.deleteFrom("search_queue").where("message_id", "in", messages));
  if (tx.engine === "postgres") {
    await tx.run({
      compile: () =>
        sql`DELETE FROM search_words WHERE message_id IN (SELECT id FROM messages WHERE room_id = ${room})`.compile(
          tx.build,
        ),
    });
  }
}

const erasure = prepare<IndexableRow & { files: string }>((build, param) => {
  const columns = [...indexable, "files"] as const;
  const values = Object.fromEntries(columns.map((name) => [name, param(name)]));
  return build.insertInto("search_erasures").values(values as never);
});

/** What `takeErasures` gives back later; more may stand in the row than is put down. */
export function insertErasure(
  row: IndexableRow,
  files: readonly { name: string; alt: string; type: string | null }[],
) {
  const held = files.map(({ name, alt, type }) => ({ name, alt, type }));
  return erasure({ ...row, files: JSON.stringify(held) });
}

/** Takes some of what is to be taken out of SQLite's index. */
export async function takeErasures(tx: TxSql, limit: number): Promise<(IndexableRow & { files: string })[]> {
  const some = tx.build.selectFrom("search_erasures").select("id").orderBy("id").limit(limit);
  return tx.rows(
    tx.build
      .deleteFrom("search_erasures")
      .where("id", "in", some)
      .returning([...indexable, "files"]),
  );
}

const commandWords = prepare<{ command: string; value: number | null }>((build, param) => ({
  compile: () =>
    sql`INSERT INTO search_words (search_words, rank) VALUES (${param("command")}, ${param("value")})`.compile(
      build,
    ),
}));

/**
 * SEARCH-8. Taking a message out so that it is gone from SQLite's file at once costs as much as a hundred that are only
 * noted as gone. What is noted only is gone from the file once the parts of the index have been merged.
 */
export function noteAsGone(tx: TxSql, rows: readonly { id: number; tokens: readonly string[] }[]): void {
  tx.runAhead(commandWords({ command: "secure-delete", value: 0 }));
  for (const { id, tokens } of rows) takeWords(tx, id, tokens);
  // What is not written yet would be written the way that is chosen by then.
  tx.runAhead(commandWords({ command: "flush", value: null }));
  tx.runAhead(commandWords({ command: "secure-delete", value: 1 }));
}

const totalChanges = prepare<object, { changes: number }>((build) => ({
  compile: () => sql<{ changes: number }>`SELECT total_changes() AS changes`.compile(build),
}));

/** Merges so many pages of SQLite's index, from the beginning where `anew`; answers whether there may be more. */
export async function mergeWords(
  tx: TxSql,
  { pages, anew }: { pages: number; anew: boolean },
): Promise<boolean> {
  const before = await tx.first(totalChanges({}));
  await tx.run(commandWords({ command: "merge", value: anew ? -pages : pages }));
  const after = await tx.first(totalChanges({}));
  // Fewer than two say that nothing was merged: so the documentation of FTS5 has it.
  return (after?.changes ?? 0) - (before?.changes ?? 0) >= 2;
}

const oneQueued = prepare<object, { id: number }>((build) =>
  build.selectFrom("search_queue").select("message_id as id").limit(1),
);
const oneErasure = prepare<object, { id: number }>((build) =>
  build.selectFrom("search_erasures").select("id").limit(1),
);

export async function isWorkLeft(sql: Sql): Promise<boolean> {
  if (await sql.first(oneQueued({}))) return true;
  return sql.engine === "sqlite" && (await sql.first(oneErasure({}))) !== undefined;
}
