import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Account, ServerRole, User } from "@parley/protocol/users";
import type { Actor, Tx } from "../../context.ts";
import { likePattern } from "../../platform/like.ts";
import type { Sql } from "../../schema/tables.ts";
import { blockersAmong } from "../blocks/blocks.ts";
import { emitToUser } from "../logs/logs.ts";
import { endSessionsOf } from "../sessions/sessions.ts";
import { changeProfile, type Names, requireNewNames } from "./users-profile.ts";
import {
  activeAdminsBeside,
  anyUser,
  anyUserById,
  type CredentialRow,
  countActiveAmong,
  credentialsById,
  credentialsByLogin,
  eraseUser,
  holdAccounts,
  holdWholly,
  insertUser,
  type LoginRow,
  type UserRow,
  updateActive,
  updateRole,
  userById,
  usersAfter,
  usersByIds,
  usersLikeAfter,
} from "./users-rows.ts";
import {
  foldName,
  lastAdminStays,
  loginKey,
  nameKeys,
  namesOfDeleted,
  noSuchUser,
  toAccount,
  toUser,
} from "./users-rules.ts";

export { changeProfile, type Names, namesOf, requireNewNames } from "./users-profile.ts";
export { type CredentialRow, type UserRow, userColumns } from "./users-rows.ts";
export { foldName, loginKey, requireStrongPassword, toAccount, toUser } from "./users-rules.ts";

/** ACC-9. The signed-in person. */
export async function getMe(sql: Sql, actor: Actor): Promise<Account> {
  return toAccount(await accountRow(sql, actor.user));
}

/** ACC-1, ACC-9, ACC-30, ACC-31. Changes one's own profile. */
export async function updateMe(tx: Tx, actor: Actor, input: Checked<"user.update">): Promise<Account> {
  await changeProfile(tx, await accountRow(tx.sql, actor.user), input);
  return tellOf(tx, actor.user);
}

/** ACC-10, ACC-38, BLOCK-5. Also somebody whose account is deleted: what they said is still there. */
export async function getUser(sql: Sql, actor: Actor, input: Checked<"user.get">): Promise<User> {
  const [user] = await usersFor(sql, actor, [await personRow(sql, input.user)]);
  if (!user) throw noSuchUser();
  return user;
}

/** Somebody who has an account, or had one: `accountRow` knows those alone who have one. */
export async function personRow(sql: Sql, user: number): Promise<UserRow> {
  const row = await sql.first(anyUserById({ id: user }));
  if (!row) throw noSuchUser();
  return row;
}

/** ACC-10, BLOCK-5. People by username, those whose names hold a text, or those with the given ids. */
export async function listUsers(
  sql: Sql,
  actor: Actor,
  input: Checked<"user.list">,
): Promise<Output<"user.list">> {
  if (input.ids) {
    return { users: await usersFor(sql, actor, await namedUsers(sql, input.ids)), next: null };
  }
  const { cursor: after = "" } = input;
  if (!/^[a-z0-9._-]*$/.test(after)) throw new ChatError("invalid", "this cursor is not from this list");
  const limit = input.limit + 1;
  const rows = await sql.rows(
    input.search === undefined
      ? usersAfter({ after, limit })
      : usersLikeAfter({ pattern: likePattern(foldName(input.search)), after, limit }),
  );
  const page = rows.slice(0, input.limit);
  return {
    users: await usersFor(sql, actor, page),
    next: rows.length > page.length ? (page.at(-1)?.username_key ?? null) : null,
  };
}

/** ACC-6, ACC-7, ACC-8. Deactivation ends every session in the same commit. */
export async function setActive(tx: Tx, actor: Actor, input: Checked<"user.set_active">): Promise<Account> {
  const row = await accessForAdmin(tx, actor, input.user);
  if ((row.active === 1) === input.active) return toAccount(row);
  if (!input.active) await requireAnotherAdmin(tx.sql, row);
  // Holds the person's row, so that a sign-in under way either comes before and is ended, or sees this and is refused.
  await tx.sql.run(updateActive({ id: row.id, active: input.active ? 1 : 0, at: tx.now }));
  if (!input.active) await endSessionsOf(tx, row.id, { because: "deactivated" });
  return tellOf(tx, row.id);
}

/** ACC-35, ACC-36. What an account says of its person is forgotten; the names are free again. */
export async function eraseAccountRow(tx: Tx, id: number): Promise<void> {
  await tx.sql.run(eraseUser({ id, ...namesOfDeleted(id), at: tx.now }));
}

/** Lets nobody in and holds the person's row until the commit, also from those who only wish to name it. */
export async function shutOut(tx: Tx, user: number): Promise<void> {
  if (tx.sql.engine === "postgres") await tx.sql.run(holdWholly({ id: user }));
  await tx.sql.run(updateActive({ id: user, active: 0, at: tx.now }));
}

