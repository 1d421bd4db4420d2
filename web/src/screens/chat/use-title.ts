import type { RoomState } from "@parley/protocol/state";
import { useEffect } from "react";
import { threadNews } from "../../client/thread-news.ts";
import { unreadIn } from "../../client/unread.ts";
import { useView } from "../../client/use-client.ts";
import { isMuted } from "../../features/notifications/notifications.tsx";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { useText } from "../../ui/text.ts";

/** BADGE-1. The window's title says where one is and how much is meant for the person; so does the app's badge. */
export function useTitle(held: RoomState | undefined): void {
  const t = useText();
  const count = useView((view) => {
    let sum = 0;
    for (const each of view.state.rooms.values()) {
      if (isMuted(each.room.notifications)) continue;
      const { unread, mentions } = unreadIn(each, view);
      sum += (each.room.kind === "direct" ? unread : mentions) + threadNews(each.room.id, view).mentions;
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
