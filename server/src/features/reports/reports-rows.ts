import type { ReportReason, ReportStatus } from "@parley/protocol/reports";
import { prepare } from "../../schema/tables.ts";

export type Subject = "message" | "user" | "room";

export interface ReportRow {
  id: number;
  reporter_id: number;
  subject: Subject;
  subject_id: number;
  reason: ReportReason;
  comment: string;
  status: ReportStatus;
  outcome: string;
  note: string;
  handled_by: number | null;
  created_at: number;
  updated_at: number;
  /** When it was resolved or dismissed. */
  closed_at: number | null;
}

export interface CaseRow extends ReportRow {
  /** JSON; null once forgotten. */
  evidence: string | null;
}

const columns = [
  "id",
  "reporter_id",
  "subject",
  "subject_id",
  "reason",
  "comment",
  "status",
  "outcome",
  "note",
  "handled_by",
  "created_at",
  "updated_at",
  "closed_at",
] as const;

export interface SubjectOf {
  reporter: number;
  subject: Subject;
  id: number;
}

export const insertReport = prepare<
  SubjectOf & { reason: ReportReason; comment: string; evidence: string; at: number },
  { id: number }
>((build, param) =>
  build
    .insertInto("reports")
    .values({
      reporter_id: param("reporter"),
      subject: param("subject"),
      subject_id: param("id"),
      reason: param("reason"),
      comment: param("comment"),
      evidence: param("evidence"),
      status: "open",
      created_at: param("at"),
      updated_at: param("at"),
    })
    .returning("id"),
);

/** The report of somebody on something that is not closed yet. */
export const openReport = prepare<SubjectOf, ReportRow>((build, param) =>
  build
    .selectFrom("reports")
    .select(columns)
    .where("reporter_id", "=", param("reporter"))
    .where("subject", "=", param("subject"))
    .where("subject_id", "=", param("id"))
    .where("closed_at", "is", null),
);

export const caseById = prepare<{ id: number }, CaseRow>((build, param) =>
  build.selectFrom("reports").select(columns).select("evidence").where("id", "=", param("id")),
);

/** Holds the report, so that of two changes at once one sees the other. Only Postgres needs it. */
export const holdReport = prepare<{ id: number }>((build, param) =>
  build.selectFrom("reports").select("id").where("id", "=", param("id")).forNoKeyUpdate(),
);

/** Holds the person, so that of two reports at once one is counted before the other is. Only Postgres needs it. */
export const holdReporter = prepare<{ user: number }>((build, param) =>
  build.selectFrom("users").select("id").where("id", "=", param("user")).forNoKeyUpdate(),
);

/** When somebody made their last reports, the newest first. */
export const lastReports = prepare<{ reporter: number; limit: number }, { created_at: number }>(
  (build, param) =>
    build
      .selectFrom("reports")
      .select("created_at")
      .where("reporter_id", "=", param("reporter"))
      .orderBy("id", "desc")
      .limit(param("limit")),
);

export const reportsBy = prepare<{ reporter: number; before: number; limit: number }, ReportRow>(
  (build, param) =>
    build
      .selectFrom("reports")
      .select(columns)
      .where("reporter_id", "=", param("reporter"))
      .where("id", "<", param("before"))
      .orderBy("id", "desc")
      .limit(param("limit")),
);

export const allReports = prepare<{ before: number; limit: number }, ReportRow>((build, param) =>
  build
    .selectFrom("reports")
    .select(columns)
    .where("id", "<", param("before"))
    .orderBy("id", "desc")
    .limit(param("limit")),
);

export const reportsOfStatus = prepare<{ status: ReportStatus; before: number; limit: number }, ReportRow>(
  (build, param) =>
    build
      .selectFrom("reports")
      .select(columns)
      .where("status", "=", param("status"))
      .where("id", "<", param("before"))
      .orderBy("id", "desc")
      .limit(param("limit")),
);

export const updateReport = prepare<{
  id: number;
  status: ReportStatus;
  outcome: string;
  note: string;
  handled_by: number;
  at: number;
  closed_at: number | null;
}>((build, param) =>
  build
    .updateTable("reports")
    .set({
      status: param("status"),
      outcome: param("outcome"),
      note: param("note"),
      handled_by: param("handled_by"),
      updated_at: param("at"),
      closed_at: param("closed_at"),
    })
    .where("id", "=", param("id")),
);

export const forgetEvidence = prepare<{ before: number }>((build, param) =>
  build
    .updateTable("reports")
    .set({ evidence: null })
    .where("closed_at", "<", param("before"))
    .where("evidence", "is not", null),
);
