import { newPoll } from "@parley/protocol/polls";
import type { MemberRole } from "@parley/protocol/rooms";
import type { Actor, Context, Tx } from "../../context.ts";
import { insertEmoji } from "../../features/emoji/emoji-rows.ts";
import { createInvite } from "../../features/invites/invites.ts";
import { enter, removeMember } from "../../features/members/members.ts";
import { sendMessage } from "../../features/messages/messages.ts";
import { createReport } from "../../features/reports/reports.ts";
import { archiveRoom, createRoom, deleteRoom, directRoom, updateRoom } from "../../features/rooms/rooms.ts";
import { createScheduled } from "../../features/scheduled/scheduled.ts";
import { endSession, startSession } from "../../features/sessions/sessions.ts";
import { insertPack, insertSticker } from "../../features/stickers/stickers-rows.ts";
import { addUser, namesOf, setActive } from "../../features/users/users.ts";
import type { TestApp } from "../app.ts";
import { callBy } from "../people.ts";
import {
  type Model,
  type PersonModel,
  type Place,
  pairOf,
  places,
  type RoomModel,
  type Who,
  whos,
} from "./model.ts";

export interface Device {
  actor: Actor;
  accessToken: string;
  refreshToken: string;
}

/** Who must not see a text: whoever is not in its room, and nobody at all once it is gone. */
export interface Secret {
  world: World;
  place: Place;
  /** Where it was forwarded to. */
  alsoIn: Set<Place>;
  /** A public channel shows its topic to everybody. */
  kind: "text" | "topic";
  gone: boolean;
}

/** People and rooms of their own in a server, and what is to be expected of them. */
export interface World {
  name: string;
  /** The network all its people call from. */
  address: string;
  model: Model;
  ids: Record<Who, number>;
  logins: Record<Who, string>;
  passwords: Record<Who, string>;
  devices: Record<Who, Device>;
  rooms: Record<Place, number>;
  messages: Record<Place, number[]>;
  invite: string;
  spareInvite: number;
  /** Of the member, on the owner. */
  report: number;
  /** A pack of stickers, and the sticker in it. */
  pack: number;
  sticker: number;
  /** What the owner has yet to send to the private room. */
  scheduled: number;
  secrets: Map<string, Secret>;
  /** 1, 2, 3 … */
  count(): number;
  /** A new text that stands nowhere else. */
  secret(place: Place, kind: Secret["kind"]): string;
}

export function newPassword(of: string): string {
  return `${of} keeps seven grey herons`;
}

const roles = { owner: "owner", roomAdmin: "admin", member: "member" } as const;
const inEveryRoom = ["roomAdmin", "member", "former", "signedOut", "deactivated", "restricted"] as const;

function every<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value) {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value>;
}

let worlds = 0;
/** Of all worlds: what is said in one is for nobody of another. */
const allSecrets = new Map<string, Secret>();

export function secretsIn(text: string): [text: string, secret: Secret | undefined][] {
  const found = new Set(text.match(/secret-\d+-\d+-(?:text|topic)/g) ?? []);
  return [...found].map((secret) => [secret, allSecrets.get(secret)]);
}

/** Makes all of it in one transaction. `hash` is that of every password: hashing nine of them takes longer than the rest. */
export async function makeWorld(app: TestApp, shared: { password: string; hash: string }): Promise<World> {
  const number = ++worlds;
  const name = String(number);
  let counted = 0;
  const secrets = new Map<string, Secret>();
  const world: World = {
    name,
    address: `10.${number >>> 8}.${number & 0xff}.1`,
    model: newModel(),
    logins: every(whos, (who) => `${who}-${name}`.toLowerCase()),
    passwords: every(whos, () => shared.password),
    messages: every(places, () => []),
    ...({} as Pick<
      World,
      "ids" | "devices" | "rooms" | "invite" | "spareInvite" | "report" | "scheduled" | "pack" | "sticker"
    >),
    secrets,
    count: () => ++counted,
    secret(place, kind) {
      const text = `secret-${name}-${++counted}-${kind}`;
      const secret = { world, place, alsoIn: new Set<Place>(), kind, gone: false };
      secrets.set(text, secret);
      allSecrets.set(text, secret);
      return text;
    },
  };
  await addPeople(app, world, shared.hash);
  world.rooms = await app.context.writer.write(async (tx) => {
    const made: Partial<Record<Place, number>> = {};
    for (const place of places) made[place] = await makeRoom(tx, world, place);
    return made as Record<Place, number>;
  });
  const owner = world.devices.owner.actor;
  const later = { text: "Later", send_at: "2030-12-01T09:00:00.000Z", client_id: `${name}-later` };
  world.scheduled = await app.context.writer.write(async (tx) => {
    return (await createScheduled(tx, owner, { room: world.rooms.private, ...later })).id;
  });
  return world;
}

