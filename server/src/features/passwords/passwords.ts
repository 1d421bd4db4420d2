import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Context } from "../../context.ts";
import { oneTimePassword } from "../../platform/codes.ts";
import { networkOf } from "../../platform/throttle.ts";
import { emitToUser } from "../logs/logs.ts";
import { actorOf, endSessionsOf, type From, signInAgain } from "../sessions/sessions.ts";
import {
  accessForAdmin,
  accountRow,
  type CredentialRow,
  credentialsFor,
  credentialsOf,
  loginKey,
  requireStrongPassword,
  tellOf,
} from "../users/users.ts";
import { putPassword, replacePassword } from "./passwords-rows.ts";

/**
 * SES-2, SES-3. The active account that a name or address and a password belong to. Unknown, wrong and deactivated are
 * told in the same words after the same work.
 */
export async function checkLogin(
  context: Context,
  given: { login: string; password: string; address: string },
): Promise<CredentialRow> {
  const network = networkOf(given.address);
  const row = await credentialsFor(context.database, { login: given.login, network });
  const account = row ? `id ${row.id}` : `login ${loginKey(given.login)}`;
  const right = await guarded(context, { account, network, known: (row?.known ?? 0) > 0 }, async () => {
    if (!row) return context.passwords.verifyNothing(given.password);
    return (await context.passwords.verify(given.password, row.password_hash)) && row.active === 1;
  });
  if (!right || !row) throw new ChatError("unauthenticated", "the name or the password is wrong");
  return row;
}

/** SES-3, SES-10. The caller knows their own password: a session left open somewhere is not enough. */
export async function requirePassword(
  context: Context,
  call: From,
  given: { password: string; field: string },
): Promise<CredentialRow> {
  const actor = actorOf(call);
  const row = await credentialsOf(context.database, actor.user);
  const network = networkOf(call.caller.address);
  const right = await guarded(context, { account: `id ${row.id}`, network, known: true }, () =>
    context.passwords.verify(given.password, row.password_hash),
  );
  if (!right) {
    const message = "the password is wrong";
    throw new ChatError("forbidden", message, { fields: [{ path: [given.field], message }] });
  }
  return row;
}

/** ACC-2, ACC-4, ACC-5. Changes one's password; every other session ends in the same commit. */
export async function changePassword(
  context: Context,
  call: From,
  input: Checked<"password.change">,
): Promise<Output<"password.change">> {
  const actor = actorOf(call);
  const row = await requirePassword(context, call, {
    password: input.current_password,
    field: "current_password",
  });
  requireStrongPassword(input.new_password, row, "new_password");
  if (input.new_password === input.current_password) {
    throw new ChatError("invalid", "the new password is the old one");
  }
  const hash = await context.passwords.hash(input.new_password);
  await context.writer.write(async (tx) => {
    const replaced = await tx.sql.run(
      replacePassword({ user: actor.user, checked: row.password_hash, hash, at: tx.now }),
    );
    if (replaced === 0) throw signInAgain();
    await endSessionsOf(tx, actor.user, { except: actor.session, because: "password changed" });
    await emitToUser(tx, actor.user, { kind: "user.updated" });
  });
  return {};
}

/**
 * ACC-34, ACC-8. Gives somebody else a new password and ends all their sessions. One that the server makes is good for
 * one sign-in.
 */
export async function setPassword(
  context: Context,
  call: From,
  input: Checked<"account.set_password">,
): Promise<Output<"account.set_password">> {
  const actor = actorOf(call);
  const { user } = input;
  if (user === actor.user) throw new ChatError("invalid", "one's own password is changed, not set");
  const before = await accountRow(context.database, user);
  if (input.password !== undefined) requireStrongPassword(input.password, before);
  const made = input.password === undefined ? oneTimePassword(context.randomBytes) : null;
  const hash = await context.passwords.hash(made ?? input.password ?? "");
  const account = await context.writer.write(async (tx) => {
    await accessForAdmin(tx, actor, user);
    // Holds the person's row, so that a sign-in under way either comes before and is ended, or is refused.
    await tx.sql.run(putPassword({ user, hash, must_change: made === null ? 0 : 1, at: tx.now }));
    await endSessionsOf(tx, user, { because: "password set" });
    return tellOf(tx, user);
  });
  return { user: account, ...(made !== null && { password: made }) };
}

/** SES-3. A try at a password, counted against those who guess. */
async function guarded(
  context: Context,
  of: { account: string; network: string; known: boolean },
  check: () => Promise<boolean>,
): Promise<boolean> {
  const attempt = context.throttles.signIn.attempt(of);
  try {
    const right = await check();
    if (right) attempt.succeeded();
    else attempt.failed();
    return right;
  } catch (error) {
    attempt.dropped();
    throw error;
  }
}
