import type { Context } from "../../context.ts";
import { personRow } from "../../features/users/users.ts";

/** Milliseconds for which a name is taken as it was read: frames carry the names of those who say something. */
const heldFor = 2_000;
const mostHeld = 10_000;

interface Held {
  name: Promise<string>;
  at: number;
}

const held = new WeakMap<Context, Map<number, Held>>();

/** Under which name a person is known, or was until their account was deleted. */
export function usernameOf(context: Context, user: number): Promise<string> {
  const names = held.get(context) ?? new Map<number, Held>();
  held.set(context, names);
  const now = context.clock.monotonic();
  const known = names.get(user);
  if (known && now - known.at < heldFor) return known.name;
  if (names.size >= mostHeld) names.clear();
  const name = personRow(context.database, user).then((row) => row.username);
  names.set(user, { name, at: now });
  // What could not be read is read again.
  name.catch(() => names.delete(user));
  return name;
}

export async function usernamesOf(context: Context, users: Iterable<number>): Promise<Map<number, string>> {
  const distinct = [...new Set(users)];
  const names = await Promise.all(distinct.map((user) => usernameOf(context, user)));
  return new Map(distinct.map((user, index) => [user, names[index] ?? ""]));
}
