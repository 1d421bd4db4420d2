import { ChatError } from "@parley/protocol/errors";
import type { Tx } from "../../context.ts";
import { joinRoom } from "../members/members.ts";
import { createRoom } from "../rooms/rooms.ts";
import { putSetting, setting } from "./server-rows.ts";

/** CLAIM-9. The channel in which everybody who comes later finds the others. */
export async function openWelcomeRoom(tx: Tx, admin: { user: number; name: string }): Promise<void> {
  const { user, name } = admin;
  const room = { kind: "channel" as const, name, topic: "", public: true, members: [] };
  const { id } = await createRoom(tx, { user, session: 0 }, room);
  await tx.sql.run(putSetting({ key: "welcome.room", value: String(id) }));
}

/** CLAIM-9. Brings a new person into that channel, if it is still there and anybody may join it. */
export async function welcome(tx: Tx, user: number): Promise<void> {
  const named = await tx.sql.first(setting({ key: "welcome.room" }));
  if (!named) return;
  try {
    await joinRoom(tx, { user, session: 0 }, { room: Number(named.value) });
  } catch (error) {
    // It is deleted, archived or private by now: that is no reason to turn somebody away.
    if (!(error instanceof ChatError)) throw error;
  }
}
