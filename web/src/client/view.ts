import type { Mark } from "@parley/protocol/messages";
import type { DefaultNotifications } from "@parley/protocol/notifications";
import type { Presence } from "@parley/protocol/presence";
import { type ClientState, emptyState, type RoomState, type RoomWindow } from "@parley/protocol/state";
import type { User } from "@parley/protocol/users";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { DraftEntry } from "./drafts-storage.ts";
import type { LibraryView } from "./library.ts";
import type { OutboxEntry } from "./outbox-storage.ts";
import type { Reading } from "./readings.ts";
import type { Reminders } from "./reminders.ts";
import type { ScheduledMessages } from "./scheduled.ts";
import type { SessionState } from "./session.ts";
import type { LinkState } from "./socket.ts";
import type { FollowedThreads } from "./thread-news.ts";
import type { OwnMark } from "./unread.ts";
import type { UploadEntry } from "./uploads-storage.ts";

/** All that a page shows. Every part is replaced when it changes, never changed in place. */
export interface View {
  session: SessionState;
  link: LinkState;
  state: ClientState;
  /** Rooms in whose past the person is: shown instead of the newest messages. */
  windows: ReadonlyMap<number, RoomWindow>;
  /** Whether all rooms are known since the last `ready`. */
  isComplete: boolean;
  /** In the order in which they are sent. */
  outbox: readonly OutboxEntry[];
  /** What is shown was kept on this device: the server has not said yet what is true now. */
  isCached: boolean;
  /** False when this device cannot keep what was read. */
  isKept: boolean;
  /** False when this device cannot keep unsent messages. */
  isOutboxKept: boolean;
  /** Those whose names were asked for. */
  people: ReadonlyMap<number, User>;
  /** Of the people who are watched. */
  presences: ReadonlyMap<number, Presence>;
  /** Who is typing, by room. */
  typing: ReadonlyMap<number, readonly number[]>;
  /** How far people have read, by room and person. */
  marks: ReadonlyMap<number, ReadonlyMap<number, Mark>>;
  /** How far rooms are read as this device knows and the server has not said yet: `unreadIn` takes it in. */
  read: ReadonlyMap<number, OwnMark>;
  /** How open rooms were found. */
  readings: ReadonlyMap<number, Reading>;
  /** Files on their way, in the order in which they were chosen. */
  uploads: readonly UploadEntry[];
  /** Messages that the person keeps at hand; null until that is asked for and known. */
  saved: ReadonlySet<number> | null;
  /** What the person has yet to send, by id; null until that is asked for and known. */
  scheduled: ScheduledMessages | null;
  /** What the person is reminded of, by message; null until that is asked for and known. */
  reminders: Reminders | null;
  /** Threads that the person follows, by the messages that are answered; null until that is asked for and known. */
  threads: FollowedThreads | null;
  /** What the person has chosen in anonymous polls, by message. */
  choices: ReadonlyMap<number, readonly number[]>;
  /** The server's own emoji and stickers; null until they are asked for and known. */
  library: LibraryView | null;
  /** Of what the person wishes to be told in all rooms; null until it is known. */
  wishes: DefaultNotifications | null;
  /** How often the admins have dealt with a report of the person's since the page is open. */
  reportChanges: number;
  /** How often the person's devices that are told by push changed, or what a push may hold. */
  pushChanges: number;
  /** Whether this tab does for all of the person's what one of them must do. */
  isLeading: boolean;
  /** What the person is writing, by `draftKey`. */
  drafts: ReadonlyMap<string, DraftEntry>;
  /** Messages that the person has deleted: one that is only `asked` for may be taken back. */
  deletions: ReadonlyMap<number, "asked" | "sent">;
}

export type ViewStore = StoreApi<View>;

export function emptyView(): View {
  return {
    session: { status: "signed_out", ended: false },
    link: { status: "off" },
    state: emptyState(),
    windows: new Map(),
    isComplete: false,
    outbox: [],
    isCached: false,
    isKept: true,
    isOutboxKept: true,
    people: new Map(),
    presences: new Map(),
    typing: new Map(),
    marks: new Map(),
    read: new Map(),
    readings: new Map(),
    saved: null,
    scheduled: null,
    reminders: null,
    threads: null,
    choices: new Map(),
    library: null,
    wishes: null,
    reportChanges: 0,
    pushChanges: 0,
    isLeading: false,
    drafts: new Map(),
    deletions: new Map(),
    uploads: [],
  };
}

export function createView(): ViewStore {
  return createStore<View>(emptyView);
}

export function showState(view: ViewStore, state: ClientState): void {
  const before = view.getState();
  if (state !== before.state) view.setState({ state, windows: windowsOf(state, before.windows) });
}

/** The person's rooms, the one with the newest message first. */
export function roomsOf(state: ClientState): RoomState[] {
  const rooms = [...state.rooms.values()].filter(({ room }) => room.role !== null);
  const moved = ({ room }: RoomState) => room.last_message_at ?? room.created_at;
  return rooms.sort((one, other) => moved(other).localeCompare(moved(one)) || other.room.id - one.room.id);
}

/** The same as before where nothing has changed. */
function windowsOf({ rooms }: ClientState, before: View["windows"]): View["windows"] {
  const windows = new Map<number, RoomWindow>();
  for (const [room, { window }] of rooms) if (window) windows.set(room, window);
  const isSame =
    windows.size === before.size && [...windows].every(([room, own]) => before.get(room) === own);
  return isSame ? before : windows;
}
