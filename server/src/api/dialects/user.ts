import type { Account, User } from "@parley/protocol/users";
import { z } from "zod";
import { id, time } from "./fields.ts";

/** A person as they see themselves, in the systems whose READMEs leave it open what that is. */
export const user = z.object({
  id,
  username: z.string(),
  email: z.string().nullable(),
  full_name: z.string(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  /** The path of the picture on this server; null without one. */
  profile_pic: z.string().nullable(),
  role: z.enum(["user", "admin"]),
  is_active: z.boolean(),
  status_message: z.string(),
  created_at: time,
});

export function toUser(of: Account): z.input<typeof user> {
  return {
    id: of.id,
    username: of.username,
    email: of.email,
    full_name: of.display_name,
    first_name: of.given_name,
    last_name: of.family_name,
    profile_pic: pictureOf(of),
    role: of.role,
    is_active: of.active,
    status_message: of.status_message,
    created_at: of.created_at,
  };
}

export function pictureOf({ avatar }: Pick<User, "avatar">): string | null {
  return avatar === null ? null : `/api/v2/avatars/${avatar}`;
}
