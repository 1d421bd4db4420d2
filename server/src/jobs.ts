import type { Change, Context } from "./context.ts";
import { attachPreviews } from "./features/link-previews/link-previews.ts";
import { previewJob } from "./features/links/links.ts";
import { expireMessage, expiringJob, retainingJob, retainMessages } from "./features/messages/messages.ts";
import { closeDuePoll, closingJob } from "./features/polls/polls.ts";
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

type Kinds = Readonly<Record<string, JobWork<Tables, Change>>>;

/** Which verb does what is due. */
function kindsOf({ config }: Context): Kinds {
  const ownHost = new URL(config.publicUrl).host;
  return {
    [sendingJob]: sendDue,
    [remindingJob]: remind,
    [expiringJob]: expireMessage,
    [retainingJob]: retainMessages,
    [closingJob]: closeDuePoll,
    [beginCleaningJob]: beginCleaning,
    [goOnCleaningJob]: goOnCleaning,
    [previewJob]: async (tx, message) => {
      if (config.linkPreviews) await attachPreviews(tx, message, ownHost);
    },
  };
}

export type ServerJobs = Jobs<Tables, Change>;

export function createJobs(context: Context): ServerJobs {
  const { database, writer, clock, logger, randomBytes } = context;
  const holder = Buffer.from(randomBytes(12)).toString("base64url");
  return new Jobs({ database, writer, clock, logger, holder, kinds: kindsOf(context) });
}
