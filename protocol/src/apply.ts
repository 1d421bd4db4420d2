import {
  applyRun,
  holding,
  type Page,
  roomFromSnapshot,
  withBlocks,
  withMark,
  withPage,
} from "./apply-room.ts";
import { type ThreadPage, withThreadPage } from "./apply-thread.ts";
import {
  rejoined,
  type WindowPage,
  withNewerPage,
  withOlderPage,
  withSplit,
  withWindow,
} from "./apply-window.ts";
import type { RoomEvent, UserEvent } from "./events.ts";
import type { ServerFrame } from "./frames.ts";
import { laterMessage } from "./previews.ts";
import type { Membership } from "./rooms.ts";
import { type ClientState, newRoomState, type RoomState } from "./state.ts";

export type Ready = Extract<ServerFrame, { type: "ready" }>;
export type Bump = Extract<ServerFrame, { type: "bump" }>["rooms"][number];

/**
 * `repeated`: all of it was applied before. `hole`: what comes before it is missing and must be fetched first.
 * `elsewhere`: no such room is held. `stale`: a page that no longer fits, ask again.
 */
export type Outcome = "applied" | "repeated" | "hole" | "elsewhere" | "stale";

export interface Applied {
  state: ClientState;
  outcome: Outcome;
}

function withRoom(state: ClientState, room: RoomState): ClientState {
  return { ...state, rooms: new Map(state.rooms).set(room.room.id, room) };
}

export function withoutRoom(state: ClientState, room: number): ClientState {
  if (!state.rooms.has(room)) return state;
  const rooms = new Map(state.rooms);
  rooms.delete(room);
  return { ...state, rooms };
}

/** Applies a run of a room's events, the first of them numbered `from` (SYNC-1, SYNC-2). */
export function applyRoomEvents(
  state: ClientState,
  room: number,
  from: number,
  events: readonly RoomEvent[],
): Applied {
  const held = state.rooms.get(room);
  if (!held) return { state, outcome: "elsewhere" };
  if (from > held.position + 1) return { state, outcome: "hole" };
  const news = events.slice(held.position + 1 - from);
  if (news.length === 0) return { state, outcome: "repeated" };
  if (news.at(-1)?.kind === "room.deleted") return { state: withoutRoom(state, room), outcome: "applied" };
  return { state: withRoom(state, applyRun(held, news, state)), outcome: "applied" };
}

/** Applies a run of the private log, the first event numbered `from` (SYNC-1). */
export function applyUserEvents(state: ClientState, from: number, events: readonly UserEvent[]): Applied {
  if (from > state.user_seq + 1) return { state, outcome: "hole" };
  const news = events.slice(state.user_seq + 1 - from);
  if (news.length === 0) return { state, outcome: "repeated" };
  let next = state;
  for (const event of news) next = applyUserEvent({ ...next, user_seq: next.user_seq + 1 }, event);
  return { state: next, outcome: "applied" };
}

/** Membership that `ready` already told is not told again by the older event that led to it. */
function applyUserEvent(state: ClientState, event: UserEvent): ClientState {
  const seq = state.user_seq;
  switch (event.kind) {
    case "room.appeared":
      return appeared(state, event.room, seq);
    case "room.disappeared": {
      const held = state.rooms.get(event.room);
      return held && held.known < seq ? withoutRoom(state, event.room) : state;
    }
    case "room.marked": {
      const held = state.rooms.get(event.room);
      if (!held || held.known >= seq) return state;
      return withRoom(state, withMark({ ...held, known: seq }, event, state));
    }
    case "notification.changed": {
      const { level, muted_until } = event;
      const held = state.rooms.get(event.room);
      if (!held || held.known >= seq) return state;
      const room = { ...held.room, notifications: { level, muted_until } };
      return withRoom(state, { ...held, known: seq, room });
    }
    case "block.set":
      return blockSet(state, event.user, event.on);
    default:
      return state;
  }
}

function blockSet(state: ClientState, user: number, on: boolean): ClientState {
  if (state.blocked.has(user) === on) return state;
  const blocked = new Set(state.blocked);
  if (on) blocked.add(user);
  else blocked.delete(user);
  const next = { ...state, blocked };
  const rooms = [...state.rooms].map(([id, room]) => [id, withBlocks(room, next)] as const);
  return { ...next, rooms: new Map(rooms) };
}

function appeared(state: ClientState, room: Membership, seq: number): ClientState {
  const held = state.rooms.get(room.id);
  if (!held) return withRoom(state, newRoomState(room, seq));
  if (held.known >= seq) return state;
  if (room.head >= held.room.head) return withRoom(state, renewed(held, room, seq));
  const { role, read, unread, mentions, notifications } = room;
  const marked = held.marked > room.head ? {} : { read, unread, mentions };
  // The counts are of an earlier head than the one held.
  const place = { ...held.room, role, notifications, ...marked };
  return withRoom(state, { ...held, known: seq, doubtful: true, room: place });
}

/** A later membership beside the messages held, unless there is nothing worth holding or history was rewritten. */
function renewed(held: RoomState, room: Membership, known: number): RoomState {
  if (!held.loaded || held.position > room.head) return newRoomState(room, known);
  return { ...held, room, marked: room.head, described: room.head, doubtful: false, known };
}

