import { ChatError } from "@parley/protocol/errors";
import type { Tx } from "../../context.ts";
import { contentHash } from "../../platform/hashes.ts";
import type { Sql } from "../../schema/tables.ts";
import { answerByKey, answersOf, deleteAnswersBefore, insertAnswer, updateAnswer } from "./answers-rows.ts";

/** Days for which the first answer under an idempotency key is kept. */
const keptDays = 30;

export interface Question {
  user: number;
  key: string;
  operation: string;
  input: unknown;
}

/** WRITE-5. The answer given to the same call before; the same key with another input is a conflict. */
export async function keptAnswer(sql: Sql, question: Question): Promise<unknown> {
  const row = await sql.first(answerByKey({ user: question.user, key: question.key }));
  if (!row) return undefined;
  if (row.operation !== question.operation || row.input_hash !== hashOf(question)) {
    throw new ChatError("conflict", "this idempotency key was used for another call");
  }
  return JSON.parse(row.result);
}

export async function keepAnswer(tx: Tx, question: Question, result: unknown): Promise<void> {
  await tx.sql.run(
    insertAnswer({
      user: question.user,
      key: question.key,
      operation: question.operation,
      hash: hashOf(question),
      result: JSON.stringify(result),
      at: tx.now,
    }),
  );
}

/** Writes anew what is kept of a person's calls of an operation, where something they spoke of is gone. */
export async function rewriteAnswers(
  tx: Tx,
  of: { user: number; operation: string },
  rewrite: (result: unknown) => unknown,
): Promise<void> {
  for (const { key, result } of await tx.sql.rows(answersOf(of))) {
    const rewritten = JSON.stringify(rewrite(JSON.parse(result)));
    if (rewritten !== result) await tx.sql.run(updateAnswer({ user: of.user, key, result: rewritten }));
  }
}

export async function forgetOldAnswers(tx: Tx): Promise<void> {
  await tx.sql.run(deleteAnswersBefore({ at: tx.now - keptDays * 86_400_000 }));
}

function hashOf(question: Question): string {
  return contentHash(JSON.stringify(question.input));
}
