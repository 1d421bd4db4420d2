import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";

/** What every candidate fulfils; 0 and the empty text stand for anything. */
export interface Candidates {
  user: number;
  room: number;
  from: number;
  type: string;
  /** Milliseconds since 1970 UTC, neither included. */
  after: number;
  before: number;
}

type Param<Params> = Parameters<Parameters<typeof prepare<Params & object>>[0]>[1];

/** SEARCH-1. Only in rooms that the person is in, as part of each query. */
function clipped(param: Param<Candidates>) {
  return sql`members.user_id = ${param("user")} AND messages.deleted_at IS NULL
    AND (${param("room")} = 0 OR messages.room_id = ${param("room")})
    AND (${param("from")} = 0 OR messages.sender_id = ${param("from")})
    AND (${param("type")} = '' OR messages.type = ${param("type")})
    AND messages.created_at > ${param("after")} AND messages.created_at < ${param("before")}`;
}

const inQueue = prepare<Candidates & { tail: number; below: number }, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM
      (SELECT message_id FROM search_queue ORDER BY message_id DESC LIMIT ${param("tail")}) AS queued
      CROSS JOIN messages CROSS JOIN members
      WHERE messages.id = queued.message_id AND members.room_id = messages.room_id
      AND messages.id < ${param("below")} AND ${clipped(param)}
      ORDER BY messages.id DESC`.compile(build),
}));

/** Of these ids those that fulfil it, the newest first. */
const amongIds = {
  sqlite: prepare<Candidates & { listed: string }, { id: number }>((build, param) => ({
    compile: () =>
      sql<{ id: number }>`SELECT messages.id FROM json_each(${param("listed")}) AS listed
        CROSS JOIN messages CROSS JOIN members
        WHERE messages.id = listed.value AND members.room_id = messages.room_id AND ${clipped(param)}
        ORDER BY messages.id DESC`.compile(build),
  })),
  postgres: prepare<Candidates & { listed: string }, { id: number }>((build, param) => ({
    compile: () =>
      sql<{ id: number }>`SELECT messages.id
        FROM jsonb_array_elements_text(${param("listed")}::text::jsonb) AS listed
        CROSS JOIN messages CROSS JOIN members
        WHERE messages.id = listed::bigint AND members.room_id = messages.room_id AND ${clipped(param)}
        ORDER BY messages.id DESC`.compile(build),
  })),
};

export async function clippedIds(
  reader: Sql,
  candidates: Candidates,
  ids: readonly number[],
): Promise<number[]> {
  if (ids.length === 0) return [];
  return idsOf(await reader.rows(amongIds[reader.engine]({ ...candidates, listed: JSON.stringify(ids) })));
}

type Kept = Candidates & { below: number; limit: number };

// With a limit a planner hopes to come across enough of them by reading the messages from their end: not by a sum.
export const savedBelow = prepare<Kept, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM saved CROSS JOIN messages CROSS JOIN members
      WHERE saved.user_id = ${param("user")} AND messages.id = saved.message_id
      AND members.room_id = messages.room_id AND messages.id + 0 < ${param("below")} AND ${clipped(param)}
      ORDER BY messages.id + 0 DESC LIMIT ${param("limit")}`.compile(build),
}));

export const pinnedBelow = prepare<Kept, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT messages.id FROM members CROSS JOIN messages
      WHERE messages.room_id = members.room_id AND messages.pinned_seq IS NOT NULL
      AND messages.id + 0 < ${param("below")} AND ${clipped(param)}
      ORDER BY messages.id + 0 DESC LIMIT ${param("limit")}`.compile(build),
}));

/** What few messages are is not looked for in the index. */
export async function keptIds(reader: Sql, kind: "saved" | "pinned", candidates: Kept): Promise<number[]> {
  return idsOf(await reader.rows((kind === "saved" ? savedBelow : pinnedBelow)(candidates)));
}

/** Ids among the newest of the queue, whatever they say. */
export async function queuedCandidates(
  reader: Sql,
  candidates: Candidates,
  { tail, below }: { tail: number; below: number },
): Promise<number[]> {
  return idsOf(await reader.rows(inQueue({ ...candidates, tail, below })));
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
