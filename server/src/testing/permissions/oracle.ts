import type { OperationName } from "@parley/protocol/contract";
import type { MemberRole } from "@parley/protocol/rooms";
import type { Call, MessageModel, Model, RoomModel, Verdict } from "./model.ts";
import { blockOf, foreignPlace, isApart, isOdd, pairOf, pollPlace } from "./model.ts";

/* Who may do what, said once more and apart from the server: what it answers is held against this. */

const open = /^server\.|^session\.(?:create|refresh|revoke)$|^user\.register$/;
const whileRestricted = /^password\.change$|^user\.me$|^session\.end$/;
const forAdmins =
  /^account\.|^invite\.|^emoji\.(?!list)|^sticker\.(?!list)|^pack\.|^push\.health$|^room\.(?:list_all|retain)$|^report\.(?:list|get|update)$|^user\.(?:create|set_active|set_role)$/;

const rank = { member: 1, admin: 2, owner: 3 } as const;
const atLeast = (own: MemberRole, needed: MemberRole) => rank[own] >= rank[needed];
const above = (own: MemberRole, other: MemberRole) =>
  own === "owner" || (own === "admin" && other === "member");
const mayGive = (own: MemberRole, given: MemberRole) =>
  given === "member" || (atLeast(own, "admin") && atLeast(own, given));

/** The first thing that stands in the way. */
function unless(...obstacles: [boolean, Verdict][]): Verdict {
  return obstacles.find(([stands]) => stands)?.[1] ?? "done";
}

type Rule = (model: Model, call: Call) => Verdict;

/** Where it matters what somebody is in a room. */
function within(then: (room: RoomModel, role: MemberRole, call: Call, model: Model) => Verdict): Rule {
  return (model, call) => {
    const room = model.rooms[call.place];
    const role = room.roles.get(call.who);
    if (room.deleted) return "not_found";
    if (role) return then(room, role, call, model);
    return room.kind === "channel" && room.isPublic ? "forbidden" : "not_found";
  };
}

function messageIn({ rooms }: Model, { place, message }: Call): MessageModel | undefined {
  const { messages } = rooms[place];
  return messages[message % messages.length];
}

function about(
  then: (message: MessageModel, room: RoomModel, role: MemberRole, call: Call, model: Model) => Verdict,
): Rule {
  return (model, call) => {
    const room = model.rooms[call.place];
    const role = room.roles.get(call.who);
    const message = messageIn(model, call);
    return room.deleted || !role || !message ? "not_found" : then(message, room, role, call, model);
  };
}

function aboutPoll(
  then: (message: MessageModel, room: RoomModel, role: MemberRole, call: Call, model: Model) => Verdict,
): Rule {
  return (model, call) => about(then)(model, { ...call, message: pollPlace });
}

/** In a direct room with a block between its people, or after one was deleted, nothing more is said. */
function isSilenced(model: Model, { kind, roles }: RoomModel, { who }: Call): boolean {
  if (kind !== "direct") return false;
  return roles.size < 2 || [...roles.keys()].some((other) => isApart(model, who, other));
}

function seen({ rooms }: Model, { place, who }: Call): boolean {
  const room = rooms[place];
  return !room.deleted && (room.roles.has(who) || (room.kind === "channel" && room.isPublic));
}

/** What an admin of the server manages. */
export function isShared({ kind, deleted }: RoomModel): boolean {
  return kind !== "direct" && !deleted;
}

function ofLibrary(part: keyof Model["library"]): Rule {
  return ({ library }, call) => unless([!isOdd(call) || !library[part], "not_found"]);
}

const done: Rule = () => "done";
const ofAnybody: Rule = ({ people }, { target }) => unless([people[target].deleted, "not_found"]);
const inside = within(() => "done");
const aboutOne = about(() => "done");

const intoRoom = within((room, role, call, model) =>
  unless(
    [room.archived || !atLeast(role, room.permissions.send_messages), "forbidden"],
    [isSilenced(model, room, call), "forbidden"],
  ),
);

