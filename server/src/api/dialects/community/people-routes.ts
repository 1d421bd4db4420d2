import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { reportReason } from "@parley/protocol/reports";
import { z } from "zod";
import { BadInput } from "../failures.ts";
import { id, ids, time } from "../fields.ts";
import { presencesOf } from "../lists.ts";
import { type DialectCall, route } from "../route.ts";

const fields = ids("user_id");

const presence = z.object({
  user_id: id,
  is_online: z.boolean(),
  /** Null while somebody is connected, and for one who never was. */
  last_seen: time.nullable(),
  status_message: z.string(),
});

async function presenceOf(call: DialectCall, user: number): Promise<z.input<typeof presence>> {
  const found = (await presencesOf(call, [user])).get(user);
  if (!found) throw new ChatError("not_found", "there is no such person");
  const { state, last_seen, status_message } = found;
  return { user_id: user, is_online: state === "online", last_seen, status_message };
}

/** One of the reasons that are known, or any other in one's own words. */
function toReason(given: string) {
  const known = reportReason.safeParse(given.trim().toLowerCase());
  return known.success ? { reason: known.data } : { reason: "other" as const, comment: given };
}

async function requireFrom(call: DialectCall, user: number, message: number): Promise<void> {
  const { sender } = await call.ask("message.get", { message });
  if (sender === user) return;
  const msg = "is a message of somebody else";
  throw new BadInput([{ loc: ["body", "message_id"], msg, type: "value_error" }]);
}

export const peopleRoutes = [
  route({
    method: "GET",
    path: "/chat/presence/{user_id}",
    summary: "Whether a person is here, and when they were",
    who: "user",
    fields,
    success: presence,
    answer: (call, { path: { user_id } }) => presenceOf(call, user_id),
  }),
  route({
    method: "PUT",
    path: "/chat/presence",
    summary: "Say what one is doing, and whether one is looking",
    about:
      "Whoever has a socket is online. is_online speaks of this session's sockets: false says that nobody looks at them, and once that is so of all of a person's devices they are shown as not online. Without a socket it changes nothing.",
    who: "user",
    body: z.object({
      status_message: z.string().max(limits.statusMessage).optional(),
      is_online: z.boolean().optional(),
    }),
    success: presence,
    async answer(call, { body: { status_message, is_online } }) {
      const { actor, context, live } = call;
      if (status_message !== undefined) await call.ask("user.update", { status_message });
      if (is_online !== undefined) live.presences.said(actor, !is_online, context.clock.monotonic());
      return presenceOf(call, actor.user);
    },
  }),
  route({
    method: "POST",
    path: "/chat/users/{user_id}/block",
    summary: "Block a person: no direct messages, typing, marks or presence pass between the two",
    about: "They are not told.",
    who: "user",
    fields,
    status: 201,
    success: z.object({ user_id: id, is_blocked: z.literal(true) }),
    async answer(call, { path: { user_id } }) {
      await call.ask("block.set", { user: user_id, on: true });
      return { user_id, is_blocked: true as const };
    },
  }),
  route({
    method: "DELETE",
    path: "/chat/users/{user_id}/block",
    summary: "Take a block off",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { user_id } }) {
      await call.ask("block.set", { user: user_id, on: false });
      return undefined;
    },
  }),
  route({
    method: "POST",
    path: "/chat/users/{user_id}/report",
    summary: "Tell the admins of a person, or of one of their messages",
    about: `A reason is one of ${reportReason.options.join(", ")}, or any other in one's own words. While a report is open a repeat gives the first.`,
    who: "user",
    fields,
    names: { comment: "reason", message: "message_id" },
    body: z.object({
      reason: z.string().min(1).max(limits.reportComment),
      message_id: id.nullable().optional(),
    }),
    status: 201,
    success: z.object({ id, user_id: id, message_id: id.nullable(), status: z.string(), created_at: time }),
    async answer(call, { path: { user_id }, body }) {
      const message = body.message_id ?? undefined;
      if (message !== undefined) await requireFrom(call, user_id, message);
      const subject = message === undefined ? { user: user_id } : { message };
      const made = await call.ask("report.create", { ...subject, ...toReason(body.reason) });
      const { id: report, status, created_at } = made;
      return { id: report, user_id, message_id: message ?? null, status, created_at };
    },
  }),
];
