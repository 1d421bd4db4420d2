import type { NotificationLevel } from "@parley/protocol/notifications";
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
