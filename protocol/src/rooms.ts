import { z } from "zod";
import { cursor, deleteAfter, id, name, nothing, pageLimit, position, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { messageType } from "./messages.ts";
import { notifications } from "./notifications.ts";
import { operation } from "./operation.ts";

/**
 * `direct`: two people, one room per pair, or one person's notes to self. `group`: private, up to 100 people.
 * `channel`: named, public or private, any number.
 */
export const roomKind = z.enum(["direct", "group", "channel"]);
export type RoomKind = z.infer<typeof roomKind>;

export const memberRole = z.enum(["owner", "admin", "member"]);
export type MemberRole = z.infer<typeof memberRole>;

/** The lowest role that may do each thing in a room. */
export const permissions = z.object({
  send_messages: memberRole,
  add_members: memberRole,
  mention_all: memberRole,
  pin_messages: memberRole,
  change_info: memberRole,
});
export type Permissions = z.infer<typeof permissions>;

/** A room as its members see it. */
export const room = z.object({
  id,
  kind: roomKind,
  /** Empty in a direct room: it is named by its people. */
  name: z.string(),
  topic: z.string(),
  public: z.boolean(),
  archived: z.boolean(),
  permissions,
  member_count: z.int(),
  /** The two people of a direct room; one for notes to self. */
  people: z.array(id).optional(),
  /** Seconds after which messages that are sent from now on are deleted by themselves; null for never. */
  delete_after: z.int().nullable(),
  /** Seconds for which messages that are sent from now on stay at most, as an admin of the server has said; null where none has. */
  retention: z.int().nullable().optional(),
  created_by: id,
  created_at: time,
});
export type Room = z.infer<typeof room>;

/** The newest message of a room, as a list of rooms shows it. */
export const lastMessage = z.object({
  id,
  seq: position,
  sender: id,
  type: messageType,
  /** Its first 140 UTF-16 code units, never half a character; empty once deleted. */
  text: z.string(),
  /** As that of the message. */
  version: z.int(),
  created_at: time,
  /** As that of the message. */
  in_thread: z.literal(true).optional(),
  /** As that of the message. */
  expires_at: time.optional(),
  deleted_at: time.optional(),
});
export type LastMessage = z.infer<typeof lastMessage>;

/** A room with the caller's place in it. */
export const membership = room.extend({
  /** The caller's role; null where the caller only may see it (a public channel not joined). */
  role: memberRole.nullable(),
  /** The number of the room's newest event. */
  head: position,
  /** The caller's own read mark: everything up to this event is read. Others may be shown a later one. */
  read: position,
  /** Messages after the read mark. */
  unread: z.int(),
  /** Those of them that mention the caller. */
  mentions: z.int(),
  /** When the newest message was sent; null in a room without one. */
  last_message_at: time.nullable(),
  /** Null also where the caller only may see the room. */
  last_message: lastMessage.nullable(),
  /** The caller's own wish. */
  notifications,
});
export type Membership = z.infer<typeof membership>;

export const member = z.object({
  user: id,
  role: memberRole,
  joined_at: time,
  /** How far this person has read; null where read marks are not shown (more than 64 members). */
  read: position.nullable(),
  delivered: position.nullable(),
});
export type Member = z.infer<typeof member>;

const roomInput = z.strictObject({ room: id });
const roomName = name(limits.roomName);
const topic = text(0, limits.roomTopic);

export const roomOperations = {
  "room.create": operation({
    summary: "Make a group or a channel; the caller is its owner",
    kind: "write",
    who: "user",
    rest: "POST /rooms",
    status: 201,
    repeat: "key",
    input: z.strictObject({
      kind: z.enum(["group", "channel"]),
      name: roomName,
      topic: topic.default(""),
      public: z.boolean().default(false),
      members: z.array(id).max(limits.membersPerCall).default([]),
    }),
    output: membership,
  }),
  "room.direct": operation({
    summary: "The direct room with a person (oneself: notes to self), made when it is not there",
    kind: "write",
    who: "user",
    rest: "POST /rooms/direct",
    input: z.strictObject({ user: id }),
    output: membership,
  }),
  "room.find_direct": operation({
    summary: "The direct room with a person (oneself: notes to self), if there is one",
    kind: "read",
    who: "user",
    rest: "GET /users/{user}/room",
    input: z.strictObject({ user: id }),
    output: z.object({ room: membership.nullable() }),
  }),
  "room.list": operation({
    summary: "The caller's rooms, by id",
    kind: "read",
    who: "user",
    rest: "GET /rooms",
    input: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
    output: z.object({ rooms: z.array(membership), next: cursor.nullable() }),
  }),
  "room.browse": operation({
    summary: "Public channels, by name",
    kind: "read",
    who: "user",
    rest: "GET /channels",
    input: z.strictObject({
      search: text(1, limits.searchText).optional(),
      cursor: cursor.optional(),
      limit: pageLimit,
    }),
    output: z.object({ rooms: z.array(membership), next: cursor.nullable() }),
  }),
  "room.list_all": operation({
    summary:
      "Groups and channels of the server, by id, or those with the given ids: what they are, not what is in them",
    kind: "read",
    who: "admin",
    rest: "GET /server/rooms",
    input: z.strictObject({
      /** At most 200 ids, comma-separated in a query. */
      ids: z.array(id).max(limits.pageMax).optional(),
      cursor: cursor.optional(),
      limit: pageLimit,
    }),
    output: z.object({ rooms: z.array(room), next: cursor.nullable() }),
  }),
  "room.get": operation({
    summary: "One room",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}",
    input: roomInput,
    output: membership,
  }),
  "room.update": operation({
    summary:
      "Change a group's or channel's name, topic, visibility (owner), permissions (owner) or after how long messages are deleted (owner or admin; in a direct room either of the two). An admin of the server may rename and close any",
    kind: "write",
    who: "user",
    rest: "PATCH /rooms/{room}",
    input: z.strictObject({
      room: id,
      name: roomName.optional(),
      topic: topic.optional(),
      public: z.boolean().optional(),
      permissions: permissions.partial().strict().optional(),
      /** Of messages that are sent from now on; null for never. */
      delete_after: deleteAfter.nullable().optional(),
    }),
    output: membership,
  }),
  "room.retain": operation({
    summary: "Say for how long messages of a group or channel stay at most, whatever its people choose",
    kind: "write",
    who: "admin",
    rest: "PUT /rooms/{room}/retention",
    input: z.strictObject({
      room: id,
      /** Seconds, of what was sent before as well: what is older is deleted. Null for as long as its people choose. */
      retention: deleteAfter.nullable(),
    }),
    output: room,
  }),
  "room.archive": operation({
    summary: "Close a room for writing, or open it again (owner)",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/archived",
    input: z.strictObject({ room: id, archived: z.boolean() }),
    output: membership,
  }),
  "room.delete": operation({
    summary: "Delete a group or channel and all that was said in it (owner, or an admin of the server)",
    kind: "write",
    who: "user",
    rest: "DELETE /rooms/{room}",
    status: 204,
    input: roomInput,
    output: nothing,
  }),
  "room.join": operation({
    summary: "Join a public channel",
    kind: "write",
    who: "user",
    rest: "POST /rooms/{room}/join",
    input: roomInput,
    output: membership,
  }),
  "room.leave": operation({
    summary:
      "Leave a group or channel. The last owner hands on to the longest-standing member of the highest role",
    kind: "write",
    who: "user",
    rest: "POST /rooms/{room}/leave",
    status: 204,
    input: roomInput,
    output: nothing,
  }),
  "member.list": operation({
    summary: "The people in a room, by id; or those whose names hold a text",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/members",
    input: z.strictObject({
      room: id,
      search: text(1, limits.searchText).optional(),
      cursor: cursor.optional(),
      limit: pageLimit,
    }),
    output: z.object({ members: z.array(member), next: cursor.nullable() }),
  }),
  "member.add": operation({
    summary: "Add a person to a group or channel; somebody who is in stays as they are",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/members/{user}",
    input: z.strictObject({ room: id, user: id, role: memberRole.default("member") }),
    output: member,
  }),
  "member.remove": operation({
    summary: "Remove a person of a lower role",
    kind: "write",
    who: "user",
    rest: "DELETE /rooms/{room}/members/{user}",
    status: 204,
    input: z.strictObject({ room: id, user: id }),
    output: nothing,
  }),
  "member.set_role": operation({
    summary:
      "Change a person's role. Nobody acts on an equal or gives more than they have; the last owner stays",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/members/{user}/role",
    input: z.strictObject({ room: id, user: id, role: memberRole }),
    output: member,
  }),
} as const;
