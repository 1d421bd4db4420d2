import type { RoomEvent } from "@parley/protocol/events";
import type { Message } from "@parley/protocol/messages";
import type { RoomState } from "@parley/protocol/state";
import type { Account, User } from "@parley/protocol/users";

/** Whose copy it is and where it stands. A device keeps that of one person. */
export interface CopyHeader {
  account: Account;
  session: number;
  epoch: string;
  user_seq: number;
  blocked: readonly number[];
}

/** A room without its messages; `before` says how far back those go that are kept. */
export type CopyRoom = Omit<RoomState, "messages" | "recent" | "window" | "thread" | "origin">;

export interface RoomChange {
  room: CopyRoom;
  /** Where the room stood when this tab saw it kept last, if it has been continued since. */
  since: Pick<RoomState, "position" | "tail"> | undefined;
  /** All held, to know which of those kept are not. */
  held: ReadonlyMap<number, Message>;
  /** Those that were not kept at that time, or not so. */
  changed: readonly Message[];
  /** The last events, which may be about messages that are kept and not held any more. */
  recent: readonly RoomEvent[];
  /** The event that sent the first message of the newest page. */
  newest: number;
}

export interface CopyChange {
  header: CopyHeader;
  rooms: readonly RoomChange[];
  /** All rooms there are, where some may have gone. */
  present?: ReadonlySet<number>;
  people?: readonly User[];
}

export interface KeptRoom {
  room: CopyRoom;
  /** The newest page. */
  messages: readonly Message[];
}

export interface Copy {
  header: CopyHeader;
  people: readonly User[];
  rooms: readonly KeptRoom[];
}

/** A page as the server would have told it when the room stood at `head`. */
export interface KeptPage {
  messages: readonly Message[];
  head: number;
  before: number | null;
}

/** What was read, kept on the device as a cache: it may fail or be emptied at any time. */
export interface CopyStorage {
  read(): Promise<Copy | undefined>;
  /** The page before an event; undefined when none is kept of this history. */
  older(epoch: string, place: { room: number; before: number; limit: number }): Promise<KeptPage | undefined>;
  /** All of it, or nothing. */
  write(change: CopyChange): Promise<void>;
  clear(): Promise<void>;
}

/** Messages kept of a room, and how many more before the oldest are let go. */
export const keeping = {
  messages: 2_000,
  slack: 200,
  newestPage: 50,
  restoredRooms: 100,
  people: 1_000,
} as const;
