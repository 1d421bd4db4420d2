import type { Change, Context } from "./context.ts";
import { expireMessage, expiringJob } from "./features/messages/messages.ts";
import { remind, remindingJob } from "./features/reminders/reminders.ts";
import { sendDue, sendingJob } from "./features/scheduled/scheduled.ts";
import {
  beginCleaning,
  beginCleaningJob,
  goOnCleaning,
  goOnCleaningJob,
} from "./features/search-index/search-index.ts";
import { Jobs, type JobWork } from "./platform/jobs.ts";
import type { Tables } from "./schema/tables.ts";

/** Which verb does what is due. */
const kinds: Readonly<Record<string, JobWork<Tables, Change>>> = {
  [sendingJob]: sendDue,
  [remindingJob]: remind,
  [expiringJob]: expireMessage,
  [beginCleaningJob]: beginCleaning,
  [goOnCleaningJob]: goOnCleaning,
};

export type ServerJobs = Jobs<Tables, Change>;

export function createJobs(context: Context): ServerJobs {
  const { database, writer, clock, logger, randomBytes } = context;
  const holder = Buffer.from(randomBytes(12)).toString("base64url");
  return new Jobs({ database, writer, clock, logger, holder, kinds });
}
