import { z } from "zod";
import { BadInput } from "./failures.ts";
import { tokenType } from "./fields.ts";
import { route } from "./route.ts";
import { toUser, user } from "./user.ts";

/** What a sign-in takes, as JSON or as the form of an OAuth client: a name or an address, whichever is sent. */
export const loginFields = z.object({
  username: z.string().min(1).max(254).optional(),
  email: z.string().min(1).max(254).optional(),
  password: z.string().min(1).max(1024),
});

export function loginOf({ username, email, password }: z.output<typeof loginFields>): {
  login: string;
  password: string;
} {
  const login = username ?? email;
  if (login !== undefined) return { login, password };
  const msg = "is required, or an email";
  throw new BadInput([{ loc: ["body", "username"], msg, type: "missing" }]);
}

/** One route of several dialects. */
export const loginRoute = route({
  method: "POST",
  path: "/auth/login",
  summary: "Sign in with username or e-mail address and password, as JSON or as a form",
  about: "Either field takes either. The refresh token is for /api/v2/session/refresh; times are in seconds.",
  who: "anyone",
  ignoresBadToken: true,
  takes: "form",
  names: { login: "username" },
  body: loginFields,
  success: z.object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: tokenType,
    expires_in: z.int(),
    user,
  }),
  async answer(call, { body }) {
    const { refresh_token = "", user: account, ...rest } = await call.ask("session.create", loginOf(body));
    const { access_token, token_type, expires_in } = rest;
    return { access_token, refresh_token, token_type, expires_in, user: toUser(account) };
  },
});