function newModel(): Model {
  const person: PersonModel = {
    ...{ admin: false, active: true, signedIn: true, deleted: false, restricted: false },
  };
  return {
    people: {
      ...every(whos, () => ({ ...person })),
      admin: { ...person, admin: true },
      signedOut: { ...person, signedIn: false },
      deactivated: { ...person, signedIn: false, active: false },
      restricted: { ...person, restricted: true },
    },
    rooms: every(places, newRoomModel),
    pairs: new Set([pairOf("owner", "member"), ...whos.map((who) => pairOf(who, who))]),
    revoked: false,
    scheduled: true,
    library: { emoji: true, sticker: true, pack: true },
    blocks: new Set(),
  };
}

function newRoomModel(place: Place): RoomModel {
  const isGroup = place === "group" || place === "direct";
  return {
    kind: isGroup ? place : "channel",
    isPublic: place === "public",
    archived: place === "archived",
    deleted: place === "deleted",
    permissions: {
      ...{ send_messages: "member", add_members: "member" },
      pin_messages: isGroup ? "member" : "admin",
      mention_all: isGroup ? "member" : "admin",
      change_info: isGroup ? "member" : "admin",
    },
    roles: rolesIn(place),
    messages: [
      { sender: "owner", deleted: false },
      { sender: "member", deleted: false },
      { sender: "owner", deleted: false, poll: "open" },
    ],
  };
}

function rolesIn(place: Place): Map<Who, MemberRole> {
  if (place === "deleted") return new Map();
  if (place === "direct")
    return new Map([
      ["owner", "member"],
      ["member", "member"],
    ]);
  const present: Who[] = ["owner", ...inEveryRoom.filter((who) => who !== "former")];
  return new Map(present.map((who) => [who, who in roles ? roles[who as keyof typeof roles] : "member"]));
}

async function addPeople({ context, people }: TestApp, world: World, password_hash: string): Promise<void> {
  const started = await context.writer.write(async (tx) => {
    const found = [];
    for (const who of whos) {
      const { admin, restricted } = world.model.people[who];
      const person = await addUser(tx, {
        ...namesOf({ username: world.logins[who] }),
        ...{ role: admin ? "admin" : "user", password_hash, must_change_password: restricted },
      });
      const device = { user: person.id, device: "", address: world.address };
      found.push({ who, ...(await startSession(tx, context, device)) });
    }
    for (const { who, user, session } of found) {
      if (who === "signedOut") await endSession(tx, { user, session }, {});
      if (who === "deactivated") await setActive(tx, people.admin.actor, { user, active: false });
    }
    return found;
  });
  const devices: Partial<Record<Who, Device>> = {};
  for (const { who, user, session, refreshToken } of started) {
    const accessToken = await context.tokens.signAccess({ user, session });
    devices[who] = { actor: { user, session }, accessToken, refreshToken };
  }
  world.devices = devices as Record<Who, Device>;
  world.ids = every(whos, (who) => world.devices[who].actor.user);
  await addInvites(context, people.admin.actor, world);
  const about = { user: world.ids.owner, reason: "spam", comment: "" } as const;
  const { id } = await context.writer.write((tx) => createReport(tx, world.devices.member.actor, about));
  world.report = id;
  Object.assign(world, await addLibrary(context, world));
}

