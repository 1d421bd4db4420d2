import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { DefaultNotifications } from "@parley/protocol/notifications";
import type { Actor, Tx } from "../../context.ts";
import { isoTime } from "../../platform/clock.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoomForChange } from "../access/access.ts";
import { emitToUser } from "../logs/logs.ts";
import { defaultOf, setDefault, setLevel } from "./notifications-rows.ts";

/** NOTIFY-1, NOTIFY-2. Of what in a room a person wishes to be told; only their own devices learn of it. */
export async function setNotifications(
  tx: Tx,
  actor: Actor,
  input: Checked<"notification.set">,
): Promise<Output<"notification.set">> {
  const room = await accessOwnRoomForChange(tx, actor.user, input.room);
  const { level } = input;
  const muted_until = input.muted_until === null ? null : Date.parse(input.muted_until);
  if (room.notify_level === level && room.muted_until === muted_until) return input;
  await tx.sql.run(setLevel({ room: room.id, user: actor.user, level, muted_until }));
  await emitToUser(tx, actor.user, { kind: "notification.changed", ...input });
  return input;
}

/** NOTIFY-4. */
export async function getDefault(sql: Sql, actor: Actor): Promise<DefaultNotifications> {
  const row = await sql.first(defaultOf({ user: actor.user }));
  if (!row) throw new ChatError("not_found", "there is no such person");
  const { notify_level: level, muted_until } = row;
  return { level, muted_until: muted_until === null ? null : isoTime(muted_until) };
}

/** NOTIFY-4, NOTIFY-2. */
export async function setDefaultNotifications(
  tx: Tx,
  actor: Actor,
  input: Checked<"notification.set_default">,
): Promise<DefaultNotifications> {
  const { level, muted_until } = input;
  const present = await getDefault(tx.sql, actor);
  if (present.level === level && present.muted_until === muted_until) return input;
  const until = muted_until === null ? null : Date.parse(muted_until);
  await tx.sql.run(setDefault({ user: actor.user, level, muted_until: until }));
  await emitToUser(tx, actor.user, { kind: "notification.default_changed", level, muted_until });
  return input;
}
