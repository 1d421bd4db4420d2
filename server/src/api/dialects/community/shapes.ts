import type { Member, Membership } from "@parley/protocol/rooms";
import { memberRole } from "@parley/protocol/rooms";
import { z } from "zod";
import { id, time } from "../fields.ts";

/** What members may do: true where all of them may, false where only admins of the room may. */
export const permissions = z.object({
  send_messages: z.boolean(),
  add_members: z.boolean(),
  mention_all: z.boolean(),
  pin_messages: z.boolean(),
  change_info: z.boolean(),
});

export const room = z.object({
  id,
  /** Of a direct room the other person's username. */
  name: z.string(),
  description: z.string(),
  room_type: z.enum(["direct", "group", "channel"]),
  is_private: z.boolean(),
  is_encrypted: z.boolean(),
  auto_delete_after: z.int().nullable(),
  permissions,
  member_count: z.int(),
  /** The caller's own; null in a public channel that the caller has not joined. */
  my_role: memberRole.nullable(),
  unread_count: z.int(),
  last_message_at: time.nullable(),
  created_by: id,
  created_at: time,
});

export const member = z.object({
  user_id: id,
  username: z.string(),
  role: memberRole,
  joined_at: time,
});

export const file = z.object({
  /** The file in this message; that of its upload was for sending it, once. */
  file_id: id,
  /** A path on this server that needs no token: for this session, and for an hour at least. */
  url: z.string(),
  thumbnail_url: z.string().nullable(),
  name: z.string(),
  mime_type: z.string(),
  size: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});

export const reactions = z.array(z.object({ emoji: z.string(), count: z.int(), user_ids: z.array(id) }));

export const message = z.object({
  /** The same as `id`. */
  message_id: id,
  id,
  chat_room_id: id,
  sender_id: id,
  sender_name: z.string(),
  /** Empty once deleted, and where there is only a file. */
  content: z.string(),
  message_type: z.string(),
  reply_to_id: id.nullable(),
  file: file.nullable(),
  /** All of them, where there are several; `file` is the first. */
  files: z.array(file),
  reactions,
  /** Delivered and read: by everybody else in the room. Where more than 64 people are, always `sent`. */
  status: z.enum(["sent", "delivered", "read"]),
  is_edited: z.boolean(),
  is_deleted: z.boolean(),
  is_pinned: z.boolean(),
  created_at: time,
  edited_at: time.nullable(),
  expires_at: time.nullable(),
});

/** A message that is yet to be sent: its ids are its place in the list of these, and no message has them. */
export const scheduledMessage = message.extend({
  /** `failed`: its time came, and it was refused. */
  status: z.enum(["scheduled", "failed"]),
  scheduled_at: time,
});

export function toRoom(of: Membership, name: string): z.input<typeof room> {
  const { send_messages, add_members, mention_all, pin_messages, change_info } = of.permissions;
  const forAll = (role: string) => role === "member";
  return {
    ...{ id: of.id, name, description: of.topic, room_type: of.kind },
    ...{ is_private: !of.public, is_encrypted: false, auto_delete_after: of.delete_after },
    permissions: {
      send_messages: forAll(send_messages),
      add_members: forAll(add_members),
      mention_all: forAll(mention_all),
      pin_messages: forAll(pin_messages),
      change_info: forAll(change_info),
    },
    ...{ member_count: of.member_count, my_role: of.role },
    ...{ unread_count: of.unread, last_message_at: of.last_message_at },
    ...{ created_by: of.created_by, created_at: of.created_at },
  };
}

export function toMember(of: Member, username: string): z.input<typeof member> {
  return { user_id: of.user, username, role: of.role, joined_at: of.joined_at };
}
