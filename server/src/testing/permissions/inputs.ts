import type { Input, OperationName } from "@parley/protocol/contract";
import { type Call, foreignPlace, isOdd, pollPlace, type Who } from "./model.ts";
import { newPassword, type World } from "./world.ts";

type Inputs = { [Name in OperationName]: (world: World, call: Call) => Input<Name> };

const roomOf = (world: World, { place }: Call) => world.rooms[place];
const targetOf = (world: World, { target }: Call) => world.ids[target];
/** Nothing has this id. */
const nothing = 2 ** 40;

function messageOf(world: World, { place, message }: Call): number {
  const messages = world.messages[place];
  return messages[message % messages.length] ?? nothing;
}

function pollOf(world: World, { place }: Call): number {
  return world.messages[place][pollPlace] ?? nothing;
}

function ownEmoji({ name }: World, call: Call): string {
  return isOdd(call) ? `kept-${name}` : `none-${name}`;
}

/** A message of another room. */
function foreignMessage(world: World, { place }: Call): number {
  return world.messages[foreignPlace(place)][0] ?? nothing;
}

function account(world: World) {
  const username = `made-${world.name}-${world.count()}`;
  return { username, email: `${username}@example.org`, password: newPassword(username) };
}

const credentials = (world: World, who: Who) => ({
  login: world.logins[who],
  password: world.passwords[who],
});

