import { z } from "zod";
import { cursor, id, name, nothing, pageLimit, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";

/** 2 to 32 characters: letters, digits, `.`, `_`, `-`; begins with a letter or digit. Unique whatever its case. */
export const username = z
  .string()
  .min(2)
  .max(limits.username)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "may hold letters, digits, '.', '_' and '-'");

export const email = z.email().max(limits.email);

/** 8 to 128 characters of any kind; a common one is refused by the server. */
export const password = text(limits.passwordMin, limits.passwordMax);

export const serverRole = z.enum(["user", "admin"]);
export type ServerRole = z.infer<typeof serverRole>;

/** A person as everyone on the server sees them. */
export const user = z.object({
  id,
  username,
  display_name: z.string(),
  /** Parts of the name (OpenID Connect Core 1.0, standard claims); either may be missing. */
  given_name: z.string().nullable(),
  family_name: z.string().nullable(),
  status_message: z.string(),
  /** The name of the profile picture, under `/api/v2/avatars/`; null without one. Another picture has another name. */
  avatar: z.string().nullable(),
  role: serverRole,
  active: z.boolean(),
  /** There, and true, for an account that is deleted: its names say nothing, and clients show words of their own. */
  deleted: z.literal(true).optional(),
});
export type User = z.infer<typeof user>;

/** A person as they see themselves, and as an admin sees them. */
export const account = user.extend({
  email: z.string().nullable(),
  /** The next sign-in must be followed by a change of password before anything else. */
  must_change_password: z.boolean(),
  created_at: time,
  /** When a name, the e-mail address, the role, the picture, the password or whether it is active last changed. */
  updated_at: time,
});
export type Account = z.infer<typeof account>;

export const displayName = name(limits.displayName);

/** A given or a family name. Where one is given and no display name, that is made of both. */
export const namePart = name(limits.displayName);

/** What changes the names by which a person is shown; null takes a part away. A display name alone clears both parts. */
export const shownNames = {
  display_name: displayName.optional(),
  given_name: namePart.nullable().optional(),
  family_name: namePart.nullable().optional(),
};

export const userOperations = {
  "user.me": operation({
    summary: "The signed-in person",
    kind: "read",
    who: "user",
    rest: "GET /me",
    input: nothing,
    output: account,
  }),
  "user.update": operation({
    summary: "Change one's own profile",
    kind: "write",
    who: "user",
    rest: "PATCH /me",
    input: z.strictObject({
      username: username.optional(),
      email: email.optional(),
      ...shownNames,
      status_message: text(0, limits.statusMessage).optional(),
    }),
    output: account,
  }),
  "user.get": operation({
    summary: "One person",
    kind: "read",
    who: "user",
    rest: "GET /users/{user}",
    input: z.strictObject({ user: id }),
    output: user,
  }),
  "user.list": operation({
    summary: "People on the server, by name; or those with the given ids",
    kind: "read",
    who: "user",
    rest: "GET /users",
    input: z.strictObject({
      search: text(1, limits.searchText).optional(),
      /** At most 200 ids, comma-separated in a query. */
      ids: z.array(id).max(limits.pageMax).optional(),
      cursor: cursor.optional(),
      limit: pageLimit,
    }),
    output: z.object({ users: z.array(user), next: cursor.nullable() }),
  }),
  "user.create": operation({
    summary: "Create an account. Without a password a one-time password is made and returned once",
    kind: "run",
    who: "admin",
    rest: "POST /users",
    status: 201,
    input: z.strictObject({
      username,
      email: email.optional(),
      ...shownNames,
      role: serverRole.default("user"),
      password: password.optional(),
    }),
    output: z.object({ user: account, password: z.string().optional() }),
  }),
  "user.set_active": operation({
    summary: "Deactivate or reactivate an account. Deactivation ends every session at once",
    kind: "write",
    who: "admin",
    rest: "PUT /users/{user}/active",
    input: z.strictObject({ user: id, active: z.boolean() }),
    output: account,
  }),
  "user.set_role": operation({
    summary: "Make an account an admin or an ordinary one. The last admin stays",
    kind: "write",
    who: "admin",
    rest: "PUT /users/{user}/role",
    input: z.strictObject({ user: id, role: serverRole }),
    output: account,
  }),
  "password.change": operation({
    summary: "Change one's password. Every other session ends",
    kind: "run",
    who: "user",
    rest: "PUT /me/password",
    status: 204,
    input: z.strictObject({ current_password: z.string().min(1).max(1024), new_password: password }),
    output: nothing,
  }),
} as const;
