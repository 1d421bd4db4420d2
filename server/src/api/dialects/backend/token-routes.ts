import { z } from "zod";
import { id, tokenType } from "../fields.ts";
import { loginFields, loginOf } from "../login.ts";
import { route } from "../route.ts";

export const tokenRoutes = [
  route({
    method: "POST",
    path: "/auth/token",
    summary: "Sign in for a token, as JSON or as the password form of an OAuth client",
    about: "Takes a username or an e-mail address in either field. `expires_in` is in seconds.",
    who: "anyone",
    takes: "form",
    names: { login: "username" },
    body: loginFields.extend({
      /** RFC 6749, section 4.3: no other grant is given here. */
      grant_type: z.enum(["password", ""]).optional(),
    }),
    success: z.object({
      access_token: z.string(),
      token_type: tokenType,
      expires_in: z.int(),
      session_id: id,
    }),
    failures: [401],
    async answer(call, { body }) {
      const { session: session_id, ...signed } = await call.ask("session.create", loginOf(body));
      const { access_token, token_type, expires_in } = signed;
      return { access_token, token_type, expires_in, session_id };
    },
  }),
];
