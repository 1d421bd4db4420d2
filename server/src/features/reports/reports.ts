import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Evidence, Report, ReportCase } from "@parley/protocol/reports";
import type { Actor, Context, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessRoom } from "../access/access.ts";
import { emitToUserIfThere } from "../logs/logs.ts";
import { accessMessageForChange, messageHistory } from "../messages/messages.ts";
import { accountRow } from "../users/users.ts";
import {
  allReports,
  type CaseRow,
  caseById,
  forgetEvidence,
  holdReport,
  holdReporter,
  insertReport,
  lastReports,
  openReport,
  type ReportRow,
  reportsBy,
  reportsOfStatus,
  type Subject,
  updateReport as updateReportRow,
} from "./reports-rows.ts";
import {
  isClosed,
  noSuchReport,
  reportsAnHour,
  requireQuota,
  requireSubject,
  toAdminReport,
  toCase,
  toReport,
} from "./reports-rules.ts";

/** Earlier texts of a message that are kept as evidence; of more, the last. */
const mostVersions = 50;
/** Milliseconds for which evidence is kept after its report was closed. */
const evidenceFor = 90 * 24 * 3_600_000;

/** REPORT-1, REPORT-2, REPORT-4. Tells the admins of something, with how it is at this moment. */
export async function createReport(tx: Tx, actor: Actor, input: Checked<"report.create">): Promise<Report> {
  const { subject, id } = requireSubject(input);
  const evidence = await evidenceOf(tx, actor, subject, id);
  if (tx.sql.engine === "postgres") await tx.sql.run(holdReporter({ user: actor.user }));
  const about = { reporter: actor.user, subject, id };
  const present = await tx.sql.first(openReport(about));
  if (present) return toReport(present);
  const last = await tx.sql.rows(lastReports({ reporter: actor.user, limit: reportsAnHour }));
  requireQuota(
    last.map((each) => each.created_at),
    tx.now,
  );
  const { reason, comment } = input;
  const stored = { ...about, reason, comment, evidence: JSON.stringify(evidence), at: tx.now };
  await tx.sql.run(insertReport(stored));
  const made = await tx.sql.first(openReport(about));
  if (!made) throw new Error("a report was not stored");
  return toReport(made);
}

/** REPORT-3. */
export async function listOwnReports(
  sql: Sql,
  actor: Actor,
  input: Checked<"report.list_mine">,
): Promise<Output<"report.list_mine">> {
  const place = placeOf(input);
  const { page, next } = paged(await sql.rows(reportsBy({ reporter: actor.user, ...place })), input.limit);
  return { reports: page.map(toReport), next };
}

/** REPORT-5. */
export async function listReports(
  { database }: Context,
  _call: unknown,
  input: Checked<"report.list">,
): Promise<Output<"report.list">> {
  const { status } = input;
  const place = placeOf(input);
  const rows = await database.rows(
    status === undefined ? allReports(place) : reportsOfStatus({ status, ...place }),
  );
  const { page, next } = paged(rows, input.limit);
  return { reports: page.map(toAdminReport), next };
}

/** REPORT-5. */
export async function getReport(
  { database }: Context,
  _call: unknown,
  input: Checked<"report.get">,
): Promise<ReportCase> {
  return toCase(await caseRow(database, input.report));
}

/** REPORT-3, REPORT-5. Whoever reported is told when status or outcome change; a change that changes nothing is no event. */
export async function updateReport(
  tx: Tx,
  actor: Actor,
  input: Checked<"report.update">,
): Promise<ReportCase> {
  const { report: id, status } = input;
  if (tx.sql.engine === "postgres") await tx.sql.run(holdReport({ id }));
  const before = await caseRow(tx.sql, id);
  const { outcome = before.outcome, note = before.note } = input;
  const isTold = status !== before.status || outcome !== before.outcome;
  if (!isTold && note === before.note) return toCase(before);
  const closed_at = isClosed(status) ? (before.closed_at ?? tx.now) : null;
  if (closed_at === null && before.closed_at !== null) await requireNoOther(tx.sql, before);
  await tx.sql.run(
    updateReportRow({ id, status, outcome, note, handled_by: actor.user, at: tx.now, closed_at }),
  );
  if (isTold) {
    await emitToUserIfThere(tx, before.reporter_id, { kind: "report.changed", report: id, status });
  }
  return toCase(await caseRow(tx.sql, id));
}

/** REPORT-2. Evidence is kept for 90 days after its report was closed. */
export async function forgetOldEvidence(tx: Tx): Promise<void> {
  await tx.sql.run(forgetEvidence({ before: tx.now - evidenceFor }));
}

/** REPORT-1. What may be read may be reported, and anything else is not there. */
async function evidenceOf(tx: Tx, actor: Actor, subject: Subject, id: number): Promise<Evidence> {
  switch (subject) {
    case "message":
      return messageEvidence(tx, actor, id);
    case "user": {
      if (id === actor.user) throw notOneself();
      const { username, display_name, status_message } = await accountRow(tx.sql, id);
      return { kind: "user", username, display_name, status_message };
    }
    case "room": {
      const { kind, name, topic } = await accessRoom(tx.sql, actor.user, id);
      return { kind: "room", room_kind: kind, name, topic };
    }
  }
}

async function messageEvidence(tx: Tx, actor: Actor, id: number): Promise<Evidence> {
  const { row } = await accessMessageForChange(tx, actor, id);
  if (row.sender_id === actor.user) throw notOneself();
  const { versions } = await messageHistory(tx.sql, actor, { message: id });
  return {
    kind: "message",
    room: row.room_id,
    sender: row.sender_id,
    sent_at: isoTime(row.created_at),
    versions: versions.slice(-mostVersions),
  };
}

/** A report that is opened again stands beside no other of the same person on the same thing. */
async function requireNoOther(sql: Sql, row: CaseRow): Promise<void> {
  const about = { reporter: row.reporter_id, subject: row.subject, id: row.subject_id };
  if (!(await sql.first(openReport(about)))) return;
  throw new ChatError("conflict", "this person has another open report on the same");
}

async function caseRow(sql: Sql, id: number): Promise<CaseRow> {
  const row = await sql.first(caseById({ id }));
  if (!row) throw noSuchReport();
  return row;
}

function placeOf({ cursor, limit }: { cursor?: string | undefined; limit: number }) {
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  if (!Number.isSafeInteger(before)) throw new ChatError("invalid", "this cursor is not from this list");
  return { before, limit: limit + 1 };
}

function paged(rows: readonly ReportRow[], limit: number): { page: ReportRow[]; next: string | null } {
  const page = rows.slice(0, limit);
  return { page, next: rows.length > page.length ? String(page.at(-1)?.id) : null };
}

function notOneself(): ChatError {
  return new ChatError("invalid", "nobody reports themselves");
}
