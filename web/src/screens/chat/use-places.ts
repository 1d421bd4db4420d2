import { ChatError } from "@parley/protocol/errors";
import type { RoomState } from "@parley/protocol/state";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Client } from "../../client/client.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { type TimelineHandle, useReadingChoice } from "../../features/messages/messages.tsx";
import { addressWith, navigate, useSearchValue } from "../../ui/address.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

/** Where the person had read to when they came; null where there was nothing new, undefined until it is known. */
export function useReadTo(room: number): number | null | undefined {
  return useView(({ readings }) => {
    const reading = readings.get(room);
    return reading && (reading.unread > 0 ? reading.from : null);
  });
}

/** READ-2. A room whose first new message is not among the newest that are held is entered in its past. */
export function useUnreadWindow(held: RoomState, readTo: number | null | undefined): void {
  const client = useClient();
  const hasLooked = useRef(false);
  const { room, loaded, before } = held;
  useEffect(() => {
    if (hasLooked.current || !loaded || readTo === undefined) return;
    hasLooked.current = true;
    const isHeld =
      readTo === null ||
      useReadingChoice.getState().enter === "end" ||
      before === null ||
      before <= readTo + 1;
    // Where it cannot be fetched now the newest messages are shown, and the bar leads there later.
    if (!isHeld) client.show(room.id, { after: Math.max(0, readTo - 1) }).catch(() => undefined);
  }, [client, room.id, loaded, before, readTo]);
}

/** A message that is looked for, or was in vain. */
export interface Sought {
  message: number;
  /** What went wrong; null while it is looked for. */
  problem: string | null;
  /** It may be there the next time. */
  mayRetry: boolean;
}

/** Milliseconds for which somebody waits for a message without a word. */
const patience = 600;

/** Shows a message, wherever in the room it stands, or says why not. */
export function useGoTo(held: RoomState, timeline: RefObject<TimelineHandle | null>) {
  const t = useText();
  const client = useClient();
  const room = held.room.id;
  const wanted = useRef<number | null>(null);
  const [sought, setSought] = useState<Sought | null>(null);
  useEffect(() => {
    if (wanted.current !== null && timeline.current?.goTo(wanted.current)) wanted.current = null;
  });
  const goTo = useCallback(
    (message: number) => {
      setSought(null);
      wanted.current = null;
      if (leadsToThread(client, room, message)) return;
      if (timeline.current?.goTo(message)) return;
      wanted.current = message;
      const waiting = setTimeout(() => setSought({ message, problem: null, mayRetry: false }), patience);
      const found = () => {
        setSought(null);
        if (leadsToThread(client, room, message)) wanted.current = null;
      };
      const failed = (error: unknown) => {
        if (wanted.current === message) wanted.current = null;
        const isGone = error instanceof ChatError && (error.code === "not_found" || error.code === "invalid");
        setSought({ message, problem: isGone ? t("message.gone") : wordsFor(error, t), mayRetry: !isGone });
      };
      void client
        .show(room, { around: message })
        .finally(() => clearTimeout(waiting))
        .then(found, failed);
    },
    [client, room, timeline, t],
  );
  return { goTo, sought, giveUp: () => setSought(null) };
}

/** What stands in a thread alone is shown there. */
function leadsToThread(client: Client, room: number, message: number): boolean {
  const held = client.view.getState().state.rooms.get(room);
  const found = held?.messages.get(message) ?? held?.window?.messages.find(({ id }) => id === message);
  if (!found?.in_thread) return false;
  navigate(`/rooms/${room}/threads/${found.reply_to}?message=${message}`);
  return true;
}

/** LINK-2. An address that names a message leads to it, once; of an open thread it names an answer there. */
export function useLinkedMessage(
  { loaded }: RoomState,
  thread: number | null,
  goTo: (message: number) => void,
): void {
  const linked = useSearchValue("message");
  useEffect(() => {
    if (!loaded || linked === null || thread !== null) return;
    navigate(addressWith("message", null), { replace: true });
    // What is no number names no message.
    goTo(/^\d{1,15}$/.test(linked) ? Number(linked) : 0);
  }, [loaded, linked, thread, goTo]);
}
