import type { Checked, Output } from "@parley/protocol/contract";
import type { Account } from "@parley/protocol/users";
import type { Actor, Tx } from "../../context.ts";
import { likePattern } from "../../platform/like.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessForAdmin, accountRow, changeProfile, foldName, tellOf, toAccount } from "../users/users.ts";
import { accountCount, accountPage } from "./accounts-rows.ts";

export { deleteAccount } from "./accounts-deletion.ts";

/** ACC-32. Everybody's accounts, the newest first. */
export async function listAccounts(
  sql: Sql,
  _actor: Actor,
  input: Checked<"account.list">,
): Promise<Output<"account.list">> {
  const { search, role, active, limit, offset } = input;
  const pattern = search === undefined ? undefined : likePattern(foldName(search));
  const { count = 0 } = (await sql.first(accountCount(sql, { pattern, role, active }))) ?? {};
  // The last page may be passed: to walk through everybody for nothing is spared.
  const rows =
    offset < count ? await sql.rows(accountPage(sql, { pattern, role, active, limit, offset })) : [];
  return { accounts: rows.map(toAccount), total: count };
}

/** ACC-32. */
export async function getAccount(sql: Sql, _actor: Actor, input: Checked<"account.get">): Promise<Account> {
  return toAccount(await accountRow(sql, input.user));
}

/** ACC-1, ACC-8, ACC-33. Changes the names and the address of anybody. */
export async function updateAccount(
  tx: Tx,
  actor: Actor,
  input: Checked<"account.update">,
): Promise<Account> {
  const { user, ...wishes } = input;
  await changeProfile(tx, await accessForAdmin(tx, actor, user), wishes);
  return tellOf(tx, user);
}
