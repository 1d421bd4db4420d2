import type { Change, Context } from "./context.ts";
import { expireMessage, expiringJob } from "./features/messages/messages.ts";
import { closeDuePoll, closingJob } from "./features/polls/polls.ts";
import { sendDue, sendingJob } from "./features/scheduled/scheduled.ts";
import { Jobs, type JobWork } from "./platform/jobs.ts";
import type { Tables } from "./schema/tables.ts";

/** Which verb does what is due. */
const kinds: Readonly<Record<string, JobWork<Tables, Change>>> = {
  [sendingJob]: sendDue,
  [expiringJob]: expireMessage,
  [closingJob]: closeDuePoll,
};

export type ServerJobs = Jobs<Tables, Change>;

export function createJobs(context: Context): ServerJobs {
  const { database, writer, clock, logger, randomBytes } = context;
  const holder = Buffer.from(randomBytes(12)).toString("base64url");
  return new Jobs({ database, writer, clock, logger, holder, kinds });
}
