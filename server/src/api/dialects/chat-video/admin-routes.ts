import { text } from "@parley/protocol/fields";
import { limits } from "@parley/protocol/limits";
import { type Account, email, password, serverRole, username } from "@parley/protocol/users";
import { z } from "zod";
import { ids, limit } from "../fields.ts";
import { type DialectCall, route } from "../route.ts";
import { fromNames, nameFields, names, toUser, user } from "./shapes.ts";

const path = "/api/admin/users/{id}";
const fields = ids("id");

const changes = z.object({
  username: username.optional(),
  email: email.nullable().optional(),
  ...nameFields,
  role: serverRole.optional(),
  is_active: z.boolean().optional(),
  password: password.optional(),
});

type Changes = z.output<typeof changes>;

/** Each change is an operation of its own; those that are refused to the last admin come first. */
async function change(call: DialectCall, of: number, wishes: Changes): Promise<Account> {
  const { role, is_active: active, password: given } = wishes;
  let account: Account | null = null;
  if (role !== undefined) account = await call.ask("user.set_role", { user: of, role });
  if (active !== undefined) account = await call.ask("user.set_active", { user: of, active });
  account = (await changeProfile(call, of, wishes)) ?? account;
  if (given !== undefined) {
    account = (await call.ask("account.set_password", { user: of, password: given })).user;
  }
  return account ?? call.ask("account.get", { user: of });
}

/** Null where nothing is wished. */
async function changeProfile(call: DialectCall, of: number, wishes: Changes): Promise<Account | null> {
  const { role, is_active, password: _, first_name, last_name, email: address, ...rest } = wishes;
  const names = { ...rest, ...fromNames({ first_name, last_name }) };
  if (Object.keys(names).length === 0 && address === undefined) return null;
  const steppedDown = of === call.actor.user && (role === "user" || is_active === false);
  if (!steppedDown) return call.ask("account.update", { user: of, ...names, email: address });
  // Whoever has just ceased to be an admin still has a profile of their own.
  return call.ask("user.update", { ...names, email: address ?? undefined });
}

export const adminRoutes = [
  route({
    method: "POST",
    path: "/api/admin/users",
    summary: "Make an account",
    who: "admin",
    names,
    body: z.object({
      username,
      password,
      ...nameFields,
      email: email.nullable().optional(),
      role: serverRole.optional(),
    }),
    status: 201,
    success: user,
    async answer(call, { body: { first_name, last_name, email: address, ...rest } }) {
      const given = { ...rest, ...(address && { email: address }), ...fromNames({ first_name, last_name }) };
      return toUser((await call.ask("user.create", given)).user);
    },
  }),
  route({
    method: "GET",
    path: "/api/admin/users",
    summary: "Accounts, the newest first, with how many there are in all",
    about: "`search` is looked for in names and e-mail addresses.",
    who: "admin",
    names: { active: "is_active" },
    query: z.object({
      search: text(0, limits.searchText).optional(),
      role: serverRole.optional(),
      is_active: z.boolean().optional(),
      limit,
      offset: z.int().min(0).max(limits.listOffset).default(0),
    }),
    success: z.object({ items: z.array(user), total: z.int() }),
    async answer(call, { query: { search, is_active: active, ...rest } }) {
      const { accounts, total } = await call.ask("account.list", {
        ...rest,
        ...(search && { search }),
        ...(active !== undefined && { active }),
      });
      return { items: accounts.map(toUser), total };
    },
  }),
  route({
    method: "GET",
    path,
    summary: "One account",
    who: "admin",
    fields,
    success: user,
    answer: async (call, { path: { id } }) => toUser(await call.ask("account.get", { user: id })),
  }),
  route({
    method: "PUT",
    path,
    summary: "Change an account: what is left out stays",
    about:
      "A password that is set ends all the person's sessions, and one's own is not set here. The last admin stays one.",
    who: "admin",
    fields,
    names: { ...names, active: "is_active" },
    body: changes,
    success: user,
    async answer(call, { path: { id }, body }) {
      return toUser(await change(call, id, body));
    },
  }),
  route({
    method: "DELETE",
    path,
    summary: "Delete an account: what the person said stays. The last admin's is not deleted",
    who: "admin",
    fields,
    status: 204,
    async answer(call, { path: { id } }) {
      await call.ask("account.delete", { user: id });
      return undefined;
    },
  }),
  route({
    method: "PATCH",
    path: `${path}/toggle-active`,
    summary:
      "Deactivate an account, or reactivate it. Deactivation ends all the person's sessions and sockets",
    who: "admin",
    fields,
    success: user,
    async answer(call, { path: { id } }) {
      const { active } = await call.ask("account.get", { user: id });
      return toUser(await call.ask("user.set_active", { user: id, active: !active }));
    },
  }),
];
