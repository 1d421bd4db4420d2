import type { RoomState } from "@parley/protocol/state";
import { CalendarDays, CheckCheck, Search } from "lucide-react";
import { useClient } from "../../client/use-client.ts";
import { markRoomsRead } from "../../features/messages/messages.tsx";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { searchIn } from "../../features/search/search.tsx";
import { navigate } from "../../ui/address.tsx";
import type { MenuItem } from "../../ui/menu.tsx";
import { useText } from "../../ui/text.ts";

/** What the menu of the open room offers. */
export function useRoomMenu(held: RoomState, onDate: () => void): MenuItem[] {
  const t = useText();
  const client = useClient();
  return [
    { label: t("date.title"), icon: CalendarDays, act: onDate },
    {
      label: t("search.here"),
      icon: Search,
      act: () => navigate(searchIn(roomNameIn(client.view.getState(), held, t))),
    },
    { label: t("reading.markRead"), icon: CheckCheck, act: () => markRoomsRead(client, [held]) },
  ];
}
