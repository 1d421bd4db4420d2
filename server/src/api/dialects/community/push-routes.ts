import { limits } from "@parley/protocol/limits";
import type { PushDevice } from "@parley/protocol/push";
import { z } from "zod";
import { id, time } from "../fields.ts";
import { route } from "../route.ts";

const path = "/chat/push/subscriptions";

const subscription = z.object({
  id,
  device: z.string(),
  /** Whether it is that of the session that asks. */
  is_current: z.boolean(),
  created_at: time,
});

function toSubscription({ current, ...of }: PushDevice): z.input<typeof subscription> {
  return { id: of.id, device: of.device, is_current: current, created_at: of.created_at };
}

export const pushRoutes = [
  route({
    method: "GET",
    path,
    summary: "One's devices that are told by Web Push, and the key with which a browser subscribes",
    about: "public_key is null where the server sends no pushes (PUSH_SERVICES).",
    who: "user",
    success: z.object({ public_key: z.string().nullable(), subscriptions: z.array(subscription) }),
    async answer(call) {
      const { devices } = await call.ask("push.list", {});
      const { key } = await call.ask("push.key", {});
      return { public_key: key, subscriptions: devices.map(toSubscription) };
    },
  }),
  route({
    method: "POST",
    path,
    summary: "Have this device told by Web Push: what a browser's PushSubscription holds",
    who: "user",
    body: z.object({
      endpoint: z.string().min(10).max(limits.pushEndpoint),
      keys: z.object({ p256dh: z.string().max(100), auth: z.string().max(30) }),
    }),
    status: 201,
    success: subscription,
    answer: async (call, { body }) => toSubscription(await call.ask("push.subscribe", body)),
  }),
  route({
    method: "DELETE",
    path,
    summary: "Have a device told no longer; without an id, this one",
    who: "user",
    query: z.object({ id: id.optional() }),
    status: 204,
    async answer(call, { query }) {
      await call.ask("push.unsubscribe", query.id === undefined ? {} : { push: query.id });
      return undefined;
    },
  }),
];
