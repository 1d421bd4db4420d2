import { listBlocks, setBlock } from "../features/blocks/blocks.ts";
import { roomEvents } from "../features/histories/histories.ts";
import { createInvite, listInvites, revokeInvite } from "../features/invites/invites.ts";
import { userEvents } from "../features/logs/logs.ts";
import {
  addMember,
  joinRoom,
  leaveRoom,
  listMembers,
  removeMember,
  setMemberRole,
} from "../features/members/members.ts";
import {
  deleteMessage,
  editMessage,
  getMessage,
  listMessages,
  messageHistory,
  sendMessage,
} from "../features/messages/messages.ts";
import { setNotifications } from "../features/notifications/notifications.ts";
import { changePassword } from "../features/passwords/passwords.ts";
import { listPins, setPin } from "../features/pins/pins.ts";
import { listPresences } from "../features/presence/presence.ts";
import { setReaction } from "../features/reactions/reactions.ts";
import { markDelivered, markRead, messageReceipts } from "../features/receipts/receipts.ts";
import {
  archiveRoom,
  browseChannels,
  createRoom,
  deleteRoom,
  directRoom,
  getRoom,
  listRooms,
  updateRoom,
} from "../features/rooms/rooms.ts";
import { searchMessages } from "../features/search/search.ts";
import { claim, register, serverInfo } from "../features/server/server.ts";
import { actorOf, endSession, listSessions } from "../features/sessions/sessions.ts";
import { endOtherSessions, refresh, signIn } from "../features/sign-ins/sign-ins.ts";
import {
  createUser,
  getMe,
  getUser,
  listUsers,
  setActive,
  setRole,
  updateMe,
} from "../features/users/users.ts";
import type { Handlers } from "./call.ts";

/** Which verb carries out which operation. An operation without one does not compile. */
export const handlers: Handlers = {
  "server.info": serverInfo,
  "server.claim": claim,
  "session.create": signIn,
  "session.refresh": refresh,
  "session.list": listSessions,
  "session.end": endSession,
  "session.end_others": endOtherSessions,
  "user.register": register,
  "invite.create": createInvite,
  "invite.list": listInvites,
  "invite.revoke": revokeInvite,
  "user.me": getMe,
  "user.update": updateMe,
  "user.get": getUser,
  "user.list": listUsers,
  "user.create": createUser,
  "user.set_active": setActive,
  "user.set_role": setRole,
  "password.change": changePassword,
  "room.create": createRoom,
  "room.direct": directRoom,
  "room.list": listRooms,
  "room.browse": browseChannels,
  "room.get": getRoom,
  "room.update": updateRoom,
  "room.archive": archiveRoom,
  "room.delete": deleteRoom,
  "room.join": joinRoom,
  "room.leave": leaveRoom,
  "room.events": roomEvents,
  "member.list": listMembers,
  "member.add": addMember,
  "member.remove": removeMember,
  "member.set_role": setMemberRole,
  "message.send": (tx, actor, input, call) =>
    sendMessage(tx, actor, { ...input, client_id: input.client_id ?? call.key ?? Bun.randomUUIDv7() }),
  "message.list": listMessages,
  "message.get": getMessage,
  "message.edit": editMessage,
  "message.history": messageHistory,
  "message.delete": deleteMessage,
  "message.receipts": messageReceipts,
  "reaction.set": setReaction,
  "pin.set": setPin,
  "pin.list": listPins,
  "receipt.read": markRead,
  "receipt.deliver": markDelivered,
  "notification.set": setNotifications,
  "message.search": searchMessages,
  "user.events": userEvents,
  "block.set": setBlock,
  "block.list": listBlocks,
  "presence.list": (context, call, input) => {
    const stateOf = (user: number) => context.presence.stateOf(user);
    return listPresences(context.database, { user: actorOf(call).user, stateOf }, input);
  },
};
