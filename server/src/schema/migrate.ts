import type { Engine } from "../platform/database.ts";
import { core } from "./migrations/0001-core.ts";
import { roomList } from "./migrations/0002-room-list.ts";
import { pins } from "./migrations/0003-pins.ts";
import { marks } from "./migrations/0004-marks.ts";
import { provenance } from "./migrations/0004-provenance.ts";
import { replies } from "./migrations/0004-replies.ts";
import { blocks } from "./migrations/0010-blocks.ts";
import { reports } from "./migrations/0011-reports.ts";
import { saved } from "./migrations/0012-saved.ts";
import { drafts } from "./migrations/0013-drafts.ts";
import { avatars } from "./migrations/0014-avatars.ts";
import { search } from "./migrations/0020-search.ts";
import { files } from "./migrations/0030-files.ts";
import { threads } from "./migrations/0040-threads.ts";
import { notifications } from "./migrations/0050-notifications.ts";
import { accounts } from "./migrations/0060-accounts.ts";
import { jobs } from "./migrations/0070-jobs.ts";
import { scheduled } from "./migrations/0071-scheduled.ts";
import { expiry } from "./migrations/0072-expiry.ts";
import { scheduledEnds } from "./migrations/0073-scheduled-ends.ts";
import { reminders } from "./migrations/0074-reminders.ts";
import { retention } from "./migrations/0075-retention.ts";
import { retained } from "./migrations/0076-retained.ts";
import { push } from "./migrations/0080-push.ts";
import { searchStretches } from "./migrations/0090-search-stretches.ts";
import { threadFollows } from "./migrations/0100-thread-follows.ts";
import { wishes } from "./migrations/0101-wishes.ts";
import { threadDrafts } from "./migrations/0102-thread-drafts.ts";
import { scheduledInThread } from "./migrations/0103-scheduled-in-thread.ts";
import { extras } from "./migrations/0110-extras.ts";
import { library } from "./migrations/0111-library.ts";
import { linkPreviews } from "./migrations/0120-link-previews.ts";
import { translations } from "./migrations/0121-translations.ts";
import { transcriptions } from "./migrations/0122-transcriptions.ts";
import { pinHistory } from "./migrations/0123-pin-history.ts";
import type { Database } from "./tables.ts";

export interface Migration {
  /** Sorts after the one before it. */
  name: string;
  statements(engine: Engine): string[];
}

/** In the order in which they are applied. */
export const migrations: readonly Migration[] = [
  ...[core, roomList, pins, marks, provenance, replies],
  ...[blocks, reports, saved, drafts, avatars, search],
  ...[files, threads, notifications, accounts],
  ...[jobs, scheduled, expiry, scheduledEnds, reminders, retention, retained, push, searchStretches],
  ...[threadFollows, wishes, threadDrafts, scheduledInThread, extras, library],
  ...[linkPreviews, translations, transcriptions, pinHistory],
];

/**
 * Brings the store to this version's schema. Several nodes may start at once: one migrates, the others wait for it.
 * A store that a newer version has migrated is refused.
 */
export async function migrate(
  database: Database,
  options: { now: number; steps?: readonly Migration[] },
): Promise<void> {
  const steps = options.steps ?? migrations;
  await database.migrate(async (execute) => {
    await execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, at BIGINT NOT NULL)");
    const done = (await execute("SELECT name FROM migrations ORDER BY name")) as { name: string }[];
    const known = new Set(steps.map((step) => step.name));
    const foreign = done.find((row) => !known.has(row.name));
    if (foreign)
      throw new Error(`this store was used by a newer version (it has ${foreign.name}): update first`);
    const finished = new Set(done.map((row) => row.name));
    for (const step of steps.filter((each) => !finished.has(each.name))) {
      for (const statement of step.statements(database.engine)) await execute(statement);
      await execute(`INSERT INTO migrations (name, at) VALUES ('${step.name}', ${options.now})`);
    }
  });
}
