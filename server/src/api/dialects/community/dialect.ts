import type { Dialect } from "../dialect.ts";
import { loginRoute } from "../login.ts";
import { userRoutes } from "./user-routes.ts";

export const community: Dialect = {
  name: "community",
  about: "ERC Youth, under /auth, /users and /chat",
  routes: [loginRoute, ...userRoutes],
  sockets: [],
};
