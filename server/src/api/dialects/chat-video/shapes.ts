import type { Message } from "@parley/protocol/messages";
import type { Account } from "@parley/protocol/users";
import { namePart } from "@parley/protocol/users";
import { z } from "zod";
import { id, time } from "../fields.ts";
import { pictureOf } from "../user.ts";

/** A person as they see themselves, and as admins see them. */
export const user = z.object({
  id,
  username: z.string(),
  email: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  /** The path of the picture on this server; null without one. */
  profile_pic: z.string().nullable(),
  role: z.enum(["user", "admin"]),
  is_active: z.boolean(),
  created_at: time,
  updated_at: time,
});

/** What a client's form sends of a name; empty or null takes it away. */
const name = namePart.or(z.literal("")).nullable().optional();
export const nameFields = { first_name: name, last_name: name };

/** The first file of a message. */
export const attachment = z.object({
  id,
  name: z.string(),
  /** A path on this server, readable for an hour at least with nothing else. */
  url: z.string(),
  mime_type: z.string(),
  size: z.int(),
});

export const message = z.object({
  id,
  sender_id: id,
  receiver_id: id,
  content: z.string(),
  attachment: attachment.nullable(),
  /** Whether the receiver has read it. */
  is_read: z.boolean(),
  created_at: time,
});

/** Names of the operations' fields, for what is wrong with them. */
export const names = { given_name: "first_name", family_name: "last_name", display_name: "last_name" };

export function toUser(of: Account): z.input<typeof user> {
  return {
    id: of.id,
    username: of.username,
    email: of.email,
    first_name: of.given_name,
    last_name: of.family_name,
    profile_pic: pictureOf(of),
    role: of.role,
    is_active: of.active,
    created_at: of.created_at,
    updated_at: of.updated_at,
  };
}

interface Names {
  first_name?: string | null | undefined;
  last_name?: string | null | undefined;
}

export function fromNames({ first_name, last_name }: Names) {
  return {
    ...(first_name !== undefined && { given_name: first_name || null }),
    ...(last_name !== undefined && { family_name: last_name || null }),
  };
}

export interface Pair {
  /** Who looks at the message, and with whom; the same for notes to self. */
  user: number;
  peer: number;
}

export function toMessage(
  of: Message,
  known: Pair & { attachment: z.input<typeof attachment> | null; isRead: boolean },
): z.input<typeof message> {
  return {
    id: of.id,
    sender_id: of.sender,
    receiver_id: of.sender === known.user ? known.peer : known.user,
    content: of.text,
    attachment: known.attachment,
    is_read: known.isRead,
    created_at: of.created_at,
  };
}
