import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Invite } from "@parley/protocol/sessions";
import type { ServerRole } from "@parley/protocol/users";
import type { Actor, Context, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import { linkCode } from "../../platform/codes.ts";
import { secretHash } from "../../platform/hashes.ts";
import type { Sql } from "../../schema/tables.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import { requireAdmin } from "../users/users.ts";
import {
  countInvites,
  deleteInvite,
  deleteUselessInvites,
  type InviteRow,
  insertInvite,
  takeUse,
  workingInvite,
  workingInvites,
} from "./invites-rows.ts";

const day = 86_400_000;
/** Invites that may be open at once. */
const mostInvites = 1_000;

/** INV-1, INV-4. Makes an invite; its code is in this answer and nowhere else. */
export async function createInvite(
  context: Context,
  call: From,
  input: Checked<"invite.create">,
): Promise<Output<"invite.create">> {
  const actor = actorOf(call);
  const code = linkCode(context.randomBytes);
  const row = await context.writer.write(async (tx) => {
    await requireAdmin(tx.sql, actor.user);
    await requirePlace(tx);
    return tx.sql.first(
      insertInvite({
        hash: secretHash(code),
        role: input.role,
        uses: input.uses,
        by: actor.user,
        now: tx.now,
        expires_at: tx.now + input.days * day,
      }),
    );
  });
  if (!row) throw new Error("an invite was not stored");
  return { invite: toInvite(row), code, link: `${context.config.publicUrl}/invite#code=${code}` };
}

/** INV-1, INV-4. The invites that still work. */
export async function listInvites(context: Context, call: From): Promise<Output<"invite.list">> {
  await requireAdmin(context.database, actorOf(call).user);
  const rows = await context.database.rows(workingInvites({ now: context.clock.now(), limit: mostInvites }));
  return { invites: rows.map(toInvite) };
}

/** INV-4. */
export async function revokeInvite(
  tx: Tx,
  actor: Actor,
  input: Checked<"invite.revoke">,
): Promise<Output<"invite.revoke">> {
  await requireAdmin(tx.sql, actor.user);
  const deleted = await tx.sql.run(deleteInvite({ id: input.invite }));
  if (deleted === 0) throw new ChatError("not_found", "there is no such invite");
  return {};
}

/** INV-2, INV-3. Refuses a code that does not work, before anything costly is done for it. */
export async function requireInvite(sql: Sql, of: { code: string; now: number }): Promise<void> {
  if (!(await sql.first(workingInvite({ hash: secretHash(of.code), now: of.now })))) throw uselessInvite();
}

/** INV-2, INV-3. Uses an invite once and answers the role it gives. */
export async function useInvite(tx: Tx, code: string): Promise<ServerRole> {
  const used = await tx.sql.first(takeUse({ hash: secretHash(code), now: tx.now }));
  if (!used) throw uselessInvite();
  return used.role;
}

async function requirePlace(tx: Tx): Promise<void> {
  await tx.sql.run(deleteUselessInvites({ now: tx.now }));
  const { count = 0 } = (await tx.sql.first(countInvites({}))) ?? {};
  if (count >= mostInvites)
    throw new ChatError("conflict", `${mostInvites} invites are open: revoke some first`);
}

function uselessInvite(): ChatError {
  return new ChatError("forbidden", "this invite does not work, or no longer: ask for another one");
}

function toInvite(row: InviteRow): Invite {
  return {
    id: row.id,
    role: row.role,
    uses_left: row.uses_left,
    created_by: row.created_by,
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
  };
}
