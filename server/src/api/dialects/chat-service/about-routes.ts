import { ChatError } from "@parley/protocol/errors";
import { z } from "zod";
import { version } from "../../version.ts";
import { id, ids } from "../fields.ts";
import { membersOf, presencesOf } from "../lists.ts";
import { route } from "../route.ts";

const about = z.object({
  name: z.string(),
  version: z.string(),
  docs: z.string(),
  health: z.string(),
});

const links = { docs: "/docs", health: "/health" };

export const aboutRoutes = [
  route({
    method: "GET",
    path: "/",
    summary: "What this server is; a browser that asks for HTML gets the web client",
    who: "anyone",
    openWhileUnclaimed: true,
    besidePage: true,
    success: about,
    async answer(call) {
      return { name: (await call.ask("server.info", {})).name, version, ...links };
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/info",
    summary: "What this server is, and what it offers",
    who: "anyone",
    openWhileUnclaimed: true,
    success: about.extend({ registration: z.string(), websocket: z.string() }),
    async answer(call) {
      const { name, registration } = await call.ask("server.info", {});
      return { name, version, ...links, registration, websocket: "/api/v1/ws/{chat_id}" };
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/ws/stats",
    summary: "How much is connected to this node; for admins of the server",
    who: "admin",
    success: z.object({ active_connections: z.int(), active_users: z.int(), active_chats: z.int() }),
    async answer({ live }) {
      const users = [...live.people.all()].length;
      return {
        active_connections: live.size,
        active_users: users,
        active_chats: [...live.feeds.all()].length,
      };
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/ws/chat/{id}/online",
    summary: "Who of a chat's people is here; for those who are in it",
    who: "user",
    fields: ids("id"),
    success: z.object({ chat_id: id, online_users: z.array(id) }),
    async answer(call, { path: { id: room } }) {
      if ((await call.ask("room.get", { room })).role === null) {
        throw new ChatError("forbidden", "only those who are in the chat are told");
      }
      const presences = await presencesOf(
        call,
        (await membersOf(call, room)).map((member) => member.user),
      );
      const online = [...presences.values()].filter(({ state }) => state !== "offline");
      return { chat_id: room, online_users: online.map(({ user }) => user) };
    },
  }),
];
