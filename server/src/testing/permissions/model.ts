import type { OperationName } from "@parley/protocol/contract";
import type { ErrorCode } from "@parley/protocol/errors";
import type { MemberRole, Permissions, RoomKind } from "@parley/protocol/rooms";

/* People, rooms and wishes as the permission tests think of them: no ids, no store. */

export const whos = [
  /** Of the server; in no room. The others are ordinary people. */
  "admin",
  "owner",
  "roomAdmin",
  "member",
  /** Was in every room and was removed. */
  "former",
  "outsider",
  /** In every room, and their session has ended. */
  "signedOut",
  /** In every room, and deactivated. */
  "deactivated",
  /** In every room, and must change the password first. */
  "restricted",
] as const;
export type Who = (typeof whos)[number];
export const places = ["public", "private", "group", "direct", "archived", "deleted"] as const;
export type Place = (typeof places)[number];
export type Verdict = "done" | ErrorCode;

export interface PersonModel {
  admin: boolean;
  active: boolean;
  signedIn: boolean;
  deleted: boolean;
  /** Must change the password first. */
  restricted: boolean;
}

export interface MessageModel {
  sender: Who;
  deleted: boolean;
  forwarded?: boolean;
  /** Who is reminded of it. */
  reminded?: Set<Who>;
  /** What was asked, and whether it still is. */
  poll?: "open" | "closed";
}

export interface RoomModel {
  kind: RoomKind;
  isPublic: boolean;
  archived: boolean;
  deleted: boolean;
  permissions: Permissions;
  roles: Map<Who, MemberRole>;
  messages: MessageModel[];
}

export interface Model {
  people: Record<Who, PersonModel>;
  rooms: Record<Place, RoomModel>;
  /** Pairs that have a direct room. */
  pairs: Set<string>;
  revoked: boolean;
  /** What the owner has yet to send to the private room is still to be sent. */
  scheduled: boolean;
  /** What there was of these at the start is there still. */
  library: { emoji: boolean; sticker: boolean; pack: boolean };
  /** Who blocks whom. */
  blocks: Set<string>;
}

/** One wish. What `variant` chooses between is said in `inputs.ts`. */
export interface Call {
  op: OperationName;
  who: Who;
  place: Place;
  target: Who;
  message: number;
  role: MemberRole;
  variant: 0 | 1 | 2 | 3;
}

/** Where messages that are not of a room are taken from. */
export const foreignPlace = (place: Place): Place => (place === "public" ? "private" : "public");
/** In each room the third message is a poll of the owner's. */
export const pollPlace = 2;
export const isOdd = ({ variant }: Call) => variant % 2 === 1;
export const pairOf = (one: Who, other: Who) => [one, other].sort().join(":");

export const blockOf = (blocker: Who, blocked: Who) => `${blocker}>${blocked}`;

/** Whether one of two people blocks the other. */
export function isApart({ blocks }: Model, one: Who, other: Who): boolean {
  return blocks.has(blockOf(one, other)) || blocks.has(blockOf(other, one));
}

/** Whether a person can have a live socket: only there are calls answered. */
export function hears({ signedIn, restricted }: PersonModel): boolean {
  return signedIn && !restricted;
}
