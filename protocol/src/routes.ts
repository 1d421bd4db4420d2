import type { OperationName } from "./contract.ts";

/** The base path of the REST API. */
export const apiBase = "/api/v2";

/**
 * Method and path of every operation, as the contract has them (a test holds the two together): browsers call the
 * API from this table without loading the schemas.
 */
export const routes = {
  "session.create": "POST /session",
  "session.refresh": "POST /session/refresh",
  "session.list": "GET /sessions",
  "session.end": "POST /sessions/end",
  "session.end_others": "POST /sessions/end-others",
  "user.register": "POST /users/register",
  "invite.create": "POST /invites",
  "invite.list": "GET /invites",
  "invite.revoke": "DELETE /invites/{invite}",
  "server.info": "GET /server",
  "server.claim": "POST /server/claim",
  "user.me": "GET /me",
  "user.update": "PATCH /me",
  "user.get": "GET /users/{user}",
  "user.list": "GET /users",
  "user.create": "POST /users",
  "user.set_active": "PUT /users/{user}/active",
  "user.set_role": "PUT /users/{user}/role",
  "password.change": "PUT /me/password",
  "room.create": "POST /rooms",
  "room.direct": "POST /rooms/direct",
  "room.list": "GET /rooms",
  "room.browse": "GET /channels",
  "room.get": "GET /rooms/{room}",
  "room.update": "PATCH /rooms/{room}",
  "room.archive": "PUT /rooms/{room}/archived",
  "room.delete": "DELETE /rooms/{room}",
  "room.join": "POST /rooms/{room}/join",
  "room.leave": "POST /rooms/{room}/leave",
  "member.list": "GET /rooms/{room}/members",
  "member.add": "PUT /rooms/{room}/members/{user}",
  "member.remove": "DELETE /rooms/{room}/members/{user}",
  "member.set_role": "PUT /rooms/{room}/members/{user}/role",
  "message.send": "POST /rooms/{room}/messages",
  "message.list": "GET /rooms/{room}/messages",
  "message.get": "GET /messages/{message}",
  "message.edit": "PATCH /messages/{message}",
  "message.history": "GET /messages/{message}/history",
  "message.delete": "DELETE /messages/{message}",
  "reaction.set": "PUT /messages/{message}/reactions",
  "pin.set": "PUT /messages/{message}/pin",
  "pin.list": "GET /rooms/{room}/pins",
  "message.receipts": "GET /messages/{message}/receipts",
  "receipt.read": "PUT /rooms/{room}/read",
  "receipt.deliver": "PUT /rooms/{room}/delivered",
  "notification.set": "PUT /rooms/{room}/notifications",
  "message.search": "GET /search",
  "room.events": "GET /rooms/{room}/events",
  "user.events": "GET /me/events",
  "presence.list": "GET /presence",
  "block.set": "PUT /blocks/{user}",
  "block.list": "GET /blocks",
} as const satisfies Record<OperationName, string>;

/** Operations that need no session. */
export const openOperations: ReadonlySet<OperationName> = new Set([
  "session.create",
  "session.refresh",
  "user.register",
  "server.info",
  "server.claim",
] as const);
