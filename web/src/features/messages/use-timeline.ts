import type { Message } from "@parley/protocol/messages";
import { type RoomState, timeline } from "@parley/protocol/state";
import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { useReadingChoice } from "./reading.ts";
import { type Row, rowsOf } from "./timeline-rows.ts";

export type List = Virtualizer<HTMLDivElement, Element>;

/** Pixels from an end of what is held within which more is asked for. */
const near = 1_500;
const retryDelay = 3_000;
/** Own messages that may have arrived while their entry is still in the outbox. */
const newest = 100;

/** What a room's timeline shows now. */
export function useRows(held: RoomState, readTo: number | null): { rows: Row[]; count: number } {
  const outbox = useView((view) => view.outbox);
  const me = useView((view) => view.state.user);
  const { window } = held;
  const messages = useMemo(() => shownInRoom(window?.messages ?? timeline(held)), [held, window]);
  const { id } = held.room;
  const isLive = window === null;
  const waiting = useMemo(
    () => (isLive ? outbox.filter(({ room, in_thread }) => room === id && !in_thread) : []),
    [outbox, id, isLive],
  );
  const isWhole = window ? window.before === null : held.loaded && held.before === null;
  return useMemo(() => {
    const own = messages.slice(-newest).filter(({ sender }) => sender === me);
    const arrived = new Set(own.map(({ client_id }) => client_id));
    const left = waiting.filter(({ client_id }) => !arrived.has(client_id));
    const rows = rowsOf({ messages, waiting: left, me, isWhole, readTo });
    return { rows, count: messages.length + left.length };
  }, [messages, waiting, me, isWhole, readTo]);
}

/** THREAD-13. The same list where all of it is shown, as mostly. */
function shownInRoom(messages: readonly Message[]): readonly Message[] {
  return messages.some(({ in_thread }) => in_thread)
    ? messages.filter(({ in_thread }) => !in_thread)
    : messages;
}

/**
 * More is asked for before an end of what is held is in sight: towards the past, and in a window towards the present;
 * never before the first scroll.
 */
export function useMore(list: List, held: RoomState): void {
  const client = useClient();
  const isBusy = useRef(false);
  const { room, window, loaded } = held;
  const offset = list.scrollOffset;
  const left = list.getTotalSize() - (offset ?? 0) - (list.scrollRect?.height ?? 0);
  const before = window ? window.before : held.before;
  useEffect(() => {
    if (!loaded || isBusy.current || offset === null) return;
    const isOlder = before !== null && offset < near;
    const isNewer = window !== null && left < near;
    if (!isOlder && !isNewer) return;
    isBusy.current = true;
    const free = () => {
      isBusy.current = false;
    };
    const asked = isOlder ? client.loadOlder(room.id) : client.loadNewer(room.id);
    asked.then(free, () => setTimeout(free, retryDelay));
  }, [client, offset, left, before, window, loaded, room.id]);
}

/**
 * READ-1, READ-4. Read is what was on the screen of a window that has the focus, or what the person wants it to be.
 * `follows`: whether the end is kept in sight. Once it was seen what comes there is read as it comes, before it is
 * measured: else it would stand as unread for a moment.
 */
export function useReading(
  list: List,
  rows: readonly Row[],
  { room, window }: RoomState,
  follows: () => boolean,
): void {
  const client = useClient();
  const when = useReadingChoice(({ mark }) => mark);
  const isLive = window === null;
  const last = list.range?.endIndex ?? -1;
  const wasAtEnd = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another last row in sight may be told before any scroll.
  useEffect(() => {
    const area = list.scrollElement;
    const mark = () => {
      if (when === "hand" || !document.hasFocus() || document.visibilityState !== "visible") return;
      const last = wasAtEnd.current && follows() ? rows.length - 1 : lastInSight(list);
      wasAtEnd.current = isLive && last === rows.length - 1 && follows();
      if (when === "end" && !(isLive && last === rows.length - 1)) return;
      const seen = rows.slice(0, last + 1).findLast((row) => row.kind === "message");
      if (seen?.kind === "message") client.markRead(room.id, seen.message.seq);
    };
    mark();
    area?.addEventListener("scroll", mark, { passive: true });
    addEventListener("focus", mark);
    document.addEventListener("visibilitychange", mark);
    return () => {
      area?.removeEventListener("scroll", mark);
      removeEventListener("focus", mark);
      document.removeEventListener("visibilitychange", mark);
    };
  }, [client, list, last, rows, room.id, when, isLive, follows]);
}

/** Looked up when it is asked: a list that follows its end is not drawn again for the last row that comes in sight. */
function lastInSight(list: List): number {
  const area = list.scrollElement;
  return area ? (list.getVirtualItemForOffset(area.scrollTop + area.clientHeight - 1)?.index ?? -1) : -1;
}

/** Whether the line of what is new is or was in sight, or there is none. `from`: the first row in sight. */
export function useLineSeen(rows: readonly Row[], from: number | undefined): boolean {
  const wasSeen = useRef(false);
  const line = rows.findIndex(({ kind }) => kind === "new");
  if (line >= 0 && from !== undefined && from <= line) wasSeen.current = true;
  return wasSeen.current;
}

/** Rows whose height is remembered though they were let go. */
const mostForgotten = 500;

/** In a lively room rows go as others come: what was measured of them goes too. */
export function useForgetting(list: List, rows: readonly Row[]): void {
  useEffect(() => {
    const { itemSizeCache: heights } = list;
    if (heights.size < rows.length + mostForgotten) return;
    const shown = new Set(rows.map(({ key }) => key));
    for (const key of heights.keys()) if (!shown.has(String(key))) heights.delete(key);
  }, [list, rows]);
}
