import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { SignedIn } from "@parley/protocol/sessions";
import type { Context, Tx } from "../../context.ts";
import { networkOf } from "../../platform/throttle.ts";
import { requireInvite, useInvite } from "../invites/invites.ts";
import { type From, startSession } from "../sessions/sessions.ts";
import { toSignedIn } from "../sign-ins/sign-ins.ts";
import { addUser, hasUsers, namesOf, requireNewNames, requireStrongPassword } from "../users/users.ts";
import { welcome } from "./welcome.ts";

/**
 * ACC-11, INV-2, INV-3. Makes one's own account and signs in: with an invite in every mode, without one only where
 * registration is open. The role is the invite's; being first grants nothing.
 */
export async function register(
  context: Context,
  call: From,
  input: Checked<"user.register">,
): Promise<SignedIn> {
  const giveBack = await admit(context, call, input);
  try {
    return await makeAccount(context, call, input);
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** Whether this caller may register at all; answers what undoes the count where it comes to nothing. */
async function admit(context: Context, call: From, input: Checked<"user.register">): Promise<() => void> {
  if (!(await hasUsers(context.database))) throw new ChatError("forbidden", "this server is not set up yet");
  if (input.invite !== undefined) {
    await requireInvite(context.database, { code: input.invite, now: context.clock.now() });
    return () => undefined;
  }
  if (context.config.registration !== "open")
    throw new ChatError("forbidden", "an invite is needed to register here");
  const network = networkOf(call.caller.address);
  context.throttles.registrationTries.take(network);
  return context.throttles.registrations.take(network);
}

async function makeAccount(context: Context, call: From, input: Checked<"user.register">): Promise<SignedIn> {
  const names = namesOf(input);
  requireStrongPassword(input.password, names);
  await requireNewNames(context.database, names);
  const password_hash = await context.passwords.hash(input.password);
  const { address } = call.caller;
  const started = await context.writer.write(async (tx) => {
    const role = await roleOf(tx, input.invite);
    const row = await addUser(tx, { ...names, role, password_hash, must_change_password: false });
    await welcome(tx, row.id);
    return startSession(tx, context, { user: row.id, device: input.device, address });
  });
  return toSignedIn(context, started);
}

async function roleOf(tx: Tx, invite: string | undefined): Promise<"user" | "admin"> {
  return invite === undefined ? "user" : useInvite(tx, invite);
}
