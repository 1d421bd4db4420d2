import { z } from "zod";
import { id, name, nothing, text, time } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";
import { account, email, password, serverRole, shownNames, username } from "./users.ts";

/** What the first room is called where the first admin has not said. */
export const firstRoomName = "General";

/** One signed-in device. */
export const session = z.object({
  id,
  device: z.string(),
  /** The network the session was last used from: an IPv4 /24 or an IPv6 /56. */
  network: z.string(),
  created_at: time,
  used_at: time,
  current: z.boolean(),
});
export type Session = z.infer<typeof session>;

/** What signing in gives. Times in seconds. With `cookie` the refresh token is set as an HttpOnly cookie instead. */
export const signedIn = z.object({
  access_token: z.string(),
  token_type: z.literal("bearer"),
  expires_in: z.int(),
  refresh_token: z.string().optional(),
  session: id,
  user: account,
});
export type SignedIn = z.infer<typeof signedIn>;

const device = text(0, limits.deviceName).default("");
const cookie = z.boolean().default(false);
const secret = z.string().min(1).max(1024);

const newAccount = {
  username,
  email,
  password,
  ...shownNames,
  device,
  cookie,
};

/** A link that lets somebody make an account. Its code is shown once, when it is made. */
export const invite = z.object({
  id,
  role: serverRole,
  uses_left: z.int(),
  created_by: id,
  created_at: time,
  expires_at: time,
});
export type Invite = z.infer<typeof invite>;

export const sessionOperations = {
  "session.create": operation({
    summary: "Sign in with username or e-mail and password",
    kind: "run",
    who: "anyone",
    rest: "POST /session",
    input: z.strictObject({ login: z.string().min(1).max(limits.email), password: secret, device, cookie }),
    output: signedIn,
  }),
  "session.refresh": operation({
    summary:
      "A new access token for a refresh token, which is replaced. A replaced token used again ends the session",
    kind: "run",
    who: "anyone",
    rest: "POST /session/refresh",
    input: z.strictObject({
      refresh_token: z.string().min(1).max(1024).optional(),
      cookie,
      /** A replaced token ends the session even in the moment in which its answer may have been lost. */
      once: z.boolean().default(false),
    }),
    output: signedIn,
  }),
  "session.revoke": operation({
    summary:
      "Sign out with a refresh token alone. One that is not known is answered alike, and a replaced one ends its session too (RFC 7009)",
    kind: "run",
    who: "anyone",
    rest: "POST /session/revoke",
    status: 204,
    input: z.strictObject({ refresh_token: text(1, 1024) }),
    output: nothing,
  }),
  "session.list": operation({
    summary: "The caller's signed-in devices",
    kind: "run",
    who: "user",
    rest: "GET /sessions",
    input: nothing,
    output: z.object({ sessions: z.array(session) }),
  }),
  "session.end": operation({
    summary: "Sign one device out; without an id, this one",
    kind: "write",
    who: "user",
    rest: "POST /sessions/end",
    status: 204,
    input: z.strictObject({ session: id.optional() }),
    output: nothing,
  }),
  "session.end_others": operation({
    summary: "Sign every other device out. Needs the password",
    kind: "run",
    who: "user",
    rest: "POST /sessions/end-others",
    status: 204,
    input: z.strictObject({ password: secret }),
    output: nothing,
  }),
  "user.register": operation({
    summary: "Make one's own account, with an invite or where registration is open",
    kind: "run",
    who: "anyone",
    rest: "POST /users/register",
    status: 201,
    input: z.strictObject({ ...newAccount, invite: z.string().min(1).max(64).optional() }),
    output: signedIn,
  }),
  "invite.create": operation({
    summary: "Make an invite link. Its code is in this answer only: one that is lost is not given again",
    kind: "run",
    who: "admin",
    rest: "POST /invites",
    status: 201,
    input: z.strictObject({
      role: serverRole.default("user"),
      uses: z.int().min(1).max(limits.inviteUses).default(1),
      days: z.int().min(1).max(limits.inviteDays).default(7),
    }),
    output: z.object({ invite, code: z.string(), link: z.string() }),
  }),
  "invite.list": operation({
    summary: "Invites that still work, without their codes",
    kind: "run",
    who: "admin",
    rest: "GET /invites",
    input: nothing,
    output: z.object({ invites: z.array(invite) }),
  }),
  "invite.revoke": operation({
    summary: "Make an invite useless",
    kind: "write",
    who: "admin",
    rest: "DELETE /invites/{invite}",
    status: 204,
    input: z.strictObject({ invite: id }),
    output: nothing,
  }),
  "server.info": operation({
    summary: "What anyone may know of this server",
    kind: "run",
    who: "anyone",
    rest: "GET /server",
    input: nothing,
    output: z.object({
      name: z.string(),
      version: z.string(),
      /** Whether the first admin exists. Until then only health, pages and set-up answer. */
      claimed: z.boolean(),
      registration: z.enum(["closed", "invite", "open"]),
    }),
  }),
  "server.claim": operation({
    summary: "Make the first admin with the set-up code that the server printed",
    kind: "run",
    who: "anyone",
    rest: "POST /server/claim",
    status: 201,
    input: z.strictObject({
      ...newAccount,
      code: z.string().min(1).max(64),
      server_name: name(limits.displayName).optional(),
      /** The name of the public channel that everybody new joins. */
      first_room: name(limits.roomName).default(firstRoomName),
    }),
    output: signedIn,
  }),
} as const;
