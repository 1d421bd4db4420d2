import { deleteAccount, getAccount, listAccounts, updateAccount } from "../features/accounts/accounts.ts";
import { removeAvatar, setAvatar } from "../features/avatars/avatars.ts";
import { listBlocks, setBlock } from "../features/blocks/blocks.ts";
import { listDrafts, setDraft } from "../features/drafts/drafts.ts";
import { addEmoji, deleteEmoji, listEmoji, renameEmoji } from "../features/emoji/emoji.ts";
import { fileLinks } from "../features/files/files.ts";
import { forwardMessages } from "../features/forwards/forwards.ts";
import { roomEvents } from "../features/histories/histories.ts";
import { createInvite, listInvites, revokeInvite } from "../features/invites/invites.ts";
import { removePreview } from "../features/link-previews/link-previews.ts";
import { userEvents } from "../features/logs/logs.ts";
import {
  addMember,
  joinRoom,
  leaveRoom,
  listMembers,
  removeMember,
  setMemberRole,
} from "../features/members/members.ts";
import { listMentions } from "../features/mentions/mentions.ts";
import {
  deleteMessage,
  editMessage,
  findMessage,
  getMessage,
  listMessages,
  listReplies,
  messageHistory,
  sendMessage,
} from "../features/messages/messages.ts";
import {
  getDefault,
  setDefaultNotifications,
  setNotifications,
} from "../features/notifications/notifications.ts";
import { changePassword, setPassword } from "../features/passwords/passwords.ts";
import { listPins, orderPins, pinHistory, setPin } from "../features/pins/pins.ts";
import { choiceIn, closePoll, vote } from "../features/polls/polls.ts";
import { listPresences } from "../features/presence/presence.ts";
import {
  listPush,
  pushHealth,
  pushKey,
  setPushText,
  subscribe,
  testPush,
  unsubscribe,
} from "../features/push/push.ts";
import { setReaction } from "../features/reactions/reactions.ts";
import { markDelivered, markRead, markUnread, messageReceipts } from "../features/receipts/receipts.ts";
import { listReminders, removeReminder, setReminder } from "../features/reminders/reminders.ts";
import {
  createReport,
  getReport,
  listOwnReports,
  listReports,
  updateReport,
} from "../features/reports/reports.ts";
import {
  archiveRoom,
  browseChannels,
  createRoom,
  deleteRoom,
  directRoom,
  findDirectRoom,
  getRoom,
  listAllRooms,
  listRooms,
  retainRoom,
  updateRoom,
} from "../features/rooms/rooms.ts";
import { listSaved, setSaved } from "../features/saved/saved.ts";
import {
  cancelScheduled,
  createScheduled,
  listScheduled,
  sendScheduledNow,
  updateScheduled,
} from "../features/scheduled/scheduled.ts";
import { searchMessages } from "../features/search/search.ts";
import { claim, createUser, register, serverInfo } from "../features/server/server.ts";
import { actorOf, endSession, listSessions } from "../features/sessions/sessions.ts";
import { endOtherSessions, refresh, revoke, signIn } from "../features/sign-ins/sign-ins.ts";
import {
  addSticker,
  createPack,
  deletePack,
  deleteSticker,
  listStickers,
  renamePack,
  renameSticker,
} from "../features/stickers/stickers.ts";
import { getThread, listPlaces, listThreads, readThread, setThread } from "../features/threads/threads.ts";
import { transcribeFile, transcriptionState } from "../features/transcriptions/transcriptions.ts";
import { translateMessage, translationState } from "../features/translations/translations.ts";
import { getMe, getUser, listUsers, setActive, setRole, updateMe } from "../features/users/users.ts";
import type { Call, Handlers } from "./call.ts";

/** A call that has an idempotency key needs no client id, and one that has neither is not to be repeated. */
function clientIdOf(input: { client_id?: string | undefined }, call: Call): string {
  return input.client_id ?? call.key ?? Bun.randomUUIDv7();
}

