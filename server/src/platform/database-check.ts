import { sql } from "kysely";
import type { Sql } from "./database.ts";

/** Milliseconds. */
const patience = 3_000;

/** Whether the store answers, and soon enough to be of use. */
export async function isReachable<Tables>(database: Sql<Tables>): Promise<boolean> {
  const ask = { compile: () => sql<{ one: number }>`SELECT 1 AS one`.compile(database.build) };
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), patience);
  try {
    const answered = database.first(ask).then(
      (row) => row !== undefined,
      () => false,
    );
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
