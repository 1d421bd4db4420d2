import type { Checked, Output } from "@parley/protocol/contract";
import type { SignedIn } from "@parley/protocol/sessions";
import type { Context } from "../../context.ts";
import { checkLogin, requirePassword } from "../passwords/passwords.ts";
import {
  actorOf,
  endSessionByToken,
  endSessionsOf,
  type From,
  rotate,
  type StartedSession,
  signInAgain,
  startSession,
} from "../sessions/sessions.ts";
import { accountRow, credentialsOf, toAccount } from "../users/users.ts";

/** SES-1, SES-2, SES-3. Signs in with a username or an e-mail address. */
export async function signIn(
  context: Context,
  call: From,
  input: Checked<"session.create">,
): Promise<SignedIn> {
  const { address } = call.caller;
  const checked = await checkLogin(context, { login: input.login, password: input.password, address });
  const started = await context.writer.write(async (tx) => {
    const session = await startSession(tx, context, { user: checked.id, device: input.device, address });
    // Asked last, when the person's row is held: a change of the password meanwhile is seen, or ends this session.
    const row = await credentialsOf(tx.sql, checked.id);
    if (row.password_hash !== checked.password_hash) throw signInAgain();
    return session;
  });
  return toSignedIn(context, started);
}

/** SES-6, SES-7, SES-8. A fresh pair of tokens for a refresh token, which is replaced. */
export async function refresh(
  context: Context,
  call: From,
  input: Checked<"session.refresh">,
): Promise<SignedIn> {
  const { refresh_token: token } = input;
  if (token === undefined) throw signInAgain();
  const presented = { token, address: call.caller.address, once: input.once };
  const rotated = await context.writer.write((tx) => rotate(tx, context, presented));
  if (rotated === "refused" || rotated === "stolen") throw signInAgain();
  return toSignedIn(context, rotated);
}

/** SES-16. Signs out whoever holds a refresh token, and tells nobody whether it was one. */
export async function revoke(
  context: Context,
  _call: From,
  input: Checked<"session.revoke">,
): Promise<Output<"session.revoke">> {
  await context.writer.write((tx) => endSessionByToken(tx, context, input.refresh_token));
  return {};
}

/** SES-10. Signs every other device out. */
export async function endOtherSessions(
  context: Context,
  call: From,
  input: Checked<"session.end_others">,
): Promise<Output<"session.end_others">> {
  const { user, session } = actorOf(call);
  await requirePassword(context, call, { password: input.password, field: "password" });
  await context.writer.write((tx) =>
    endSessionsOf(tx, user, { except: session, because: "signed out elsewhere" }),
  );
  return {};
}

/** What signing in answers. The refresh token is always in it: who answers in a cookie takes it out. */
export async function toSignedIn(context: Context, started: StartedSession): Promise<SignedIn> {
  const { user, session } = started;
  const row = await accountRow(context.database, user);
  return {
    access_token: await context.tokens.signAccess({ user, session }),
    token_type: "bearer",
    expires_in: context.tokens.accessSeconds,
    refresh_token: started.refreshToken,
    session,
    user: toAccount(row),
  };
}
