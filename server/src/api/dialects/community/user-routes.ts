import { route } from "../route.ts";
import { toUser, user } from "../user.ts";

export const userRoutes = [
  route({
    method: "GET",
    path: "/users/me",
    summary: "The signed-in person",
    who: "user",
    success: user,
    answer: async (call) => toUser(await call.ask("user.me", {})),
  }),
];
