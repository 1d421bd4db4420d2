import type { Tx } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { type UserRow, updateProfile, userByEmailKey, userByUsernameKey } from "./users-rows.ts";
import {
  faultyField,
  foldName,
  type NameWishes,
  nameKeys,
  namesAfter,
  requireFreeWord,
  type ShownNames,
} from "./users-rules.ts";

/** All that a person is called. */
export interface Names extends ShownNames {
  username: string;
  email: string | null;
}

/** What somebody says of a profile; of what is left out nothing is said. */
export interface ProfileWishes extends NameWishes {
  username?: string | undefined;
  email?: string | null | undefined;
  status_message?: string | undefined;
}

/** ACC-30. The names of a new account; without any but the username it is shown by that. */
export function namesOf(input: {
  username: string;
  email?: string | undefined;
  display_name?: string | undefined;
  given_name?: string | null | undefined;
  family_name?: string | null | undefined;
}): Names {
  const { username, email = null } = input;
  const before = { display_name: username, given_name: null, family_name: null };
  return { username, email, ...namesAfter(before, input, username) };
}

/** ACC-1, ACC-30, ACC-31. Stores what somebody wishes of a profile. */
export async function changeProfile(tx: Tx, before: UserRow, wishes: ProfileWishes): Promise<void> {
  const { username = before.username, email = before.email, status_message = before.status_message } = wishes;
  const { display_name, given_name, family_name } = namesAfter(before, wishes, username);
  const names: Names = { username, email, display_name, given_name, family_name };
  if (foldName(username) !== foldName(before.username)) requireFreeWord(username);
  await requireFreeNames(tx.sql, names, before.id);
  const isSame = Object.entries(names).every(([name, value]) => before[name as keyof Names] === value);
  const updated_at = isSame ? before.updated_at : tx.now;
  await tx.sql.run(
    updateProfile({ id: before.id, ...names, ...nameKeys(names), status_message, updated_at }),
  );
}

/** ACC-1. Nobody has these names, and anybody may. */
export async function requireNewNames(
  sql: Sql,
  names: { username: string; email: string | null },
): Promise<void> {
  requireFreeWord(names.username);
  await requireFreeNames(sql, names, 0);
}

async function requireFreeNames(
  sql: Sql,
  names: { username: string; email: string | null },
  owner: number,
): Promise<void> {
  const byName = await sql.first(userByUsernameKey({ key: foldName(names.username) }));
  if (byName && byName.id !== owner) throw faultyField("conflict", "username", "this name is taken");
  if (names.email === null) return;
  const byEmail = await sql.first(userByEmailKey({ key: foldName(names.email) }));
  if (byEmail && byEmail.id !== owner) throw faultyField("conflict", "email", "this address is taken");
}
