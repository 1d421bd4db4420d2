import type { Checked, Output } from "@parley/protocol/contract";
import type { Context } from "../../context.ts";
import { oneTimePassword } from "../../platform/codes.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import {
  addUser,
  namesOf,
  requireAdmin,
  requireNewNames,
  requireStrongPassword,
  toAccount,
} from "../users/users.ts";
import { welcome } from "./welcome.ts";

/** ACC-4, ACC-8. Makes an account. A password that the server makes is good for one sign-in. */
export async function createUser(
  context: Context,
  call: From,
  input: Checked<"user.create">,
): Promise<Output<"user.create">> {
  const actor = actorOf(call);
  const names = namesOf(input);
  await requireAdmin(context.database, actor.user);
  await requireNewNames(context.database, names);
  if (input.password !== undefined) requireStrongPassword(input.password, names);
  const made = input.password === undefined ? oneTimePassword(context.randomBytes) : null;
  const password_hash = await context.passwords.hash(made ?? input.password ?? "");
  const row = await context.writer.write(async (tx) => {
    await requireAdmin(tx.sql, actor.user);
    const account = { ...names, role: input.role, password_hash, must_change_password: made !== null };
    const added = await addUser(tx, account);
    await welcome(tx, added.id);
    return added;
  });
  return { user: toAccount(row), ...(made !== null && { password: made }) };
}