/** ACC-7, ACC-8. */
export async function setRole(tx: Tx, actor: Actor, input: Checked<"user.set_role">): Promise<Account> {
  const row = await accessForAdmin(tx, actor, input.user);
  if (row.role === input.role) return toAccount(row);
  if (input.role !== "admin") await requireAnotherAdmin(tx.sql, row);
  await tx.sql.run(updateRole({ id: row.id, role: input.role, at: tx.now }));
  return tellOf(tx, row.id);
}

export interface NewAccount extends Names {
  role: ServerRole;
  password_hash: string;
  must_change_password: boolean;
}

/** ACC-1. Stores a new person; the only way to an account. */
export async function addUser(tx: Tx, account: NewAccount): Promise<UserRow> {
  await requireNewNames(tx.sql, account);
  const { username, email, display_name, given_name, family_name, role, password_hash } = account;
  const row = await tx.sql.first(
    insertUser({
      ...{ username, email, display_name, given_name, family_name, role, password_hash },
      ...nameKeys(account),
      must_change_password: account.must_change_password ? 1 : 0,
      at: tx.now,
    }),
  );
  if (!row) throw new Error("a user was not stored");
  return accountRow(tx.sql, row.id);
}

/** ACC-8. An admin now: what a connection knew at its start decides nothing. */
export async function isAdmin(sql: Sql, user: number): Promise<boolean> {
  const row = await sql.first(userById({ id: user }));
  return row?.role === "admin" && row.active === 1;
}

export async function requireAdmin(sql: Sql, user: number): Promise<void> {
  if (!(await isAdmin(sql, user))) throw new ChatError("forbidden", "only an admin may do this");
}

/** ACC-4. Whether this person must change the password before anything else. */
export async function mustChangePassword(sql: Sql, user: number): Promise<boolean> {
  return (await accountRow(sql, user)).must_change_password === 1;
}

/** ACC-8. A person whom an admin wishes to change, who stays as they are until the commit. */
export async function accessForAdmin(tx: Tx, actor: Actor, user: number): Promise<UserRow> {
  await lockAccounts(tx);
  await requireAdmin(tx.sql, actor.user);
  return accountRow(tx.sql, user);
}

/** Whoever changes who is an admin does it alone until the commit; SQLite has one writer anyway. */
export async function lockAccounts(tx: Tx): Promise<void> {
  if (tx.sql.engine === "postgres") await tx.sql.run(holdAccounts({}));
}

/** ACC-7. Under `lockAccounts`: there is another active admin, or this person is none. */
export async function requireAnotherAdmin(sql: Sql, row: UserRow): Promise<void> {
  if (row.role !== "admin" || row.active !== 1) return;
  const others = await sql.first(activeAdminsBeside({ user: row.id }));
  if (!others?.count) throw lastAdminStays();
}

/** ACC-9. Tells the person's devices that something of them changed. */
export async function tellOf(tx: Tx, user: number): Promise<Account> {
  await emitToUser(tx, user, { kind: "user.updated" });
  return toAccount(await accountRow(tx.sql, user));
}

/** ACC-10. All of these people exist and are active, or `not_found`. */
export async function requireUsers(sql: Sql, ids: readonly number[]): Promise<void> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return;
  if ((await countActiveAmong(sql, distinct)) < distinct.length) throw noSuchUser();
}

/** CLAIM-1. Whether this server has anybody: until then it has no admin either. */
export async function hasUsers(sql: Sql): Promise<boolean> {
  return (await sql.first(anyUser({}))) !== undefined;
}

export async function accountRow(sql: Sql, user: number): Promise<UserRow> {
  const row = await sql.first(userById({ id: user }));
  if (!row) throw noSuchUser();
  return row;
}

/** With the password's hash, and whether a device of this person was last used in the given network. */
export function credentialsFor(
  sql: Sql,
  login: { login: string; network: string },
): Promise<LoginRow | undefined> {
  return sql.first(credentialsByLogin({ key: loginKey(login.login), network: login.network }));
}

export async function credentialsOf(sql: Sql, user: number): Promise<CredentialRow> {
  const row = await sql.first(credentialsById({ id: user }));
  if (!row) throw noSuchUser();
  return row;
}

function namedUsers(sql: Sql, ids: readonly number[]): Promise<UserRow[]> {
  return ids.length === 0 ? Promise.resolve([]) : usersByIds(sql, [...new Set(ids)]);
}

/** BLOCK-5. As somebody sees them: whoever blocks them shows them no status message. */
async function usersFor(sql: Sql, actor: Actor, rows: readonly UserRow[]): Promise<User[]> {
  const ids = rows.map((row) => row.id);
  const blockers = new Set(await blockersAmong(sql, actor.user, ids));
  return rows.map((row) => toUser(blockers.has(row.id) ? { ...row, status_message: "" } : row));
}