/** What is asked for in each call: always something that could be done, by somebody. */
export const inputs: Inputs = {
  "server.info": () => ({}),
  "server.claim": (world) => ({ ...account(world), code: "no-such-code" }),
  "session.create": (world, { who }) => credentials(world, who),
  "session.refresh": (world, { who }) => ({ refresh_token: world.devices[who].refreshToken }),
  // Odd: one's own; even: what is no token.
  "session.revoke": (world, call) => ({
    refresh_token: isOdd(call) ? world.devices[call.who].refreshToken : "12.1.no-such-token",
  }),
  // Odd: with an invite.
  "user.register": (world, call) => ({ ...account(world), ...(isOdd(call) && { invite: world.invite }) }),
  "session.list": () => ({}),
  // Odd: one's own; even: that of the target.
  "session.end": (world, call) => (isOdd(call) ? {} : { session: world.devices[call.target].actor.session }),
  "session.end_others": (world, { who }) => ({ password: world.passwords[who] }),
  "password.change": (world, { who }) => ({
    current_password: world.passwords[who],
    new_password: newPassword(`${who} ${world.count()}`),
  }),
  "invite.create": () => ({}),
  "invite.list": () => ({}),
  // Odd: one that there was at the start.
  "invite.revoke": (world, call) => ({ invite: isOdd(call) ? world.spareInvite : nothing }),
  "user.me": () => ({}),
  "user.update": (world) => ({ status_message: `Busy ${world.count()}` }),
  "user.get": (world, call) => ({ user: targetOf(world, call) }),
  "user.list": () => ({ limit: 200 }),
  "user.create": (world) => ({ username: account(world).username }),
  "user.set_active": (world, call) => ({ user: targetOf(world, call), active: isOdd(call) }),
  "user.set_role": (world, call) => ({
    user: targetOf(world, call),
    role: isOdd(call) ? "admin" : "user",
  }),
  // Even: only some.
  "account.list": (_, call) => ({
    limit: 200,
    ...(!isOdd(call) && { role: "user", search: "o", offset: 1 }),
  }),
  "account.get": (world, call) => ({ user: targetOf(world, call) }),
  // Even: without an address from now on.
  "account.update": (world, call) => ({
    user: targetOf(world, call),
    given_name: `Made ${world.count()}`,
    ...(!isOdd(call) && { email: null }),
  }),
  // Even: one that the server makes.
  "account.set_password": (world, call) => ({
    user: targetOf(world, call),
    ...(isOdd(call) && { password: newPassword(`${call.target} ${world.count()}`) }),
  }),
  "account.delete": (world, call) => ({ user: targetOf(world, call) }),
  // There are none: what can be read is shown where files are.
  "file.links": () => ({ files: [nothing] }),
  "avatar.set": () => ({}),
  "avatar.remove": () => ({}),
  "block.set": (world, call) => ({ user: targetOf(world, call), on: isOdd(call) }),
  "block.list": () => ({}),
  "saved.set": (world, call) => ({ message: messageOf(world, call), on: isOdd(call) }),
  "saved.list": () => ({ limit: 200 }),
  "reminder.set": (world, call) => ({
    message: messageOf(world, call),
    remind_at: "2030-12-01T09:00:00.000Z",
  }),
  "reminder.remove": (world, call) => ({ message: messageOf(world, call) }),
  "reminder.list": () => ({}),
  // 0: nothing; 3: answers a message of another room.
  "draft.set": (world, call) => ({
    room: roomOf(world, call),
    text: call.variant === 0 ? "" : world.secret(call.place, "text"),
    ...(call.variant === 3 && { reply_to: foreignMessage(world, call) }),
    at: "2030-01-01T00:00:00.000Z",
  }),
  "draft.list": () => ({}),
  // As those of `message.send`. What is yet to be sent is its author's alone, wherever they are.
  "scheduled.create": (world, call) => ({
    ...{ room: roomOf(world, call), text: "Later", send_at: "2030-12-01T09:00:00.000Z" },
    ...(call.variant === 1 && { mention_all: true }),
    ...(call.variant === 2 && { mentions: [targetOf(world, call)] }),
    ...(call.variant === 3 && { reply_to: foreignMessage(world, call) }),
  }),
  "scheduled.list": () => ({}),
  // Odd: one that the owner made at the start, for the private room.
  "scheduled.update": (world, call) => ({
    ...{ scheduled: isOdd(call) ? world.scheduled : nothing, text: `Later ${world.count()}` },
    send_at: "2030-12-02T09:00:00.000Z",
  }),
  "scheduled.send_now": (world, call) => ({ scheduled: isOdd(call) ? world.scheduled : nothing }),
  "scheduled.cancel": (world, call) => ({ scheduled: isOdd(call) ? world.scheduled : nothing }),
  // 0: a message; 1: a person; 2: a room; 3: nothing at all.
  "report.create": (world, call) => ({
    reason: "spam",
    ...(call.variant === 0 && { message: messageOf(world, call) }),
    ...(call.variant === 1 && { user: targetOf(world, call) }),
    ...(call.variant === 2 && { room: roomOf(world, call) }),
  }),
  "report.list_mine": () => ({ limit: 200 }),
  "report.list": () => ({ limit: 200 }),
  // Odd: one that there was at the start.
  "report.get": (world, call) => ({ report: isOdd(call) ? world.report : nothing }),
  "report.update": (world, call) => ({
    ...{ report: isOdd(call) ? world.report : nothing, status: "reviewing", note: `Seen ${world.count()}` },
  }),
  "user.events": () => ({ after: 0, limit: 200 }),
  "presence.list": (world, call) => ({ users: [targetOf(world, call)] }),
  // Odd: a group that is public, which cannot be.
  "room.create": (world, call) => ({
    ...{ kind: "group", name: "made", public: isOdd(call), members: [targetOf(world, call)] },
  }),
  "room.direct": (world, call) => ({ user: targetOf(world, call) }),
  "room.find_direct": (world, call) => ({ user: targetOf(world, call) }),
  "room.list": () => ({ limit: 200 }),
  "room.browse": () => ({ limit: 200 }),
  // Odd: one; even: all of them.
  "room.list_all": (world, call) => ({ limit: 200, ...(isOdd(call) && { ids: [roomOf(world, call)] }) }),
  "room.get": (world, call) => ({ room: roomOf(world, call) }),
  // 0: the topic; 1: the visibility; 2 and 3: permissions. Of the sixth message: after how long messages are deleted.
  "room.update": (world, call) => {
    const room = roomOf(world, call);
    if (call.message === 5) return { room, delete_after: isOdd(call) ? 366 * 86_400 : null };
    if (call.variant === 0) return { room, topic: world.secret(call.place, "topic") };
    if (call.variant === 1) return { room, public: !world.model.rooms[call.place].isPublic };
    const permission = call.variant === 2 ? "add_members" : "send_messages";
    return { room, permissions: { [permission]: call.role } };
  },
  "room.retain": (world, call) => ({
    room: roomOf(world, call),
    retention: isOdd(call) ? 366 * 86_400 : null,
  }),
  "room.archive": (world, call) => ({ room: roomOf(world, call), archived: isOdd(call) }),
  "room.delete": (world, call) => ({ room: roomOf(world, call) }),
  "room.join": (world, call) => ({ room: roomOf(world, call) }),
  "room.leave": (world, call) => ({ room: roomOf(world, call) }),
  "room.events": (world, call) => ({ room: roomOf(world, call), after: 0, limit: 200 }),
  "member.list": (world, call) => ({ room: roomOf(world, call) }),
  "member.add": (world, call) => ({
    ...{ room: roomOf(world, call), user: targetOf(world, call), role: call.role },
  }),
  "member.remove": (world, call) => ({ room: roomOf(world, call), user: targetOf(world, call) }),
  "member.set_role": (world, call) => ({
    ...{ room: roomOf(world, call), user: targetOf(world, call), role: call.role },
  }),
  // 1: mentions everyone; 2: mentions the target; 3: answers a message of another room.
  "message.send": (world, call) => ({
    room: roomOf(world, call),
    text: world.secret(call.place, "text"),
    ...(call.variant === 1 && { mention_all: true }),
    ...(call.variant === 2 && { mentions: [targetOf(world, call)] }),
    ...(call.variant === 3 && { reply_to: foreignMessage(world, call) }),
  }),
  // 2 and 3: a message of another room.
  "message.forward": (world, call) => ({
    room: roomOf(world, call),
    messages: [call.variant < 2 ? messageOf(world, call) : foreignMessage(world, call)],
  }),
  "message.list": (world, call) => ({ room: roomOf(world, call), limit: 200 }),
  "message.find": (world, call) => ({ room: roomOf(world, call), at: "2020-01-01T00:00:00.000Z" }),
  "message.get": (world, call) => ({ message: messageOf(world, call) }),
  "message.replies": (world, call) => ({ message: messageOf(world, call) }),
  "message.history": (world, call) => ({ message: messageOf(world, call) }),
  "message.receipts": (world, call) => ({ message: messageOf(world, call) }),
  "message.edit": (world, call) => ({
    message: messageOf(world, call),
    text: world.secret(call.place, "text"),
  }),
  "message.delete": (world, call) => ({ message: messageOf(world, call) }),
  "translation.state": () => ({}),
  "message.translate": (world, call) => ({ message: messageOf(world, call), to: "de" }),
  "transcription.state": () => ({}),
  "file.transcribe": () => ({ file: nothing }),
  "preview.remove": (world, call) => ({ message: messageOf(world, call), url: "https://example.org/" }),
  "reaction.set": (world, call) => ({ message: messageOf(world, call), emoji: "👍", on: isOdd(call) }),
  "thread.get": (world, call) => ({ message: messageOf(world, call) }),
  "thread.set": (world, call) => ({ message: messageOf(world, call), following: isOdd(call) }),
  "thread.read": (world, call) => ({ message: messageOf(world, call), seq: 1_000 }),
  // Odd: in one room; even: everywhere.
  "thread.list_places": (world, call) => (isOdd(call) ? { room: roomOf(world, call) } : {}),
  "thread.list": () => ({ limit: 200 }),
  "mention.list": () => ({ limit: 200 }),
  "emoji.list": () => ({}),
  "emoji.add": (world) => ({ name: `made-${world.name}-${world.count()}` }),
  // Odd: the one that there was at the start, which keeps its name.
  "emoji.rename": (world, call) => ({ name: ownEmoji(world, call), to: ownEmoji(world, call) }),
  "emoji.delete": (world, call) => ({ name: ownEmoji(world, call) }),
  "sticker.list": () => ({}),
  // Odd: into the pack that there was at the start.
  "sticker.add": (world, call) => ({ pack: isOdd(call) ? world.pack : nothing, name: "A heron" }),
  "sticker.rename": (world, call) => ({ sticker: isOdd(call) ? world.sticker : nothing, name: "A crane" }),
  "sticker.delete": (world, call) => ({ sticker: isOdd(call) ? world.sticker : nothing }),
  "pack.create": (world) => ({ name: `Birds ${world.count()}` }),
  "pack.rename": (world, call) => ({ pack: isOdd(call) ? world.pack : nothing, name: "Water birds" }),
  "pack.delete": (world, call) => ({ pack: isOdd(call) ? world.pack : nothing }),
  // Even: the vote is taken back.
  "poll.vote": (world, call) => ({ message: pollOf(world, call), options: isOdd(call) ? [1] : [] }),
  "poll.choice": (world, call) => ({ message: pollOf(world, call) }),
  "poll.close": (world, call) => ({ message: pollOf(world, call) }),
  // Odd: for ever.
  "notification.set": (world, call) => ({
    ...{ room: roomOf(world, call), level: "mentions" },
    muted_until: isOdd(call) ? "9999-12-31T23:59:59.999Z" : null,
  }),
  "notification.get_default": () => ({}),
  "notification.set_default": (_, call) => ({ level: isOdd(call) ? "all" : "none", muted_until: null }),
  "push.key": () => ({}),
  "push.list": () => ({}),
  "push.set_text": (_, call) => ({ text: isOdd(call) ? "public" : "never" }),
  "push.test": () => ({}),
  "push.health": () => ({}),
  // Odd: at a service that the server sends to, where nobody answers.
  "push.subscribe": (world, call) => ({
    endpoint: `${isOdd(call) ? "http://127.0.0.1:9" : "https://push.example"}/${call.who}-${world.name}`,
    keys: {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
    },
  }),
  // Odd: one's own, whether there is one or not.
  "push.unsubscribe": (_, call) => (isOdd(call) ? {} : { push: nothing }),
  "pin.set": (world, call) => ({ message: messageOf(world, call), on: isOdd(call) }),
  "pin.order": (world, call) => ({ room: roomOf(world, call), messages: [nothing] }),
  "pin.history": (world, call) => ({ room: roomOf(world, call), limit: 200 }),
  "pin.list": (world, call) => ({ room: roomOf(world, call) }),
  // Odd: in one room; even: everywhere.
  "message.search": (world, call) => ({
    ...{ text: "secret", limit: 200 },
    ...(isOdd(call) && { room: roomOf(world, call) }),
  }),
  "receipt.read": (world, call) => ({ room: roomOf(world, call), seq: 1_000 }),
  "receipt.unread": (world, call) => ({ room: roomOf(world, call), seq: 1 }),
  "receipt.deliver": (world, call) => ({ room: roomOf(world, call), seq: 1_000 }),
};
