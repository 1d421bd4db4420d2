import { z } from "zod";
import { roomEvent, userEvent } from "./events.ts";
import { id, pageLimit, position } from "./fields.ts";
import { operation } from "./operation.ts";

/** A run of a log without a hole: the events numbered `from`, `from` + 1 … `to`; none when `to` < `from`. */
const run = { from: position, to: position, head: position };

export const logOperations = {
  "room.events": operation({
    summary: "A room's events after a position, to close a gap or to follow a room without a socket",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/events",
    input: z.strictObject({ room: id, after: position, limit: pageLimit }),
    output: z.object({ room: id, ...run, events: z.array(roomEvent) }),
  }),
  "user.events": operation({
    summary: "The caller's private events after a position",
    kind: "read",
    who: "user",
    rest: "GET /me/events",
    input: z.strictObject({ after: position, limit: pageLimit }),
    output: z.object({ ...run, events: z.array(userEvent) }),
  }),
} as const;
