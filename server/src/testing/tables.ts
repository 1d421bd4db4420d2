import { type Compilable, sql } from "kysely";
import { type Sql as AnySql, bind, isStatement, type Statement } from "../platform/database.ts";
import type { Database, Tables } from "../schema/tables.ts";

type Reader = AnySql<Tables>;

function raw<Row>(reader: Reader, text: string, values: readonly unknown[] = []) {
  const compiled = { ...sql.raw<Row>(text).compile(reader.build), parameters: values };
  return reader.rows<Row>({ compile: () => compiled });
}

const namesOfTables = {
  // What a virtual table holds stands in the tables behind it.
  sqlite: `SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL %'`,
  postgres: "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
} as const;

/** Every row of every table as JSON, by table: bytes are read as text. */
export async function everyRow(database: Database): Promise<Map<string, string[]>> {
  const tables = await raw<{ name: string }>(database, namesOfTables[database.engine]);
  const found = new Map<string, string[]>();
  for (const { name } of tables) {
    const rows = await raw<Record<string, unknown>>(database, `SELECT * FROM ${name}`);
    found.set(name, rows.map(legible));
  }
  return found;
}

function legible(row: Record<string, unknown>): string {
  const cells = Object.entries(row).map(([name, value]) => {
    return [name, value instanceof Uint8Array ? Buffer.from(value).toString() : value];
  });
  return JSON.stringify(Object.fromEntries(cells));
}

/** The tables in which a text stands, in whatever column. */
export async function tablesHolding(database: Database, text: string): Promise<string[]> {
  const rows = await everyRow(database);
  return [...rows].filter(([, lines]) => lines.some((line) => line.includes(text))).map(([name]) => name);
}

function written(database: Database, query: Statement<unknown> | Compilable<unknown>) {
  if (!isStatement(query)) {
    const { sql: text, parameters } = query.compile();
    return { text, bound: [...parameters] };
  }
  const { text, values } = query.plan.text(database.engine, database.build);
  return { text, bound: bind(values, query.params) };
}

/** How the engine finds the rows of a query; on PostgreSQL as if every table were large. */
export async function planOf(
  database: Database,
  query: Statement<unknown> | Compilable<unknown>,
): Promise<string> {
  const { text, bound } = written(database, query);
  if (database.engine === "sqlite") {
    const rows = await raw<{ detail: string }>(database, `EXPLAIN QUERY PLAN ${text}`, bound);
    return rows.map((row) => row.detail).join("\n");
  }
  return database.transaction(async (tx) => {
    await raw(tx, "SET LOCAL enable_seqscan = off");
    const rows = await raw<Record<string, string>>(tx, `EXPLAIN ${text}`, bound);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
}
