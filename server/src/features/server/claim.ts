import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checked } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { firstRoomName, type SignedIn } from "@parley/protocol/sessions";
import type { Context, Tx } from "../../context.ts";
import { linkCode } from "../../platform/codes.ts";
import { secretHash } from "../../platform/hashes.ts";
import { Networks } from "../../platform/networks.ts";
import type { Sql } from "../../schema/tables.ts";
import { type From, startSession } from "../sessions/sessions.ts";
import { toSignedIn } from "../sign-ins/sign-ins.ts";
import {
  addUser,
  hasUsers,
  lockAccounts,
  namesOf,
  requireNewNames,
  requireStrongPassword,
} from "../users/users.ts";
import { deleteSetting, putSetting, setting } from "./server-rows.ts";
import { openWelcomeRoom } from "./welcome.ts";

const codeLife = 60 * 60_000;
const loopback = new Networks(["127.0.0.0/8", "::1"]);

/** The first admin as somebody described them. */
export type FirstAdmin = Pick<Checked<"server.claim">, "username" | "email" | "password"> &
  Partial<Pick<Checked<"server.claim">, "display_name" | "server_name" | "first_room">>;

/** The link that makes the first admin, and the file that holds it too. */
export interface SetupLink {
  link: string;
  path: string;
}

/**
 * CLAIM-1, CLAIM-3, CLAIM-6. Readies an unclaimed server at its start: makes the first admin where the settings name one,
 * else a set-up code, which replaces that of an earlier start. Null when nobody needs to be told anything.
 */
export async function prepareClaim(context: Context): Promise<SetupLink | null> {
  const path = setupFile(context);
  if (await hasUsers(context.database)) {
    await rm(path, { force: true });
    return null;
  }
  if (context.config.admin) {
    await claimFromSettings(context, context.config.admin);
    return null;
  }
  const code = linkCode(context.randomBytes);
  await context.writer.write(async (tx) => {
    await tx.sql.run(putSetting({ key: "setup.code_hash", value: secretHash(code) }));
    await tx.sql.run(putSetting({ key: "setup.code_until", value: String(tx.now + codeLife) }));
  });
  const link = `${context.config.publicUrl}/setup#code=${code}`;
  await mkdir(context.config.dataDir, { recursive: true, mode: 0o700 });
  await writeFile(path, `${link}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  await chmod(path, 0o600);
  return { link, path };
}

/** CLAIM-2, CLAIM-3, CLAIM-4. Makes the first admin for whoever has the set-up code, and signs them in. */
export async function claim(context: Context, call: From, input: Checked<"server.claim">): Promise<SignedIn> {
  await requireCode(context.database, { code: input.code, now: context.clock.now() });
  const user = await makeFirstAdmin(context, input, (tx) =>
    requireCode(tx.sql, { code: input.code, now: tx.now }),
  );
  return enter(context, { user, device: input.device, address: call.caller.address });
}

/**
 * CLAIM-5. Makes the first admin for somebody at the machine itself. `forwarded`: a proxy has passed the request on, so
 * that the address tells nothing of where it came from.
 */
export async function claimFromLoopback(
  context: Context,
  call: From & { forwarded: boolean; device: string },
  admin: FirstAdmin,
): Promise<SignedIn> {
  if (call.forwarded || !loopback.has(call.caller.address)) throw wrongCode();
  const user = await makeFirstAdmin(context, admin);
  return enter(context, { user, device: call.device, address: call.caller.address });
}

async function claimFromSettings(context: Context, admin: FirstAdmin): Promise<void> {
  try {
    requireStrongPassword(admin.password, namesOf(admin));
  } catch (error) {
    throw new Error(`ADMIN_PASSWORD cannot be used: ${(error as Error).message}`, { cause: error });
  }
  try {
    await makeFirstAdmin(context, admin);
  } catch (error) {
    // Another node that started at the same moment was first.
    if (error instanceof ChatError && error.code === "conflict") return;
    throw error;
  }
  context.logger.info("server.claimed", { by: "settings" });
}

/**
 * CLAIM-2. One locked transaction, whatever the way: of any number of claims one makes an admin. `check` throws, inside
 * it, unless this caller may still claim.
 */
async function makeFirstAdmin(
  context: Context,
  admin: FirstAdmin,
  check?: (tx: Tx) => Promise<void>,
): Promise<number> {
  await requireUnclaimed(context.database);
  const names = namesOf(admin);
  await requireNewNames(context.database, names);
  requireStrongPassword(admin.password, names);
  const password_hash = await context.passwords.hash(admin.password);
  const user = await context.writer.write(async (tx) => {
    await lockAccounts(tx);
    await requireUnclaimed(tx.sql);
    await check?.(tx);
    const row = await addUser(tx, { ...names, role: "admin", password_hash, must_change_password: false });
    if (admin.server_name !== undefined)
      await tx.sql.run(putSetting({ key: "server.name", value: admin.server_name }));
    await openWelcomeRoom(tx, { user: row.id, name: admin.first_room ?? firstRoomName });
    await tx.sql.run(deleteSetting({ key: "setup.code_hash" }));
    await tx.sql.run(deleteSetting({ key: "setup.code_until" }));
    return row.id;
  });
  await rm(setupFile(context), { force: true });
  return user;
}

async function enter(
  context: Context,
  of: { user: number; device: string; address: string },
): Promise<SignedIn> {
  return toSignedIn(context, await context.writer.write((tx) => startSession(tx, context, of)));
}

async function requireUnclaimed(sql: Sql): Promise<void> {
  if (await hasUsers(sql)) throw new ChatError("conflict", "this server has its first admin already");
}

/** CLAIM-3. The code of the latest start, within its hour. */
async function requireCode(sql: Sql, given: { code: string; now: number }): Promise<void> {
  const hash = await sql.first(setting({ key: "setup.code_hash" }));
  const until = await sql.first(setting({ key: "setup.code_until" }));
  const isGood = hash?.value === secretHash(given.code) && given.now < Number(until?.value ?? 0);
  if (isGood) return;
  // Looked at last: whoever was first a moment ago has used the code up.
  await requireUnclaimed(sql);
  throw wrongCode();
}

function wrongCode(): ChatError {
  return new ChatError(
    "forbidden",
    "this set-up code is wrong or over an hour old: restart the server for a new one",
  );
}

function setupFile(context: Context): string {
  return join(context.config.dataDir, "setup-link");
}
