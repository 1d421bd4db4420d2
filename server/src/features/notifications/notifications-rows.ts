import type { DefaultLevel, NotificationLevel } from "@parley/protocol/notifications";
import { prepare } from "../../schema/tables.ts";

export const setLevel = prepare<{
  room: number;
  user: number;
  level: NotificationLevel;
  muted_until: number | null;
}>((build, param) =>
  build
    .updateTable("members")
    .set({ notify_level: param("level"), muted_until: param("muted_until") })
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user")),
);

export interface DefaultRow {
  notify_level: DefaultLevel;
  muted_until: number | null;
  quiet_hours: string | null;
  keywords: string | null;
}

export const defaultOf = prepare<{ user: number }, DefaultRow>((build, param) =>
  build
    .selectFrom("users")
    .select(["notify_level", "muted_until", "quiet_hours", "keywords"])
    .where("id", "=", param("user")),
);

export const setDefault = prepare<{
  user: number;
  level: DefaultLevel;
  muted_until: number | null;
  quiet_hours: string | null;
  keywords: string | null;
}>((build, param) =>
  build
    .updateTable("users")
    .set({
      notify_level: param("level"),
      muted_until: param("muted_until"),
      quiet_hours: param("quiet_hours"),
      keywords: param("keywords"),
    })
    .where("id", "=", param("user")),
);
