import { z } from "zod";
import { ids } from "../fields.ts";
import { route } from "../route.ts";
import { toScheduled } from "./presenting.ts";
import { scheduledMessage } from "./shapes.ts";

const path = "/chat/messages/scheduled";

export const scheduledRoutes = [
  route({
    method: "GET",
    path,
    summary: "What the caller has yet to send, by its time, and what could not be sent",
    who: "user",
    success: z.object({ messages: z.array(scheduledMessage) }),
    async answer(call) {
      const { scheduled } = await call.ask("scheduled.list", {});
      return { messages: await toScheduled(call, scheduled) };
    },
  }),
  route({
    method: "DELETE",
    path: `${path}/{id}`,
    summary: "Take back one of one's own messages that are yet to be sent",
    who: "user",
    fields: ids("id"),
    status: 204,
    async answer(call, { path: { id: scheduled } }) {
      await call.ask("scheduled.cancel", { scheduled });
      return undefined;
    },
  }),
];
