import type { Database as AnyDatabase, Sql as AnySql, TransactionSql } from "../platform/database.ts";
import { preparer } from "../platform/database.ts";
import type { JobTables } from "../platform/jobs.ts";
import type { LibraryTables } from "./tables-library.ts";
import type { LinkTables } from "./tables-links.ts";
import type { MessageTables } from "./tables-messages.ts";
import type { PeopleTables } from "./tables-people.ts";
import type { PersonalTables } from "./tables-personal.ts";
import type { PushTables } from "./tables-push.ts";
import type { RoomTables } from "./tables-rooms.ts";
import type { SearchTables } from "./tables-search.ts";

/*
 * Every table, a page for each part. Ids, positions and moments are integers below 2^53 (moments: milliseconds since 1970 UTC);
 * a flag is 0 or 1; JSON is text.
 */

/** `jobs` and `leases` are those of the platform's jobs. */
interface Tables
  extends JobTables,
    PeopleTables,
    RoomTables,
    MessageTables,
    LinkTables,
    PersonalTables,
    PushTables,
    LibraryTables,
    SearchTables {
  /** Facts about this store: epoch, name, set-up. */
  settings: { key: string; value: string };
}

export type { Tables };
export type Sql = AnySql<Tables>;
export type TxSql = TransactionSql<Tables>;
export type Database = AnyDatabase<Tables>;

/** Composes a query of this schema once; see `preparer`. */
export const prepare = preparer<Tables>();
