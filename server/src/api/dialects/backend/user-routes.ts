import { limits } from "@parley/protocol/limits";
import { displayName, email, namePart, password, username } from "@parley/protocol/users";
import { z } from "zod";
import { ids } from "../fields.ts";
import { allAccounts } from "../lists.ts";
import { route } from "../route.ts";
import { signUp, signUpFields } from "../sign-up.ts";
import { toUser, user } from "../user.ts";

export const userRoutes = [
  route({
    method: "POST",
    path: "/user/signup",
    summary: "Make an account, as far as registration is open",
    about: "Its rules are those of /auth/signup.",
    who: "anyone",
    openWhileUnclaimed: true,
    body: z.object(signUpFields),
    status: 201,
    success: user,
    failures: [401, 403],
    answer: async (call, { body }) => toUser(await signUp(call, body)),
  }),
  route({
    method: "GET",
    path: "/user/users",
    summary: "Everybody's accounts, the newest first",
    about: "All of them, up to 10,000, or a page where `limit` is told.",
    who: "admin",
    query: z.object({
      search: z.string().min(1).max(limits.searchText).optional(),
      limit: z.int().min(1).max(limits.pageMax).optional(),
      offset: z.int().min(0).max(limits.listOffset).default(0),
    }),
    success: z.array(user),
    async answer(call, { query: { search, limit, offset } }) {
      const which = { ...(search !== undefined && { search }), ...(limit !== undefined && { limit }) };
      return (await allAccounts(call, { ...which, offset })).map(toUser);
    },
  }),
  route({
    method: "PUT",
    path: "/user/update/{id}",
    summary: "Change a profile: one's own, or as an admin of the server anybody's",
    about: "What is left out stays as it is.",
    who: "user",
    fields: ids("id"),
    names: { display_name: "full_name", given_name: "first_name", family_name: "last_name" },
    body: z.object({
      username: username.optional(),
      email: email.optional(),
      first_name: namePart.nullable().optional(),
      last_name: namePart.nullable().optional(),
      full_name: displayName.optional(),
    }),
    success: user,
    async answer(call, { path: { id }, body: { first_name, last_name, full_name, ...rest } }) {
      const change = {
        ...rest,
        ...(first_name !== undefined && { given_name: first_name }),
        ...(last_name !== undefined && { family_name: last_name }),
        ...(full_name !== undefined && { display_name: full_name }),
      };
      if (id === call.actor.user) return toUser(await call.ask("user.update", change));
      return toUser(await call.ask("account.update", { user: id, ...change }));
    },
  }),
  route({
    method: "POST",
    path: "/user/update_password",
    summary: "Change one's own password. Every other session ends",
    who: "user",
    body: z.object({ current_password: z.string().min(1).max(1024), new_password: password }),
    success: z.object({ message: z.string() }),
    async answer(call, { body: { current_password, new_password } }) {
      await call.ask("password.change", { current_password, new_password });
      return { message: "the password is changed" };
    },
  }),
];
