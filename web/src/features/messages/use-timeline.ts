import { type RoomState, timeline } from "@parley/protocol/state";
import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { type Row, rowsOf } from "./timeline-rows.ts";

export type List = Virtualizer<HTMLDivElement, Element>;

/** Pixels from the beginning within which older messages are asked for. */
const nearStart = 1_500;
const retryDelay = 3_000;
/** Own messages that may have arrived while their entry is still in the outbox. */
const newest = 100;

/** What a room's timeline shows now. */
export function useRows(held: RoomState, readTo: number | null): { rows: Row[]; count: number } {
  const outbox = useView((view) => view.outbox);
  const me = useView((view) => view.state.user);
  const messages = useMemo(() => timeline(held), [held]);
  const { id } = held.room;
  const waiting = useMemo(() => outbox.filter(({ room }) => room === id), [outbox, id]);
  const isWhole = held.loaded && held.before === null;
  return useMemo(() => {
    const own = messages.slice(-newest).filter(({ sender }) => sender === me);
    const arrived = new Set(own.map(({ client_id }) => client_id));
    const left = waiting.filter(({ client_id }) => !arrived.has(client_id));
    const rows = rowsOf({ messages, waiting: left, me, isWhole, readTo });
    return { rows, count: messages.length + left.length };
  }, [messages, waiting, me, isWhole, readTo]);
}

/** Older messages are asked for before the beginning of what is held is in sight, never before the first scroll. */
export function useOlder(list: List, { room, before, loaded }: RoomState): void {
  const client = useClient();
  const isBusy = useRef(false);
  const offset = list.scrollOffset;
  useEffect(() => {
    if (!loaded || before === null || isBusy.current || offset === null || offset > nearStart) return;
    isBusy.current = true;
    const free = () => {
      isBusy.current = false;
    };
    client.loadOlder(room.id).then(free, () => setTimeout(free, retryDelay));
  }, [client, offset, before, loaded, room.id]);
}

/** READ-1. Read is what was on the screen of a window that has the focus. */
export function useReading(list: List, rows: readonly Row[], { room }: RoomState): void {
  const client = useClient();
  const last = list.range?.endIndex ?? -1;
  useEffect(() => {
    const mark = () => {
      if (!document.hasFocus() || document.visibilityState !== "visible") return;
      const seen = rows.slice(0, last + 1).findLast((row) => row.kind === "message");
      if (seen?.kind === "message") client.markRead(room.id, seen.message.seq);
    };
    mark();
    addEventListener("focus", mark);
    document.addEventListener("visibilitychange", mark);
    return () => {
      removeEventListener("focus", mark);
      document.removeEventListener("visibilitychange", mark);
    };
  }, [client, last, rows, room.id]);
}
