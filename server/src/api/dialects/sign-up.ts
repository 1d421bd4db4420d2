import { ChatError } from "@parley/protocol/errors";
import type { Account } from "@parley/protocol/users";
import { email, password, serverRole, username } from "@parley/protocol/users";
import { z } from "zod";
import { claimFromLoopback, isClaimed, register } from "../../features/server/server.ts";
import { endSession } from "../../features/sessions/sessions.ts";
import { isAdmin } from "../../features/users/users.ts";
import type { DialectCall } from "./route.ts";

/** What every dialect's sign-up takes. */
export const signUpFields = {
  username,
  email,
  password,
  role: serverRole.optional(),
  /** The code of an invite link, where registration needs one. */
  invite: z.string().min(1).max(64).optional(),
  /** The code that an unclaimed server has printed. */
  setup_code: z.string().min(1).max(64).optional(),
};

export interface SignUp {
  username: string;
  email: string;
  password: string;
  role?: "user" | "admin" | undefined;
  invite?: string | undefined;
  setup_code?: string | undefined;
  display_name?: string;
}

/**
 * DIALECT-6. Makes an account, by whichever of the ways the caller has: the first admin on an unclaimed server, an admin
 * for somebody else, or a person for themselves as far as registration is open. Nobody makes an admin of themselves
 * otherwise. Signing up signs nobody in.
 */
export async function signUp(
  call: DialectCall,
  { setup_code, role = "user", ...person }: SignUp,
): Promise<Account> {
  const { context, caller } = call;
  const { invite, ...account } = person;
  if (!(await isClaimed(context.database))) return claimServer(call, { ...account, role, setup_code });
  if (caller.actor && (await isAdmin(context.database, caller.actor.user))) {
    return (await call.ask("user.create", { ...account, role })).user;
  }
  if (role === "admin") throw new ChatError("forbidden", "only an admin can make another one");
  const given = { ...account, device: "", cookie: false, ...(invite !== undefined && { invite }) };
  const { user, session } = await register(context, call, given);
  await context.writer.write((tx) => endSession(tx, { user: user.id, session }, {}));
  return user;
}

async function claimServer(
  call: DialectCall,
  { setup_code: code, role, ...account }: Omit<SignUp, "invite">,
): Promise<Account> {
  const { context, caller, request } = call;
  if (role !== "admin") {
    throw new ChatError("unavailable", "this server is not set up yet: open its set-up link", { after: 5 });
  }
  const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"].some((name) => request.headers.has(name));
  const signedIn =
    code === undefined
      ? await claimFromLoopback(context, { caller, forwarded, device: "" }, account)
      : await call.ask("server.claim", { ...account, code });
  const actor = { user: signedIn.user.id, session: signedIn.session };
  await context.writer.write((tx) => endSession(tx, actor, {}));
  return signedIn.user;
}
