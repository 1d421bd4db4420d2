import type { Dialect } from "../dialect.ts";
import { aboutRoutes } from "./about-routes.ts";
import { chatRoutes } from "./chat-routes.ts";
import { chatSocket } from "./chat-socket.ts";
import { messageRoutes } from "./message-routes.ts";
import { userRoutes } from "./user-routes.ts";

export const chatService: Dialect = {
  name: "chat-service",
  about: "Chat Service API, under /api/v1",
  routes: [...userRoutes, ...chatRoutes, ...messageRoutes, ...aboutRoutes],
  sockets: [chatSocket],
};