/** Which verb carries out which operation. An operation without one does not compile. */
export const handlers: Handlers = {
  "server.info": serverInfo,
  "server.claim": claim,
  "session.create": signIn,
  "session.refresh": refresh,
  "session.revoke": revoke,
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
  "account.list": listAccounts,
  "account.get": getAccount,
  "account.update": updateAccount,
  "account.set_password": setPassword,
  "account.delete": deleteAccount,
  "avatar.set": setAvatar,
  "avatar.remove": removeAvatar,
  "password.change": changePassword,
  "room.create": createRoom,
  "room.direct": directRoom,
  "room.find_direct": findDirectRoom,
  "room.list": listRooms,
  "room.browse": browseChannels,
  "room.list_all": listAllRooms,
  "room.get": getRoom,
  "room.update": updateRoom,
  "room.archive": archiveRoom,
  "room.retain": retainRoom,
  "room.delete": deleteRoom,
  "room.join": joinRoom,
  "room.leave": leaveRoom,
  "room.events": roomEvents,
  "member.list": listMembers,
  "member.add": addMember,
  "member.remove": removeMember,
  "member.set_role": setMemberRole,
  "message.send": (tx, actor, input, call) =>
    sendMessage(tx, actor, { ...input, client_id: clientIdOf(input, call) }),
  "message.forward": (tx, actor, input, call) =>
    forwardMessages(tx, actor, { ...input, client_id: clientIdOf(input, call) }),
  "message.list": listMessages,
  "message.get": getMessage,
  "message.find": findMessage,
  "message.replies": listReplies,
  "message.edit": editMessage,
  "message.history": messageHistory,
  "message.delete": deleteMessage,
  "message.receipts": messageReceipts,
  "file.links": fileLinks,
  "translation.state": translationState,
  "message.translate": translateMessage,
  "transcription.state": transcriptionState,
  "file.transcribe": transcribeFile,
  "preview.remove": removePreview,
  "reaction.set": setReaction,
  "pin.set": setPin,
  "pin.list": listPins,
  "pin.order": orderPins,
  "pin.history": pinHistory,
  "emoji.list": listEmoji,
  "emoji.add": addEmoji,
  "emoji.rename": renameEmoji,
  "emoji.delete": deleteEmoji,
  "sticker.list": listStickers,
  "sticker.add": addSticker,
  "sticker.rename": renameSticker,
  "sticker.delete": deleteSticker,
  "pack.create": createPack,
  "pack.rename": renamePack,
  "pack.delete": deletePack,
  "poll.vote": vote,
  "poll.choice": choiceIn,
  "poll.close": closePoll,
  "receipt.read": markRead,
  "receipt.unread": markUnread,
  "receipt.deliver": markDelivered,
  "thread.get": getThread,
  "thread.set": setThread,
  "thread.read": readThread,
  "thread.list_places": listPlaces,
  "thread.list": listThreads,
  "mention.list": listMentions,
  "notification.set": setNotifications,
  "notification.get_default": getDefault,
  "notification.set_default": setDefaultNotifications,
  "push.key": pushKey,
  "push.subscribe": subscribe,
  "push.unsubscribe": unsubscribe,
  "push.list": listPush,
  "push.set_text": setPushText,
  "push.test": testPush,
  "push.health": pushHealth,
  "message.search": searchMessages,
  "user.events": userEvents,
  "block.set": setBlock,
  "block.list": listBlocks,
  "saved.set": setSaved,
  "saved.list": listSaved,
  "draft.set": setDraft,
  "draft.list": listDrafts,
  "scheduled.create": (tx, actor, input, call) =>
    createScheduled(tx, actor, { ...input, client_id: clientIdOf(input, call) }),
  "scheduled.list": listScheduled,
  "scheduled.update": updateScheduled,
  "scheduled.send_now": sendScheduledNow,
  "scheduled.cancel": cancelScheduled,
  "reminder.set": setReminder,
  "reminder.remove": removeReminder,
  "reminder.list": listReminders,
  "report.create": createReport,
  "report.list_mine": listOwnReports,
  "report.list": listReports,
  "report.get": getReport,
  "report.update": updateReport,
  "presence.list": (context, call, input) => {
    const stateOf = (user: number) => context.presence.stateOf(user);
    return listPresences(context.database, { user: actorOf(call).user, stateOf }, input);
  },
};