const sending = within((room, role, call, model) => {
  const { archived, permissions, roles } = room;
  return unless(
    [archived || !atLeast(role, permissions.send_messages), "forbidden"],
    [call.variant === 1 && !atLeast(role, permissions.mention_all), "forbidden"],
    [isSilenced(model, room, call), "forbidden"],
    [call.variant === 2 && !roles.has(call.target), "invalid"],
    [call.variant === 3, "invalid"],
  );
});

/** Nobody but its author knows of what is yet to be sent. */
function hasScheduled({ scheduled }: Model, call: Call): boolean {
  return isOdd(call) && call.who === "owner" && scheduled;
}

function each<Name extends OperationName>(rule: Rule, ...names: Name[]): Record<Name, Rule> {
  return Object.fromEntries(names.map((name) => [name, rule])) as Record<Name, Rule>;
}

/** Every operation is here: one that is missing does not compile. */
export const rules: Record<OperationName, Rule> = {
  ...each(done, "server.info", "session.list", "session.end_others", "password.change", "room.list"),
  ...each(done, "user.me", "user.update", "user.get", "user.list", "user.events", "presence.list"),
  ...each(
    done,
    "user.create",
    "invite.create",
    "invite.list",
    "account.list",
    "session.revoke",
    "room.find_direct",
  ),
  ...each(ofAnybody, "user.set_active", "user.set_role", "account.get", "account.update", "account.delete"),
  ...each(done, "room.browse", "room.list_all", "block.list", "avatar.set", "avatar.remove", "file.links"),
  ...each(done, "report.list_mine", "report.list", "draft.list", "saved.list", "scheduled.list"),
  ...each(done, "translation.state", "transcription.state"),
  ...each(done, "reminder.list"),
  ...each(done, "notification.get_default", "notification.set_default"),
  ...each(done, "push.key", "push.list", "push.set_text", "push.test", "push.health"),
  ...each(done, "emoji.list", "emoji.add", "sticker.list", "pack.create"),
  ...each(ofLibrary("emoji"), "emoji.rename", "emoji.delete"),
  ...each(ofLibrary("sticker"), "sticker.rename", "sticker.delete"),
  ...each(ofLibrary("pack"), "sticker.add", "pack.rename", "pack.delete"),
  "push.subscribe": (_, call) => unless([!isOdd(call), "invalid"]),
  "push.unsubscribe": (_, call) => unless([!isOdd(call), "not_found"]),
  ...each(inside, "room.events", "member.list", "message.list", "receipt.read", "receipt.deliver"),
  ...each(inside, "receipt.unread"),
  ...each(inside, "notification.set", "pin.list", "pin.history", "message.find"),
  ...each(aboutOne, "message.get", "message.history", "message.receipts", "message.replies"),
  ...each(aboutOne, "thread.get", "thread.read"),
  "thread.set": about(({ deleted }) => unless([deleted, "not_found"])),
  "thread.list_places": (model, call) => (isOdd(call) ? inside(model, call) : "done"),
  ...each(done, "thread.list", "mention.list"),
  "server.claim": () => "conflict",
  "session.create": ({ people }, { who }) => unless([!people[who].active, "unauthenticated"]),
  "session.refresh": ({ people }, { who }) => unless([!people[who].signedIn, "unauthenticated"]),
  "user.register": (_, call) => unless([!isOdd(call), "forbidden"]),
  "session.end": (_, call) => unless([!isOdd(call) && call.target !== call.who, "not_found"]),
  "invite.revoke": ({ revoked }, call) => unless([!isOdd(call) || revoked, "not_found"]),
  "account.set_password": ({ people }, { who, target }) =>
    unless([who === target, "invalid"], [people[target].deleted, "not_found"]),
  "block.set": ({ people }, call) =>
    unless([call.who === call.target, "invalid"], [isOdd(call) && people[call.target].deleted, "not_found"]),
  "draft.set": within((_room, _role, call) => unless([call.variant === 3, "invalid"])),
  "saved.set": about(({ deleted }, _room, _role, call) => unless([isOdd(call) && deleted, "not_found"])),
  // One's own reminder outlives what it is about.
  "reminder.remove": (model, call) =>
    messageIn(model, call)?.reminded?.has(call.who) ? "done" : aboutOne(model, call),
  "reminder.set": about(({ deleted }) => unless([deleted, "not_found"])),
  "report.create": (model, call) => {
    const { roles, messages, deleted } = model.rooms[call.place];
    const message = messages[call.message % messages.length];
    if (call.variant === 0) {
      return unless(
        [deleted || !roles.has(call.who) || !message || message.deleted, "not_found"],
        [message?.sender === call.who, "invalid"],
      );
    }
    if (call.variant === 1) {
      const { deleted: isGone } = model.people[call.target];
      return unless([isGone, "not_found"], [call.who === call.target, "invalid"]);
    }
    return call.variant === 2 ? unless([!seen(model, call), "not_found"]) : "invalid";
  },
  "report.get": (_, call) => unless([!isOdd(call), "not_found"]),
  "report.update": (_, call) => unless([!isOdd(call), "not_found"]),
  "room.create": ({ people, blocks }, call) =>
    unless(
      [isOdd(call), "invalid"],
      [!people[call.target].active, "not_found"],
      [blocks.has(blockOf(call.target, call.who)), "forbidden"],
    ),
  "room.direct": (model, { who, target }) =>
    unless(
      [model.pairs.has(pairOf(who, target)), "done"],
      [!model.people[target].active, "not_found"],
      [isApart(model, who, target), "forbidden"],
    ),
  "room.get": (model, call) => unless([!seen(model, call), "not_found"]),
  "room.update": (model, call) => {
    const room = model.rooms[call.place];
    const role = room.roles.get(call.who);
    const manages = model.people[call.who].admin;
    if (!role && !(manages && isShared(room))) return inside(model, call);
    const names = manages || (role !== undefined && atLeast(role, room.permissions.change_info));
    return unless(
      [room.archived, "forbidden"],
      [room.kind === "direct", call.message === 5 && !isSilenced(model, room, call) ? "done" : "forbidden"],
      [call.message === 5, role && atLeast(role, "admin") ? "done" : "forbidden"],
      [call.variant === 0 && !names, "forbidden"],
      // An admin of the server closes, and never opens: they would read what was said before they came.
      [call.variant === 1 && role !== "owner" && !(manages && room.isPublic), "forbidden"],
      [call.variant > 1 && role !== "owner", "forbidden"],
      [call.variant === 1 && room.kind === "group", "invalid"],
    );
  },
  "room.retain": ({ rooms }, { place, who }) => {
    const { kind, deleted, roles } = rooms[place];
    return unless(
      [deleted || (kind === "direct" && !roles.has(who)), "not_found"],
      [kind === "direct", "forbidden"],
    );
  },
  "room.archive": within((room, role, _call) =>
    unless([room.kind === "direct" || role !== "owner", "forbidden"]),
  ),
  "room.delete": (model, call) => {
    const room = model.rooms[call.place];
    const manages = model.people[call.who].admin;
    const may = room.roles.get(call.who) === "owner" || manages;
    return unless(
      [!seen(model, call) && !(manages && isShared(room)), "not_found"],
      [room.kind === "direct" || !may, "forbidden"],
    );
  },
  "room.join": (model, call) => {
    const { roles, archived } = model.rooms[call.place];
    return unless([!seen(model, call), "not_found"], [!roles.has(call.who) && archived, "forbidden"]);
  },
  "room.leave": within(({ kind }) => unless([kind === "direct", "forbidden"])),
  "member.add": within(({ kind, archived, permissions, roles }, role, call, model) =>
    unless(
      [kind === "direct" || archived || !atLeast(role, permissions.add_members), "forbidden"],
      [!mayGive(role, call.role), "forbidden"],
      [!roles.has(call.target) && !model.people[call.target].active, "not_found"],
      [!roles.has(call.target) && model.blocks.has(blockOf(call.target, call.who)), "forbidden"],
    ),
  ),
  "member.remove": within(({ kind, roles }, role, call, _model) =>
    unless(
      [kind === "direct", "forbidden"],
      [call.target === call.who, "invalid"],
      [!roles.has(call.target), "not_found"],
      [!above(role, roles.get(call.target) ?? "member"), "forbidden"],
    ),
  ),
  "member.set_role": within(({ kind, roles }, role, call, _model) => {
    const theirs = roles.get(call.target) ?? "member";
    const owners = [...roles.values()].filter((each) => each === "owner").length;
    return unless(
      [kind === "direct", "forbidden"],
      [!roles.has(call.target), "not_found"],
      [call.target !== call.who && !above(role, theirs), "forbidden"],
      [!mayGive(role, call.role), "forbidden"],
      [theirs === "owner" && call.role !== "owner" && owners === 1, "conflict"],
    );
  }),
  "message.send": sending,
  "scheduled.create": sending,
  "scheduled.update": (model, call) => unless([!hasScheduled(model, call), "not_found"]),
  "scheduled.cancel": (model, call) => unless([!hasScheduled(model, call), "not_found"]),
  "scheduled.send_now": (model, call) =>
    hasScheduled(model, call) ? intoRoom(model, { ...call, place: "private" }) : "not_found",
  "message.forward": (model, call) => {
    const source = model.rooms[call.variant < 2 ? call.place : foreignPlace(call.place)];
    const message = source.messages[call.variant < 2 ? call.message % source.messages.length : 0];
    const isRead = !source.deleted && source.roles.has(call.who) && message?.deleted === false;
    return isRead ? intoRoom(model, call) : "not_found";
  },
  "message.edit": about((message, room, role, call, model) =>
    unless(
      [message.deleted, "not_found"],
      [message.sender !== call.who || message.forwarded === true || room.archived, "forbidden"],
      [message.poll !== undefined, "forbidden"],
      [!atLeast(role, room.permissions.send_messages), "forbidden"],
      [isSilenced(model, room, call), "forbidden"],
    ),
  ),
  "message.delete": about(({ sender }, _, role, call) =>
    unless([sender !== call.who && !atLeast(role, "admin"), "forbidden"]),
  ),
  // This server has no service that translates.
  "message.translate": about(() => "forbidden"),
  // There are none: what can be written down is shown where files are.
  "file.transcribe": () => "not_found",
  "preview.remove": about(({ sender, deleted }, _, _role, call) =>
    unless([deleted, "not_found"], [sender !== call.who, "forbidden"]),
  ),
  "message.search": (model, call) => (isOdd(call) ? inside(model, call) : "done"),
  "pin.set": about(({ deleted }, room, role, call, model) =>
    unless(
      [deleted, "not_found"],
      [room.archived || !atLeast(role, room.permissions.pin_messages), "forbidden"],
      [isOdd(call) && isSilenced(model, room, call), "forbidden"],
    ),
  ),
  // Nothing that is asked for is pinned.
  "pin.order": within((room, role, call, model) =>
    unless(
      [room.archived || !atLeast(role, room.permissions.pin_messages), "forbidden"],
      [isSilenced(model, room, call), "forbidden"],
      [true, "conflict"],
    ),
  ),
  "poll.choice": aboutPoll(() => "done"),
  "poll.vote": aboutPoll(({ deleted, poll }, room, _, call, model) =>
    unless(
      [deleted, "not_found"],
      [room.archived, "forbidden"],
      [poll === "closed", "conflict"],
      [isOdd(call) && isSilenced(model, room, call), "forbidden"],
    ),
  ),
  "poll.close": aboutPoll(({ deleted, sender }, room, role, call) =>
    unless(
      [deleted, "not_found"],
      [room.archived, "forbidden"],
      [sender !== call.who && !atLeast(role, "admin"), "forbidden"],
    ),
  ),
  "reaction.set": about(({ deleted }, room, _, call, model) =>
    unless(
      [deleted, "not_found"],
      [room.archived, "forbidden"],
      [isOdd(call) && isSilenced(model, room, call), "forbidden"],
    ),
  ),
};

/** What a call over REST must come to. */
export function verdict(model: Model, call: Call): Verdict {
  const me = model.people[call.who];
  if (!open.test(call.op)) {
    if (!me.signedIn) return "unauthenticated";
    if (me.restricted && !whileRestricted.test(call.op)) return "forbidden";
    if (forAdmins.test(call.op) && !me.admin) return "forbidden";
  }
  return rules[call.op](model, call);
}
