import { memberRole } from "@parley/protocol/rooms";
import { z } from "zod";
import { ids } from "../fields.ts";
import { usernameOf } from "../people.ts";
import { Reply, route } from "../route.ts";
import { member, toMember } from "./shapes.ts";

const path = "/chat/rooms/{room_id}/members/{user_id}";
const fields = ids("room_id", "user_id");

export const memberRoutes = [
  route({
    method: "POST",
    path,
    summary: "Add a person to a group or channel; somebody who is in stays as they are (then 200)",
    who: "user",
    fields,
    body: z.object({ role: memberRole.optional() }),
    status: 201,
    also: [200],
    success: member,
    async answer(call, { path: { room_id: room, user_id: user }, body: { role } }) {
      const { result, changed } = await call.change("member.add", { room, user, ...(role && { role }) });
      const added = toMember(result, await usernameOf(call.context, user));
      return changed ? added : new Reply(200, added);
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Take a person out of a room, or leave it oneself",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { room_id: room, user_id: user } }) {
      if (user === call.actor.user) await call.ask("room.leave", { room });
      else await call.ask("member.remove", { room, user });
      return undefined;
    },
  }),
];
