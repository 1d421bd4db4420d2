import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Account, User } from "@parley/protocol/users";
import { isoTime } from "../../platform/clock.ts";
import type { UserRow } from "./users-rows.ts";
import { passwordFault } from "./weak-passwords.ts";

/** Names with which one person could pass for everybody, or for the server itself. */
const reservedNames = new Set([
  "all",
  "channel",
  "deleted",
  "everybody",
  "everyone",
  "here",
  "nobody",
  "room",
  "system",
]);

/**
 * ACC-1. The form in which names are compared: NFKC, without case. Upper case in between folds what lower case alone
 * keeps apart (ß and ss, both forms of the Greek sigma).
 */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

/** The key of a login as somebody typed it; one that no store could hold is nobody's. */
export function loginKey(login: string): string {
  return login.isWellFormed() && !login.includes("\u0000") ? foldName(login.trim()) : "";
}

export function nameKeys(names: ShownNames & { username: string; email: string | null }) {
  const { username, display_name, given_name, family_name } = names;
  const hidden = [given_name, family_name].filter((part) => part !== null && !display_name.includes(part));
  return {
    username_key: foldName(username),
    email_key: names.email === null ? null : foldName(names.email),
    search_key: foldName([username, display_name, ...hidden].join(" ")),
  };
}

/** The names by which a person is shown. */
export interface ShownNames {
  display_name: string;
  given_name: string | null;
  family_name: string | null;
}

/** What somebody says of these names; of what is left out nothing is said. */
export type NameWishes = { [Name in keyof ShownNames]?: ShownNames[Name] | undefined };

/** ACC-30. The names as they are after a wish. A person without any is shown by the username. */
export function namesAfter(before: ShownNames, wishes: NameWishes, username: string): ShownNames {
  const { display_name, given_name = before.given_name, family_name = before.family_name } = wishes;
  if (wishes.given_name !== undefined || wishes.family_name !== undefined) {
    const joined = [given_name, family_name].filter((part) => part !== null).join(" ");
    return { display_name: display_name ?? requireShortName(joined || username), given_name, family_name };
  }
  if (display_name === undefined || display_name === before.display_name) return before;
  return { display_name, given_name: null, family_name: null };
}

function requireShortName(joined: string): string {
  if (joined.length <= limits.displayName) return joined;
  const message = `with the other name it is longer than ${limits.displayName} characters: give a display name too`;
  throw faultyField("invalid", "family_name", message);
}

/** How a deleted account is called. */
const deletedName = /^deleted-\d+$/;

/** ACC-36. Its key has a space in it, as no name may: nobody has it, nor can take or sign in with it. */
export function namesOfDeleted(id: number): { username: string; key: string } {
  return { username: `deleted-${id}`, key: `deleted ${id}` };
}

/** ACC-1, ACC-36. */
export function requireFreeWord(username: string): void {
  if (!reservedNames.has(foldName(username)) && !deletedName.test(foldName(username))) return;
  throw faultyField("invalid", "username", "this name is kept for the server");
}

/** ACC-2. `field` is where the password stands in the input. */
export function requireStrongPassword(
  password: string,
  owner: { username: string; email: string | null; display_name: string },
  field = "password",
): void {
  const fault = passwordFault(password, [owner.username, owner.email ?? "", owner.display_name]);
  if (fault) throw faultyField("invalid", field, fault);
}

export function faultyField(code: "invalid" | "conflict", field: string, message: string): ChatError {
  return new ChatError(code, message, { fields: [{ path: [field], message }] });
}

export function lastAdminStays(): ChatError {
  return new ChatError("conflict", "the last admin stays: make somebody else an admin first");
}

export function noSuchUser(): ChatError {
  return new ChatError("not_found", "there is no such person");
}

/** A person as everyone sees them. */
export function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    display_name: row.display_name,
    given_name: row.given_name,
    family_name: row.family_name,
    status_message: row.status_message,
    avatar: row.avatar,
    role: row.role,
    active: row.active === 1,
    ...(row.deleted_at !== null && { deleted: true as const }),
  };
}

/** A person as they see themselves, and as an admin sees them. */
export function toAccount(row: UserRow): Account {
  return {
    ...toUser(row),
    email: row.email,
    must_change_password: row.must_change_password === 1,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
}
