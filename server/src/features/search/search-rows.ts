import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";
import { blockMessages, blockOf, marks } from "../search-index/search-index.ts";

/** Postgres: messages that are read in order at once, and blocks of the index that are asked at once. */
const runMessages = 4_000;
const mostBlocks = 8;
/** Postgres: more than this is not sorted. */
const mostInBlocks = 2_000;

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

/** Postgres: a run of ids that are read one by one, the newest first. Quick where many match. */
const inRun = prepare<Indexed & { floor: number }, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM
      (SELECT message_id, tokens FROM search_words
        WHERE message_id < ${param("below")} AND message_id >= ${param("floor")}
        ORDER BY message_id DESC OFFSET 0) AS words
      JOIN messages ON messages.id = words.message_id JOIN members ON members.room_id = messages.room_id
      WHERE words.tokens @@ ${param("match")}::text::tsquery AND ${clipped(param)}
      ORDER BY messages.id DESC LIMIT ${param("limit")}`.compile(build),
}));

/**
 * Postgres: what the index gives in some blocks, in no order, up to a limit. A row without an id is of no room of the
 * person's: it counts, so that it is known whether there was more.
 */
const inBlocks = prepare<Indexed, { id: number | null }>((build, param) => ({
  compile: () =>
    sql<{ id: number | null }>`WITH words AS MATERIALIZED (
        SELECT message_id FROM search_words_found(
          ${param("match")}::text::tsquery, ${param("below")}, ${param("limit")}) AS message_id)
      SELECT found.id FROM words LEFT JOIN LATERAL (
        SELECT messages.id FROM messages JOIN members ON members.room_id = messages.room_id
        WHERE messages.id = words.message_id AND ${clipped(param)}) AS found ON TRUE`.compile(build),
}));

const newestBelow = prepare<{ below: number }, { id: number | null }>((build, param) =>
  build
    .selectFrom("search_words")
    .select((eb) => eb.fn.max("message_id").as("id"))
    .where("message_id", "<", param("below")),
);

/** Ids in the index that may match, the newest first: all down to `floor`, which is 0 at the end. */
export interface Found {
  ids: number[];
  floor: number;
}

export async function indexedCandidates(reader: Sql, search: Indexed): Promise<Found> {
  if (reader.engine === "postgres") return new PostgresWalk(reader, search).found();
  const ids = idsOf(await reader.rows(inSqlite(search)));
  return { ids, floor: ids.length < search.limit ? 0 : (ids.at(-1) ?? 0) };
}

/**
 * Postgres's index finds in no order, and sorts all that it finds. So it is asked for some blocks of ids after the other:
 * more of them at once while it finds little, fewer when it finds too much, and where even one block holds too much the
 * messages are read in order.
 */
class PostgresWalk {
  private readonly ids: number[] = [];
  private floor = 0;
  private blocks = 1;

  constructor(
    private readonly reader: Sql,
    private readonly search: Indexed,
  ) {}

  async found(): Promise<Found> {
    const newest = await this.reader.first(newestBelow({ below: this.search.below }));
    this.floor = (newest?.id ?? 0) + 1;
    if (newest?.id) await this.readRun();
    while (this.floor > 1 && !this.isFull()) {
      if (await this.askBlocks()) this.blocks = Math.min(this.blocks * 4, mostBlocks);
      else if (this.blocks > 1) this.blocks = Math.ceil(this.blocks / 8);
      else await this.readRun();
    }
    if (!this.isFull()) return { ids: this.ids, floor: 0 };
    const ids = this.ids.slice(0, this.search.limit);
    return { ids, floor: ids.at(-1) ?? 0 };
  }

  private isFull(): boolean {
    return this.ids.length >= this.search.limit;
  }

  private async readRun(): Promise<void> {
    const floor = Math.max(1, this.floor - runMessages);
    const limit = this.search.limit - this.ids.length;
    const run = { ...this.search, below: this.floor, floor, limit };
    this.ids.push(...idsOf(await this.reader.rows(inRun(run))));
    this.floor = floor;
  }

  /** Answers whether these blocks have been read; else there is too much in them. */
  private async askBlocks(): Promise<boolean> {
    const last = blockOf(this.floor - 1);
    const first = Math.max(0, last - this.blocks + 1);
    const among = Array.from({ length: last - first + 1 }, (_, index) => `'${marks.block(first + index)}'`);
    const match = `(${among.join("|")})&(${this.search.match})`;
    const asked = { ...this.search, match, below: this.floor, limit: mostInBlocks + 1 };
    const rows = await this.reader.rows(inBlocks(asked));
    if (rows.length > mostInBlocks) return false;
    const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
    this.ids.push(...ids.sort((one, other) => other - one));
    this.floor = Math.max(1, first * blockMessages);
    return true;
  }
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
