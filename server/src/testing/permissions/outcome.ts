import type { MemberRole } from "@parley/protocol/rooms";
import {
  blockOf,
  type Call,
  isOdd,
  type Model,
  pairOf,
  pollPlace,
  type RoomModel,
  type Who,
  whos,
} from "./model.ts";

/** What a call that was done has changed. */
export function follow(model: Model, call: Call): void {
  followPeople(model, call);
  const { who, target } = call;
  const room = model.rooms[call.place];
  const odd = isOdd(call);
  switch (call.op) {
    case "block.set":
      if (odd) model.blocks.add(blockOf(who, target));
      else model.blocks.delete(blockOf(who, target));
      break;
    case "room.direct":
      model.pairs.add(pairOf(who, target));
      break;
    case "room.update":
      followUpdate(room, call);
      break;
    case "room.archive":
      room.archived = odd;
      break;
    case "room.delete":
      room.deleted = true;
      room.roles.clear();
      break;
    case "room.join":
      if (!room.roles.has(who))
        room.roles.set(who, [...room.roles.values()].includes("owner") ? "member" : "owner");
      break;
    case "room.leave":
      leave(model, room, who);
      break;
    case "member.add":
      if (!room.roles.has(target)) room.roles.set(target, call.role);
      break;
    case "member.remove":
      room.roles.delete(target);
      break;
    case "member.set_role":
      room.roles.set(target, call.role);
      break;
    case "message.send":
      room.messages.push({ sender: who, deleted: false });
      break;
    case "scheduled.cancel":
    case "scheduled.send_now":
      followScheduled(model, call);
      break;
    case "reminder.set":
    case "reminder.remove":
      followReminder(room, call);
      break;
    case "message.forward":
      room.messages.push({ sender: who, deleted: false, forwarded: true });
      break;
    case "poll.close": {
      const poll = room.messages[pollPlace];
      if (poll) poll.poll = "closed";
      break;
    }
    case "message.delete": {
      const message = room.messages[call.message % room.messages.length];
      if (message) message.deleted = true;
      break;
    }
    default:
  }
}

function followReminder({ messages }: RoomModel, { op, who, message }: Call): void {
  const about = messages[message % messages.length];
  if (!about) return;
  about.reminded ??= new Set();
  if (op === "reminder.set") about.reminded.add(who);
  else about.reminded.delete(who);
}

function followScheduled(model: Model, { op, who }: Call): void {
  model.scheduled = false;
  if (op === "scheduled.send_now") model.rooms.private.messages.push({ sender: who, deleted: false });
}

function followPeople(model: Model, call: Call): void {
  const { who, target } = call;
  const odd = isOdd(call);
  switch (call.op) {
    case "session.end":
      model.people[odd ? who : target].signedIn = false;
      break;
    case "session.revoke":
      if (odd) model.people[who].signedIn = false;
      break;
    case "password.change":
      model.people[who].restricted = false;
      break;
    case "invite.revoke":
      model.revoked = true;
      break;
    case "user.set_active":
      model.people[target].active = odd;
      if (!odd) model.people[target].signedIn = false;
      break;
    case "account.set_password":
      model.people[target].signedIn = false;
      model.people[target].restricted = !odd;
      break;
    case "account.delete":
      forget(model, target);
      break;
    case "emoji.delete":
      model.library.emoji = false;
      break;
    case "sticker.delete":
      model.library.sticker = false;
      break;
    case "pack.delete":
      Object.assign(model.library, { pack: false, sticker: false });
      break;
    case "user.set_role":
      model.people[target].admin = odd;
      break;
    default:
  }
}

function followUpdate(room: RoomModel, { variant, role, message }: Call): void {
  if (message === 5) return;
  if (variant === 1) room.isPublic = !room.isPublic;
  if (variant === 2) room.permissions.add_members = role;
  if (variant === 3) room.permissions.send_messages = role;
}

/** The account goes, and with it the person's places and wishes. */
function forget(model: Model, gone: Who): void {
  const nobody = { admin: false, active: false, signedIn: false, restricted: false };
  model.people[gone] = { ...nobody, deleted: true };
  for (const room of Object.values(model.rooms)) leave(model, room, gone);
  for (const block of model.blocks)
    if (block.startsWith(blockOf(gone, "" as Who))) model.blocks.delete(block);
}

function leave(model: Model, room: RoomModel, leaving: Who): void {
  const role = room.roles.get(leaving);
  room.roles.delete(leaving);
  const roles = [...room.roles.values()];
  if (role !== "owner" || roles.includes("owner") || roles.length === 0) return;
  room.roles.set(heirOf(model, room), "owner");
}

/** Time stands still in a run, so that of those who came in the first to have an account is the longest-standing. */
function heirOf(model: Model, room: RoomModel): Who {
  const order: MemberRole[] = ["owner", "admin", "member"];
  const merit = (who: Who) => [
    model.people[who].active ? 0 : 1,
    order.indexOf(room.roles.get(who) ?? "member"),
    whos.indexOf(who),
  ];
  const [heir] = [...room.roles.keys()].sort((one, other) => {
    const [ours, theirs] = [merit(one), merit(other)];
    return ours.map((each, index) => each - (theirs[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  });
  if (!heir) throw new Error("nobody is left");
  return heir;
}