export function startsAfresh(state: ClientState, ready: Ready): boolean {
  return ready.mode === "fresh" || ready.epoch !== state.epoch || ready.user !== state.user;
}

/** The start of a connection: positions of another history are dropped (SYNC-6). */
export function applyReady(state: ClientState, ready: Ready): ClientState {
  const fresh = startsAfresh(state, ready);
  const rooms = new Map(fresh ? [] : state.rooms);
  for (const room of ready.rooms) {
    const held = rooms.get(room.id);
    const next = held ? renewed(held, room, ready.user_seq) : newRoomState(room, ready.user_seq);
    rooms.set(room.id, next);
  }
  const { epoch, user, user_seq } = fresh ? ready : state;
  return { epoch, user, user_seq, blocked: new Set(ready.blocks), rooms };
}

/**
 * More rooms, read when the private log stood at `known` or later. One that has moved on since is held as it is.
 */
export function applyListing(state: ClientState, listed: readonly Membership[], known: number): ClientState {
  const rooms = new Map(state.rooms);
  for (const room of listed) {
    const held = rooms.get(room.id);
    if (!held) rooms.set(room.id, newRoomState(room, known));
    else if (room.head >= held.room.head && known >= held.known)
      rooms.set(room.id, renewed(held, room, known));
  }
  return { ...state, rooms };
}

/**
 * A room read again because its counts were in doubt, when the private log stood at `known` or later; they stay so if
 * it has moved on since.
 */
export function applyMembership(state: ClientState, room: Membership, known: number): ClientState {
  const held = state.rooms.get(room.id);
  if (!held || room.head < held.room.head || known < held.known) return state;
  return withRoom(state, { ...held, room, marked: room.head, described: room.head, doubtful: false });
}

/** Heads and counts of rooms that are not heard. */
export function applyBump(state: ClientState, bumps: readonly Bump[]): ClientState {
  const rooms = new Map(state.rooms);
  for (const { room: id, ...counts } of bumps) {
    const held = rooms.get(id);
    if (held && counts.head >= held.room.head) {
      const last_message = laterMessage(held.room.last_message, counts.last_message);
      rooms.set(id, { ...held, doubtful: false, room: { ...held.room, ...counts, last_message } });
    }
  }
  return { ...state, rooms };
}

/**
 * A page asked for with `before: asked`, or the newest with null (SYNC-4). Where it would be too much to hold, it and
 * the older part of what is held become a window (WINDOW-4).
 */
export function applyPage(state: ClientState, room: number, page: Page, asked: number | null): Applied {
  return applyTo(state, room, (held) => {
    const isTooMuch = held.messages.size + page.messages.length > holding.messages;
    if (asked !== null && held.window === null && isTooMuch) return withSplit(held, page, asked);
    const next = withPage(held, page, asked, state);
    return next && rejoined(next, state);
  });
}

/** Where a window's page stands: what was looked up, or the end of the window that it continues. */
export type WindowPlace = { target: number | null } | { before: number } | { after: number };

/** A page of a window into the past (WINDOW-1 to WINDOW-3). */
export function applyWindowPage(
  state: ClientState,
  room: number,
  page: WindowPage,
  place: WindowPlace,
): Applied {
  return applyTo(state, room, (held) => {
    if ("before" in place) return withOlderPage(held, page, place.before);
    if ("after" in place) return withNewerPage(held, page, place.after, state);
    return withWindow(held, page, place.target, state);
  });
}

/** A page of the thread that somebody looks at, asked for with `before: asked`, or its newest with null (THREAD-1). */
export function applyThreadPage(
  state: ClientState,
  room: number,
  page: ThreadPage,
  asked: number | null,
): Applied {
  return applyTo(state, room, (held) => withThreadPage(held, page, asked));
}

/** Nobody looks at the room's thread any more. */
export function withoutThread(state: ClientState, room: number): ClientState {
  const held = state.rooms.get(room);
  return held?.thread ? withRoom(state, { ...held, thread: null }) : state;
}

/** What was held of the past is let go. */
export function withoutWindow(state: ClientState, room: number): ClientState {
  const held = state.rooms.get(room);
  return held?.window ? withRoom(state, { ...held, window: null }) : state;
}

function applyTo(
  state: ClientState,
  room: number,
  apply: (held: RoomState) => RoomState | undefined,
): Applied {
  const held = state.rooms.get(room);
  if (!held) return { state, outcome: "elsewhere" };
  const next = apply(held);
  return next ? { state: withRoom(state, next), outcome: "applied" } : { state, outcome: "stale" };
}

/**
 * Replaces what is held of a room (SYNC-5); `room` was read no earlier than `page`, when the private log stood at
 * `known` or later.
 */
export function applySnapshot(
  state: ClientState,
  room: Membership,
  page: Page | null,
  known: number,
): ClientState {
  const held = state.rooms.get(room.id);
  const next = roomFromSnapshot(room, page, held?.known ?? state.user_seq);
  return withRoom(state, { ...next, doubtful: held !== undefined && held.known > known });
}

/** The number of the event at which a room stands was known, its tail was not. */
export function withTail(state: ClientState, room: number, position: number, tail: number): ClientState {
  const held = state.rooms.get(room);
  return held?.position === position ? withRoom(state, { ...held, tail }) : state;
}
