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

/** NOTIFY-4, NOTIFY-9, NOTIFY-10. */
export async function getDefault(sql: Sql, actor: Actor): Promise<DefaultNotifications> {
  const row = await sql.first(defaultOf({ user: actor.user }));
  if (!row) throw new ChatError("not_found", "there is no such person");
  return {
    level: row.notify_level,
    muted_until: row.muted_until === null ? null : isoTime(row.muted_until),
    ...(row.quiet_hours !== null && { quiet_hours: JSON.parse(row.quiet_hours) }),
    ...(row.keywords !== null && { keywords: JSON.parse(row.keywords) }),
  };
}

/** NOTIFY-4, NOTIFY-2, NOTIFY-9, NOTIFY-10. */
export async function setDefaultNotifications(
  tx: Tx,
  actor: Actor,
  input: Checked<"notification.set_default">,
): Promise<DefaultNotifications> {
  const present = await getDefault(tx.sql, actor);
  const next = changed(present, input);
  if (JSON.stringify(next) === JSON.stringify(present)) return next;
  const { level, quiet_hours, keywords } = next;
  await tx.sql.run(
    setDefault({
      user: actor.user,
      level,
      muted_until: next.muted_until === null ? null : Date.parse(next.muted_until),
      quiet_hours: quiet_hours ? JSON.stringify(quiet_hours) : null,
      keywords: keywords ? JSON.stringify(keywords) : null,
    }),
  );
  await emitToUser(tx, actor.user, { kind: "notification.default_changed", ...next });
  return next;
}

/** What is left out stays as it is. */
function changed(
  present: DefaultNotifications,
  {
    level,
    muted_until,
    quiet_hours = present.quiet_hours,
    keywords = present.keywords,
  }: Checked<"notification.set_default">,
): DefaultNotifications {
  const { from = "", to = "", days = [], zone = "" } = quiet_hours ?? {};
  const begins = [...new Set(days)].sort();
  return {
    ...{ level, muted_until },
    ...(quiet_hours && { quiet_hours: { from, to, days: begins, zone } }),
    ...(keywords && keywords.length > 0 && { keywords: [...new Set(keywords)] }),
  };
}
