import { prepare, type Sql } from "../../schema/tables.ts";
import type { Tally } from "./extras-rules.ts";

export async function namedTallies(sql: Sql, messages: readonly number[]): Promise<[number, Tally][]> {
  if (messages.length === 0) return [];
  const rows = await sql.rows(
    sql.build
      .selectFrom("poll_votes")
      .select(["message_id", "place", "user_id"])
      .where("message_id", "in", messages)
      .orderBy("seq"),
  );
  return messages.map((message) => {
    const own = rows.filter((row) => row.message_id === message);
    const users = Map.groupBy(own, ({ place }) => place);
    const byPlace = new Map([...users].map(([place, each]) => [place, each.map(({ user_id }) => user_id)]));
    const votes = new Map([...byPlace].map(([place, each]) => [place, each.length]));
    return [message, { voters: new Set(own.map(({ user_id }) => user_id)).size, votes, users: byPlace }];
  });
}

export async function countedTallies(sql: Sql, messages: readonly number[]): Promise<[number, Tally][]> {
  if (messages.length === 0) return [];
  const counts = await sql.rows(
    sql.build
      .selectFrom("poll_votes")
      .select((eb) => ["message_id", "place", eb.fn.countAll<number>().as("votes")])
      .where("message_id", "in", messages)
      .groupBy(["message_id", "place"]),
  );
  const people = await sql.rows(
    sql.build
      .selectFrom("poll_votes")
      .select((eb) => ["message_id", eb.fn.count<number>("user_id").distinct().as("voters")])
      .where("message_id", "in", messages)
      .groupBy("message_id"),
  );
  return messages.map((message) => {
    const own = counts.filter((row) => row.message_id === message);
    const voters = people.find((row) => row.message_id === message)?.voters ?? 0;
    return [message, { voters, votes: new Map(own.map(({ place, votes }) => [place, votes])) }];
  });
}

export const deleteVotes = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("poll_votes").where("message_id", "=", param("message")),
);
