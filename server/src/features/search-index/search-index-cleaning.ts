import type { Tx } from "../../context.ts";
import { putJob } from "../../platform/jobs.ts";
import { mergeWords } from "./search-index-rows.ts";

/*
 * What many messages leave in SQLite's index is noted as gone and stands in the file until the parts of the index are
 * merged into one. That is done in steps of a few milliseconds, by jobs: it goes on where it was after a stop.
 */

/** The jobs that begin such a round and that go on with it; there is one index, so their subject says nothing. */
export const beginCleaningJob = "search.begin_cleaning";
export const goOnCleaningJob = "search.go_on_cleaning";
const theIndex = 0;

/** Milliseconds for which what is gone is gathered: a round costs the same for one message and for all. */
const gatherFor = 3_600_000;
/** Pages of the index that are merged in one step: others wait for it meanwhile. */
const stepPages = 48;

/** SEARCH-8. Something was noted as gone. A round that was asked for before keeps its time. */
export async function askForCleaning(tx: Tx): Promise<void> {
  const at = tx.now + gatherFor;
  await putJob(tx.sql, { ...jobOf(beginCleaningJob, at), keep: true });
}

export function beginCleaning(tx: Tx): Promise<void> {
  return step(tx, { anew: true });
}

export function goOnCleaning(tx: Tx): Promise<void> {
  return step(tx, { anew: false });
}

async function step(tx: Tx, { anew }: { anew: boolean }): Promise<void> {
  const isMore = await mergeWords(tx.sql, { pages: stepPages, anew });
  if (isMore) await putJob(tx.sql, jobOf(goOnCleaningJob, tx.now));
}

function jobOf(kind: string, at: number) {
  return { kind, subject: theIndex, lane: 0, at, inBulk: true };
}
