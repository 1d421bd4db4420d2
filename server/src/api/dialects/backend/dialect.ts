import type { Dialect } from "../dialect.ts";
import { loginRoute } from "../login.ts";
import { roomSocket } from "../room-socket.ts";
import { messageRoutes } from "./message-routes.ts";
import { roomRoutes } from "./room-routes.ts";
import { tokenRoutes } from "./token-routes.ts";
import { userRoutes } from "./user-routes.ts";

export const backend: Dialect = {
  name: "backend",
  about: "Chat Application Backend, under /auth, /user, /room, /message and /ws",
  routes: [loginRoute, ...tokenRoutes, ...userRoutes, ...roomRoutes, ...messageRoutes],
  sockets: [roomSocket],
};
