import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { AdminReport, Report, ReportCase, ReportStatus } from "@parley/protocol/reports";
import { isoTime } from "../../platform/clock.ts";
import type { CaseRow, ReportRow, Subject } from "./reports-rows.ts";

/** Reports that one person makes within an hour, at most. */
export const reportsAnHour = 10;
const hour = 3_600_000;

/** REPORT-1. Exactly one thing is reported at a time. */
export function requireSubject(input: Checked<"report.create">): { subject: Subject; id: number } {
  const named = (["message", "user", "room"] as const).flatMap((subject) => {
    const id = input[subject];
    return id === undefined ? [] : [{ subject, id }];
  });
  const [only] = named;
  if (only && named.length === 1) return only;
  throw new ChatError("invalid", "a report is about one message, one person or one room", {
    fields: [{ path: ["message"], message: "name exactly one of message, user and room" }],
  });
}

/** REPORT-4. `times` are those of the last reports, the newest first. */
export function requireQuota(times: readonly number[], now: number): void {
  const oldest = times[reportsAnHour - 1];
  if (oldest === undefined || now - oldest >= hour) return;
  const after = Math.max(1, Math.ceil((oldest + hour - now) / 1_000));
  throw new ChatError("rate_limited", "too many reports: wait before the next", { after });
}

export function isClosed(status: ReportStatus): boolean {
  return status === "resolved" || status === "dismissed";
}

export function noSuchReport(): ChatError {
  return new ChatError("not_found", "there is no such report");
}

export function toReport(row: ReportRow): Report {
  return {
    id: row.id,
    [row.subject]: row.subject_id,
    reason: row.reason,
    comment: row.comment,
    status: row.status,
    outcome: row.outcome,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}

export function toAdminReport(row: ReportRow): AdminReport {
  return { ...toReport(row), reporter: row.reporter_id, note: row.note, handled_by: row.handled_by };
}

export function toCase(row: CaseRow): ReportCase {
  return { ...toAdminReport(row), evidence: row.evidence === null ? null : JSON.parse(row.evidence) };
}
