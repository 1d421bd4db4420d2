import { CalendarDays } from "lucide-react";
import type { MenuItem } from "../../ui/menu.tsx";
import { useText } from "../../ui/text.ts";

interface RoomMenuOf {
  onDate: () => void;
}

/** What the menu of the open room offers. */
export function useRoomMenu({ onDate }: RoomMenuOf): MenuItem[] {
  const t = useText();
  return [{ label: t("date.title"), icon: CalendarDays, act: onDate }];
}
