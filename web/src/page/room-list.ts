import type { RoomState } from "@parley/protocol/state";
import type { View } from "../client/view.ts";
import { h, keyedList } from "./elements.ts";
import { peerOf, roomName, roomPresence } from "./names.ts";

interface Entry {
  id: number;
  name: string;
  unread: number;
  mentions: number;
  /** Empty where there is nobody whose presence would be meant. */
  presence: string;
  isCurrent: boolean;
}

export function createRoomList() {
  const list = h("ul", {});
  const draw = keyedList<Entry>(list, { key: ({ id }) => `${id}`, draw: drawEntry });
  return {
    element: h("nav", { attributes: { "aria-label": "Rooms" } }, list),
    draw(view: View, rooms: readonly RoomState[], current: number | null): void {
      draw(
        rooms.map((held) => {
          const { id, unread, mentions } = held.room;
          const presence = peerOf(view, held) === null ? "" : roomPresence(view, held);
          return { id, name: roomName(view, held), unread, mentions, presence, isCurrent: id === current };
        }),
      );
    },
  };
}

function drawEntry({ id, name, unread, mentions, presence, isCurrent }: Entry): HTMLElement {
  const counted = mentions > 0 ? `${unread} unread, ${mentions} for you` : `${unread} unread`;
  const link = h(
    "a",
    { href: `#room=${id}`, className: unread > 0 ? "is-unread" : "" },
    presence !== "" && sign(`dot is-${presence}`, presence, ""),
    h("span", { className: "name" }, name),
    unread > 0 && sign(mentions > 0 ? "badge is-mention" : "badge", counted, `${unread}`),
  );
  if (isCurrent) link.setAttribute("aria-current", "page");
  return h("li", {}, link);
}

function sign(className: string, meaning: string, text: string): HTMLElement {
  const attributes = { role: "img", "aria-label": meaning };
  return h("span", { className, title: meaning, attributes }, text);
}
