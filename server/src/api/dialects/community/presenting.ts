import type { File } from "@parley/protocol/files";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Member, Membership } from "@parley/protocol/rooms";
import type { Scheduled } from "@parley/protocol/scheduled";
import type { z } from "zod";
import type { Actor, Context } from "../../../context.ts";
import { linksTo } from "../../../features/files/files.ts";
import { listMembers } from "../../../features/members/members.ts";
import { isoTime } from "../../../platform/clock.ts";
import { usernamesOf } from "../people.ts";
import {
  type file,
  type message,
  type reactions,
  type room,
  type scheduledMessage,
  toRoom,
} from "./shapes.ts";

/** Who is shown something. */
export interface Viewer {
  context: Context;
  actor: Actor;
}

type Shown = z.input<typeof message>;

/** Rooms as their person sees them: a direct room bears the other's name. */
export async function toRooms(
  { context, actor }: Viewer,
  rooms: readonly Membership[],
): Promise<z.input<typeof room>[]> {
  const other = ({ people = [] }: Membership) => people.find((user) => user !== actor.user) ?? actor.user;
  const direct = rooms.filter(({ kind }) => kind === "direct");
  const names = await usernamesOf(context, direct.map(other));
  return rooms.map((each) =>
    toRoom(each, each.kind === "direct" ? (names.get(other(each)) ?? "") : each.name),
  );
}

export async function toMessage(viewer: Viewer, one: Message): Promise<Shown> {
  const [shown] = await toMessages(viewer, [one]);
  return shown as Shown;
}

/** Messages with who sent them, how far they have come, and where their files are read. */
export async function toMessages(viewer: Viewer, messages: readonly Message[]): Promise<Shown[]> {
  const rooms = [...new Set(messages.map((each) => each.room))];
  const members = new Map(
    await Promise.all(rooms.map(async (each) => [each, await marksIn(viewer, each)] as const)),
  );
  return present(viewer, messages, (each) => statusOf(each, members.get(each.room) ?? []));
}

/** `toMessages` at the moment in which they are sent. */
export async function toSent(viewer: Viewer, one: Message): Promise<Shown> {
  const [shown] = await present(viewer, [one], () => "sent");
  return shown as Shown;
}

/** The caller's own, as they will be. */
export async function toScheduled(
  { context, actor }: Viewer,
  scheduled: readonly Scheduled[],
): Promise<z.input<typeof scheduledMessage>[]> {
  const sender_name = (await usernamesOf(context, [actor.user])).get(actor.user) ?? "";
  return scheduled.map((each) => ({
    ...{ message_id: each.id, id: each.id, chat_room_id: each.room },
    ...{ sender_id: actor.user, sender_name, content: each.text, message_type: "text" },
    ...{ reply_to_id: each.reply_to ?? null, file: null, files: [], reactions: [] },
    status: each.state === "failed" ? ("failed" as const) : ("scheduled" as const),
    ...{ is_edited: false, is_deleted: false, is_pinned: false },
    ...{ created_at: each.created_at, edited_at: null, expires_at: endOf(each) },
    scheduled_at: each.send_at,
  }));
}

function endOf({ delete_after, send_at }: Scheduled): string | null {
  return delete_after === undefined ? null : isoTime(Date.parse(send_at) + delete_after * 1_000);
}

export function toReactions({ reactions: of = [] }: Pick<Message, "reactions">): z.input<typeof reactions> {
  return of.map(({ emoji, users }) => ({ emoji, count: users.length, user_ids: users }));
}

async function present(
  viewer: Viewer,
  messages: readonly Message[],
  status: (of: Message) => Shown["status"],
): Promise<Shown[]> {
  const { context } = viewer;
  const senders = await usernamesOf(
    context,
    messages.map((each) => each.sender),
  );
  return messages.map((each) => {
    const files = toFiles(viewer, each.files ?? []);
    return {
      ...{ message_id: each.id, id: each.id, chat_room_id: each.room },
      ...{ sender_id: each.sender, sender_name: senders.get(each.sender) ?? "" },
      ...{ content: each.text, message_type: each.type, reply_to_id: each.reply_to ?? null },
      ...{ file: files[0] ?? null, files, reactions: toReactions(each), status: status(each) },
      is_edited: each.edited_at !== undefined,
      is_deleted: each.deleted_at !== undefined,
      is_pinned: each.pinned_at !== undefined,
      ...{ created_at: each.created_at, edited_at: each.edited_at ?? null },
      expires_at: each.expires_at ?? null,
    };
  });
}

function toFiles({ context, actor }: Viewer, files: readonly File[]): z.input<typeof file>[] {
  const links = linksTo(context, actor, files);
  return files.map(({ id, name, type, size, width = null, height = null }, index) => {
    const url = links[index]?.url ?? "";
    const thumbnail_url = type.startsWith("image/") ? `${url}&small=1` : null;
    return { file_id: id, url, thumbnail_url, name, mime_type: type, size, width, height };
  });
}

/** How far everybody in a room has got; nobody where the room is too large to show it, or is the viewer's no more. */
async function marksIn({ context, actor }: Viewer, room: number): Promise<Member[]> {
  const limit = limits.markRoomMembers + 1;
  const { members, next } = await listMembers(context.database, actor, { room, limit });
  return next === null ? members : [];
}

function statusOf({ sender, seq }: Message, members: readonly Member[]): Shown["status"] {
  const others = members.filter(({ user }) => user !== sender);
  if (others.length === 0) return "sent";
  if (others.every(({ read }) => (read ?? 0) >= seq)) return "read";
  return others.every(({ delivered }) => (delivered ?? 0) >= seq) ? "delivered" : "sent";
}
