import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";

/** Of Postgres's index, the newest messages that are looked at one by one: it finds many in no order, and sorts them all. */
const windowMessages = 4_000;

/** What every candidate fulfils; 0 and the empty text stand for anything. */
export interface Candidates {
  user: number;
  room: number;
  from: number;
  type: string;
  /** Milliseconds since 1970 UTC, neither included. */
  after: number;
  before: number;
  /** Only messages with a smaller id. */
  below: number;
  limit: number;
}

type Indexed = Candidates & { match: string };
type Param<Params> = Parameters<Parameters<typeof prepare<Params & object>>[0]>[1];

/** SEARCH-1. Only in rooms that the person is in, as part of each query. */
function clipped(param: Param<Candidates>) {
  return sql`members.user_id = ${param("user")} AND messages.deleted_at IS NULL
    AND (${param("room")} = 0 OR messages.room_id = ${param("room")})
    AND (${param("from")} = 0 OR messages.sender_id = ${param("from")})
    AND (${param("type")} = '' OR messages.type = ${param("type")})
    AND messages.created_at > ${param("after")} AND messages.created_at < ${param("before")}`;
}

const inQueue = prepare<Candidates & { tail: number }, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM
      (SELECT message_id FROM search_queue ORDER BY message_id DESC LIMIT ${param("tail")}) AS queued
      CROSS JOIN messages CROSS JOIN members
      WHERE messages.id = queued.message_id AND members.room_id = messages.room_id
      AND messages.id < ${param("below")} AND ${clipped(param)}
      ORDER BY messages.id DESC LIMIT ${param("limit")}`.compile(build),
}));

/** The index gives the newest first and is read no further than needed: hence the order of the joins. */
const inSqlite = prepare<Indexed, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM search_words
      CROSS JOIN messages ON messages.id = search_words.rowid
      CROSS JOIN members ON members.room_id = messages.room_id
      WHERE search_words MATCH ${param("match")} AND search_words.rowid < ${param("below")}
      AND ${clipped(param)} ORDER BY search_words.rowid DESC LIMIT ${param("limit")}`.compile(build),
}));

/** The newest are read in order. */
const inWindow = prepare<Indexed & { window: number }, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM
      (SELECT message_id, tokens FROM search_words WHERE message_id < ${param("below")}
        ORDER BY message_id DESC LIMIT ${param("window")}) AS words
      JOIN messages ON messages.id = words.message_id JOIN members ON members.room_id = messages.room_id
      WHERE words.tokens @@ ${param("match")}::text::tsquery AND ${clipped(param)}
      ORDER BY messages.id DESC LIMIT ${param("limit")}`.compile(build),
}));

/** The older ones by the index. Without a limit inside, so that nobody thinks that reading in order would do. */
const belowWindow = prepare<Indexed & { window: number }, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`WITH words AS MATERIALIZED (
        SELECT message_id FROM search_words WHERE tokens @@ ${param("match")}::text::tsquery
        AND message_id <= (SELECT message_id FROM search_words WHERE message_id < ${param("below")}
          ORDER BY message_id DESC OFFSET ${param("window")} LIMIT 1))
      SELECT messages.id FROM words
      JOIN messages ON messages.id = words.message_id JOIN members ON members.room_id = messages.room_id
      WHERE ${clipped(param)} ORDER BY messages.id DESC LIMIT ${param("limit")}`.compile(build),
}));

/** Ids in the index that may match, the newest first. */
export async function indexedCandidates(reader: Sql, search: Indexed): Promise<number[]> {
  if (reader.engine === "sqlite") return idsOf(await reader.rows(inSqlite(search)));
  const windowed = { ...search, window: windowMessages };
  const newest = idsOf(await reader.rows(inWindow(windowed)));
  if (newest.length === search.limit) return newest;
  const limit = search.limit - newest.length;
  return [...newest, ...idsOf(await reader.rows(belowWindow({ ...windowed, limit })))];
}

/** Ids among the newest of the queue, whatever they say. */
export async function queuedCandidates(
  reader: Sql,
  search: Omit<Candidates, "limit">,
  tail: number,
): Promise<number[]> {
  return idsOf(await reader.rows(inQueue({ ...search, tail, limit: tail })));
}

const queuedAfter = prepare<{ tail: number }, { id: number }>((build, param) =>
  build
    .selectFrom("search_queue")
    .select("message_id as id")
    .orderBy("message_id", "desc")
    .offset(param("tail"))
    .limit(1),
);

export async function isQueueLongerThan(reader: Sql, tail: number): Promise<boolean> {
  return (await reader.first(queuedAfter({ tail }))) !== undefined;
}

const roomsIn = prepare<{ user: number; limit: number }, { room_id: number }>((build, param) =>
  build
    .selectFrom("members")
    .select("room_id")
    .where("user_id", "=", param("user"))
    .orderBy("room_id")
    .limit(param("limit")),
);

export async function roomsOf(reader: Sql, user: number, limit: number): Promise<number[]> {
  return (await reader.rows(roomsIn({ user, limit }))).map((row) => row.room_id);
}

function idsOf(rows: readonly { id: number }[]): number[] {
  return rows.map((row) => row.id);
}