/** One emoji, and one pack with one sticker, of which nobody sees the pictures. */
async function addLibrary({ writer }: Context, { name }: World): Promise<{ pack: number; sticker: number }> {
  return writer.write(async (tx) => {
    await tx.sql.first(insertEmoji({ name: `kept-${name}`, picture: `emoji-${name}`, at: tx.now }));
    const pack = (await tx.sql.first(insertPack({ name: `Birds ${name}`, at: tx.now })))?.id ?? 0;
    const drawn = { name: "A heron", picture: `sticker-${name}`, width: 1, height: 1, at: tx.now };
    const sticker = await tx.sql.first(insertSticker({ pack_id: pack, ...drawn }));
    return { pack, sticker: sticker?.id ?? 0 };
  });
}

async function addInvites(context: Context, admin: Actor, world: World): Promise<void> {
  const input = { role: "user", uses: 1_000, days: 1 } as const;
  const first = await createInvite(context, callBy(admin), input);
  const spare = await createInvite(context, callBy(admin), input);
  world.invite = first.code;
  world.spareInvite = spare.invite.id;
}

/** A fresh room in the place of one in which things have happened. */
export async function renewRoom({ writer }: Context, world: World, place: Place): Promise<void> {
  if (place === "deleted") return;
  const { roles } = world.model.rooms[place];
  const [owner] = [...roles].find(([, role]) => role === "owner") ?? [];
  world.rooms[place] = await writer.write(async (tx) => {
    if (owner) await deleteRoom(tx, world.devices[owner].actor, { room: world.rooms[place] });
    if (owner) forgetSecrets(world, place);
    return makeRoom(tx, world, place);
  });
  world.model.rooms[place] = newRoomModel(place);
}

export function forgetSecrets(world: World, place: Place): void {
  for (const secret of world.secrets.values()) {
    secret.alsoIn.delete(place);
    if (secret.place === place && secret.alsoIn.size === 0) secret.gone = true;
  }
}

/** A room like a new one of that place, with two messages and a poll in it. */
async function makeRoom(tx: Tx, world: World, place: Place): Promise<number> {
  const by = (who: Who) => world.devices[who].actor;
  const room = place === "direct" ? await directFor(tx, world) : await filledFor(tx, world, place);
  const messages: number[] = [];
  for (const who of ["owner", "member"] as const) {
    const text = world.secret(place, "text");
    const sent = { room, text, client_id: `${world.name}-${world.count()}` };
    messages.push((await sendMessage(tx, by(who), sent)).id);
  }
  const poll = { question: world.secret(place, "text"), options: ["Yes", "No"] };
  const asked = { room, text: "", poll: newPoll.parse(poll), client_id: `${world.name}-${world.count()}` };
  messages.push((await sendMessage(tx, by("owner"), asked)).id);
  world.messages[place] = messages;
  if (place === "archived") await archiveRoom(tx, by("owner"), { room, archived: true });
  if (place === "deleted") {
    await deleteRoom(tx, by("owner"), { room });
    forgetSecrets(world, place);
  }
  return room;
}

async function directFor(tx: Tx, world: World): Promise<number> {
  return (await directRoom(tx, world.devices.owner.actor, { user: world.ids.member })).id;
}

async function filledFor(tx: Tx, world: World, place: Exclude<Place, "direct">): Promise<number> {
  const owner = world.devices.owner.actor;
  const { id: room } = await createRoom(tx, owner, {
    kind: place === "group" ? "group" : "channel",
    name: `room-${world.name}`,
    topic: "",
    public: place === "public",
    members: [],
  });
  for (const who of inEveryRoom) {
    const role = who in roles ? roles[who as keyof typeof roles] : "member";
    await enter(tx, { room, user: world.ids[who], role, by: owner.user });
  }
  await removeMember(tx, owner, { room, user: world.ids.former });
  // Only now, so that who has left has never seen it.
  await updateRoom(tx, owner, { room, topic: world.secret(place, "topic") });
  return room;
}
