import { sql } from "kysely";
import { prepare, type Sql } from "../../schema/tables.ts";

export interface Walk {
  /** What the index is asked for. */
  match: string;
  /** The person's; null where there are too many to list. */
  rooms: readonly number[] | null;
  /** Milliseconds since 1970 UTC, neither included. */
  after: number;
  before: number;
}

/** Ids in the index that may match, the newest first: all down to `floor`, which is 0 at the end. */
export interface Walked {
  ids: number[];
  floor: number;
  /** How much there was to look at for that. */
  looked: number;
}

interface Step {
  /** Only messages with a smaller id. */
  below: number;
  wanted: number;
}

/** Messages that the index has found and that are not asked for, after which Postgres answers what it has. */
const usualPatience = 65_536;

const inSqlite = prepare<{ match: string } & Step, { id: number }>((build, param) => ({
  compile: () =>
    sql<{ id: number }>`SELECT rowid AS id FROM search_words
      WHERE search_words MATCH ${param("match")} AND rowid < ${param("below")}
      ORDER BY rowid DESC LIMIT ${param("wanted")}`.compile(build),
}));

type InPostgres = Omit<Walk, "rooms"> & Step & { rooms: string | null; patience: number };

/** A row without an id says only how far it was looked. */
const inPostgres = prepare<InPostgres, { id: number | null; floor: string }>((build, param) => ({
  compile: () =>
    sql<{ id: number | null; floor: string }>`SELECT one.id, walked.reached AS floor FROM search_words_found(
        ${param("match")}::text,
        COALESCE((SELECT max(message_id) + 1 FROM search_words WHERE message_id < ${param("below")}::bigint), 0),
        ${param("rooms")}::text::bigint[], ${param("after")}::bigint, ${param("before")}::bigint,
        ${param("wanted")}::bigint, ${param("patience")}::bigint) AS walked
      LEFT JOIN LATERAL unnest(walked.ids) AS one(id) ON TRUE`.compile(build),
}));

export async function walkIndex(
  reader: Sql,
  walk: Walk,
  { patience = usualPatience, ...step }: Step & { patience?: number },
): Promise<Walked> {
  if (reader.engine === "postgres") return walkPostgres(reader, walk, { ...step, patience });
  const rows = await reader.rows(inSqlite({ match: walk.match, ...step }));
  const ids = rows.map(({ id }) => id);
  return { ids, floor: ids.length < step.wanted ? 0 : (ids.at(-1) ?? 0), looked: ids.length };
}

async function walkPostgres(reader: Sql, walk: Walk, step: Step & { patience: number }): Promise<Walked> {
  const rooms = walk.rooms && `{${walk.rooms.join(",")}}`;
  const rows = await reader.rows(inPostgres({ ...walk, ...step, rooms }));
  const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
  const floor = Number(rows[0]?.floor ?? 0);
  const isCutShort = floor > 0 && ids.length < step.wanted;
  return { ids, floor, looked: isCutShort ? step.patience : ids.length };
}
