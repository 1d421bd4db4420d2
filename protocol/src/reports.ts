import { z } from "zod";
import { cursor, id, pageLimit, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";
import { roomKind } from "./rooms.ts";

export const reportReason = z.enum(["spam", "harassment", "violence", "sexual", "illegal", "other"]);
export type ReportReason = z.infer<typeof reportReason>;

export const reportStatus = z.enum(["open", "reviewing", "resolved", "dismissed"]);
export type ReportStatus = z.infer<typeof reportStatus>;

/** What is reported: exactly one of the three. */
const subject = { message: id.optional(), user: id.optional(), room: id.optional() };

/** A report as the person who made it sees it. */
export const report = z.object({
  id,
  ...subject,
  reason: reportReason,
  comment: z.string(),
  status: reportStatus,
  /** What the admins have to say to the person who reported; empty while they have not. */
  outcome: z.string(),
  created_at: time,
  updated_at: time,
});
export type Report = z.infer<typeof report>;

/** What was reported as it was at that moment, whatever has become of it since. */
export const evidence = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("message"),
    room: id,
    sender: id,
    sent_at: time,
    /** The texts from the earliest to the present one; of very many the last. */
    versions: z.array(z.object({ version: z.int(), text: z.string(), at: time })),
  }),
  z.object({
    kind: z.literal("user"),
    username: z.string(),
    display_name: z.string(),
    status_message: z.string(),
  }),
  z.object({ kind: z.literal("room"), room_kind: roomKind, name: z.string(), topic: z.string() }),
]);
export type Evidence = z.infer<typeof evidence>;

/** A report as admins see it in a list. */
export const adminReport = report.extend({
  reporter: id,
  /** For admins alone. */
  note: z.string(),
  /** The admin who changed it last; null for none yet. */
  handled_by: id.nullable(),
});
export type AdminReport = z.infer<typeof adminReport>;

/** A report with what it is about; null once that was forgotten, 90 days after the report was closed. */
export const reportCase = adminReport.extend({ evidence: evidence.nullable() });
export type ReportCase = z.infer<typeof reportCase>;

const page = { cursor: cursor.optional(), limit: pageLimit };

export const reportOperations = {
  "report.create": operation({
    summary:
      "Report a message, a person or a room (exactly one) to the admins. While it is open, a repeat returns the first",
    kind: "write",
    who: "user",
    rest: "POST /reports",
    status: 201,
    input: z.strictObject({
      ...subject,
      reason: reportReason,
      comment: text(0, limits.reportComment).default(""),
    }),
    output: report,
  }),
  "report.list_mine": operation({
    summary: "The caller's own reports, the newest first",
    kind: "read",
    who: "user",
    rest: "GET /me/reports",
    input: z.strictObject(page),
    output: z.object({ reports: z.array(report), next: cursor.nullable() }),
  }),
  "report.list": operation({
    summary: "Everybody's reports, the newest first; or those of one status",
    kind: "run",
    who: "admin",
    rest: "GET /reports",
    input: z.strictObject({ status: reportStatus.optional(), ...page }),
    output: z.object({ reports: z.array(adminReport), next: cursor.nullable() }),
  }),
  "report.get": operation({
    summary: "One report with its evidence",
    kind: "run",
    who: "admin",
    rest: "GET /reports/{report}",
    input: z.strictObject({ report: id }),
    output: reportCase,
  }),
  "report.update": operation({
    summary:
      "Say how far a report has come. The person who made it is told status and outcome, never the note",
    kind: "write",
    who: "admin",
    rest: "PATCH /reports/{report}",
    input: z.strictObject({
      report: id,
      status: reportStatus,
      note: text(0, limits.reportNote).optional(),
      outcome: text(0, limits.reportComment).optional(),
    }),
    output: reportCase,
  }),
} as const;
