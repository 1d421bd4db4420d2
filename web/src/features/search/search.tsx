import { lazily } from "../../ui/lazily.tsx";

export const SearchPanel = lazily(async () => (await import("./search-panel.tsx")).SearchPanel);

/** The address at which a room is searched. */
export function searchIn(roomName: string): string {
  return `/search?words=${encodeURIComponent(`in:"${roomName.replaceAll('"', "")}" `)}`;
}
