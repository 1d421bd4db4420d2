import type { Checked, Output } from "@parley/protocol/contract";
import type { Actor, Tx } from "../../context.ts";
import { accessOwnRoomForChange } from "../access/access.ts";
import { emitToUser } from "../logs/logs.ts";
import { setLevel } from "./notifications-rows.ts";

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
