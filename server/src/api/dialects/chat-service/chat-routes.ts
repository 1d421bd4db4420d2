import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { MemberRole } from "@parley/protocol/rooms";
import { z } from "zod";
import { id, ids } from "../fields.ts";
import { membersOf, ownRooms, presencesOf } from "../lists.ts";
import { usernamesOf } from "../people.ts";
import { type DialectCall, Reply, route } from "../route.ts";
import { chat, participant, toChat, toParticipant } from "./shapes.ts";

const path = "/api/v1/chats/{id}";
const fields = ids("id");
const people = z.array(id).max(1_000);
const name = z.string().min(1).max(limits.roomName);

async function participantsOf(call: DialectCall, room: number): Promise<z.input<typeof participant>[]> {
  const members = await membersOf(call, room);
  const users = members.map((member) => member.user);
  const [names, presences] = await Promise.all([usernamesOf(call.context, users), presencesOf(call, users)]);
  return members.map((member) =>
    toParticipant(member, { username: names.get(member.user) ?? "", presence: presences.get(member.user) }),
  );
}

/** Only for those who run a chat; whoever may not even see it is told nothing. */
async function requireChatAdmin(call: DialectCall, room: number): Promise<void> {
  const { kind, role } = await call.ask("room.get", { room });
  if (kind === "direct") throw new ChatError("forbidden", "a direct chat cannot be changed");
  const admins: readonly (MemberRole | null)[] = ["owner", "admin"];
  if (!admins.includes(role)) throw new ChatError("forbidden", "only an admin of the chat may do this");
}

async function removeParticipant(call: DialectCall, room: number, user: number | undefined): Promise<void> {
  if (user === undefined) {
    throw new ChatError("invalid", "who is to go is not told", {
      fields: [{ path: ["user_id"], message: "is required, in the body or the query" }],
    });
  }
  if (user === call.actor.user) await call.ask("room.leave", { room });
  else await call.ask("member.remove", { room, user });
}

export const chatRoutes = [
  route({
    method: "POST",
    path: "/api/v1/chats/",
    summary: "Make a group, or the direct chat with a person: of two people there is one (then 200)",
    who: "user",
    names: { members: "participant_ids", user: "participant_ids" },
    body: z.object({
      chat_type: z.enum(["direct", "group"]),
      name: name.optional(),
      participant_ids: people,
    }),
    status: 201,
    also: [200],
    success: chat,
    async answer(call, { body: { chat_type, participant_ids, ...rest } }) {
      const others = [...new Set(participant_ids)].filter((user) => user !== call.actor.user);
      if (chat_type === "direct") {
        const [user = call.actor.user, ...more] = others;
        if (more.length > 0 || participant_ids.length === 0) {
          throw new ChatError("invalid", "a direct chat is with one person", {
            fields: [{ path: ["participant_ids"], message: "must name one person" }],
          });
        }
        const { result, changed } = await call.change("room.direct", { user });
        return changed ? toChat(result) : new Reply(200, toChat(result));
      }
      if (others.length >= limits.groupMembers) {
        throw new ChatError("conflict", `a group holds at most ${limits.groupMembers} people`);
      }
      const named = rest.name ?? "Group";
      return toChat(await call.ask("room.create", { kind: "group", name: named, members: others }));
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/chats/",
    summary: "The caller's chats",
    who: "user",
    success: z.array(chat),
    answer: async (call) => (await ownRooms(call)).map(toChat),
  }),
  route({
    method: "GET",
    path,
    summary: "One chat",
    who: "user",
    fields,
    success: chat.extend({ participants: z.array(participant) }),
    async answer(call, { path: { id: room } }) {
      const found = await call.ask("room.get", { room });
      return { ...toChat(found), participants: found.role === null ? [] : await participantsOf(call, room) };
    },
  }),
  route({
    method: "PUT",
    path,
    summary: "Change a group's name; for its admins",
    who: "user",
    fields,
    body: z.object({ name }),
    success: chat,
    async answer(call, { path: { id: room }, body }) {
      await requireChatAdmin(call, room);
      return toChat(await call.ask("room.update", { room, ...body }));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Leave a group. Its last admin hands on to whoever has been in it longest",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { id: room } }) {
      await call.ask("room.leave", { room });
      return undefined;
    },
  }),
  route({
    method: "GET",
    path: `${path}/participants`,
    summary: "Who is in a chat",
    who: "user",
    fields,
    success: z.array(participant),
    answer: (call, { path: { id: room } }) => participantsOf(call, room),
  }),
  route({
    method: "POST",
    path: `${path}/participants`,
    summary: "Add people to a group",
    who: "user",
    fields,
    names: { user: "user_ids" },
    body: z.object({ user_ids: people.min(1) }),
    status: 201,
    success: z.array(participant),
    async answer(call, { path: { id: room }, body }) {
      for (const user of new Set(body.user_ids)) await call.ask("member.add", { room, user });
      return participantsOf(call, room);
    },
  }),
  route({
    method: "DELETE",
    path: `${path}/participants`,
    summary: "Take a person out of a group; the one to go is named in the body or the query",
    who: "user",
    fields,
    query: z.object({ user_id: id.optional() }),
    body: z.object({ user_id: id.optional() }),
    status: 204,
    async answer(call, { path: { id: room }, query, body }) {
      await removeParticipant(call, room, body.user_id ?? query.user_id);
      return undefined;
    },
  }),
];
