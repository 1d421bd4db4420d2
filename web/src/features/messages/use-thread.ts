import { ChatError } from "@parley/protocol/errors";
import { type RoomState, type RoomThread, timeline } from "@parley/protocol/state";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { addressWith, navigate, useSearchValue } from "../../ui/address.tsx";
import { dayNumber } from "../../ui/times.ts";
import { type Row, rowsOf } from "./timeline-rows.ts";

/** The thread of a message while it is looked at; until the server has told it, what is held of it. */
export function useThread(held: RoomState, parent: number) {
  const client = useClient();
  const room = held.room.id;
  const { problem, setProblem, isGone } = useProblem();
  const link = useView((view) => view.link.status);
  useEffect(() => {
    client.threads.open(room, parent).then(() => setProblem(undefined), setProblem);
    return () => client.threads.close(room, parent);
  }, [client, room, parent, setProblem]);
  const told = held.thread?.parent.id === parent ? held.thread : null;
  const thread = useMemo(() => told ?? heldThread(held, parent), [told, held, parent]);
  const isParentDeleted = thread?.parent.deleted_at !== undefined;
  useEffect(() => {
    // It may have been deleted while this device was away.
    if (isParentDeleted) client.drafts.remove(room, parent);
  }, [client, isParentDeleted, room, parent]);
  const earlier = useCallback(
    () => client.threads.loadOlder(room).then(() => setProblem(undefined), setProblem),
    [client, room, setProblem],
  );
  const isTold = told !== null;
  return { thread, isGone, earlier, isTold, problem: isTold || link === "ready" ? problem : undefined };
}

function useProblem() {
  const [problem, setProblem] = useState<unknown>();
  const isGone = problem instanceof ChatError && problem.code === "not_found";
  return { problem: isGone ? undefined : problem, setProblem, isGone };
}

/** Before the server has answered, and without a connection. */
function heldThread(held: RoomState, parent: number): RoomThread | null {
  const messages = [...(held.window?.messages ?? []), ...timeline(held)];
  const first = messages.find(({ id }) => id === parent);
  if (!first) return null;
  const answers = messages.filter(({ reply_to, deleted_at }) => reply_to === parent && !deleted_at);
  return { parent: first, messages: answers, before: null };
}

/** What is shown of a thread: the answers, and those that are on their way. */
export function useThreadRows(thread: RoomThread | null, room: number): Row[] {
  const outbox = useView((view) => view.outbox);
  const me = useView((view) => view.state.user);
  return useMemo(() => {
    if (!thread) return [];
    const parent = thread.parent.id;
    const arrived = new Set(thread.messages.map(({ client_id }) => client_id));
    const waiting = outbox.filter(
      (entry) => entry.room === room && entry.reply_to === parent && !arrived.has(entry.client_id),
    );
    const rows = rowsOf({ messages: thread.messages, waiting, me, isWhole: true, readTo: null, parent });
    const day = dayNumber(thread.parent.created_at);
    // The message that is answered stands before them: its own day needs no word.
    return rows.filter((row) => row.kind !== "start" && !(row.kind === "day" && dayNumber(row.at) === day));
  }, [thread, outbox, me, room]);
}

/** THREAD-12. What a thread shows in a window that has the focus is read. */
export function useReadThread(parent: number, thread: RoomThread | null): void {
  const client = useClient();
  const isNew = useView(({ threads }) => (threads?.get(parent)?.unread.length ?? 0) > 0);
  const newest = thread?.messages.at(-1)?.seq;
  useEffect(() => {
    if (!isNew || newest === undefined) return;
    const mark = () => {
      if (!document.hasFocus() || document.visibilityState !== "visible") return;
      client.personal.threads.get().then(
        (threads) => threads.read(parent, newest),
        () => undefined,
      );
    };
    mark();
    addEventListener("focus", mark);
    document.addEventListener("visibilitychange", mark);
    return () => {
      removeEventListener("focus", mark);
      document.removeEventListener("visibilitychange", mark);
    };
  }, [client, parent, newest, isNew]);
}

/** Milliseconds for which an answer that was gone to stands out. */
const markedFor = 2_000;

/** LINK-2. The answer that the address names is brought in sight, however far back it stands, and marked for a while. */
export function useSoughtAnswer(
  scroller: RefObject<HTMLElement | null>,
  thread: RoomThread | null,
  earlier: () => Promise<unknown>,
): number | null {
  const sought = useSearchValue("message");
  const [marked, setMarked] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (sought === null || !thread) return;
    const found = scroller.current?.querySelector(`[data-message="${CSS.escape(sought)}"]`);
    if (!found && thread.before !== null) return void earlier();
    navigate(addressWith("message", null), { replace: true });
    if (!found) return;
    found.scrollIntoView({ block: "center" });
    setMarked(Number(sought));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setMarked(null), markedFor);
  }, [sought, thread, scroller, earlier]);
  return marked;
}
