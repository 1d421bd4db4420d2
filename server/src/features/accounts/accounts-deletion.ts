import type { Checked, Output } from "@parley/protocol/contract";
import type { Actor, Context, Tx } from "../../context.ts";
import { discardAvatar } from "../avatars/avatars.ts";
import { emitToUser } from "../logs/logs.ts";
import { leaveAllRooms } from "../members/members.ts";
import { eraseNotes } from "../rooms/rooms.ts";
import { actorOf, endSessionsOf, type From } from "../sessions/sessions.ts";
import { accessForAdmin, eraseAccountRow, requireAnotherAdmin, shutOut } from "../users/users.ts";
import { forgetDevices, ownThings } from "./accounts-rows.ts";

/** ACC-7, ACC-8, ACC-35 to ACC-38. Deletes an account. What its person said stays, and is nobody's in particular. */
export async function deleteAccount(
  context: Context,
  call: From,
  input: Checked<"account.delete">,
): Promise<Output<"account.delete">> {
  const actor = actorOf(call);
  const { avatar } = await context.writer.write((tx) => eraseAccount(tx, actor, input.user));
  if (avatar !== null) await discardAvatar(context, avatar);
  return {};
}

/**
 * The person's row is held first: whoever brings them into a room, signs them in or tells them something either comes
 * before and is seen here, or finds their log closed.
 */
async function eraseAccount(tx: Tx, actor: Actor, user: number): Promise<{ avatar: string | null }> {
  const row = await accessForAdmin(tx, actor, user);
  await requireAnotherAdmin(tx.sql, row);
  await shutOut(tx, user);
  await endSessionsOf(tx, user, { because: "deleted" });
  await eraseNotes(tx, { user, by: actor.user });
  await leaveAllRooms(tx, { user, by: actor.user });
  for (const statement of ownThings) await tx.sql.run(statement({ user }));
  await tx.sql.run(forgetDevices(tx.sql, user));
  await emitToUser(tx, user, { kind: "user.updated" });
  await eraseAccountRow(tx, user);
  return row;
}
