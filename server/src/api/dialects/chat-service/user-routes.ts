import { displayName, email, username } from "@parley/protocol/users";
import { z } from "zod";
import { ids, limit, tokenType } from "../fields.ts";
import { route } from "../route.ts";
import { signUp, signUpFields } from "../sign-up.ts";
import { person, toPerson, toUser, user } from "./shapes.ts";

const names = { display_name: "full_name", login: "username" };

export const userRoutes = [
  route({
    method: "POST",
    path: "/api/v1/users/register",
    summary: "Make one's own account, as far as registration is open",
    who: "anyone",
    openWhileUnclaimed: true,
    names,
    body: z.object({ ...signUpFields, full_name: displayName.optional() }),
    status: 201,
    success: user,
    async answer(call, { body: { full_name, ...account } }) {
      return toUser(
        await signUp(call, { ...account, ...(full_name !== undefined && { display_name: full_name }) }),
      );
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/users/login",
    summary: "Sign in with username or e-mail address and password, as JSON or as a form",
    who: "anyone",
    ignoresBadToken: true,
    takes: "form",
    names,
    body: z.object({ username: z.string().min(1).max(254), password: z.string().min(1).max(1024) }),
    success: z.object({ access_token: z.string(), token_type: tokenType, expires_in: z.int(), user }),
    async answer(call, { body }) {
      const given = { login: body.username, password: body.password };
      const { access_token, token_type, expires_in, user: account } = await call.ask("session.create", given);
      return { access_token, token_type, expires_in, user: toUser(account) };
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/users/me",
    summary: "The signed-in person",
    who: "user",
    success: user,
    answer: async (call) => toUser(await call.ask("user.me", {})),
  }),
  route({
    method: "PUT",
    path: "/api/v1/users/me",
    summary: "Change one's own profile",
    who: "user",
    names,
    body: z.object({
      username: username.optional(),
      email: email.optional(),
      full_name: displayName.optional(),
    }),
    success: user,
    async answer(call, { body: { full_name, ...rest } }) {
      const change = { ...rest, ...(full_name !== undefined && { display_name: full_name }) };
      return toUser(await call.ask("user.update", change));
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/users/search",
    summary: "People whose username or full name holds a text",
    who: "user",
    names: { search: "q" },
    query: z.object({ q: z.string().min(1).max(200), limit }),
    success: z.array(person),
    async answer(call, { query: { q, limit: most } }) {
      return (await call.ask("user.list", { search: q, limit: most })).users.map(toPerson);
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/users/{id}",
    summary: "One person",
    who: "user",
    fields: ids("id"),
    success: person,
    answer: async (call, { path }) => toPerson(await call.ask("user.get", { user: path.id })),
  }),
];
