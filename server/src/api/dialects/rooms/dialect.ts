import type { Dialect } from "../dialect.ts";
import { loginRoute } from "../login.ts";
import { roomSocket } from "../room-socket.ts";
import { roomRoutes } from "./room-routes.ts";
import { userRoutes } from "./user-routes.ts";

export const rooms: Dialect = {
  name: "rooms",
  about: "Chat Application, under /auth, /rooms and /ws",
  routes: [loginRoute, ...userRoutes, ...roomRoutes],
  sockets: [roomSocket],
};
