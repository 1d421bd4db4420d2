import { limits } from "@parley/protocol/limits";
import { type MemberRole, memberRole, type Permissions } from "@parley/protocol/rooms";
import { z } from "zod";
import { BadInput } from "../failures.ts";
import { deleteAfter, id, ids } from "../fields.ts";
import { membersOf, ownRooms } from "../lists.ts";
import { usernamesOf } from "../people.ts";
import { type DialectCall, Reply, route } from "../route.ts";
import { toRooms } from "./presenting.ts";
import { member, room, toMember } from "./shapes.ts";

const path = "/chat/rooms/{room_id}";
const fields = ids("room_id");
const names = {
  topic: "description",
  public: "is_private",
  members: "member_ids",
  user: "member_ids",
  delete_after: "auto_delete_after",
};

/** People of a room that are listed with it. */
const mostListed = limits.pageMax;

const name = z.string().min(1).max(limits.roomName);
const description = z.string().max(limits.roomTopic);
const wish = z.union([z.boolean(), memberRole]);
const notEncrypted = z.literal(false, "encrypted rooms are not available on this server yet");

const newRoom = z.object({
  /** Needed, but for a direct room. */
  name: name.optional(),
  description: description.optional(),
  room_type: z.enum(["group", "direct", "channel"]).default("group"),
  /** Left out, it is private. Only a channel can be public. */
  is_private: z.boolean().optional(),
  is_encrypted: notEncrypted.optional(),
  /** Of a direct room the one other person, or oneself for notes. */
  member_ids: z.array(id).max(limits.membersPerCall).default([]),
});

const changedRoom = z.object({
  name: name.optional(),
  description: description.optional(),
  is_private: z.boolean().optional(),
  /** Seconds, for what is sent from now on; null for never. */
  auto_delete_after: deleteAfter.nullable().optional(),
  permissions: z
    .object({
      send_messages: wish.optional(),
      add_members: wish.optional(),
      mention_all: wish.optional(),
      pin_messages: wish.optional(),
      change_info: wish.optional(),
    })
    .optional(),
});

type Shown = z.input<typeof room>;

async function shown(call: DialectCall, found: Parameters<typeof toRooms>[1][number]): Promise<Shown> {
  const [only] = await toRooms(call, [found]);
  return only as Shown;
}

async function openDirect(call: DialectCall, people: readonly number[]): Promise<Reply> {
  const [user, ...more] = new Set(people);
  if (user === undefined || more.length > 0) {
    throw new BadInput([
      { loc: ["body", "member_ids"], msg: "a direct room is with one person", type: "value_error" },
    ]);
  }
  const { result, changed } = await call.change("room.direct", { user });
  return new Reply(changed ? 201 : 200, await shown(call, result));
}

async function makeRoom(call: DialectCall, given: z.output<typeof newRoom>): Promise<Shown | Reply> {
  const { room_type: kind, member_ids: members, is_private: isPrivate = true } = given;
  if (kind === "direct") return openDirect(call, members);
  if (given.name === undefined) {
    throw new BadInput([{ loc: ["body", "name"], msg: "is required", type: "missing" }]);
  }
  const topic = given.description === undefined ? {} : { topic: given.description };
  const made = { kind, name: given.name, public: !isPrivate, members, ...topic };
  return shown(call, await call.ask("room.create", made));
}

type Wish = z.output<typeof wish>;

/** True: all members may; false: only admins of the room; or the lowest role that may. */
function toRole(wished: Wish): MemberRole {
  if (typeof wished === "string") return wished;
  return wished ? "member" : "admin";
}

function toPermissions(wishes: Record<string, Wish | undefined>): Partial<Permissions> {
  const roles = Object.entries(wishes).flatMap(([name, wished]) =>
    wished === undefined ? [] : [[name, toRole(wished)]],
  );
  return Object.fromEntries(roles);
}

export const roomRoutes = [
  route({
    method: "GET",
    path: "/chat/rooms",
    summary: "The caller's rooms",
    who: "user",
    success: z.array(room),
    answer: async (call) => toRooms(call, await ownRooms(call)),
  }),
  route({
    method: "POST",
    path: "/chat/rooms",
    summary: "Make a group or a channel, or the direct room with a person: of two there is one (then 200)",
    about: "A group has at most 100 people and is never public.",
    who: "user",
    names,
    body: newRoom,
    status: 201,
    also: [200],
    success: room,
    answer: (call, { body }) => makeRoom(call, body),
  }),
  route({
    method: "GET",
    path,
    summary: "One room, with those who are in it",
    about: `The first ${mostListed} of its people, by id; nobody in a public channel that the caller has not joined.`,
    who: "user",
    fields,
    success: room.extend({ members: z.array(member) }),
    async answer(call, { path: { room_id } }) {
      const found = await call.ask("room.get", { room: room_id });
      const members = found.role === null ? [] : await membersOf(call, room_id, mostListed);
      const usernames = await usernamesOf(
        call.context,
        members.map(({ user }) => user),
      );
      return {
        ...(await shown(call, found)),
        members: members.map((each) => toMember(each, usernames.get(each.user) ?? "")),
      };
    },
  }),
  route({
    method: "PUT",
    path,
    summary: "Change a room; what is left out stays. For its admins, and its owner where it is about rights",
    about:
      "A permission is true where all members may, false where only admins may, or the name of the lowest role that may.",
    who: "user",
    fields,
    names,
    body: changedRoom,
    success: room,
    async answer(call, { path: { room_id }, body }) {
      const { description: topic, is_private: isPrivate, permissions } = body;
      const change = {
        ...(body.name !== undefined && { name: body.name }),
        ...(topic !== undefined && { topic }),
        ...(isPrivate !== undefined && { public: !isPrivate }),
        ...(body.auto_delete_after !== undefined && { delete_after: body.auto_delete_after }),
        ...(permissions !== undefined && { permissions: toPermissions(permissions) }),
      };
      return shown(call, await call.ask("room.update", { room: room_id, ...change }));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Delete a room with all that was said in it; for its owner",
    who: "user",
    fields,
    status: 204,
    async answer(call, { path: { room_id } }) {
      await call.ask("room.delete", { room: room_id });
      return undefined;
    },
  }),
];
