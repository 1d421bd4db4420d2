import type { Checked, Output } from "@parley/protocol/contract";
import type { Presence, PresenceState } from "@parley/protocol/presence";
import type { Tx } from "../../context.ts";
import { isoTimeOrNull } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { apartFrom } from "../blocks/blocks.ts";
import { type LastSeenRow, lastSeenRows, setLastSeen } from "./presence-rows.ts";

type StateOf = (user: number) => PresenceState;

/** SIG-3, BLOCK-5. Who of these people is here, and when the others were; people who do not exist are left out. */
export async function listPresences(
  sql: Sql,
  viewer: { user: number; stateOf: StateOf },
  input: Checked<"presence.list">,
): Promise<Output<"presence.list">> {
  const rows = await lastSeenRows(sql, [...new Set(input.users)]);
  const people = rows.map((row) => row.id);
  const apart = await apartFrom(sql, viewer.user, people);
  return {
    presences: rows.map((row) => (apart.has(row.id) ? unseen(row.id) : toPresence(row, viewer.stateOf))),
  };
}

export async function presenceOf(sql: Sql, stateOf: StateOf, user: number): Promise<Presence | undefined> {
  const [row] = await lastSeenRows(sql, [user]);
  return row && toPresence(row, stateOf);
}

/** SIG-2. Remembers when people were last connected. */
export async function noteLastSeen(tx: Tx, users: readonly number[]): Promise<void> {
  // In the order in which every node locks them.
  for (const user of [...users].sort((one, other) => one - other))
    tx.sql.runAhead(setLastSeen({ user, at: tx.now }));
}

/** BLOCK-5. All that is seen of a person between whom and the viewer there is a block. */
export function unseen(user: number): Presence {
  return { user, state: "offline", last_seen: null, status_message: "" };
}

function toPresence(row: LastSeenRow, stateOf: StateOf): Presence {
  const state = stateOf(row.id);
  return {
    user: row.id,
    state,
    last_seen: state === "offline" ? isoTimeOrNull(row.last_seen_at) : null,
    status_message: row.status_message,
  };
}
