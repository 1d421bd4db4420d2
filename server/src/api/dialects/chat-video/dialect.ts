import type { Dialect } from "../dialect.ts";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import { authRoutes } from "./auth-routes.ts";
import { messageRoutes } from "./message-routes.ts";
import { messageSocket } from "./message-socket.ts";

export const chatVideo: Dialect = {
  name: "chat-video",
  about: "Chat+Video v1, under /api",
  routes: [...authRoutes, ...accountRoutes, ...adminRoutes, ...messageRoutes],
  sockets: [messageSocket],
};
