import type { RoomState } from "@parley/protocol/state";
import { useEffect } from "react";
import { useClient } from "../client/use-client.ts";
import { loadNotifier, loadNotifying } from "../features/notifications/notifications.tsx";
import { loadReminding } from "../features/reminders/reminders.tsx";
import { roomNameIn } from "../features/rooms/rooms.tsx";
import { personIn, shownName } from "../features/users/users.tsx";
import { translate } from "../ui/text.ts";

/** Tells of news for as long as somebody is signed in, and says which room, and which thread, is in sight here. */
export function useNotifications(room: number | null, thread: number | null): void {
  const client = useClient();
  useEffect(() => {
    let stop: () => void = () => undefined;
    let isWanted = true;
    const start = async () => {
      const loading = [loadNotifier(), loadReminding(), loadNotifying()] as const;
      const [startNotifier, startReminding, notifying] = await Promise.all(loading);
      if (!isWanted) return;
      const personName = (user: number) => shownName(personIn(client.view.getState(), user), translate);
      const roomName = (held: RoomState) => roomNameIn(client.view.getState(), held, translate);
      const ends = [
        startNotifier({ client, roomName, personName }),
        startReminding({ client, personName, notifying }),
      ];
      stop = () => {
        for (const end of ends) end();
      };
    };
    // A part that cannot be loaded now is told of by the page itself.
    start().catch(() => undefined);
    return () => {
      isWanted = false;
      stop();
    };
  }, [client]);
  useEffect(() => {
    const look = () => {
      const isSeen = document.visibilityState === "visible" && document.hasFocus();
      client.personal.sight.look(isSeen ? room : null, isSeen ? thread : null);
    };
    look();
    const events = ["focus", "blur", "pagehide"] as const;
    for (const event of events) addEventListener(event, look);
    document.addEventListener("visibilitychange", look);
    return () => {
      for (const event of events) removeEventListener(event, look);
      document.removeEventListener("visibilitychange", look);
      client.personal.sight.look(null);
    };
  }, [client, room, thread]);
}
