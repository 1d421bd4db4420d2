import { z } from "zod";
import { id, nothing, pageLimit, text } from "./fields.ts";
import { limits } from "./limits.ts";
import { operation } from "./operation.ts";
import { account, email, password, serverRole, shownNames, username } from "./users.ts";

export const accountOperations = {
  "account.list": operation({
    summary: "Accounts, the newest first, with how many there are in all",
    kind: "read",
    who: "admin",
    rest: "GET /accounts",
    input: z.strictObject({
      /** A part of a name or of the e-mail address, without regard to case. */
      search: text(1, limits.searchText).optional(),
      role: serverRole.optional(),
      active: z.boolean().optional(),
      limit: pageLimit,
      /** How many of them to leave out. */
      offset: z.int().min(0).max(limits.listOffset).default(0),
    }),
    output: z.object({ accounts: z.array(account), total: z.int() }),
  }),
  "account.get": operation({
    summary: "One account",
    kind: "read",
    who: "admin",
    rest: "GET /accounts/{user}",
    input: z.strictObject({ user: id }),
    output: account,
  }),
  "account.update": operation({
    summary: "Change the names and the address of anybody. Null takes an address or a part of a name away",
    kind: "write",
    who: "admin",
    rest: "PATCH /accounts/{user}",
    input: z.strictObject({
      user: id,
      username: username.optional(),
      email: email.nullable().optional(),
      ...shownNames,
    }),
    output: account,
  }),
  "account.set_password": operation({
    summary:
      "Give another person a new password. Without one a one-time password is made and returned once. Ends all their sessions",
    kind: "run",
    who: "admin",
    rest: "PUT /accounts/{user}/password",
    input: z.strictObject({ user: id, password: password.optional() }),
    output: z.object({ user: account, password: z.string().optional() }),
  }),
  "account.delete": operation({
    summary:
      "Delete an account. What the person said stays, without their name; all that was theirs alone goes. The last admin stays",
    kind: "run",
    who: "admin",
    rest: "DELETE /accounts/{user}",
    status: 204,
    input: z.strictObject({ user: id }),
    output: nothing,
  }),
} as const;
