import { z } from "zod";
import { route } from "../route.ts";
import { signUp, signUpFields } from "../sign-up.ts";
import { toUser, user } from "../user.ts";

export const userRoutes = [
  route({
    method: "POST",
    path: "/auth/signup",
    summary: "Make an account, as far as registration is open",
    about:
      "An admin makes accounts of either role. Else `role: admin` is for the first account of a server alone: from the machine it runs on, or with the set-up code that it printed.",
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
    path: "/auth/me",
    summary: "The signed-in person",
    who: "user",
    success: user,
    answer: async (call) => toUser(await call.ask("user.me", {})),
  }),
];
