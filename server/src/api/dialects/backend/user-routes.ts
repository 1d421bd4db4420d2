import { password } from "@parley/protocol/users";
import { z } from "zod";
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
