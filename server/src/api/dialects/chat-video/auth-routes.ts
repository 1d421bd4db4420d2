import { ChatError } from "@parley/protocol/errors";
import type { SignedIn } from "@parley/protocol/sessions";
import { z } from "zod";
import { tokenType } from "../fields.ts";
import { loginFields, loginOf } from "../login.ts";
import { route } from "../route.ts";
import { toUser, user } from "./shapes.ts";

const signedIn = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: tokenType,
  expires_in: z.int(),
  user,
});

function toSignedIn({ refresh_token = "", user: account, ...rest }: SignedIn): z.input<typeof signedIn> {
  const { access_token, token_type, expires_in } = rest;
  return { access_token, refresh_token, token_type, expires_in, user: toUser(account) };
}

const refreshToken = z.string().min(1).max(1024);

export const authRoutes = [
  route({
    method: "POST",
    path: "/api/auth/login",
    summary: "Sign in with username or e-mail address and password, as JSON or as a form",
    about: "`expires_in` is in seconds. The tokens are those of `/api/v2`.",
    who: "anyone",
    ignoresBadToken: true,
    takes: "form",
    names: { login: "username" },
    body: loginFields,
    success: signedIn,
    answer: async (call, { body }) => toSignedIn(await call.ask("session.create", loginOf(body))),
  }),
  route({
    method: "POST",
    path: "/api/auth/refresh",
    summary: "A new pair of tokens for a refresh token, which is replaced",
    about: "A refresh token that is used twice ends its session: somebody has a copy of it.",
    who: "anyone",
    ignoresBadToken: true,
    body: z.object({ refresh_token: refreshToken }),
    success: signedIn,
    failures: [401],
    answer: async (call, { body }) => toSignedIn(await call.ask("session.refresh", { ...body, once: true })),
  }),
  route({
    method: "POST",
    path: "/api/auth/logout",
    summary: "End the session of a refresh token, or without one that of the bearer",
    about:
      "What is no refresh token (any more) is answered alike; one that was replaced ends its session too.",
    who: "anyone",
    ignoresBadToken: true,
    body: z.object({ refresh_token: refreshToken.optional() }),
    status: 204,
    async answer(call, { body: { refresh_token } }) {
      if (refresh_token !== undefined) await call.ask("session.revoke", { refresh_token });
      else if (call.caller.actor) await call.ask("session.end", {});
      else throw new ChatError("unauthenticated", "send a refresh token, or sign in first");
      return undefined;
    },
  }),
];
