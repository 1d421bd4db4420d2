import type { Checked, Output } from "@parley/protocol/contract";
import type { Draft } from "@parley/protocol/drafts";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Actor, Tx } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom, noSuchRoom } from "../access/access.ts";
import { emitToUser, toDraft } from "../logs/logs.ts";
import {
  countDrafts,
  type DraftRow,
  draftIn,
  draftsOf,
  forgetEmpty,
  holdPlace,
  messageIn,
  putDraft,
} from "./drafts-rows.ts";

/** Milliseconds for which it is remembered that a draft was taken away: a device that was away may come with it. */
const emptyFor = 30 * 24 * 3_600_000;

/** DRAFT-1, DRAFT-2. Keeps what a device has written, unless a later text stands already. */
export async function setDraft(tx: Tx, actor: Actor, input: Checked<"draft.set">): Promise<Draft> {
  const { room, thread = 0, text, reply_to } = input;
  await accessOwnRoom(tx.sql, actor.user, room);
  for (const [field, message] of Object.entries({ reply_to, thread: input.thread })) {
    await requireMessage(tx.sql, room, { field, message });
  }
  const place = { user: actor.user, room, thread };
  if (tx.sql.engine === "postgres" && !(await tx.sql.first(holdPlace(place)))) throw noSuchRoom();
  const present = await tx.sql.first(draftIn(place));
  const at = Math.min(Date.parse(input.at), tx.now);
  if (present && !isLater({ at, session: actor.session }, present)) return toDraft(present);
  const written = { text, reply_to: text === "" ? null : (reply_to ?? null), at };
  await tx.sql.run(putDraft({ ...place, ...written, session: actor.session }));
  const draft = toDraft({ room_id: room, thread_id: thread, ...written });
  await emitToUser(tx, actor.user, { kind: "draft.set", draft });
  const { count = 0 } = (await tx.sql.first(countDrafts({ user: actor.user }))) ?? {};
  if (text !== "" && count > limits.drafts) {
    throw new ChatError("conflict", `one person keeps at most ${limits.drafts} drafts`);
  }
  return draft;
}

/** DRAFT-1. */
export async function listDrafts(sql: Sql, actor: Actor): Promise<Output<"draft.list">> {
  return { drafts: (await sql.rows(draftsOf({ user: actor.user }))).map(toDraft) };
}

/** DRAFT-2. */
export async function forgetOldDrafts(tx: Tx): Promise<void> {
  await tx.sql.run(forgetEmpty({ before: tx.now - emptyFor }));
}

/** DRAFT-2. Of two that were written at the same moment that of the younger session counts. */
function isLater(written: { at: number; session: number }, present: DraftRow): boolean {
  if (written.at !== present.at) return written.at > present.at;
  return written.session > present.session_id;
}

async function requireMessage(
  sql: Sql,
  room: number,
  { field, message }: { field: string; message: number | undefined },
): Promise<void> {
  if (message === undefined || (await sql.first(messageIn({ room, message })))) return;
  throw new ChatError("invalid", "the message that is answered is not in this room", {
    fields: [{ path: [field], message: "must be a message of this room" }],
  });
}
