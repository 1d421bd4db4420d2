import { ChatError } from "@parley/protocol/errors";
import type { RoomState } from "@parley/protocol/state";
import { type RefObject, useCallback, useEffect, useRef } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import type { TimelineHandle } from "../../features/messages/messages.tsx";
import { addressWith, navigate, useSearchValue } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
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
    const isHeld = readTo === null || before === null || before <= readTo + 1;
    // Where it cannot be fetched now the newest messages are shown, and the bar leads there later.
    if (!isHeld) client.show(room.id, { after: Math.max(0, readTo - 1) }).catch(() => undefined);
  }, [client, room.id, loaded, before, readTo]);
}

/** Shows a message, wherever in the room it stands. */
export function useGoTo(
  held: RoomState,
  timeline: RefObject<TimelineHandle | null>,
): (message: number) => void {
  const t = useText();
  const client = useClient();
  const room = held.room.id;
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    if (wanted.current !== null && timeline.current?.goTo(wanted.current)) wanted.current = null;
  });
  return useCallback(
    (message) => {
      if (timeline.current?.goTo(message)) return;
      wanted.current = message;
      client.show(room, { around: message }).catch((error: unknown) => {
        wanted.current = null;
        const isGone = error instanceof ChatError && error.code === "not_found";
        notify(isGone ? t("message.gone") : wordsFor(error, t));
      });
    },
    [client, room, timeline, t],
  );
}

/** LINK-2. An address that names a message leads to it, once. */
export function useLinkedMessage({ loaded }: RoomState, goTo: (message: number) => void): void {
  const linked = Number(useSearchValue("message") ?? 0);
  const isLoaded = loaded;
  useEffect(() => {
    if (!isLoaded || linked <= 0) return;
    navigate(addressWith("message", null), { replace: true });
    goTo(linked);
  }, [isLoaded, linked, goTo]);
}
