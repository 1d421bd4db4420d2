import { type Generated, sql as raw } from "kysely";
import { preparer, type Sql, type TransactionSql } from "./database.ts";

/** The tables of this part, for whoever has it in their schema. */
export interface JobTables {
  /** What is due at a moment: of each kind and subject one. What is done is no longer here. */
  jobs: {
    id: Generated<number>;
    kind: string;
    subject_id: number;
    /** In which order with what else it is carried out. */
    lane: number;
    due_at: number;
    /** Done only while nothing else is due. */
    in_bulk: 0 | 1;
    /** How often it was tried in vain. */
    tries: Generated<number>;
  };
  /** Which node does a thing that one alone does. */
  leases: { name: string; holder: string; held_until: number };
}

export interface JobRow {
  id: number;
  kind: string;
  subject_id: number;
  lane: number;
  tries: number;
}

const prepare = preparer<JobTables>();

interface NewJob {
  kind: string;
  subject: number;
  lane: number;
  at: number;
  in_bulk: 0 | 1;
}

/** What becomes of the one of that kind and subject that is there already. */
const put = (keep: boolean) =>
  prepare<NewJob>((build, param) =>
    build
      .insertInto("jobs")
      .values({
        kind: param("kind"),
        subject_id: param("subject"),
        lane: param("lane"),
        due_at: param("at"),
        in_bulk: param("in_bulk"),
      })
      .onConflict((conflict) => {
        const same = conflict.columns(["subject_id", "kind"]);
        if (keep) return same.doNothing();
        return same.doUpdateSet((eb) => ({
          lane: eb.ref("excluded.lane"),
          due_at: eb.ref("excluded.due_at"),
          tries: 0,
        }));
      }),
  );

export const upsertJob = put(false);
export const insertJob = put(true);

export const deleteJob = prepare<{ kind: string; subject: number }>((build, param) =>
  build.deleteFrom("jobs").where("kind", "=", param("kind")).where("subject_id", "=", param("subject")),
);

/** What is due by a moment, in its order; of kinds that this version knows. What is done in bulk waits for the rest. */
export async function dueJobs<Tables>(
  sql: Sql<Tables>,
  { kinds, now, limit }: { kinds: readonly string[]; now: number; limit: number },
): Promise<JobRow[]> {
  if (kinds.length === 0) return [];
  const urgent = await sql.rows(dueOf(kinds)({ now, limit, in_bulk: 0 }));
  return urgent.length > 0 ? urgent : sql.rows(dueOf(kinds)({ now, limit, in_bulk: 1 }));
}

/** When the first job is due that is there. */
export async function firstDue<Tables>(
  sql: Sql<Tables>,
  kinds: readonly string[],
): Promise<number | undefined> {
  if (kinds.length === 0) return undefined;
  const first = firstOf(kinds);
  const found = [await sql.first(first({ in_bulk: 0 })), await sql.first(first({ in_bulk: 1 }))];
  const moments = found.flatMap((row) => (row ? [row.due_at] : []));
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

const takeOne = {
  sqlite: prepare<{ id: number; now: number }, { id: number }>((build, param) =>
    build
      .deleteFrom("jobs")
      .where("id", "=", param("id"))
      .where("due_at", "<=", param("now"))
      .returning("id"),
  ),
  // Another node that is at it has it.
  postgres: prepare<{ id: number; now: number }, { id: number }>((build, param) =>
    build
      .deleteFrom("jobs")
      .where("id", "in", (free) =>
        free
          .selectFrom("jobs as mine")
          .select("mine.id")
          .where("mine.id", "=", param("id"))
          .where("mine.due_at", "<=", param("now"))
          .forUpdate()
          .skipLocked(),
      )
      .returning("id"),
  ),
};

/** Takes a job away for the transaction that carries it out; false where it is done, put off, or with another node. */
export async function takeJob<Tables>(
  tx: TransactionSql<Tables>,
  job: { id: number; now: number },
): Promise<boolean> {
  return (await tx.first(takeOne[tx.engine](job))) !== undefined;
}

export const putOffJob = prepare<{ id: number; before: number; at: number }>((build, param) =>
  build
    .updateTable("jobs")
    .set((eb) => ({ due_at: param("at"), tries: eb("tries", "+", 1) }))
    .where("id", "=", param("id"))
    .where("due_at", "<=", param("before")),
);

/** A lease that ends later than one could that began now is of a clock that was wrong. */
export const holdLease = prepare<
  { name: string; holder: string; now: number; until: number },
  { holder: string }
>((build, param) =>
  build
    .insertInto("leases")
    .values({ name: param("name"), holder: param("holder"), held_until: param("until") })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet((eb) => ({
          holder: eb.ref("excluded.holder"),
          held_until: eb.ref("excluded.held_until"),
        }))
        .where((eb) =>
          eb.or([
            eb("leases.holder", "=", eb.ref("excluded.holder")),
            eb("leases.held_until", "<=", param("now")),
            eb("leases.held_until", ">", param("until")),
          ]),
        ),
    )
    .returning("holder"),
);

/** Nothing that an index is of: what is due is few, all of a kind may be many. */
const anyKind = raw<string>`kind || ''`;

type OfKinds<Params extends object, Row> = (
  kinds: readonly string[],
) => ReturnType<typeof prepare<Params, Row>>;

const dueOf = perKinds((kinds) =>
  prepare<{ now: number; limit: number; in_bulk: 0 | 1 }, JobRow>((build, param) =>
    build
      .selectFrom("jobs")
      .select(["id", "kind", "subject_id", "lane", "tries"])
      .where("in_bulk", "=", param("in_bulk"))
      .where("due_at", "<=", param("now"))
      .where(anyKind, "in", kinds)
      .orderBy("due_at")
      .orderBy("id")
      .limit(param("limit")),
  ),
);

const firstOf = perKinds((kinds) =>
  prepare<{ in_bulk: 0 | 1 }, { due_at: number }>((build, param) =>
    build
      .selectFrom("jobs")
      .select("due_at")
      .where("in_bulk", "=", param("in_bulk"))
      .where(anyKind, "in", kinds)
      .orderBy("due_at")
      .orderBy("id")
      .limit(1),
  ),
);

/** Composed once for each list of kinds: a server has one. */
function perKinds<Params extends object, Row>(compose: OfKinds<Params, Row>): OfKinds<Params, Row> {
  const composed = new Map<string, ReturnType<OfKinds<Params, Row>>>();
  return (kinds) => {
    const name = kinds.join();
    const present = composed.get(name) ?? compose(kinds);
    composed.set(name, present);
    return present;
  };
}
