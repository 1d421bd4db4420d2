import type { SignedIn } from "@parley/protocol/sessions";
import type { ServerRole } from "@parley/protocol/users";
import type { Actor, Context } from "../context.ts";
import { signIn } from "../features/sign-ins/sign-ins.ts";
import { addUser, namesOf } from "../features/users/users.ts";

export const cast = ["admin", "alice", "bob", "carol"] as const;
export type Name = (typeof cast)[number];

/** Each of the cast has a password that no list holds. */
export function passwordOf(name: string): string {
  return `${name} keeps seven grey herons`;
}

/** Documentation addresses (RFC 5737), each its own network. */
export const addressOf = { home: "192.0.2.10", office: "198.51.100.20", elsewhere: "203.0.113.30" } as const;

/** A call by somebody, or by nobody yet. */
export function callBy(actor: Actor | null, address: string = addressOf.home) {
  return { caller: { actor, restricted: false, address }, key: null };
}

/** Stores one person and answers their id. */
export async function addPerson(
  context: Context,
  username: string,
  role: ServerRole = "user",
): Promise<number> {
  const password_hash = await context.passwords.hash(passwordOf(username));
  const names = namesOf({ username, email: `${username}@example.org` });
  const row = await context.writer.write((tx) =>
    addUser(tx, { ...names, role, password_hash, must_change_password: false }),
  );
  return row.id;
}

/** Stores the cast and answers their ids. */
export async function addCast(context: Context): Promise<Record<Name, number>> {
  const ids: Partial<Record<Name, number>> = {};
  for (const name of cast) ids[name] = await addPerson(context, name, name === "admin" ? "admin" : "user");
  return ids as Record<Name, number>;
}

export interface Device extends SignedIn {
  refresh_token: string;
  actor: Actor;
}

/** Signs one of the cast in on one more device. */
export async function deviceOf(
  context: Context,
  username: string,
  options: { device?: string; address?: string } = {},
): Promise<Device> {
  const input = {
    login: username,
    password: passwordOf(username),
    device: options.device ?? "",
    cookie: false,
  };
  const signed = await signIn(context, callBy(null, options.address), input);
  return {
    ...signed,
    refresh_token: signed.refresh_token ?? "",
    actor: { user: signed.user.id, session: signed.session },
  };
}
