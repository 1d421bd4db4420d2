import { prepare } from "../../schema/tables.ts";

export interface HeldRow {
  id: number;
  seq: number;
  created_at: number;
  expires_at: number | null;
}

interface RetainedRow {
  retention: number | null;
  retained_seq: number;
}

export const retainedIn = prepare<{ room: number }, RetainedRow>((build, param) =>
  build.selectFrom("rooms").select(["retention", "retained_seq"]).where("id", "=", param("room")),
);

export const setRetained = prepare<{ room: number; seq: number }>((build, param) =>
  build
    .updateTable("rooms")
    .set({ retained_seq: param("seq") })
    .where("id", "=", param("room")),
);

/** What is there still after a place in the room, in order. */
export const heldAfter = prepare<{ room: number; seq: number; limit: number }, HeldRow>((build, param) =>
  build
    .selectFrom("messages")
    .select(["id", "seq", "created_at", "expires_at"])
    .where("room_id", "=", param("room"))
    .where("seq", ">", param("seq"))
    .where("deleted_at", "is", null)
    .orderBy("seq")
    .limit(param("limit")),
);
