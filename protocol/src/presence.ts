import { z } from "zod";
import { id, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** `away`: every device of the person has said so. Offline comes 15 s after the last socket closed. */
export const presenceState = z.enum(["online", "away", "offline"]);
export type PresenceState = z.infer<typeof presenceState>;

export const presence = z.object({
  user: id,
  state: presenceState,
  /** When the person was last connected; null for never, or while online. */
  last_seen: time.nullable(),
  status_message: z.string(),
});
export type Presence = z.infer<typeof presence>;

export const presenceOperations = {
  "presence.list": operation({
    summary: "Who of these people is here, and when the others were",
    kind: "run",
    who: "user",
    rest: "GET /presence",
    input: z.strictObject({ users: z.array(id).min(1).max(limits.presenceUsers) }),
    output: z.object({ presences: z.array(presence) }),
  }),
} as const;
