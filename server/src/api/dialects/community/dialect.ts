import type { Dialect } from "../dialect.ts";
import { loginRoute } from "../login.ts";
import { chatSocket } from "./chat-socket.ts";
import { memberRoutes } from "./member-routes.ts";
import { messageRoutes } from "./message-routes.ts";
import { pageRoutes } from "./page-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { pinRoutes } from "./pin-routes.ts";
import { pushRoutes } from "./push-routes.ts";
import { roomRoutes } from "./room-routes.ts";
import { scheduledRoutes } from "./scheduled-routes.ts";
import { searchRoute } from "./search-route.ts";
import { uploadRoutes } from "./upload-routes.ts";
import { userRoutes } from "./user-routes.ts";

export const community: Dialect = {
  name: "community",
  about: "ERC Youth, under /auth, /users and /chat",
  routes: [
    ...[loginRoute, ...userRoutes],
    ...[...roomRoutes, ...memberRoutes, ...pinRoutes],
    ...[...scheduledRoutes, ...messageRoutes, searchRoute, ...uploadRoutes],
    ...[...peopleRoutes, ...pushRoutes, ...pageRoutes],
  ],
  sockets: [chatSocket],
};
