import type { RoomState } from "@parley/protocol/state";
import { useEffect } from "react";
import { useView } from "../../client/use-client.ts";
import { isMuted } from "../../features/notifications/notifications.tsx";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { useText } from "../../ui/text.ts";

/** BADGE-1. The window's title says where one is and how much is meant for the person; so does the app's badge. */
export function useTitle(held: RoomState | undefined): void {
  const t = useText();
  const count = useView(({ state }) => {
    let sum = 0;
    for (const { room } of state.rooms.values()) {
      if (!isMuted(room.notifications)) sum += room.kind === "direct" ? room.unread : room.mentions;
    }
    return sum;
  });
  const name = useView((view) => (held ? roomNameIn(view, held, t) : "Parley"));
  useEffect(() => {
    document.title = count > 0 ? `(${count}) ${name}` : name;
    const told = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
    // A browser without a place for it has nothing to show.
    told?.catch(() => undefined);
  }, [count, name]);
}
