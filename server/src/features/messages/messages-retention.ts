import type { Tx } from "../../context.ts";
import { dropJob, putJob } from "../../platform/jobs.ts";
import { holdRoom } from "../access/access.ts";
import { erase } from "./messages-expiry.ts";
import { type HeldRow, heldAfter, retainedIn, setRetained } from "./messages-retention-rows.ts";
import { messageById } from "./messages-rows.ts";

/*
 * What is sent once a room has a retention ends by its own job. What was there before has no end, or a later one: it is
 * gone through from the room's first message on, a few at a time, and each goes when it is old enough.
 */

/** The job that goes on with it; its subject is the room. */
export const retainingJob = "room.retain";

/** Messages that are looked at in one step, and of them deleted: others wait for it meanwhile. */
const step = { looks: 200, deletes: 20 } as const;

/** EXPIRE-8. A room is to keep its messages no longer than this, in seconds; null for as long as there is room. */
export async function retainFrom(tx: Tx, room: number, retention: number | null): Promise<void> {
  const job = { kind: retainingJob, subject: room };
  await tx.sql.run(setRetained({ room, seq: 0 }));
  if (retention === null) await dropJob(tx.sql, job);
  else await putJob(tx.sql, { ...job, lane: room, at: tx.now, inBulk: true });
}

/** EXPIRE-8. */
export async function retainMessages(tx: Tx, room: number): Promise<void> {
  holdRoom(tx, room);
  const found = await tx.sql.first(retainedIn({ room }));
  if (!found || found.retention === null) return;
  const keep = found.retention * 1_000;
  const rows = await tx.sql.rows(heldAfter({ room, seq: found.retained_seq, limit: step.looks }));
  let [seq, deleted] = [found.retained_seq, 0];
  for (const row of rows) {
    if (isHeldLonger(row, keep)) {
      if (row.created_at + keep > tx.now) return goOn(tx, room, { seq, at: row.created_at + keep });
      if (deleted === step.deletes) return goOn(tx, room, { seq, at: tx.now });
      await eraseOne(tx, row.id);
      deleted += 1;
    }
    seq = row.seq;
  }
  if (rows.length === step.looks) return goOn(tx, room, { seq, at: tx.now });
  await tx.sql.run(setRetained({ room, seq }));
}

/** What ends in time has a job of its own. */
function isHeldLonger({ created_at, expires_at }: HeldRow, keep: number): boolean {
  return expires_at === null || expires_at > created_at + keep;
}

async function eraseOne(tx: Tx, id: number): Promise<void> {
  const row = await tx.sql.first(messageById({ id }));
  if (row && row.deleted_at === null) await erase(tx, row, row.sender_id, { soon: true });
}

async function goOn(tx: Tx, room: number, { seq, at }: { seq: number; at: number }): Promise<void> {
  await tx.sql.run(setRetained({ room, seq }));
  await putJob(tx.sql, { kind: retainingJob, subject: room, lane: room, at, inBulk: true });
}
