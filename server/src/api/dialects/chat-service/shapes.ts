import type { Message } from "@parley/protocol/messages";
import type { Presence } from "@parley/protocol/presence";
import type { Member, Membership } from "@parley/protocol/rooms";
import type { Account, User } from "@parley/protocol/users";
import { z } from "zod";
import { id, time } from "../fields.ts";

/** A person as others see them: the e-mail address is nobody else's business. */
export const person = z.object({
  id,
  username: z.string(),
  full_name: z.string(),
  is_active: z.boolean(),
});

/** A person as they see themselves. */
export const user = person.extend({ email: z.string().nullable(), created_at: time });

export const participant = z.object({
  user_id: id,
  username: z.string(),
  is_admin: z.boolean(),
  joined_at: time,
  is_online: z.boolean(),
});

export const chat = z.object({
  id,
  chat_type: z.enum(["direct", "group"]),
  /** Null for a direct chat: it is named by its people. */
  name: z.string().nullable(),
  created_by: id,
  created_at: time,
  participant_count: z.int(),
  unread_count: z.int(),
  last_message_at: time.nullable(),
});

export const message = z.object({
  id,
  chat_id: id,
  sender_id: id,
  sender_username: z.string(),
  /** Empty once deleted. */
  content: z.string(),
  message_type: z.string(),
  timestamp: time,
  is_edited: z.boolean(),
  is_deleted: z.boolean(),
});

export function toPerson(of: User): z.input<typeof person> {
  return { id: of.id, username: of.username, full_name: of.display_name, is_active: of.active };
}

export function toUser(of: Account): z.input<typeof user> {
  return { ...toPerson(of), email: of.email, created_at: of.created_at };
}

export function toChat(of: Membership): z.input<typeof chat> {
  return {
    id: of.id,
    chat_type: of.kind === "direct" ? "direct" : "group",
    name: of.kind === "direct" ? null : of.name,
    created_by: of.created_by,
    created_at: of.created_at,
    participant_count: of.member_count,
    unread_count: of.unread,
    last_message_at: of.last_message_at,
  };
}

export function toParticipant(
  of: Member,
  known: { username: string; presence: Presence | undefined },
): z.input<typeof participant> {
  return {
    user_id: of.user,
    username: known.username,
    is_admin: of.role !== "member",
    joined_at: of.joined_at,
    is_online: (known.presence?.state ?? "offline") !== "offline",
  };
}

export function toMessage(of: Message, sender_username: string): z.input<typeof message> {
  return {
    id: of.id,
    chat_id: of.room,
    sender_id: of.sender,
    sender_username,
    content: of.text,
    message_type: of.type,
    timestamp: of.created_at,
    is_edited: of.edited_at !== undefined,
    is_deleted: of.deleted_at !== undefined,
  };
}
