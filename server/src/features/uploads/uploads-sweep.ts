import type { Context } from "../../context.ts";
import { addUse, deleteUnused, expireAt, expiredUploads, keepUpload, keysAmong } from "./uploads-rows.ts";
import { keyOf, smallKey } from "./uploads-rules.ts";

/** Milliseconds for which bytes without an upload are left alone: they may have been put there a moment ago. */
const lostAfter = 3_600_000;
/** Uploads, and names, that are looked at together. */
const chunk = 200;

/** FILE-4, FILE-7. Deletes what no message needs and nobody may still send. */
export async function sweepUploads(context: Context): Promise<void> {
  for (;;) {
    const rows = await context.database.rows(expiredUploads({ now: context.clock.now(), limit: chunk }));
    for (const { id } of rows) await sweepOne(context, id);
    if (rows.length < chunk) return;
  }
}

/** FILE-7. Deletes bytes that no upload names: a stop between two steps leaves some behind. */
export async function forgetLostBytes(context: Context): Promise<void> {
  for (const place of [context.growing, context.files]) {
    let names: string[] = [];
    const sweep = async () => {
      if (names.length === 0) return;
      const kept = await keysAmong(context.database, [...new Set(names.map(keyOf))]);
      for (const name of names) if (!kept.has(keyOf(name))) await place.delete(name);
      names = [];
    };
    for await (const { name, at } of place.list()) {
      if (context.clock.now() - at < lostAfter) continue;
      names.push(name);
      if (names.length >= chunk) await sweep();
    }
    await sweep();
  }
}

async function sweepOne(context: Context, id: number): Promise<void> {
  const gone = await context.writer.write(async (tx) => {
    const deleted = await tx.sql.first(deleteUnused({ id, now: tx.now }));
    if (!deleted) {
      // Another message names it: it is looked at again when that one goes.
      await tx.sql.run(keepUpload({ id }));
      return null;
    }
    await tx.sql.run(addUse({ user: deleted.user_id, bytes: -deleted.size }));
    await tx.sql.run(addUse({ user: 0, bytes: -deleted.size }));
    return deleted;
  });
  if (!gone) return;
  await context.growing.interrupt(gone.key);
  await context.growing.delete(gone.key);
  for (const name of [gone.key, smallKey(gone.key)]) await context.files.delete(name);
}

/** Deletes an upload that no message has. */
export async function discardUpload(context: Context, id: number): Promise<void> {
  await context.writer.write((tx) => tx.sql.run(expireAt({ id, at: tx.now })));
  await sweepOne(context, id);
}
